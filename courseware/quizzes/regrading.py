"""Correcting grades that were given: plan, look, apply.

A regrade takes the answers to one revision of a question and grades them again: by the key of the
revision that is published now (which may be the same one, after a change of the grader), or with
full marks for all who answered. What was answered, and the points of the time, stay as they are;
answers that mean nothing in the published revision are left alone (``courseware.grading.regrading``
says which). Where nothing would change nothing is stored, so doing it twice is doing it once.

The answers are taken in rounds of settings.QUIZ_REGRADE_ANSWERS in the order of their numbers, each
round one transaction. A round is closed by the number of its last answer: what learners send
meanwhile belongs to a later one.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery

from courseware.classes.models import User
from courseware.grading import Grade, Response, question_from_json, thousandths
from courseware.grading.regrading import NotComparable, regraded
from courseware.quizzes.models import (
    Attempt,
    Question,
    QuestionRevision,
    Regrade,
    RegradeChange,
    Submission,
)


class PlanChanged(Exception):
    """What would be changed is not what was looked at; nothing happened."""


class NothingToChange(Exception):
    """All grades are as the regrade would make them; nothing happened."""


class NoReason(Exception):
    """The reason is blank or too long; nothing happened. The Japanese message says which."""


@dataclass(frozen=True)
class Round:
    """What is to be graded again: the answers to a revision after a number, up to another.

    ``revised`` is the published revision.
    """

    question: Question
    answered: QuestionRevision
    revised: QuestionRevision
    rule: Regrade.Rule
    after: int = 0
    upto: int | None = None


@dataclass(frozen=True)
class Change:
    """What one answer's grade would become."""

    submission: Submission
    old_revision: int
    new_revision: int
    new_score: int
    new_result: dict[str, Any]

    @property
    def difference(self) -> int:
        """The change of the score, in thousandths of a point."""
        return self.new_score - self.submission.score


@dataclass(frozen=True)
class Plan:
    """All that a round would do. ``last`` is the number of its last answer; ``more`` follow."""

    examined: int
    changes: Sequence[Change]
    left_alone: dict[str, int]
    last: int
    more: bool
    digest: str

    @property
    def raised(self) -> int:
        """How many scores would rise."""
        return sum(change.difference > 0 for change in self.changes)

    @property
    def lowered(self) -> int:
        """How many scores would fall."""
        return sum(change.difference < 0 for change in self.changes)

    @property
    def level(self) -> int:
        """How many results would change with the score as it was."""
        return sum(change.difference == 0 for change in self.changes)

    @property
    def unchanged(self) -> int:
        """How many answers are graded so already."""
        return self.examined - len(self.changes) - sum(self.left_alone.values())


def plan(asked: Round) -> Plan:
    """Return what a round would do now (one query)."""
    return _plan(asked, _answers(asked))


def _answers(asked: Round) -> QuerySet[Submission]:
    answers = Submission.objects.filter(item__revision=asked.answered, pk__gt=asked.after)
    if asked.upto is not None:
        answers = answers.filter(pk__lte=asked.upto)
    return (
        answers.select_related("item__attempt", "regraded")
        .only(
            "response",
            "score",
            "max_score",
            "result",
            "item__attempt__seed",
            "regraded__new_revision_id",
        )
        .order_by("pk")
    )


def _plan(asked: Round, answers: QuerySet[Submission]) -> Plan:
    limit = settings.QUIZ_REGRADE_ANSWERS
    found = list(answers[: limit + 1])
    examined, changes, left_alone = found[:limit], [], Counter[str]()
    grade = (_with_full_marks if asked.rule == Regrade.Rule.FULL_MARKS else _by_key)(asked)
    for submission in examined:
        try:
            change = grade(submission)
        except NotComparable as reason:
            left_alone[str(reason)] += 1
            continue
        if (change.new_score, change.new_result) != (submission.score, submission.result):
            changes.append(change)
    return Plan(
        examined=len(examined),
        changes=changes,
        left_alone=dict(sorted(left_alone.items())),
        last=examined[-1].pk if examined else asked.after,
        more=len(found) > limit,
        digest=_digest(asked, changes, left_alone),
    )


