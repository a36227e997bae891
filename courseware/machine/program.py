"""What the assembler makes and a machine loads."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from courseware.machine.fields import Fields


@dataclass(frozen=True)
class Segment:
    """Bytes and the address where they belong."""

    address: int
    data: bytes


@dataclass(frozen=True)
class Program:
    """An assembled or linked program.

    ``entry`` is the address of the first instruction; ``lines`` gives the 1-based source line of
    each instruction's address. ``tohost`` is the address of the HTIF word (``htif.py``) of a
    program that ends by it, or None. ``parts`` are the lines of what is loaded beside it, by name.
    """

    segments: tuple[Segment, ...]
    entry: int
    symbols: Mapping[str, int]
    lines: Mapping[int, int]
    tohost: int | None = None
    parts: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    def with_part(self, name: str, part: "Program", offset: int = 0) -> "Program":
        """Return this program with another one beside it, as ``name``.

        The part is loaded ``offset`` bytes from the address that it was linked for. Its symbols
        become ``name.symbol``, and they and its lines mean where it is loaded. Raises ValueError
        when the two overlap.
        """
        moved = tuple(Segment(s.address + offset, s.data) for s in part.segments)
        if any(_overlap(mine, other) for mine in self.segments for other in moved):
            raise ValueError(f"{name} overlaps the program")
        return replace(
            self,
            segments=self.segments + moved,
            symbols={
                **self.symbols,
                **{f"{name}.{symbol}": value + offset for symbol, value in part.symbols.items()},
            },
            parts={**self.parts, name: {at + offset: line for at, line in part.lines.items()}},
        )

    def source_line(self, address: int) -> tuple[str, int] | None:
        """Return the part ("" for the program itself) and line of an instruction in memory."""
        for name, lines in (("", self.lines), *self.parts.items()):
            if address in lines:
                return name, lines[address]
        return None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data that ``from_json`` reads."""
        return {
            "segments": [
                {"address": s.address, "data": base64.b64encode(s.data).decode("ascii")}
                for s in self.segments
            ],
            "entry": self.entry,
            "symbols": dict(self.symbols),
            "lines": _lines_json(self.lines),
            "tohost": self.tohost,
            "parts": {name: _lines_json(lines) for name, lines in self.parts.items()},
        }

    @classmethod
    def from_json(cls, data: object) -> "Program":
        """Return the program. Raises ValueError for data that ``to_json`` did not make."""
        fields = Fields(data)
        segments = tuple(_segment(Fields(item)) for item in fields.items("segments"))
        symbols, parts = fields.mapping("symbols"), fields.mapping("parts")
        return cls(
            segments,
            fields.integer("entry", 0, 0xFFFF_FFFF),
            {name: symbols.integer(name) for name in symbols.names},
            _lines_from(fields.mapping("lines")),
            fields.integer("tohost", 0, 0xFFFF_FFFF) if fields.has("tohost") else None,
            {name: _lines_from(parts.mapping(name)) for name in parts.names},
        )


def _overlap(one: Segment, other: Segment) -> bool:
    return one.address < other.address + len(other.data) and other.address < one.address + len(
        one.data
    )


def _lines_json(lines: Mapping[int, int]) -> dict[str, int]:
    return {str(address): line for address, line in lines.items()}


def _lines_from(fields: Fields) -> dict[int, int]:
    return {_address(name): fields.integer(name, 1) for name in fields.names}


def _segment(fields: Fields) -> Segment:
    try:
        data = base64.b64decode(fields.text("data"), validate=True)
    except binascii.Error as error:
        raise ValueError("a segment's data is not base64") from error
    return Segment(fields.integer("address", 0, 0xFFFF_FFFF), data)


def _address(name: str) -> int:
    if not name.isdecimal() or len(name) > 10:
        raise ValueError(f"{name!r} is not an address")
    return int(name)
