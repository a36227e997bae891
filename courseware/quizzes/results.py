"""What an attempt at a set came to: by topic and by lesson, and beside earlier tries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Q
from django.db.models.fields.json import KeyTextTransform

from courseware.classes.models import User
from courseware.quizzes.blueprints import Blueprint
from courseware.quizzes.intervals import Share
from courseware.quizzes.models import Attempt, QuestionSet

RIGHT = Q(items__submission__score=F("items__submission__max_score"))


@dataclass(frozen=True)
class Row:
    """A group of questions: its name, where to read about it, how many were right."""

    name: str
    lesson: str
    share: Share


@dataclass(frozen=True)
class Try:
    """One attempt at a set among the learner's others, as far as its grades may be seen."""

    pk: UUID
    started: datetime
    late: bool
    share: Share


@dataclass(frozen=True)
class Results:
    """An attempt's share of right answers: of all, by topic, by lesson; and the last try before."""

    overall: Share
    topics: list[Row]
    lessons: list[Row]
    previous: Try | None

    @property
    def differs(self) -> bool:
        """True when chance alone hardly explains the difference to the try before."""
        return self.previous is not None and not self.overall.overlaps(self.previous.share)


def results_of(attempt: Attempt, question_set: QuestionSet, tried: Iterable[Try]) -> Results:
    """Return the results of an attempt that was handed in (one query).

    ``tried`` are the learner's tries at the set, newest first. An answer is right when it has
    full marks; a part of them, and no answer, do not count.
    """
    rows = attempt.items.order_by("position").values_list(
        KeyTextTransform("objective", "revision__definition"),
        "revision__question__lesson__slug",
        "revision__question__lesson__published__title",
        "submission__score",
        "submission__max_score",
    )
    topics: dict[str, list[bool]] = {}
    lessons: dict[tuple[str, str], list[bool]] = {}
    for objective, slug, title, score, max_score in rows:
        right = score is not None and score == max_score
        topics.setdefault(objective, []).append(right)
        lessons.setdefault((slug, title or slug), []).append(right)
    names = _names(question_set)
    return Results(
        overall=_share(right for group in topics.values() for right in group),
        topics=[
            Row(names.get(objective, objective), "", _share(group))
            for objective, group in sorted(topics.items())
        ],
        lessons=[Row(title, slug, _share(group)) for (slug, title), group in lessons.items()],
        previous=next((one for one in tried if one.started < attempt.created_at), None),
    )


def _names(question_set: QuestionSet) -> dict[str, str]:
    topics = Blueprint.from_json(question_set.blueprint).topics
    return {
        topic.objective: f"{topic.objective} {topic.name}"
        for topic in topics
        if topic.objective and not topic.lesson
    }


def _share(right: Iterable[bool]) -> Share:
    marks = list(right)
    return Share(sum(marks), len(marks))


def tries(user: User | None, question_set: QuestionSet) -> list[Try]:
    """Return the learner's newest attempts that were handed in (one query).

    None while the set's results are not released; at most settings.QUIZ_ATTEMPTS_SHOWN.
    """
    if user is None or not question_set.is_released:
        return []
    attempts = Attempt.objects.filter(
        user=user, question_set=question_set, finished_at__isnull=False
    ).annotate(asked=Count("items"), right=Count("items", filter=RIGHT))
    newest = attempts.order_by("-created_at", "-id")[: settings.QUIZ_ATTEMPTS_SHOWN]
    return [
        Try(pk, started, late, Share(right, asked))
        for pk, started, late, right, asked in newest.values_list(
            "pk", "created_at", "late", "right", "asked"
        )
    ]
