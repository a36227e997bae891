"""A bar for each answer: where it is in an SVG, in its own units."""

from collections.abc import Sequence
from dataclasses import dataclass

from courseware.grading.item_statistics import Estimate
from courseware.quizzes.statistics import AnswerRow

WIDTH = 360
ROW_HEIGHT = 34
_LEFT = 34  # behind the answer's letter and its mark
_FULL = 270  # of a bar of 100 %
_BAR_HEIGHT = 12


@dataclass(frozen=True)
class Bar:
    """An answer's bar, the places of the groups' marks (None without groups), and its texts."""

    letter: str
    correct: bool | None
    percent: int
    y: int
    length: float
    upper: float | None
    lower: float | None

    @property
    def text_y(self) -> int:
        """The line that letter and number stand on."""
        return self.y + 11


@dataclass(frozen=True)
class Chart:
    """All bars, and the size of the drawing."""

    bars: list[Bar]
    height: int
    width: int = WIDTH
    left: int = _LEFT
    bar_height: int = _BAR_HEIGHT
    full: int = _FULL


def rates(rows: Sequence[AnswerRow]) -> Chart:
    """Return the chart of how often each answer was given."""
    bars = []
    for number, row in enumerate(rows):
        found = row.rate
        bars.append(
            Bar(
                letter=row.letter,
                correct=row.correct,
                percent=int(found.overall.value * 100 + 0.5),
                y=number * ROW_HEIGHT + 8,
                length=round(found.overall.value * _FULL, 1),
                upper=_mark(found.upper),
                lower=_mark(found.lower),
            )
        )
    return Chart(bars, ROW_HEIGHT * len(rows) + 4)


def _mark(share: Estimate | None) -> float | None:
    return None if share is None else round(_LEFT + share.value * _FULL, 1)
