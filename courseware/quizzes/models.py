"""Questions with their immutable revisions; attempts, and the one submission for each item.

Scores are whole thousandths of a point, so that sums are exact in every database.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

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
    """A learner's one go at a lesson's quiz, tied to the revisions that it shows."""

    id = models.UUIDField("識別子", primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="attempts")
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="attempts")
    # Draws the order of options. Never leaves the server.
    seed = models.PositiveBigIntegerField("乱数の種")
    created_at = models.DateTimeField("開始日時", auto_now_add=True)
    finished_at = models.DateTimeField("終了日時", null=True, blank=True)

    objects = AttemptQuerySet.as_manager()

    # Set by with_scores(): numbers of items, sums in thousandths.
    total: int
    graded: int
    score: int
    max_score: int

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["user", "lesson", "-created_at"])]

    def __str__(self) -> str:
        return str(self.id)


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
