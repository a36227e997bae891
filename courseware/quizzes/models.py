"""Questions with their immutable revisions; sets of them; attempts, with what was typed so far and
the one submission for each item.

Scores are whole thousandths of a point, so that sums are exact in every database.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from courseware.lessons.models import Lesson


class Question(models.Model):
    """A question by its stable identifier. Retired ones are kept for those who answered."""

    identifier = models.SlugField("識別子", unique=True, max_length=64)
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="questions")
    published = models.ForeignKey(
        "QuestionRevision", models.PROTECT, null=True, blank=True, related_name="+"
    )
    retired = models.BooleanField("出題をやめた", default=False)

    class Meta:
        ordering = ["identifier"]

    def __str__(self) -> str:
        return self.identifier


class QuestionRevision(models.Model):
    """One text of a question, with its HTML rendered once. Rows are never changed."""

    question = models.ForeignKey(Question, models.PROTECT, related_name="revisions")
    content_hash = models.CharField("内容のハッシュ", max_length=64)
    # grading.Question.to_json(), the key included
    definition = models.JSONField("定義")
    # HTML of each text of the question, by the keys of grading.Question.texts()
    html = models.JSONField("HTML")
    points = models.PositiveSmallIntegerField("配点")
    created_at = models.DateTimeField("作成日時", auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question", "content_hash"], name="one_question_revision_for_each_text"
            )
        ]

    def __str__(self) -> str:
        return f"{self.question_id}:{self.content_hash[:12]}"


class QuestionSet(models.Model):
    """A graded set of questions, such as a mock exam: what it draws, and the rules of taking it.

    The server's clock decides all its times. What is null has no limit.
    """

    class Release(models.TextChoices):
        """When a learner sees the grades of an attempt that was handed in."""

        HANDED_IN = "handed-in", "提出したあと"
        AT = "at", "決めた日時のあと"
        NEVER = "never", "公開しない"

    slug = models.SlugField("識別子", unique=True, max_length=64)
    position = models.PositiveSmallIntegerField("順番")
    title = models.CharField("題名", max_length=100)
    summary = models.CharField("要約", max_length=300)
    html = models.TextField("説明")
    # blueprints.Blueprint.to_json()
    blueprint = models.JSONField("出題の割合")
    minutes = models.PositiveSmallIntegerField("制限時間 (分)", null=True)
    attempts_allowed = models.PositiveSmallIntegerField("受けられる回数", null=True)
    target_percent = models.PositiveSmallIntegerField("目安の正答率", null=True)
    release = models.CharField("結果の公開", max_length=16, choices=Release)
    release_at = models.DateTimeField("結果を公開する日時", null=True)
    opens_at = models.DateTimeField("受け付けの開始", null=True)
    due_at = models.DateTimeField("締め切り", null=True)
    closes_at = models.DateTimeField("受け付けの終了", null=True)
    retired = models.BooleanField("出題をやめた", default=False)

    class Meta:
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                name="a_set_released_at_a_time_has_that_time",
                condition=Q(release="at", release_at__isnull=False)
                | (~Q(release="at") & Q(release_at__isnull=True)),
            )
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def is_released(self) -> bool:
        """True when the grades of attempts that were handed in may be seen now."""
        if self.release_at is not None:
            return timezone.now() >= self.release_at
        return self.release == self.Release.HANDED_IN


class AttemptQuerySet(models.QuerySet["Attempt"]):
    """Attempts, with their scores where they are asked for."""

    def with_scores(self) -> "AttemptQuerySet":
        """Add ``total`` and ``graded`` (items), ``score`` and ``max_score`` (thousandths)."""
        return self.annotate(
            total=Count("items"),
            graded=Count("items__submission"),
            score=Coalesce(Sum("items__submission__score"), 0),
            max_score=Coalesce(Sum("items__revision__points"), 0) * 1000,
        )


class Attempt(models.Model):
    """A learner's one go at a lesson's quiz or at a set, tied to the revisions that it shows."""

    id = models.UUIDField("識別子", primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="attempts")
    lesson = models.ForeignKey(Lesson, models.PROTECT, null=True, related_name="attempts")
    question_set = models.ForeignKey(
        QuestionSet, models.PROTECT, null=True, related_name="attempts"
    )
    # Draws the order of options. Never leaves the server.
    seed = models.PositiveBigIntegerField("乱数の種")
    created_at = models.DateTimeField("開始日時", auto_now_add=True)
    # When the server hands it in, of a set with a time limit or a closing time
    deadline = models.DateTimeField("終了の期限", null=True)
    finished_at = models.DateTimeField("終了日時", null=True, blank=True)
    late = models.BooleanField("締め切りに遅れた", default=False)

    objects = AttemptQuerySet.as_manager()

    # Set by with_scores(): numbers of items, sums in thousandths.
    total: int
    graded: int
    score: int
    max_score: int

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "lesson", "-created_at"]),
            models.Index(fields=["user", "question_set", "-created_at"]),
            # The newest attempts of all learners, for the statistics
            models.Index(fields=["lesson", "-created_at"]),
            models.Index(fields=["question_set", "-created_at"]),
            models.Index(
                fields=["deadline"], condition=Q(finished_at=None), name="open_attempts_by_deadline"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="an_attempt_is_at_a_lesson_or_at_a_set",
                condition=Q(lesson__isnull=False, question_set__isnull=True)
                | Q(lesson__isnull=True, question_set__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_released(self) -> bool:
        """True when its grades may be seen: at once at a lesson's quiz, by the rule of a set."""
        if self.question_set is None:
            return True
        return self.finished_at is not None and self.question_set.is_released


