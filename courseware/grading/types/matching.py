"""Things on the left to be matched with things on the right."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from courseware.grading.errors import InvalidResponse, NotAnswered
from courseware.grading.model import (
    ANSWER,
    NO_DATA,
    Data,
    Grade,
    PartOutcome,
    Presentation,
    Question,
    Response,
    Text,
)
from courseware.grading.registry import register
from courseware.grading.source import Source
from courseware.grading.types.items import (
    ListItem,
    note_missing_prompt,
    order_by_text,
    split_list,
)
from courseware.grading.types.typed import value_of

MIN_PAIRS = 2
MAX_PAIRS = 8
MAX_RIGHTS = 10
ITEM = re.compile(r"(-) +(\S.*)")
ARROW = "=>"
SHAPE = "「- 左 => 右」"
UNANSWERED = -1

ALL_OR_NOTHING = "all-or-nothing"
PER_PAIR = "per-pair"
INSTRUCTIONS = {
    ALL_OR_NOTHING: "それぞれに合うものを選んでください。すべて合うと得点になります。",
    PER_PAIR: "それぞれに合うものを選んでください。合う組ごとに部分点があります。",
}


@dataclass(frozen=True)
class Pair:
    """A left side, the index of its right side in ``MatchingQuestion.rights``, and why."""

    left: Text
    right: int
    feedback: Text


@dataclass(frozen=True)
class Choice:
    """A right side as it is offered: the value to post, and the key of its text."""

    value: str
    text: str


@dataclass(frozen=True)
class PresentedLeft:
    """A left side: its number among those presented, the key of its text, what was chosen.

    ``text`` is for looking up the text and is not to be sent.
    """

    number: int
    text: str
    chosen: str


@dataclass(frozen=True)
class Matching(Presentation):
    """Left sides and right sides, each in the seed's order."""

    lefts: tuple[PresentedLeft, ...]
    rights: tuple[Choice, ...]

    @property
    def text_keys(self) -> tuple[str, ...]:
        """The texts of both sides."""
        return *(left.text for left in self.lefts), *(right.text for right in self.rights)


