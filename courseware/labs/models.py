"""Labs with their immutable revisions; learners' programs, and their graded submissions."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from courseware.lessons.models import Lesson


class Lab(models.Model):
    """A place to program. Its text lives in revisions; ``published`` says which one counts."""

    class Series(models.TextChoices):
        """In which of the lists a lab stands."""

        INTRODUCTION = "intro", "RISC-V 20 分入門"
        LABS = "labs", "仮想化の演習"

    slug = models.SlugField("識別子", unique=True, max_length=64)
    series = models.CharField("系列", max_length=16, choices=Series.choices, default=Series.LABS)
    position = models.PositiveIntegerField("順番", db_index=True)
    published = models.ForeignKey(
        "LabRevision", models.PROTECT, null=True, blank=True, related_name="+"
    )
    retired = models.BooleanField("公開をやめた", default=False)

    class Meta:
        ordering = ["position", "slug"]

    def __str__(self) -> str:
        return self.slug


class LabRevision(models.Model):
    """One text of a lab, with its HTML rendered once. Rows are never changed."""

    lab = models.ForeignKey(Lab, models.PROTECT, related_name="revisions")
    content_hash = models.CharField("内容のハッシュ", max_length=64)
    title = models.CharField("題名", max_length=200)
    summary = models.TextField("要約")
    minutes = models.PositiveSmallIntegerField("目安の分数")
    objectives = models.JSONField("学習目標")
    lesson = models.ForeignKey(Lesson, models.SET_NULL, null=True, blank=True, related_name="+")
    html = models.TextField("HTML")
    hints = models.JSONField("ヒントの HTML")
    # Shown after passing, and in no byte before.
    discussion_html = models.TextField("解説の HTML", blank=True)
    starter = models.TextField("最初のプログラム")
    # What the page shows of the starter's machine before the first instruction
    starter_view = models.JSONField("最初の表示")
    # grading.programs.ProgramTests.to_json(); null for a lab that is not graded
    tests = models.JSONField("テスト", null=True)
    created_at = models.DateTimeField("作成日時", auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lab", "content_hash"], name="one_lab_revision_for_each_text"
            )
        ]

    def __str__(self) -> str:
        return f"{self.lab_id}:{self.content_hash[:12]}"


class Program(models.Model):
    """A learner's program in a lab, and the machine that it was last run on.

    A learner may have several in one lab (a guest's move to an account that has one already);
    the newest is the open one.
    """

    id = models.UUIDField("識別子", primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="programs")
    lab = models.ForeignKey(Lab, models.PROTECT, related_name="programs")
    source = models.TextField("プログラム")
    # The test (its name) whose setup the machine has; empty for the lab's first
    scenario = models.CharField("実行する条件", max_length=200, blank=True)
    # machine.Debugger.to_bytes() of this very source; null when it is not assembled
    machine = models.BinaryField("機械の状態", null=True)
    # What the page shows of the machine (see runner.jobs.drive)
    view = models.JSONField("表示", default=dict)
    # Counts the changes: a form made before the newest one overwrites nothing unasked.
    version = models.PositiveIntegerField("版", default=0)
    last_request = models.CharField("最後の操作のハッシュ", max_length=64, blank=True)
    created_at = models.DateTimeField("作成日時", auto_now_add=True)
    updated_at = models.DateTimeField("更新日時", default=timezone.now)

    class Meta:
        ordering = ["-updated_at", "-id"]
        indexes = [models.Index(fields=["user", "lab", "-updated_at"])]

    def __str__(self) -> str:
        return str(self.id)


class ProgramSubmission(models.Model):
    """One grading of a program: what was graded, by which tests, and what came of it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="program_submissions"
    )
    program = models.ForeignKey(Program, models.CASCADE, related_name="submissions")
    # The program's version that the grading was asked from: one grading for one form.
    base = models.PositiveIntegerField("もとの版")
    revision = models.ForeignKey(LabRevision, models.PROTECT, related_name="submissions")
    source = models.TextField("プログラム")
    # A list of grading.programs.CaseResult as JSON data
    results = models.JSONField("結果")
    passed = models.PositiveSmallIntegerField("通ったテスト")
    total = models.PositiveSmallIntegerField("テストの数")
    created_at = models.DateTimeField("採点日時", auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["program", "base"], name="one_grading_for_each_form"),
            models.CheckConstraint(
                condition=models.Q(passed__lte=models.F("total")), name="passed_is_within_total"
            ),
        ]
        indexes = [models.Index(fields=["user", "revision", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.program_id}:{self.base}"

    @property
    def complete(self) -> bool:
        """True when every test passed."""
        return self.passed == self.total

    @property
    def missing(self) -> int:
        """The number of tests that did not pass."""
        return self.total - self.passed


class Run(models.Model):
    """A source that was put on the machine, what it was done with, and what came of it.

    There is one for each run and each grading, and one for each other action that was the first
    on a new source: no source that a learner tried is lost.
    """

    class Action(models.TextChoices):
        """What the learner pressed."""

        RUN = "run", "実行"
        GRADE = "grade", "採点"
        OTHER = "other", "1 命令ずつの実行など"

    program = models.ForeignKey(Program, models.CASCADE, related_name="runs")
    # The program's version that this made: a form that is sent twice makes one.
    version = models.PositiveIntegerField("版")
    action = models.CharField("操作", max_length=16, choices=Action.choices)
    source = models.TextField("プログラム")
    scenario = models.CharField("実行する条件", max_length=200, blank=True)
    outcome = models.TextField("結果", blank=True)  # why it stopped, or how many tests it passed
    # machine.Counters.named(); empty where nothing was counted
    counters = models.JSONField("カウンター", default=dict)
    created_at = models.DateTimeField("日時", default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["program", "version"], name="one_run_for_each_version")
        ]
        indexes = [models.Index(fields=["program", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.program_id}:{self.version}"
