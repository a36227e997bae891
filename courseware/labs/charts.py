"""Bar charts of counters: where each bar is in an SVG, in its own units."""

from collections.abc import Sequence
from dataclasses import dataclass

from courseware.labs.counters import Pair

WIDTH = 360
ROW_HEIGHT = 62
_BAR_LEFT = 20  # behind the letter of the run
_BAR_WIDTH = 240  # of the longer one of two; the number follows it
_TEXT_Y, _A_Y, _B_Y = 16, 23, 41


@dataclass(frozen=True)
class Bar:
    """A run's bar: its letter, its value, and where it is."""

    letter: str
    value: int
    y: int
    length: float

    @property
    def left(self) -> int:
        """The left end of the bar."""
        return _BAR_LEFT

    @property
    def text_x(self) -> float:
        """Where the number is."""
        return round(_BAR_LEFT + self.length + 6, 1)

    @property
    def text_y(self) -> int:
        """The line that letter and number stand on."""
        return self.y + 12


@dataclass(frozen=True)
class BarRow:
    """A counter: its label and the bars of two runs, on a scale of its own."""

    label: str
    y: int
    bars: tuple[Bar, Bar]


@dataclass(frozen=True)
class Chart:
    """All rows, and the size of the drawing."""

    rows: list[BarRow]
    width: int
    height: int


def bars(pairs: Sequence[Pair]) -> Chart:
    """Return the chart of two runs' counters. Each counter's larger value has the full length."""
    rows = []
    for number, pair in enumerate(pairs):
        top = number * ROW_HEIGHT
        unit = _BAR_WIDTH / max(pair.a, pair.b, 1)
        rows.append(
            BarRow(
                pair.short_label,
                top + _TEXT_Y,
                (
                    Bar("A", pair.a, top + _A_Y, round(pair.a * unit, 1)),
                    Bar("B", pair.b, top + _B_Y, round(pair.b * unit, 1)),
                ),
            )
        )
    return Chart(rows, WIDTH, ROW_HEIGHT * len(rows))