@register("matching", "組み合わせる")
@dataclass(frozen=True)
class MatchingQuestion(Question):
    """Pairs, scored by a declared rule; a right side may belong to several pairs or to none.

    * ``all-or-nothing``: ``points`` when every left side has its right side, else 0.
    * ``per-pair``: ``points`` x (left sides with their right side) / (left sides). A left side
      that is not answered earns nothing.
    """

    pairs: tuple[Pair, ...]
    rights: tuple[Text, ...]
    scoring: str

    own_keys = frozenset({"scoring"})
    shape = "matching"
    chosen_from = "right-"
    chosen_for = "left-"

    def present(self, seed: int, data: Data = NO_DATA) -> Matching:
        """Return both sides in the seed's order, with what was chosen."""
        return Matching(
            INSTRUCTIONS[self.scoring],
            tuple(
                PresentedLeft(number, f"left-{index}", value_of(data, f"{ANSWER}-{number}"))
                for number, index in enumerate(self._lefts_order(seed), 1)
            ),
            tuple(
                Choice(str(place), f"right-{index}")
                for place, index in enumerate(self._rights_order(seed))
            ),
        )

    def read(self, seed: int, data: Data) -> Response:
        """Return the index of the right side that was chosen for each left one."""
        places = {str(place): index for place, index in enumerate(self._rights_order(seed))}
        places[""] = UNANSWERED
        shown = self.present(seed, data)
        if not any(left.chosen for left in shown.lefts):
            raise NotAnswered("合うものを選んでから採点してください。")
        if not all(left.chosen in places for left in shown.lefts):
            raise InvalidResponse(
                "送られた組み合わせは、この問題にありません。ページを読み込み直して、"
                "もう一度選んでください。"
            )
        chosen = [UNANSWERED] * len(self.pairs)
        for index, left in zip(self._lefts_order(seed), shown.lefts, strict=True):
            chosen[index] = places[left.chosen]
        return Response(chosen=tuple(chosen))

    def grade(self, response: Response) -> Grade:
        """Return the score by the declared rule, with what was chosen for each left side."""
        parts = tuple(
            PartOutcome(
                correct=chosen == pair.right,
                label_text=f"left-{i}",
                given_text="" if chosen == UNANSWERED else f"right-{chosen}",
                expected_text=f"right-{pair.right}",
                feedback=f"left-{i}-feedback",
            )
            for i, (pair, chosen) in enumerate(zip(self.pairs, response.chosen, strict=True))
        )
        share = Fraction(sum(part.correct for part in parts), len(parts))
        earned = share if self.scoring == PER_PAIR else Fraction(share == 1)
        return Grade(score=self.points * earned, max_score=self.points, parts=parts)

    def _lefts_order(self, seed: int) -> list[int]:
        return order_by_text(self.id, seed, [pair.left.markdown for pair in self.pairs])

    def _rights_order(self, seed: int) -> list[int]:
        return order_by_text(self.id, seed, [right.markdown for right in self.rights])

    def own_texts(self) -> Iterator[tuple[str, Text]]:
        """Yield the texts of both sides, and each pair's feedback."""
        for i, pair in enumerate(self.pairs):
            yield f"left-{i}", pair.left
            yield f"left-{i}-feedback", pair.feedback
        for i, right in enumerate(self.rights):
            yield f"right-{i}", right

    def own_to_json(self) -> dict[str, Any]:
        """Return the pairs, the right sides, and the rule."""
        return {
            "pairs": [
                {
                    "left": pair.left.markdown,
                    "right": pair.right,
                    "feedback": pair.feedback.markdown,
                }
                for pair in self.pairs
            ],
            "rights": [right.markdown for right in self.rights],
            "scoring": self.scoring,
        }

    @classmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the pairs, the right sides, and the rule."""
        return {
            "pairs": tuple(
                Pair(Text(pair["left"], inline=True), pair["right"], Text(pair["feedback"]))
                for pair in data["pairs"]
            ),
            "rights": tuple(Text(right, inline=True) for right in data["rights"]),
            "scoring": data["scoring"],
        }

    @classmethod
    def parse_own(cls, source: Source) -> dict[str, Any]:
        """Return prompt, pairs, right sides and rule; note a wrong list and an unknown rule."""
        prompt, written = split_list(source, ITEM, SHAPE)
        note_missing_prompt(source, prompt)
        if source.options:
            source.problem(source.options[0].line, f"組は{SHAPE}の形で書いてください。")
        rights: dict[str, Text] = {}
        pairs = [pair for item in written if (pair := _pair(source, item, rights))]
        _note_repeated(source, pairs)
        if not MIN_PAIRS <= len(pairs) <= MAX_PAIRS or not 2 <= len(rights) <= MAX_RIGHTS:
            source.problem(
                written[0].line if written else source.body_line,
                f"組は {MIN_PAIRS} 個から {MAX_PAIRS} 個まで (今は {len(pairs)} 個)、違う右側は "
                f"2 個から {MAX_RIGHTS} 個まで (今は {len(rights)} 個)、{SHAPE}の形で"
                "書いてください。",
            )
        scoring = source.take(
            "scoring",
            lambda value: isinstance(value, str) and value in INSTRUCTIONS,
            f"採点のしかた {ALL_OR_NOTHING} (すべて合うと得点) または {PER_PAIR} (組ごとの部分点)",
        )
        return {
            "prompt": prompt,
            "pairs": tuple(pairs),
            "rights": tuple(rights.values()),
            "scoring": scoring,
        }


def _note_repeated(source: Source, pairs: list[Pair]) -> None:
    first_lines: dict[str, int] = {}
    for pair in pairs:
        first = first_lines.setdefault(pair.left.markdown, pair.left.line)
        if first != pair.left.line:
            source.problem(pair.left.line, f"左側が {first} 行目と同じです。文を変えてください。")


def _pair(source: Source, item: ListItem, rights: dict[str, Text]) -> Pair | None:
    """Return the pair of an item, whose right side goes to ``rights``; None for a distractor."""
    left, arrow, right = (part.strip() for part in "\n".join(item.text).partition(ARROW))
    if not arrow or not right:
        source.problem(
            item.line, f"{SHAPE}の形で書いてください。組のない右側は「- => 右」と書きます。"
        )
        return None
    if not left and right in rights:
        source.problem(item.line, "この右側は、前の行にもあります。一方を消してください。")
    rights.setdefault(right, Text(right, item.line, inline=True))
    if not left:
        if item.feedback:
            source.problem(item.line, "組のない右側に解説は書けません。組の解説に書いてください。")
        return None
    if not item.told.markdown:
        source.problem(
            item.line, "この組に解説がありません。次の行に「  > なぜこの組か」を書いてください。"
        )
    return Pair(Text(left, item.line, inline=True), list(rights).index(right), item.told)
