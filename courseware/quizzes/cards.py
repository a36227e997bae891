"""A question of an attempt as the page shows it, before and after grading."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any

from courseware.grading import Presentation, Question, question_from_json
from courseware.grading.model import NO_DATA, Data
from courseware.grading.variants import fill
from courseware.quizzes.drafts import Refusal, draft_of
from courseware.quizzes.models import (
    AnswerDraft,
    AttemptItem,
    Regrade,
    RegradeChange,
    Submission,
)
from courseware.quizzes.services import submission_of


@dataclass(frozen=True)
class Form:
    """An ungraded question: what can be answered, and what was wrong with a first try.

    ``html`` are the texts that the form shows, by key, and no others. ``version`` is that of
    the draft that it shows. ``other`` is the question with what another page saved meanwhile.
    """

    key: uuid.UUID
    template: str
    presentation: Presentation
    html: dict[str, str]
    error: str
    version: int
    flagged: bool
    draft: AnswerDraft | None
    refusal: Refusal | None = None
    other: "Form | None" = None


@dataclass(frozen=True)
class Result:
    """A graded question: everything that may be told now, in the order that was presented.

    ``grade`` is grading.Grade as JSON. ``correction`` is there when it is not the first one.
    """

    template: str
    presentation: Presentation
    submission: Submission
    html: dict[str, str]
    grade: dict[str, Any]
    correction: "Correction | None" = None

    @property
    def options(self) -> dict[str, dict[str, Any]]:
        """The outcome of each option by the key of its text."""
        return {option["text"]: option for option in self.grade["options"]}

    @property
    def verdict(self) -> str:
        """ "good" for full marks, "bad" for none, "part" for some."""
        if self.submission.score == self.submission.max_score:
            return "good"
        return "part" if self.submission.score else "bad"


@dataclass(frozen=True)
class Correction:
    """How a grade was changed by regrades, oldest first, and the result that was told at first."""

    changes: list[RegradeChange]
    first: Result

    @property
    def voids(self) -> bool:
        """True when the grade is full marks whatever was answered."""
        return self.changes[-1].regrade.rule == Regrade.Rule.FULL_MARKS


@dataclass(frozen=True)
class Note:
    """What the card of a question that was just posted tells.

    ``posted`` and ``error`` show a refused answer again, ``refusal`` one that was not saved;
    ``already_graded`` tells that a second answer was sent after the graded one.
    """

    posted: Data | None = None
    error: str = ""
    already_graded: bool = False
    refusal: Refusal | None = None


NO_NOTE = Note()


@dataclass(frozen=True)
class Card:
    """A question: its number, its prompt, and a form or a result.

    One that was handed in blank has neither, but its ``explanation``.
    """

    item: AttemptItem
    prompt: str
    points: int
    form: Form | None
    result: Result | None
    already_graded: bool
    explanation: str = ""


def card(item: AttemptItem, note: Note = NO_NOTE, *, handed_in: bool = False) -> Card:
    """Return the card of an item, with its draft; ``handed_in`` when no answer can be given.

    While the item can be answered, nothing of its key, feedback or explanation is in the card.
    A question whose grade was changed by another revision's key is shown as that revision.
    """
    submission = submission_of(item)
    change = submission.regraded if submission else None
    revision, seed = change.new_revision if change else item.revision, item.attempt.seed
    question = question_from_json(revision.definition).variant(seed)
    html = filled(revision.html, question.values)
    form = result = None
    if submission is not None:
        correction = _correction(item, submission) if change else None
        result = _result(question, seed, html, submission, submission.result, correction)
    elif not handed_in:
        form = _form(question, item, html, note)
    return Card(
        item=item,
        prompt=html["prompt"],
        points=item.revision.points,
        form=form,
        result=result,
        already_graded=note.already_graded and submission is not None,
        explanation="" if form else html["explanation"],
    )


def _result(
    question: Question,
    seed: int,
    html: dict[str, str],
    submission: Submission,
    grade: dict[str, Any],
    correction: Correction | None = None,
) -> Result:
    template = f"quizzes/shapes/{question.shape}_result.html"
    return Result(template, question.present(seed), submission, html, grade, correction)


def _correction(item: AttemptItem, submission: Submission) -> Correction:
    seed, changes = item.attempt.seed, list(submission.changes.all())
    question = question_from_json(item.revision.definition).variant(seed)
    html = filled(item.revision.html, question.values)
    return Correction(changes, _result(question, seed, html, submission, changes[0].old_result))


def filled(html: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Return the rendered texts of a variant: each ``{{name}}`` is its value."""
    escaped = {name: escape(value) for name, value in values.items()}
    return {key: fill(text, escaped) if escaped else text for key, text in html.items()}


def _form(question: Question, item: AttemptItem, html: dict[str, str], note: Note) -> Form:
    seed, draft, refusal = item.attempt.seed, draft_of(item), note.refusal
    version, flagged = (draft.version, draft.flagged) if draft else (0, False)
    shown: Data = draft.data if draft else NO_DATA
    if note.posted is not None:
        shown = note.posted
    if refusal is not None:
        shown, version = refusal.entry.data, refusal.entry.version
        flagged = refusal.entry.flagged
    presentation = question.present(seed, shown)
    form = Form(
        key=uuid.uuid4(),
        template=f"quizzes/shapes/{question.shape}_form.html",
        presentation=presentation,
        html={key: html[key] for key in presentation.text_keys},
        error=note.error,
        version=version,
        flagged=flagged,
        draft=draft,
        refusal=refusal,
    )
    if refusal is None or refusal.saved is None:
        return form
    saved = question.present(seed, refusal.saved.data)
    return replace(form, other=replace(form, presentation=saved))
