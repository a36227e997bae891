"""Conditions of ``.if`` and its relatives: which statements are read, and which are passed over."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from courseware.machine.assembler.problems import Place, Problem
from courseware.machine.assembler.source import quoted_end

OPENING = frozenset(
    (
        ".if", ".ifdef", ".ifndef", ".ifnotdef", ".ifeq", ".ifne", ".ifgt", ".ifge", ".iflt",
        ".ifle", ".ifb", ".ifnb", ".ifc", ".ifnc", ".ifeqs", ".ifnes",
    )
)  # fmt: skip
ALL = OPENING | {".else", ".elseif", ".endif"}


_NAME = re.compile(r"[A-Za-z_.$][\w.$]*", re.ASCII)
_COMPARISONS: dict[str, Callable[[int], bool]] = {
    ".if": lambda value: value != 0,
    ".elseif": lambda value: value != 0,
    ".ifne": lambda value: value != 0,
    ".ifeq": lambda value: value == 0,
    ".ifgt": lambda value: value > 0,
    ".ifge": lambda value: value >= 0,
    ".iflt": lambda value: value < 0,
    ".ifle": lambda value: value <= 0,
}


@dataclass
class _Condition:
    """One ``.if`` that is open."""

    place: Place
    is_passed_over: bool  # it stands in what is passed over
    is_active: bool  # the statements here are read
    is_decided: bool  # one of its branches has been read
    has_else: bool = False


class Conditions:
    """The conditions that are open, the innermost last."""

    def __init__(self) -> None:
        self._open: list[_Condition] = []

    @property
    def depth(self) -> int:
        """Return how many are open."""
        return len(self._open)

    @property
    def is_active(self) -> bool:
        """Say whether statements are read at present."""
        return not self._open or self._open[-1].is_active

    @property
    def innermost(self) -> Place:
        """Return where the condition that was opened last stands."""
        return self._open[-1].place

    def open(self, place: Place, holds: Callable[[], bool]) -> None:
        """Begin a condition; ``holds`` is not asked within what is passed over."""
        is_passed_over = not self.is_active
        condition = _Condition(place, is_passed_over, is_active=False, is_decided=True)
        self._open.append(condition)
        if not is_passed_over:
            condition.is_active = condition.is_decided = holds()

    def otherwise(self, place: Place) -> None:
        """Read on after ``.else``."""
        condition = self._branch(place, ".else")
        condition.has_else = True
        condition.is_active = not condition.is_passed_over and not condition.is_decided
        condition.is_decided = True

    def otherwise_if(self, place: Place, holds: Callable[[], bool]) -> None:
        """Read on after ``.elseif``; ``holds`` is asked only when no branch was read before."""
        condition = self._branch(place, ".elseif")
        condition.is_active = False
        if not condition.is_decided:
            condition.is_active = condition.is_decided = holds()

    def close(self, place: Place) -> None:
        """End the innermost condition."""
        if not self._open:
            raise Problem(place, "「.endif」に対する「.if」がありません。")
        self._open.pop()

    def cut(self, depth: int) -> None:
        """Drop the conditions beyond a depth."""
        del self._open[depth:]

    def _branch(self, place: Place, name: str) -> _Condition:
        if not self._open:
            raise Problem(place, f"「{name}」に対する「.if」がありません。")
        condition = self._open[-1]
        if condition.has_else:
            raise Problem(
                place,
                f"「.else」の後に「{name}」があります。"
                f"{condition.place.outer_line} 行目の「.if」を「.endif」で閉じてください。",
            )
        return condition


def holds(
    word: str,
    text: str,
    place: Place,
    number: Callable[[], int],
    is_defined: Callable[[str], bool],
) -> bool:
    """Say whether a condition holds. ``text`` is what stands behind its word, squeezed.

    ``number`` returns the text's value as an expression. Raises Problem for what is none.
    """
    match word:
        case ".ifb" | ".ifnb":
            return (not text) == (word == ".ifb")
        case ".ifdef" | ".ifndef" | ".ifnotdef":
            if not _NAME.fullmatch(text):
                raise Problem(place, f"「{word} 名前」の形で書いてください。")
            return is_defined(text) == (word == ".ifdef")
        case ".ifc" | ".ifnc" | ".ifeqs" | ".ifnes":
            left, right = _two_texts(word, text, place)
            return (left == right) == (word in (".ifc", ".ifeqs"))
    return _COMPARISONS[word](number())


def _two_texts(word: str, text: str, place: Place) -> tuple[str, str]:
    position = quoted_end(text, text, 0) if text[:1] == '"' else text.find(",")
    if position < 0 or text[position : position + 1] != ",":
        raise Problem(place, f"「{word} 文字列, 文字列」の形で書いてください。")
    return text[:position], text[position + 1 :]
