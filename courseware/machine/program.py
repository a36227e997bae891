"""What the assembler makes and a machine loads."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
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
    program that ends by it, or None.
    """

    segments: tuple[Segment, ...]
    entry: int
    symbols: Mapping[str, int]
    lines: Mapping[int, int]
    tohost: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON data that ``from_json`` reads."""
        return {
            "segments": [
                {"address": s.address, "data": base64.b64encode(s.data).decode("ascii")}
                for s in self.segments
            ],
            "entry": self.entry,
            "symbols": dict(self.symbols),
            "lines": {str(address): line for address, line in self.lines.items()},
            "tohost": self.tohost,
        }

    @classmethod
    def from_json(cls, data: object) -> "Program":
        """Return the program. Raises ValueError for data that ``to_json`` did not make."""
        fields = Fields(data)
        segments = tuple(_segment(Fields(item)) for item in fields.items("segments"))
        symbols, lines = fields.mapping("symbols"), fields.mapping("lines")
        return cls(
            segments,
            fields.integer("entry", 0, 0xFFFF_FFFF),
            {name: symbols.integer(name) for name in symbols.names},
            {_address(name): lines.integer(name, 1) for name in lines.names},
            fields.integer("tohost", 0, 0xFFFF_FFFF) if fields.has("tohost") else None,
        )


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
