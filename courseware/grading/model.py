"""The shapes that every kind of question shares."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Self

from courseware.grading.variants import NO_VARIANTS, Value, Variants, as_text

if TYPE_CHECKING:
    from courseware.grading.source import Source

# The name under which a form posts an answer; kinds with several fields add "-1", "-2", ...
ANSWER = "answer"
# What a form posts: the values under each name.
Data = Mapping[str, Sequence[str]]
NO_DATA: Data = {}


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
class Presentation:
    """What a learner is shown before grading, with what was answered so far.

    It holds no key and no feedback. Kinds add what their form needs.
    """

    instruction: str

    @property
    def text_keys(self) -> tuple[str, ...]:
        """The keys of ``Question.texts`` that the form shows; no other text may be sent."""
        return ()


@dataclass(frozen=True)
class Response:
    """What a learner answered.

    ``chosen`` are indices of what the author wrote (options, regions of a figure; for an ordering
    the order; for a matching the right side of each left one, -1 for none). ``texts`` are typed
    answers, one for each field. ``measured`` is what ``Question.measured`` found out about the
    answer, as plain JSON data.
    """

    chosen: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    measured: tuple[Mapping[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the response as plain JSON data."""
        return {
            "chosen": list(self.chosen),
            "texts": list(self.texts),
            **({"measured": list(self.measured)} if self.measured else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return the response that ``to_json`` described."""
        return cls(
            tuple(data["chosen"]),
            tuple(data["texts"]),
            tuple(data.get("measured", ())),
        )


@dataclass(frozen=True)
class OptionOutcome:
    """One option after grading; ``text`` and ``feedback`` are keys of ``Question.texts``."""

    text: str
    feedback: str
    chosen: bool
    correct: bool


@dataclass(frozen=True)
class PartOutcome:
    """One part (a gap, a place in an order, a pair) after grading.

    Each of ``label``, ``given`` and ``expected`` is plain text, or the key of an author's text
    in the member that ends in ``_text``. ``feedback`` is a key, or empty.
    """

    correct: bool
    label: str = ""
    label_text: str = ""
    given: str = ""
    given_text: str = ""
    expected: str = ""
    expected_text: str = ""
    feedback: str = ""


@dataclass(frozen=True)
class Grade:
    """The result of one response.

    ``score`` is exact, in points, 0 <= score <= max_score; ``correct`` means full marks.
    ``options`` and ``parts`` stand in the author's order. ``feedback`` is the key of the text for
    a known wrong answer, or empty. ``expected`` are the accepted forms of a typed answer.
    """

    score: Fraction
    max_score: int
    options: tuple[OptionOutcome, ...] = ()
    parts: tuple[PartOutcome, ...] = ()
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
            "parts": [vars(part) for part in self.parts],
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
    variants: Variants = field(default=NO_VARIANTS, kw_only=True)
    # Of the variant at hand, as its texts show them; see ``variant``.
    values: Mapping[str, str] = field(default_factory=dict, kw_only=True, compare=False)

    # Front matter keys that the kind has on top of the common ones.
    own_keys: ClassVar[frozenset[str]] = frozenset()
    # Which form and which result the kind is shown with: kinds may share them.
    shape: ClassVar[str]
    # Which texts the numbers of ``Response.chosen`` stand for, and which texts they are listed by,
    # as the beginnings of the texts' keys: "option-" is for "option-0", "option-1", ...
    chosen_from: ClassVar[str] = ""
    chosen_for: ClassVar[str] = ""
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

    def variant(self, seed: int) -> Self:
        """Return the question with its parameters drawn: the same seed gives the same one.

        ``present``, ``read`` and ``grade`` are for a variant. ``values`` are what stands for
        ``{{name}}`` in its texts. Raises ValueError for an expression that has no value.
        """
        drawn = self.variants.draw(seed, self.id)
        values = {name: as_text(value) for name, value in drawn.items()}
        return replace(self, values=values, **self.own_variant(drawn))

    def own_variant(self, drawn: Mapping[str, Value]) -> dict[str, Any]:
        """Return the kind's own fields that depend on the drawn parameters."""
        return {}

    @property
    def answered_in(self) -> object:
        """What a typed answer is about, besides the texts: a unit, a dump that is read, ...

        An answer means the same to two revisions only where this is equal; the key is no part.
        """
        return None

    @abstractmethod
    def present(self, seed: int, data: Data = NO_DATA) -> Presentation:
        """Return what a learner sees, filled with what a form posted or a draft holds.

        The same seed gives the same presentation. Any data are taken, also what no form posts.
        """

    @abstractmethod
    def read(self, seed: int, data: Data) -> Response:
        """Return the response in a posted form, whose question was presented with ``seed``.

        Raises NotAnswered for a blank one and InvalidResponse for one that no form can post.
        """

    def measured(self, response: Response, learner: int) -> Response:
        """Return a response with all that its grade depends on.

        Kinds whose answers must be run do it here, for the learner of this number; it may take
        seconds. Raises NotGraded, and InvalidResponse for an answer that cannot be run.
        """
        return response

    @abstractmethod
    def grade(self, response: Response) -> Grade:
        """Return the grade of a response; nothing but the two decides it."""

    def texts(self) -> dict[str, Text]:
        """Return every Markdown text of the question by key ("prompt", "option-0", ...)."""
        return {"prompt": self.prompt, "explanation": self.explanation, **dict(self.own_texts())}

    def to_json(self) -> dict[str, Any]:
        """Return the definition as plain JSON data (the key included), without lines."""
        variants = {} if self.variants == NO_VARIANTS else {"variants": self.variants.to_json()}
        return {
            "type": self.type_name,
            "id": self.id,
            "lesson": self.lesson,
            "objective": self.objective,
            "points": self.points,
            "prompt": self.prompt.markdown,
            "explanation": self.explanation.markdown,
            **variants,
            **self.own_to_json(),
        }
