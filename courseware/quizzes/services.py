"""What learners do with quizzes: start an attempt, answer its questions, look back."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from courseware.classes.models import User
from courseware.grading import InvalidResponse, question_from_json, thousandths
from courseware.lessons.models import Lesson
from courseware.quizzes.models import (
    Attempt,
    AttemptItem,
    AttemptQuerySet,
    Question,
    QuestionRevision,
    QuestionSet,
    RegradeChange,
    Submission,
)

# What lists of attempts do not show
LONG_TEXTS = ("lesson__published__html", "lesson__published__source", "question_set__html")


class NoQuestions(Exception):
    """The lesson has no questions (yet)."""


def quiz_lesson(slug: str) -> Lesson:
    """Return a published lesson, without its text. Raises Lesson.DoesNotExist for a draft."""
    return (
        Lesson.objects.filter(published__isnull=False)
        .select_related("published")
        .defer("published__html", "published__source")
        .get(slug=slug)
    )


def current_revisions(lesson: Lesson) -> list[QuestionRevision]:
    """Return the revisions that a new attempt would show, in order (one query)."""
    return list(
        QuestionRevision.objects.filter(
            pk__in=Question.objects.filter(lesson=lesson, retired=False).values("published")
        ).order_by("question__identifier")
    )


@transaction.atomic
def start_attempt(user: User, lesson: Lesson, *, again: bool = False) -> Attempt:
    """Return the learner's attempt at the lesson's quiz.

    That is the newest one; a new one is made when there is none, or when ``again`` is asked
    for and the newest is finished. Learner by learner this happens one after another, so a
    double click makes one attempt. Raises NoQuestions.
    """
    User.objects.select_for_update().get(pk=user.pk)
    newest = Attempt.objects.filter(user=user, lesson=lesson).first()
    if newest is not None and (newest.finished_at is None or not again):
        return newest
    revisions = current_revisions(lesson)
    if not revisions:
        raise NoQuestions
    attempt = Attempt.objects.create(user=user, lesson=lesson, seed=secrets.randbits(62))
    AttemptItem.objects.bulk_create(
        AttemptItem(attempt=attempt, position=position, revision=revision)
        for position, revision in enumerate(revisions, 1)
    )
    return attempt


def first_open_position(attempt: Attempt) -> int | None:
    """Return the place of the first question without a grade, or None when all have one."""
    open_items = attempt.items.filter(submission__isnull=True).order_by("position")
    return open_items.values_list("position", flat=True).first()


class Reception(Enum):
    """What became of a posted answer."""

    GRADED = "graded"
    REPEATED = "repeated"  # the same form came again: its grade is returned
    ALREADY_GRADED = "already graded"  # another form for a graded question changes nothing


def submit_answer(
    attempt: Attempt, position: int, key: UUID, data: Mapping[str, Sequence[str]]
) -> tuple[Submission, Reception]:
    """Grade a posted answer, or return the grade that its question has already.

    ``key`` names the form that was sent. Of any number of posts exactly one is stored. The
    attempt is finished with its last question. Raises AttemptItem.DoesNotExist, and
    NotAnswered, InvalidResponse or NotGraded, after which nothing is stored.
    """
    item = attempt.items.select_related("revision", "submission").get(position=position)
    stored = submission_of(item)
    if stored is None:
        # Grading may take as long as a program runs: nothing is locked meanwhile.
        return _store(attempt, graded(item, attempt, key, data))
    return stored, _reception_again(stored, key)


def graded(
    item: AttemptItem, attempt: Attempt, key: UUID, data: Mapping[str, Sequence[str]]
) -> Submission:
    """Return the graded answer, not stored yet."""
    question = question_from_json(item.revision.definition).variant(attempt.seed)
    response = question.measured(question.read(attempt.seed, data), attempt.user_id)
    grade = question.grade(response)
    return Submission(
        item=item,
        key=key,
        response=response.to_json(),
        score=thousandths(grade.score),
        max_score=thousandths(grade.max_score),
        result=grade.to_json(),
    )


@transaction.atomic
def _store(attempt: Attempt, submission: Submission) -> tuple[Submission, Reception]:
    """Store a graded answer, unless another of its question was stored meanwhile."""
    # One answer of an attempt after another: no two see the same question unanswered, and
    # the last two cannot both miss that they are the last.
    locked = Attempt.objects.select_for_update().get(pk=attempt.pk)
    stored = Submission.objects.filter(item=submission.item).first()
    if stored is not None:
        return stored, _reception_again(stored, submission.key)
    try:
        with transaction.atomic():
            submission.save()
    except IntegrityError:
        raise InvalidResponse(
            "この送信は別の問題に使われています。ページを読み込み直して、もう一度送ってください。"
        ) from None
    if not locked.items.filter(submission__isnull=True).exists():
        locked.finished_at = timezone.now()
        locked.save(update_fields=["finished_at"])
    return submission, Reception.GRADED


def _reception_again(stored: Submission, key: UUID) -> Reception:
    """Return what became of an answer to a question that has its grade."""
    return Reception.REPEATED if stored.key == key else Reception.ALREADY_GRADED


def submission_of(item: AttemptItem) -> Submission | None:
    """Return the item's submission, or None while it is not answered."""
    return getattr(item, "submission", None)


def attempt_of(user: User | None, pk: UUID) -> Attempt:
    """Return an attempt of the learner, with its scores.

    Raises Attempt.DoesNotExist for one of somebody else.
    """
    return (
        Attempt.objects.with_scores()
        .select_related("lesson__published", "question_set")
        .defer(*LONG_TEXTS)
        .get(pk=pk, user=user)
    )


def items_of(attempt: Attempt, position: int | None = None) -> list[AttemptItem]:
    """Return the attempt's questions in order, or the one at a position.

    One query, and one more where grades were changed by a regrade.
    """
    items = attempt.items.select_related(
        "revision",
        "submission__regraded__regrade",
        "submission__regraded__new_revision",
        "draft",
    )
    found = list(items if position is None else items.filter(position=position))
    prefetch_related_objects(
        [s for item in found if (s := submission_of(item)) and s.regraded],
        Prefetch("changes", RegradeChange.objects.select_related("regrade")),
    )
    return found


@dataclass(frozen=True)
class History:
    """A learner's newest attempts; ``more`` when there are older ones than these."""

    attempts: list[Attempt]
    more: bool
    limit: int


def history(
    user: User | None, lesson: Lesson | None = None, question_set: QuestionSet | None = None
) -> History:
    """Return the newest attempts, at most settings.QUIZ_ATTEMPTS_SHOWN, with scores.

    All of the learner's, or those at a lesson's quiz, or at a set.
    """
    limit = settings.QUIZ_ATTEMPTS_SHOWN
    found: list[Attempt] = []
    if user is not None:
        attempts: AttemptQuerySet = Attempt.objects.filter(user=user)
        if lesson is not None:
            attempts = attempts.filter(lesson=lesson)
        if question_set is not None:
            attempts = attempts.filter(question_set=question_set)
        found = list(
            attempts.with_scores()
            .select_related("lesson__published", "question_set")
            .defer(*LONG_TEXTS)
            .order_by("-created_at", "-id")[: limit + 1]  # sums drop the model's ordering
        )
    return History(found[:limit], len(found) > limit, limit)
