"""What a program is tested for."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

MAX_INSTRUCTIONS = 100_000
SIZES = {"words": 4, "halves": 2, "bytes": 1}


@dataclass(frozen=True)
class Block:
    """Memory that a test hands to the function: numbers of one size."""

    unit: str  # a key of SIZES
    values: tuple[int, ...]

    @property
    def data(self) -> bytes:
        """The numbers as little-endian bytes."""
        size = SIZES[self.unit]
        mask = (1 << 8 * size) - 1
        return b"".join((value & mask).to_bytes(size, "little") for value in self.values)

    def of(self, data: bytes) -> tuple[int, ...]:
        """Return bytes as numbers of this block's size, signed where the block has signs."""
        size = SIZES[self.unit]
        signed = any(value < 0 for value in self.values)
        return tuple(
            int.from_bytes(data[at : at + size], "little", signed=signed)
            for at in range(0, len(data), size)
        )


@dataclass(frozen=True)
class Case:
    """One test: a call, and what must be so afterwards.

    ``shown`` tests tell their values to the learner; of the others only the name is told, and
    that (and why) they fail. ``after`` are the blocks that the function changes; the others
    must stay as they were.
    """

    name: str
    shown: bool
    arguments: tuple[int | str, ...]  # a number, or the name of a block (its address)
    returns: int | None
    blocks: Mapping[str, Block] = field(default_factory=dict)
    after: Mapping[str, Block] = field(default_factory=dict)
    max_instructions: int = MAX_INSTRUCTIONS


@dataclass(frozen=True)
class ProgramTests:
    """All tests of a lab: the function's label and the cases."""

    calls: str
    cases: tuple[Case, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the tests as plain JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ProgramTests":
        """Return the tests that ``to_json`` described."""
        return cls(data["calls"], tuple(_case_from_json(case) for case in data["cases"]))


def _case_from_json(data: Mapping[str, Any]) -> Case:
    def blocks(name: str) -> dict[str, Block]:
        return {key: Block(b["unit"], tuple(b["values"])) for key, b in data[name].items()}

    plain = {**data, "arguments": tuple(data["arguments"])}
    return Case(**{**plain, "blocks": blocks("blocks"), "after": blocks("after")})
