"""A question of an attempt as the page shows it, before and after grading."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from courseware.grading import Presentation, Question, question_from_json
from courseware.grading.model import NO_DATA, Data
from courseware.grading.variants import fill
from courseware.quizzes.models import AttemptItem, Submission
from courseware.quizzes.services import submission_of


@dataclass(frozen=True)
class Form:
    """An ungraded question: what can be answered, and what was wrong with a first try.

    ``html`` are the texts that the form shows, by key, and no others.
    """

    key: uuid.UUID
    template: str
    presentation: Presentation
    html: dict[str, str]
    error: str


@dataclass(frozen=True)
class Result:
    """A graded question: everything that may be told now, in the order that was presented."""

    template: str
    presentation: Presentation
    submission: Submission
    html: dict[str, str]

    @property
    def grade(self) -> dict[str, Any]:
        """grading.Grade as JSON."""
        grade: dict[str, Any] = self.submission.result
        return grade

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
class Card:
    """A question: its number, its prompt, and either a form or a result."""

    item: AttemptItem
    prompt: str
    points: int
    form: Form | None
    result: Result | None
    already_graded: bool


def card(
    item: AttemptItem, *, posted: Data | None = None, error: str = "", already_graded: bool = False
) -> Card:
    """Return the card of an item.

    ``posted`` and ``error`` show a refused answer again; ``already_graded`` tells that a
    second answer was sent after the graded one. While the item is not graded, nothing of its
    key, feedback or explanation is in the card.
    """
    revision, seed = item.revision, item.attempt.seed
    question = question_from_json(revision.definition).variant(seed)
    html = filled(revision.html, question.values)
    submission = submission_of(item)
    form = result = None
    if submission is None:
        form = _form(question, html, question.present(seed, posted or NO_DATA), error)
    else:
        template = f"quizzes/shapes/{question.shape}_result.html"
        result = Result(template, question.present(seed), submission, html)
    return Card(
        item=item,
        prompt=html["prompt"],
        points=revision.points,
        form=form,
        result=result,
        already_graded=already_graded and submission is not None,
    )


def filled(html: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Return the rendered texts of a variant: each ``{{name}}`` is its value."""
    escaped = {name: escape(value) for name, value in values.items()}
    return {key: fill(text, escaped) if escaped else text for key, text in html.items()}


def _form(question: Question, html: dict[str, str], presentation: Presentation, error: str) -> Form:
    return Form(
        key=uuid.uuid4(),
        template=f"quizzes/shapes/{question.shape}_form.html",
        presentation=presentation,
        html={key: html[key] for key in presentation.text_keys},
        error=error,
    )
