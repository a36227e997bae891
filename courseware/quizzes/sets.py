"""The sets that learners may take, and the questions that there are to draw from."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models.fields.json import KeyTextTransform

from courseware.classes.models import User
from courseware.quizzes.blueprints import Blueprint, Candidate, Share
from courseware.quizzes.models import Attempt, Question, QuestionSet


def set_of(slug: str) -> QuestionSet:
    """Return a set. Raises QuestionSet.DoesNotExist, also for one that was withdrawn."""
    return QuestionSet.objects.get(slug=slug, retired=False)


@dataclass(frozen=True)
class Listed:
    """A set in the list, with a learner's attempts at it."""

    question_set: QuestionSet
    tries: int
    open: bool


def listed(user: User | None) -> list[Listed]:
    """Return the sets in order, with the learner's attempts (two queries)."""
    tries: dict[int, list[bool]] = {}
    if user is not None:
        attempts = Attempt.objects.filter(user=user, question_set__isnull=False)
        for pk, finished_at in attempts.values_list("question_set", "finished_at"):
            tries.setdefault(pk, []).append(finished_at is None)
    return [
        Listed(found, len(tries.get(found.pk, [])), any(tries.get(found.pk, [])))
        for found in QuestionSet.objects.filter(retired=False).defer("html")
    ]


def drawable() -> dict[Candidate, int]:
    """Return what can be drawn, each with its published revision (one query)."""
    questions = Question.objects.filter(
        retired=False, published__isnull=False, lesson__published__isnull=False
    )
    # As text. A plain look-up reads the JSON text "351.1" back as a number on SQLite.
    rows = questions.values_list(
        "identifier",
        "lesson__slug",
        KeyTextTransform("objective", "published__definition"),
        "published",
    )
    return {Candidate(*row[:3]): row[3] for row in rows}


def shares(question_set: QuestionSet) -> list[Share]:
    """Return how many questions each topic of the set gives now (one query)."""
    return Blueprint.from_json(question_set.blueprint).shares(drawable())


def taken(user: User | None, question_set: QuestionSet) -> int:
    """Return how many attempts at the set a learner has started."""
    return Attempt.objects.filter(user=user, question_set=question_set).count() if user else 0


def why_not(question_set: QuestionSet, tries: int, now: datetime) -> str:
    """Return why a learner with so many attempts cannot start another now; empty if they can."""
    if question_set.opens_at is not None and now < question_set.opens_at:
        return "受け付けはまだ始まっていません。"
    if question_set.closes_at is not None and now >= question_set.closes_at:
        return "受け付けは終わりました。"
    allowed = question_set.attempts_allowed
    if allowed is not None and tries >= allowed:
        return f"受けられるのは {allowed} 回までです。"
    return ""
