"""Taking a set: start an attempt, hand it in, or let the server do so when its time is over."""

import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from courseware.classes.models import User
from courseware.grading import InvalidResponse, NotAnswered, NotGraded
from courseware.quizzes import services
from courseware.quizzes.blueprints import Blueprint
from courseware.quizzes.deadlines import grace, is_over
from courseware.quizzes.drafts import draft_of, states
from courseware.quizzes.models import AnswerDraft, Attempt, AttemptItem, QuestionSet, Submission
from courseware.quizzes.sets import drawable, why_not


class CannotStart(Exception):
    """No attempt can be started now. The Japanese message says why."""


class Unanswered(Exception):
    """Questions have no answer, and the learner has not confirmed so many; nothing happened."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"答えのない問題が {count} 問あります。")


@transaction.atomic
def start(user: User, question_set: QuestionSet, *, again: bool = False) -> Attempt:
    """Return the learner's attempt at the set: the newest one, or a new one.

    A new one is made when there is none, or when ``again`` is asked for and the newest was handed
    in. Learner by learner this happens one after another, so a double click makes one. Raises
    CannotStart.
    """
    User.objects.select_for_update().get(pk=user.pk)
    tries = list(Attempt.objects.filter(user=user, question_set=question_set))
    if tries and (tries[0].finished_at is None or not again):
        return tries[0]
    now = timezone.now()
    if reason := why_not(question_set, len(tries), now):
        raise CannotStart(reason)
    questions = drawable()
    seed = secrets.randbits(62)
    blueprint = Blueprint.from_json(question_set.blueprint)
    drawn = blueprint.draw(questions, seed, _seen(user, question_set))
    if not drawn:
        raise CannotStart("出題できる問題が、まだありません。")
    attempt = Attempt.objects.create(
        user=user, question_set=question_set, seed=seed, deadline=_deadline(question_set, now)
    )
    revisions = {candidate.identifier: revision for candidate, revision in questions.items()}
    AttemptItem.objects.bulk_create(
        AttemptItem(attempt=attempt, position=position, revision_id=revisions[identifier])
        for position, identifier in enumerate(drawn, 1)
    )
    return attempt


def _seen(user: User, question_set: QuestionSet) -> Counter[str]:
    """Return how often the learner was asked each question in attempts at the set."""
    items = AttemptItem.objects.filter(attempt__user=user, attempt__question_set=question_set)
    return Counter(items.values_list("revision__question__identifier", flat=True))


def _deadline(question_set: QuestionSet, now: datetime) -> datetime | None:
    ends = [question_set.closes_at] if question_set.closes_at is not None else []
    if question_set.minutes is not None:
        ends.append(now + timedelta(minutes=question_set.minutes))
    return min(ends, default=None)


def hand_in(attempt: Attempt, confirmed: int | None = None) -> None:
    """Grade what was saved and finish the attempt; doing so twice is once.

    Raises Unanswered while there is time and questions have no answer that are not exactly the
    ``confirmed`` number, and NotGraded when an answer cannot be graded now; then nothing happened.
    """
    now = timezone.now()
    if attempt.deadline is None or now < attempt.deadline:
        open_ = [s for s in states(attempt, services.items_of(attempt)) if not s.answered]
        if open_ and attempt.finished_at is None and len(open_) != confirmed:
            raise Unanswered(len(open_))
    _finish(attempt, now)


def hand_in_if_over(attempt: Attempt) -> bool:
    """Hand in an attempt whose time is over; return whether that was done now.

    No process has to wait for the deadline: whoever looks at the attempt next, or the command
    ``hand_in_over``, does it, with what was saved before.
    """
    now = timezone.now()
    if attempt.finished_at is not None or not is_over(attempt, now):
        return False
    try:
        _finish(attempt, now)
    except NotGraded:
        return False  # it takes no answers any more; the next look tries again
    return True


def hand_in_over(user: User | None = None) -> int:
    """Hand in the attempts whose time is over, of one learner or of all; return how many."""
    over = Attempt.objects.filter(finished_at=None, deadline__lt=timezone.now() - grace())
    if user is not None:
        over = over.filter(user=user)
    return sum(map(hand_in_if_over, over.select_related("question_set")))


@dataclass
class _Grading:
    """Grades that are not stored yet, with the versions of the drafts that they are of."""

    versions: dict[int, int] = field(default_factory=dict)
    submissions: list[Submission] = field(default_factory=list)


def _finish(attempt: Attempt, now: datetime) -> None:
    # Grading may take as long as programs run: nothing is locked meanwhile, and what is saved
    # meanwhile is graded too.
    while not _store(attempt, _grade(attempt), now):
        pass


def _grade(attempt: Attempt) -> _Grading:
    grading = _Grading()
    for item in services.items_of(attempt):
        draft = draft_of(item)
        if draft is None:
            continue
        grading.versions[item.pk] = draft.version
        try:
            grading.submissions.append(services.graded(item, attempt, uuid4(), draft.data))
        except (NotAnswered, InvalidResponse):
            continue
    return grading


@transaction.atomic
def _store(attempt: Attempt, grading: _Grading, now: datetime) -> bool:
    """Store the grades and finish the attempt; return False when drafts have changed meanwhile."""
    locked = Attempt.objects.select_for_update().get(pk=attempt.pk)
    if locked.finished_at is not None:
        return True
    drafts = AnswerDraft.objects.filter(item__attempt=locked)
    if dict(drafts.values_list("item", "version")) != grading.versions:
        return False
    Submission.objects.bulk_create(grading.submissions)
    locked.finished_at = min(now, locked.deadline) if locked.deadline else now
    due = attempt.question_set.due_at if attempt.question_set else None
    locked.late = due is not None and locked.finished_at > due
    locked.save(update_fields=["finished_at", "late"])
    return True
