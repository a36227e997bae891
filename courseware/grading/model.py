"""The shapes that every kind of question shares."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Self

if TYPE_CHECKING:
    from courseware.grading.source import Source

# The name under which a form posts an answer.
ANSWER = "answer"


@dataclass(frozen=True)
class Text:
    """A piece of an author's Markdown.

    ``line`` is where it starts in the file (0 when it was not read from one); two texts are
    equal when their Markdown is. An ``inline`` text is one paragraph shown within a line.
    """

    markdown: str
    line: int = field(default=0, compare=False)
    inline: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class PresentedOption:
    """An option as it is offered: the value to post and the key of its text.

    ``value`` is the place in the presented order, so it says nothing about the option.
    ``text`` is for looking up the rendered text on the server and is not to be sent.
    """

    value: str
    text: str


@dataclass(frozen=True)
class Presentation:
    """What a learner is shown before grading. It holds no key and no feedback.

    ``max_length`` is the longest typed answer in characters; 0 where nothing is typed.
    """

    type: str
    instruction: str
    options: tuple[PresentedOption, ...] = ()
    max_length: int = 0


@dataclass(frozen=True)
class Response:
    """What a learner answered: indices of options as the author wrote them, or a text."""

    chosen: tuple[int, ...] = ()
    text: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the response as plain JSON data."""
        return {"chosen": list(self.chosen), "text": self.text}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the response that ``to_json`` described."""
        return cls(tuple(data["chosen"]), data["text"])


@dataclass(frozen=True)
class OptionOutcome:
    """One option after grading; ``text`` and ``feedback`` are keys of ``Question.texts``."""

    text: str
    feedback: str
    chosen: bool
    correct: bool


@dataclass(frozen=True)
class Grade:
    """The result of one response.

    ``score`` is exact, in points, 0 <= score <= max_score; ``correct`` means full marks.
    ``options`` stand in the author's order. ``feedback`` is the key of the text for a known
    wrong answer, or empty. ``expected`` are the accepted forms of a typed answer.
    """

    score: Fraction
    max_score: int
    options: tuple[OptionOutcome, ...] = ()
    feedback: str = ""
    expected: tuple[str, ...] = ()

    @property
    def correct(self) -> bool:
        """True when the response earned full marks."""
        return self.score == self.max_score

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain JSON data; the score stands as "numerator/denominator"."""
        return {
            "score": str(self.score),
            "max_score": self.max_score,
            "correct": self.correct,
            "options": [vars(option) for option in self.options],
            "feedback": self.feedback,
            "expected": list(self.expected),
        }


def thousandths(score: Fraction | int) -> int:
    """Return a score in whole thousandths of a point, rounded down.

    Rounding down keeps full marks for full answers: a sum of parts never reaches them.
    """
    return int(score * 1000)


@dataclass(frozen=True)
class Question(ABC):
    """A question's immutable definition. Subclasses are the kinds, see ``registry``."""

    id: str
    lesson: str
    objective: str
    points: int
    prompt: Text
    explanation: Text

    # Front matter keys that the kind has on top of the common ones.
    own_keys: ClassVar[frozenset[str]] = frozenset()
    # Set by the registry.
    type_name: ClassVar[str]
    type_label: ClassVar[str]

    @classmethod
    @abstractmethod
    def parse_own(cls, source: "Source") -> dict[str, Any]:
        """Return the kind's own fields; note what is wrong in ``source.problems``."""

    @classmethod
    @abstractmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the kind's own fields as ``own_to_json`` described them."""

    @abstractmethod
    def own_to_json(self) -> dict[str, Any]:
        """Return the kind's own fields as plain JSON data."""

    @abstractmethod
    def own_texts(self) -> Iterator[tuple[str, Text]]:
        """Yield the kind's own texts with their keys."""

    @abstractmethod
    def present(self, seed: int) -> Presentation:
        """Return what a learner sees; the same seed gives the same presentation."""

    @abstractmethod
    def read(self, seed: int, data: Mapping[str, Sequence[str]]) -> Response:
        """Return the response in a posted form, whose question was presented with ``seed``.

        Raises NotAnswered for a blank one and InvalidResponse for one that no form can post.
        """

    @abstractmethod
    def grade(self, response: Response) -> Grade:
        """Return the grade of a response; nothing but the two decides it."""

    def texts(self) -> dict[str, Text]:
        """Return every Markdown text of the question by key ("prompt", "option-0", ...)."""
        return {"prompt": self.prompt, "explanation": self.explanation, **dict(self.own_texts())}

    def to_json(self) -> dict[str, Any]:
        """Return the definition as plain JSON data (the key included), without lines."""
        return {
            "type": self.type_name,
            "id": self.id,
            "lesson": self.lesson,
            "objective": self.objective,
            "points": self.points,
            "prompt": self.prompt.markdown,
            "explanation": self.explanation.markdown,
            **self.own_to_json(),
        }
