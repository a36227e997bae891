"""What the kinds with options share: their source, their order on the page, reading."""

import hashlib
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from courseware.grading.errors import InvalidResponse, NotAnswered
from courseware.grading.model import (
    ANSWER,
    NO_DATA,
    Data,
    OptionOutcome,
    Presentation,
    Question,
    Response,
    Text,
)
from courseware.grading.source import OptionSource, Source

MIN_OPTIONS = 2
MAX_OPTIONS = 8


@dataclass(frozen=True)
class Option:
    """An option, whether it is right, and why."""

    text: Text
    feedback: Text
    correct: bool


@dataclass(frozen=True)
class PresentedOption:
    """An option as it is offered: the value to post and the key of its text.

    ``value`` is the place in the presented order, so it says nothing about the option.
    ``text`` is for looking up the rendered text on the server and is not to be sent.
    """

    value: str
    text: str
    checked: bool


@dataclass(frozen=True)
class Choices(Presentation):
    """Options in the presented order; ``several`` when more than one may be chosen."""

    options: tuple[PresentedOption, ...]
    several: bool

    @property
    def text_keys(self) -> tuple[str, ...]:
        """The options' texts."""
        return tuple(option.text for option in self.options)


@dataclass(frozen=True)
class ChoiceQuestion(Question):
    """A question with options, shown in an order drawn from the seed."""

    options: tuple[Option, ...]

    shape = "choice"
    chosen_from = "option-"
    several: ClassVar[bool]

    @property
    @abstractmethod
    def instruction(self) -> str:
        """What the learner is to do and how it is scored; the key has no part in it."""

    @property
    def key(self) -> frozenset[int]:
        """The indices of the right options."""
        return frozenset(i for i, option in enumerate(self.options) if option.correct)

    def present(self, seed: int, data: Data = NO_DATA) -> Choices:
        """Return the options in the seed's order, with their places as values."""
        posted = data.get(ANSWER, ())
        return Choices(
            instruction=self.instruction,
            options=tuple(
                PresentedOption(str(place), f"option-{index}", str(place) in posted)
                for place, index in enumerate(presented_order(self.id, seed, len(self.options)))
            ),
            several=self.several,
        )

    def read(self, seed: int, data: Data) -> Response:
        """Return the chosen options by their indices in the definition."""
        values = data.get(ANSWER, ())
        if not values:
            raise NotAnswered("選択肢を選んでから採点してください。")
        order = presented_order(self.id, seed, len(self.options))
        places = {str(place): index for place, index in enumerate(order)}
        if not all(value in places for value in values):
            raise InvalidResponse(
                "送られた選択肢は、この問題にありません。ページを読み込み直して、"
                "もう一度選んでください。"
            )
        return Response(chosen=tuple(sorted({places[value] for value in values})))

    def outcomes(self, response: Response) -> tuple[OptionOutcome, ...]:
        """Return what became of each option, in the author's order."""
        return tuple(
            OptionOutcome(f"option-{i}", f"option-{i}-feedback", i in response.chosen, o.correct)
            for i, o in enumerate(self.options)
        )

    def own_texts(self) -> Iterator[tuple[str, Text]]:
        """Yield each option's text and feedback."""
        for i, option in enumerate(self.options):
            yield f"option-{i}", option.text
            yield f"option-{i}-feedback", option.feedback

    def own_to_json(self) -> dict[str, Any]:
        """Return the options with the key."""
        return {
            "options": [
                {
                    "text": option.text.markdown,
                    "feedback": option.feedback.markdown,
                    "correct": option.correct,
                }
                for option in self.options
            ]
        }

    @classmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options."""
        return {
            "options": tuple(
                Option(Text(o["text"], inline=True), Text(o["feedback"]), o["correct"])
                for o in data["options"]
            )
        }

    @classmethod
    def parse_own(cls, source: Source) -> dict[str, Any]:
        """Return the options; note a wrong number, a missing feedback, equal texts."""
        written = source.options
        if not MIN_OPTIONS <= len(written) <= MAX_OPTIONS:
            source.problem(
                written[0].line if written else source.body_line,
                f"選択肢は {MIN_OPTIONS} 個から {MAX_OPTIONS} 個まで書いてください"
                f" (今は {len(written)} 個)。形は「- [x] 正しい選択肢」です。",
            )
        return {"options": tuple(_options(source, written))}


def presented_order(identifier: str, seed: int, count: int) -> list[int]:
    """Return the indices below ``count`` in the order in which a learner sees them.

    Sorted by hashes of seed, question and index: the same on every Python version, and
    independent of what the options say.
    """

    def place(index: int) -> bytes:
        return hashlib.sha256(f"{seed}/{identifier}/{index}".encode()).digest()

    return sorted(range(count), key=place)


def _options(source: Source, written: list[OptionSource]) -> Iterator[Option]:
    first_lines: dict[str, int] = {}
    for option in written:
        text = "\n".join(option.text)
        feedback = "\n".join(option.feedback).strip()
        if not feedback:
            source.problem(
                option.line,
                "この選択肢に解説がありません。次の行に「  > なぜ正しいか、なぜ誤りか」を"
                "書いてください。",
            )
        first = first_lines.setdefault(text, option.line)
        if first != option.line:
            source.problem(option.line, f"{first} 行目と同じ選択肢です。文を変えてください。")
        yield Option(
            Text(text, option.line, inline=True),
            Text(feedback, option.feedback_line),
            option.correct,
        )