class AttemptItem(models.Model):
    """One question in an attempt, as the revision that the learner sees."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField("番号")
    revision = models.ForeignKey(QuestionRevision, models.PROTECT, related_name="items")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "position"], name="one_item_at_each_position"
            ),
            models.UniqueConstraint(
                fields=["attempt", "revision"], name="a_revision_once_in_an_attempt"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id}#{self.position}"


class AnswerDraft(models.Model):
    """What was typed for an item and is not graded yet.

    A page that shows a draft sends its version back with what is typed next, so that a page
    that has not seen the newest version overwrites nothing.
    """

    item = models.OneToOneField(AttemptItem, models.CASCADE, related_name="draft")
    # What the form posts: the values under each name. Blank ones are left out.
    data = models.JSONField("入力")
    flagged = models.BooleanField("あとで見直す", default=False)
    version = models.PositiveIntegerField("版")
    # Made by the server for each page it sends: a page never conflicts with itself.
    page = models.UUIDField("保存した画面")
    saved_at = models.DateTimeField("保存日時")

    def __str__(self) -> str:
        return f"{self.item_id}: {self.version}"


class Submission(models.Model):
    """The one graded answer to an item. One item, one key, one grade."""

    item = models.OneToOneField(AttemptItem, models.CASCADE, related_name="submission")
    # Made by the server for each form it sends; a retry of the same form carries the same key.
    key = models.UUIDField("送信の識別子", unique=True)
    response = models.JSONField("解答")
    score = models.PositiveIntegerField("得点 (1/1000 点)")
    max_score = models.PositiveIntegerField("満点 (1/1000 点)")
    # grading.Grade.to_json(), with the score as an exact fraction
    result = models.JSONField("採点結果")
    # The newest change of score and result by a regrade; the response is never changed.
    regraded = models.OneToOneField(
        "RegradeChange", models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField("送信日時", auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_score_is_between_zero_and_its_maximum",
                condition=Q(score__gte=0) & Q(score__lte=F("max_score")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.score}/{self.max_score}"


class Regrade(models.Model):
    """One correction of grades that were given: who, when, why, of which revision by which.

    Rows are never changed.
    """

    class Rule(models.TextChoices):
        """How the new grades come about."""

        KEY = "key", "今の版の正解で採点し直す"
        FULL_MARKS = "full-marks", "問題を無効にして、答えた全員を満点にする"

    # Made by the server for each preview; the same form sent twice is one regrade.
    key = models.UUIDField("送信の識別子", unique=True)
    question = models.ForeignKey(Question, models.PROTECT, related_name="regrades")
    answered = models.ForeignKey(QuestionRevision, models.PROTECT, related_name="+")
    revised = models.ForeignKey(QuestionRevision, models.PROTECT, related_name="+")
    rule = models.CharField("採点し直し方", max_length=16, choices=Rule)
    reason = models.CharField("理由", max_length=500)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="regrades"
    )
    by_name = models.CharField("行った人", max_length=150)  # stays when the account goes
    created_at = models.DateTimeField("日時", auto_now_add=True)
    # Numbers of answers: all that were looked at, and what became of the scores of the changed
    examined = models.PositiveIntegerField("調べた解答")
    raised = models.PositiveIntegerField("上がった解答")
    lowered = models.PositiveIntegerField("下がった解答")
    level = models.PositiveIntegerField("得点は同じで、正誤の表示が変わった解答")
    # Numbers of answers that were left alone, by the reason
    left_alone = models.JSONField("そのままにした解答")

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.rule}"


class RegradeChange(models.Model):
    """What a regrade made of one answer's grade. The old one is never lost."""

    regrade = models.ForeignKey(Regrade, models.CASCADE, related_name="changes")
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="changes")
    # By which revision each of the two results was told
    old_revision = models.ForeignKey(QuestionRevision, models.PROTECT, related_name="+")
    new_revision = models.ForeignKey(QuestionRevision, models.PROTECT, related_name="+")
    old_score = models.PositiveIntegerField("前の得点 (1/1000 点)")
    new_score = models.PositiveIntegerField("新しい得点 (1/1000 点)")
    old_result = models.JSONField("前の採点結果")
    new_result = models.JSONField("新しい採点結果")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["regrade", "submission"], name="one_change_of_an_answer_in_a_regrade"
            )
        ]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.old_score} -> {self.new_score}"
