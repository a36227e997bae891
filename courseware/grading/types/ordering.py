"""Things to put in order."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
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

MIN_ITEMS = 3
MAX_ITEMS = 10
ITEM = re.compile(r"(\d+)[.)] +(\S.*)")
SHAPE = "「1. 項目」"


@dataclass(frozen=True)
class Item:
    """One of the things, and why it has its place."""

    text: Text
    feedback: Text


@dataclass(frozen=True)
class Rule:
    """How an order earns points: what learners are told, and the share that it earns."""

    text: str
    share: Callable[[Sequence[int]], Fraction]


def _longest_rising(order: Sequence[int]) -> int:
    """Return the length of the longest rising subsequence of distinct numbers."""
    ends: list[int] = []  # of each length, the least number that such a subsequence ends with
    for number in order:
        ends[(place := bisect_left(ends, number)) : place + 1] = [number]
    return len(ends)


def _all_or_nothing(order: Sequence[int]) -> Fraction:
    return Fraction(list(order) == sorted(order))


def _adjacent_pairs(order: Sequence[int]) -> Fraction:
    right = sum(second == first + 1 for first, second in pairwise(order))
    return Fraction(right, len(order) - 1)


def _longest_in_order(order: Sequence[int]) -> Fraction:
    return Fraction(_longest_rising(order) - 1, len(order) - 1)


RULES = {
    "all-or-nothing": Rule("すべての順番が合うと得点になります。", _all_or_nothing),
    "adjacent-pairs": Rule(
        "正しい順番で隣り合う二つが、この向きで隣り合っている組ごとに部分点があります。",
        _adjacent_pairs,
    ),
    "longest-in-order": Rule(
        "正しい前後関係で並ぶ項目が多いほど部分点があります"
        " (間にほかの項目があってもかまいません)。",
        _longest_in_order,
    ),
}


@dataclass(frozen=True)
class PresentedItem:
    """An item's number among those presented, the key of its text, and the place it was given.

    ``place`` is empty for none. ``text`` is for looking up the text and is not to be sent.
    """

    number: int
    text: str
    place: str


@dataclass(frozen=True)
class Ordering(Presentation):
    """The items in the seed's order; each is given a place from ``places``."""

    items: tuple[PresentedItem, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """What may be answered for each item."""
        return tuple(map(str, range(1, len(self.items) + 1)))

    @property
    def text_keys(self) -> tuple[str, ...]:
        """The items' texts."""
        return tuple(item.text for item in self.items)


@register("ordering", "順番に並べる")
@dataclass(frozen=True)
class OrderingQuestion(Question):
    """Items, which stand in their right order, scored by a declared rule.

    With n items, of which A is the answered order of their indices (0, 1, 2, ...):

    * ``all-or-nothing``: ``points`` when A is rising, else 0.
    * ``adjacent-pairs``: ``points`` x (neighbours in A of which the second is one more than the
      first) / (n - 1).
    * ``longest-in-order``: ``points`` x (length of A's longest rising subsequence - 1) / (n - 1);
      the subsequence is the longest that A and the right order have in common, and any order has
      one of length 1.
    """

    items: tuple[Item, ...]
    scoring: str

    own_keys = frozenset({"scoring"})
    shape = "ordering"
    chosen_from = "item-"

    def present(self, seed: int, data: Data = NO_DATA) -> Ordering:
        """Return the items in the seed's order, with the places that they were given."""
        order = self._order(seed)
        return Ordering(
            f"1 から {len(order)} の番号を一つずつ選んで、順番に並べてください。"
            + RULES[self.scoring].text,
            tuple(
                PresentedItem(number, f"item-{index}", value_of(data, f"{ANSWER}-{number}"))
                for number, index in enumerate(order, 1)
            ),
        )

    def read(self, seed: int, data: Data) -> Response:
        """Return the items' indices in the answered order."""
        shown = self.present(seed, data)
        given = [item.place for item in shown.items]
        if "" in given:
            raise NotAnswered("すべての項目に番号を付けてから採点してください。")
        if not set(given) <= set(shown.places):
            raise InvalidResponse(
                f"番号は 1 から {len(given)} までです。ページを読み込み直して、"
                "もう一度選んでください。"
            )
        twice = sorted({place for place in given if given.count(place) > 1}, key=int)
        if twice:
            raise InvalidResponse(
                f"同じ番号 ({'、'.join(twice)}) を付けた項目があります。"
                "項目ごとに違う番号を選んでください。"
            )
        order = self._order(seed)
        return Response(chosen=tuple(order[given.index(place)] for place in shown.places))

    def grade(self, response: Response) -> Grade:
        """Return the score by the declared rule, with what was answered for each place."""
        return Grade(
            score=self.points * RULES[self.scoring].share(response.chosen),
            max_score=self.points,
            parts=tuple(
                PartOutcome(
                    correct=given == index,
                    label=f"{index + 1} 番目",
                    given_text=f"item-{given}",
                    expected_text=f"item-{index}",
                    feedback=f"item-{index}-feedback",
                )
                for index, given in enumerate(response.chosen)
            ),
        )

    def _order(self, seed: int) -> list[int]:
        return order_by_text(self.id, seed, [item.text.markdown for item in self.items])

    def own_texts(self) -> Iterator[tuple[str, Text]]:
        """Yield each item's text and feedback."""
        for i, item in enumerate(self.items):
            yield f"item-{i}", item.text
            yield f"item-{i}-feedback", item.feedback

    def own_to_json(self) -> dict[str, Any]:
        """Return the items in their right order, and the rule."""
        return {
            "items": [
                {"text": item.text.markdown, "feedback": item.feedback.markdown}
                for item in self.items
            ],
            "scoring": self.scoring,
        }

    @classmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return the items and the rule."""
        return {
            "items": tuple(
                Item(Text(item["text"], inline=True), Text(item["feedback"]))
                for item in data["items"]
            ),
            "scoring": data["scoring"],
        }

    @classmethod
    def parse_own(cls, source: Source) -> dict[str, Any]:
        """Return prompt, items and rule; note a wrong list and an unknown rule."""
        prompt, written = split_list(source, ITEM, SHAPE)
        note_missing_prompt(source, prompt)
        if source.options:
            source.problem(
                source.options[0].line, f"並べる項目は、正しい順番に{SHAPE}の形で書いてください。"
            )
        _note_wrong_items(source, written)
        scoring = source.take(
            "scoring",
            lambda value: isinstance(value, str) and value in RULES,
            "採点のしかた all-or-nothing (すべて合うと得点)、adjacent-pairs (隣り合う組ごとの"
            "部分点)、または longest-in-order (正しい前後関係で並ぶ項目の数による部分点)",
        )
        items = (
            Item(Text("\n".join(item.text), item.line, inline=True), item.told) for item in written
        )
        return {"prompt": prompt, "items": tuple(items), "scoring": scoring}


def _note_wrong_items(source: Source, written: list[ListItem]) -> None:
    if not MIN_ITEMS <= len(written) <= MAX_ITEMS:
        source.problem(
            written[0].line if written else source.body_line,
            f"並べる項目は {MIN_ITEMS} 個から {MAX_ITEMS} 個まで、正しい順番に{SHAPE}の形で"
            f"書いてください (今は {len(written)} 個)。",
        )
    first_lines: dict[str, int] = {}
    for number, item in enumerate(written, 1):
        if int(item.mark) != number:
            source.problem(
                item.line, f"番号が {number} になっていません。1 から順に書いてください。"
            )
        if not item.told.markdown:
            source.problem(
                item.line,
                "この項目に解説がありません。次の行に「  > なぜこの順番か」を書いてください。",
            )
        first = first_lines.setdefault("\n".join(item.text), item.line)
        if first != item.line:
            source.problem(item.line, f"{first} 行目と同じ項目です。文を変えてください。")
