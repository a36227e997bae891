"""What is typed and not graded yet: read from a posted page, stored, never lost silently.

A page posts the fields of a question as ``q3-answer``: the number says which question. With
them go the version of the draft that it showed (``q3-version``), whether the question is marked
to be looked at again (``q3-flag``), and, after a conflict, what to keep (``q3-keep``).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from courseware.grading import InvalidResponse, NotAnswered, question_from_json
from courseware.quizzes.deadlines import is_over
from courseware.quizzes.models import AnswerDraft, Attempt, AttemptItem

NAME = re.compile(r"q([1-9][0-9]{0,3})-(.+)", re.DOTALL)
NUMBER = re.compile(r"[0-9]{1,9}")
PAGE_FIELDS = frozenset({"key", "version", "flag", "keep"})
# What to keep after a conflict, when it is not what the page shows.
SAVED = "saved"

Posted = Mapping[str, Sequence[str]]


class Closed(Exception):
    """The attempt takes no answers any more: it was handed in, or its time is over."""


@dataclass(frozen=True)
class Entry:
    """What a page posted for one question; ``data`` are the question's own fields."""

    data: dict[str, list[str]]
    key: str
    version: int
    flagged: bool
    keep: str


@dataclass(frozen=True)
class Refusal:
    """An entry that was not stored, and why. ``saved`` is the draft that a conflict is with."""

    entry: Entry
    message: str
    saved: AnswerDraft | None = None


def entries(posted: Posted) -> dict[int, Entry]:
    """Return what a page posted for each of its questions, by number.

    A question whose ``version`` is missing was not on the page.
    """
    fields: dict[int, dict[str, Sequence[str]]] = {}
    for name, values in posted.items():
        if found := NAME.fullmatch(name):
            fields.setdefault(int(found[1]), {})[found[2]] = values
    return {number: bare_entry(own) for number, own in fields.items() if "version" in own}


def bare_entry(fields: Posted) -> Entry:
    """Return what was posted for one question whose fields have their own names."""
    return Entry(
        data={
            name: [value.replace("\0", "") for value in values]
            for name, values in fields.items()
            if name not in PAGE_FIELDS and any(value.strip() for value in values)
        },
        key="".join(fields.get("key", ())),
        version=_number("".join(fields.get("version", ()))),
        flagged="flag" in fields,
        keep="".join(fields.get("keep", ())),
    )


def _number(text: str) -> int:
    return int(text) if NUMBER.fullmatch(text) else 0


@transaction.atomic
def save(attempt: Attempt, posted: Mapping[int, Entry], page: UUID) -> dict[int, Refusal]:
    """Store what differs from the drafts, and return what was refused, by number.

    ``page`` names the page that posts. A draft that another page saved since this one was sent is
    not overwritten, unless the learner says so. Graded questions are left alone. Raises
    Closed, and then nothing is stored.
    """
    received = timezone.now()  # before waiting for the lock: a full server makes nobody late
    locked = Attempt.objects.select_for_update().get(pk=attempt.pk)
    if locked.finished_at is not None or is_over(locked, received):
        raise Closed
    items = locked.items.select_related("draft").filter(
        position__in=posted, submission__isnull=True
    )
    refusals: dict[int, Refusal] = {}
    changed: list[AnswerDraft] = []
    for item in items:
        entry, stored = posted[item.position], draft_of(item)
        old = _is_old(entry, stored, page)
        if not _is_new(entry, stored, old):
            continue
        if refusal := _refusal(entry, stored if old else None):
            refusals[item.position] = refusal
        else:
            changed.append(_draft(item, entry, stored, page))
    AnswerDraft.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["item"],
        update_fields=["data", "flagged", "version", "page", "saved_at"],
    )
    return refusals


def _is_old(entry: Entry, stored: AnswerDraft | None, page: UUID) -> bool:
    """Return whether another page has saved since this one was sent."""
    known = _number(entry.keep) if entry.keep else entry.version
    return stored is not None and stored.page != page and stored.version != known


def _is_new(entry: Entry, stored: AnswerDraft | None, old: bool) -> bool:
    blank = not entry.data and not entry.flagged
    # A field that is blank on an old page was not emptied by anybody.
    if entry.keep == SAVED or (blank and (old or stored is None)):
        return False
    return stored is None or entry.data != stored.data or entry.flagged != stored.flagged


def _refusal(entry: Entry, other: AnswerDraft | None) -> Refusal | None:
    """Return why the entry is not stored; ``other`` is the newer draft of another page."""
    limit = settings.QUIZ_DRAFT_CHARACTERS
    if len(json.dumps(entry.data, ensure_ascii=False)) > limit:
        return Refusal(entry, f"答えが長すぎるため、保存していません (一問 {limit:,} 文字まで)。")
    if other is not None and other.data != entry.data:
        return Refusal(entry, "別の画面で、この問題に違う答えが保存されています。", other)
    return None


def _draft(item: AttemptItem, entry: Entry, stored: AnswerDraft | None, page: UUID) -> AnswerDraft:
    return AnswerDraft(
        item=item,
        data=entry.data,
        flagged=entry.flagged,
        version=stored.version + 1 if stored else 1,
        page=page,
        saved_at=timezone.now(),
    )


def draft_of(item: AttemptItem) -> AnswerDraft | None:
    """Return the item's draft, or None when nothing was saved."""
    return getattr(item, "draft", None)


@dataclass(frozen=True)
class State:
    """How far the answer to a question is: ``problem`` says why it cannot be graded as it is."""

    number: int
    answered: bool
    flagged: bool
    problem: str

    @property
    def blank(self) -> bool:
        """True when nothing was entered."""
        return not self.answered and not self.problem


def states(attempt: Attempt, items: Iterable[AttemptItem]) -> list[State]:
    """Return how far the answer to each item is (no query: items with revision and draft)."""
    return [_state(attempt, item) for item in items]


def _state(attempt: Attempt, item: AttemptItem) -> State:
    draft = draft_of(item)
    flagged = draft is not None and draft.flagged
    problem = ""
    if draft is None or not draft.data:
        return State(item.position, False, flagged, problem)
    question = question_from_json(item.revision.definition).variant(attempt.seed)
    try:
        question.read(attempt.seed, draft.data)
    except (NotAnswered, InvalidResponse) as error:
        problem = str(error)
    return State(item.position, not problem, flagged, problem)
