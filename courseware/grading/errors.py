"""What can be wrong: with an author's question, and with a learner's answer."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class QuestionProblem:
    """One thing to mend in a question's file: 1-based line and column, Japanese message."""

    line: int
    column: int
    message: str


class QuestionError(Exception):
    """A question cannot be used; ``problems`` lists all that was found, sorted."""

    def __init__(self, problems: Iterable[QuestionProblem]) -> None:
        self.problems: tuple[QuestionProblem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(f"{p.line}:{p.column}: {p.message}" for p in self.problems))


class NotAnswered(Exception):
    """Nothing was answered, which is not a wrong answer. The message tells what to do."""


class NotGraded(Exception):
    """The answer cannot be graded now. Nothing is lost; the message tells what to do."""


class InvalidResponse(Exception):
    """What was posted is no answer to the question. The message tells what is wrong."""
