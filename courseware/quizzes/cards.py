"""A question of an attempt as the page shows it, before and after grading."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courseware.grading import Presentation, question_from_json
from courseware.grading.model import ANSWER
from courseware.quizzes.models import AttemptItem, Submission
from courseware.quizzes.services import submission_of


@dataclass(frozen=True)
class Choice:
    """An option that can be chosen."""

    value: str
    html: str
    checked: bool


@dataclass(frozen=True)
class Outcome:
    """An option after grading."""

    html: str
    feedback: str
    chosen: bool
    correct: bool


@dataclass(frozen=True)
class Form:
    """An ungraded question: what can be answered, and what was wrong with a first try."""

    key: uuid.UUID
    presentation: Presentation
    choices: list[Choice]
    typed: str
    error: str


@dataclass(frozen=True)
class Result:
    """A graded question: everything that may be told now."""

    submission: Submission
    outcomes: list[Outcome]
    typed: str
    expected: list[str]
    feedback: str
    explanation: str

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
    item: AttemptItem,
    *,
    posted: Mapping[str, Sequence[str]] | None = None,
    error: str = "",
    already_graded: bool = False,
) -> Card:
    """Return the card of an item.

    ``posted`` and ``error`` show a refused answer again; ``already_graded`` tells that a
    second answer was sent after the graded one. While the item is not graded, nothing of its
    key, feedback or explanation is in the card.
    """
    revision = item.revision
    presentation = question_from_json(revision.definition).present(item.attempt.seed)
    submission = submission_of(item)
    return Card(
        item=item,
        prompt=revision.html["prompt"],
        points=revision.points,
        form=None if submission else _form(presentation, revision.html, posted or {}, error),
        result=_result(presentation, revision.html, submission) if submission else None,
        already_graded=already_graded and submission is not None,
    )


def _form(
    presentation: Presentation,
    html: dict[str, str],
    posted: Mapping[str, Sequence[str]],
    error: str,
) -> Form:
    answer = posted.get(ANSWER, ())
    return Form(
        key=uuid.uuid4(),
        presentation=presentation,
        choices=[
            Choice(option.value, html[option.text], option.value in answer)
            for option in presentation.options
        ],
        typed=answer[0] if answer else "",
        error=error,
    )


def _result(presentation: Presentation, html: dict[str, str], submission: Submission) -> Result:
    result: dict[str, Any] = submission.result
    outcomes = {outcome["text"]: outcome for outcome in result["options"]}
    shown = [outcomes[option.text] for option in presentation.options]
    return Result(
        submission=submission,
        outcomes=[
            Outcome(html[o["text"]], html[o["feedback"]], o["chosen"], o["correct"]) for o in shown
        ],
        typed=submission.response["text"],
        expected=result["expected"],
        feedback=html.get(result["feedback"], ""),
        explanation=html["explanation"],
    )