def _digest(asked: Round, changes: Sequence[Change], left_alone: Counter[str]) -> str:
    """Return what names the plan's content: the same plan, the same digest."""
    content = [
        asked.revised.pk,
        sorted(left_alone.items()),
        [
            [c.submission.pk, c.submission.score, c.new_score, c.new_revision, c.new_result]
            for c in changes
        ],
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _told_by(submission: Submission, asked: Round) -> int:
    """Return the revision by which an answer's grade stands."""
    return submission.regraded.new_revision_id if submission.regraded else asked.answered.pk


def _with_full_marks(asked: Round) -> Callable[[Submission], Change]:
    """Return the function that gives full marks, by whichever revision the grade stands."""

    def grade(submission: Submission) -> Change:
        revision = _told_by(submission, asked)
        points = str(submission.max_score // 1000)
        return Change(
            submission=submission,
            old_revision=revision,
            new_revision=revision,
            new_score=submission.max_score,
            new_result={**submission.result, "score": points, "correct": True},
        )

    return grade


def _by_key(asked: Round) -> Callable[[Submission], Change]:
    """Return the function that grades by the published revision; it remembers equal answers."""
    old = question_from_json(asked.answered.definition)
    new = question_from_json(asked.revised.definition)
    varies = old.variants != new.variants or bool(old.variants.parameters)
    known: dict[str, Grade] = {}

    def grade(submission: Submission) -> Change:
        seed = submission.item.attempt.seed
        key = json.dumps([submission.response, seed if varies else 0], sort_keys=True)
        if key not in known:
            known[key] = regraded(old, new, seed, Response.from_json(submission.response))
        return Change(
            submission=submission,
            old_revision=_told_by(submission, asked),
            new_revision=asked.revised.pk,
            new_score=thousandths(known[key].score),
            new_result=known[key].to_json(),
        )

    return grade


@transaction.atomic
def apply(asked: Round, digest: str, reason: str, key: UUID, by: User) -> Regrade:
    """Do what was looked at, and return its record; the same ``key`` again returns it again.

    Raises NoReason, PlanChanged when the plan's digest is another now, and NothingToChange.
    """
    # One regrade of a question after another; the answers that it looks at are held meanwhile.
    question = Question.objects.select_for_update().get(pk=asked.question.pk)
    done = Regrade.objects.filter(key=key).first()
    if done is not None:
        return done
    reason = _checked(reason)
    planned = _plan(asked, _answers(asked).select_for_update(of=("self",)))
    if question.published_id != asked.revised.pk or planned.digest != digest:
        raise PlanChanged
    if not planned.changes:
        raise NothingToChange
    regrade = Regrade.objects.create(
        key=key,
        question=question,
        answered=asked.answered,
        revised=asked.revised,
        rule=asked.rule,
        reason=reason,
        by=by,
        by_name=by.username,
        examined=planned.examined,
        raised=planned.raised,
        lowered=planned.lowered,
        level=planned.level,
        left_alone=planned.left_alone,
    )
    RegradeChange.objects.bulk_create(_rows(regrade, planned), batch_size=500)
    _take_over(regrade)
    return regrade


def _checked(reason: str) -> str:
    reason = " ".join(reason.split())
    limit = Regrade._meta.get_field("reason").max_length
    if not reason:
        raise NoReason("理由を入力してください。採点を訂正された受講者に、そのまま表示します。")
    if limit is not None and len(reason) > limit:
        raise NoReason(f"理由は {limit} 文字以内で入力してください (今は {len(reason)} 文字)。")
    return reason


def _rows(regrade: Regrade, planned: Plan) -> Iterator[RegradeChange]:
    for change in planned.changes:
        yield RegradeChange(
            regrade=regrade,
            submission=change.submission,
            old_revision_id=change.old_revision,
            new_revision_id=change.new_revision,
            old_score=change.submission.score,
            new_score=change.new_score,
            old_result=change.submission.result,
            new_result=change.new_result,
        )


def _take_over(regrade: Regrade) -> None:
    """Give the answers the new grades of their changes, in one statement."""
    change = RegradeChange.objects.filter(regrade=regrade, submission=OuterRef("pk"))
    Submission.objects.filter(changes__regrade=regrade).update(
        score=Subquery(change.values("new_score")),
        result=Subquery(change.values("new_result")),
        regraded=Subquery(change.values("pk")),
    )


@dataclass(frozen=True)
class Row:
    """A changed answer as instructors see it: whose, in which attempt, from what to what.

    Scores are thousandths; the attempt's are of all its questions.
    """

    attempt: Attempt
    learner: str
    old_score: int
    new_score: int
    old_total: int
    new_total: int

    @property
    def difference(self) -> int:
        """The change, in thousandths."""
        return self.new_score - self.old_score


def rows(changes: Sequence[Change]) -> list[Row]:
    """Return some of a plan's changes with their attempts (one query)."""
    attempts = _attempts({change.submission.item.attempt_id for change in changes})
    found = []
    for change in changes:
        attempt = attempts[change.submission.item.attempt_id]
        total = attempt.score
        found.append(
            Row(
                attempt=attempt,
                learner=learner_name(attempt.user),
                old_score=change.submission.score,
                new_score=change.new_score,
                old_total=total,
                new_total=total + change.difference,
            )
        )
    return found


def _attempts(pks: set[UUID]) -> dict[UUID, Attempt]:
    return {
        attempt.pk: attempt
        for attempt in Attempt.objects.filter(pk__in=pks).with_scores().select_related("user")
    }


def learner_name(user: User) -> str:
    """Return how a learner is named to instructors: a guest by a short number."""
    if not user.is_guest:
        return user.username
    return f"ゲスト {user.username.removeprefix('guest-')[:6]}"


def answered_revisions(question: Question) -> list[QuestionRevision]:
    """Return the revisions that were answered, newest first, each with ``answers`` (a number)."""
    return list(
        question.revisions.annotate(
            answers=Count("items__submission"),
        )
        .filter(answers__gt=0)
        .order_by("-created_at", "-pk")
    )


def regrades() -> QuerySet[Regrade]:
    """Return all regrades, newest first."""
    return Regrade.objects.select_related("question")


def changes_of(regrade: Regrade) -> QuerySet[RegradeChange]:
    """Return a regrade's changes with their learners, in the order of the answers."""
    return (
        regrade.changes.select_related("submission__item__attempt__user")
        .defer("old_result", "new_result", "submission__result", "submission__response")
        .order_by("submission")
    )
