"""From a case that fails to a small one: actions left out, instructions replaced by nops."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from courseware.machine.isa.decoder import disassemble
from courseware.machine.program import Segment
from tests.machine.fuzz.cases import Built
from tests.machine.fuzz.lockstep import Action, compare

_NOP, _SHORT_NOP = (0x0000_0013).to_bytes(4, "little"), (0x0001).to_bytes(2, "little")
_MAX_ROUNDS = 6

_Item = TypeVar("_Item")


def shrink(built: Built, actions: tuple[Action, ...]) -> tuple[Built, tuple[Action, ...]]:
    """Return a smaller program and a shorter run that still fail."""

    def fails_with(kept: Sequence[Action]) -> bool:
        return bool(compare(built, tuple(kept)))

    actions = tuple(_fewest(actions, fails_with))
    present = _fewest(built.starts, lambda kept: bool(compare(_only(built, kept), actions)))
    return _only(built, present), actions


def _fewest(items: Sequence[_Item], fails_with: Callable[[Sequence[_Item]], bool]) -> list[_Item]:
    """Return a part of the items that still fails: leave out ever smaller runs of them."""
    kept = list(items)
    for _ in range(_MAX_ROUNDS):
        before = len(kept)
        size = max(1, len(kept) // 2)
        while True:
            start = 0
            while start < len(kept):
                fewer = kept[:start] + kept[start + size :]
                if fails_with(fewer):
                    kept = fewer
                else:
                    start += size
            if size == 1:
                break
            size = size // 2
        if len(kept) == before:
            break
    return kept


def _only(built: Built, kept: Sequence[int]) -> Built:
    """Return the program with nops in place of all instructions but some."""
    removed = set(built.starts) - set(kept)
    segments = tuple(_without(segment, removed) for segment in built.program.segments)
    return replace(
        built, program=replace(built.program, segments=segments), starts=tuple(sorted(kept))
    )


def _without(segment: Segment, removed: set[int]) -> Segment:
    data = bytearray(segment.data)
    for address in removed:
        offset = address - segment.address
        if 0 <= offset < len(data):
            nop = _NOP if data[offset] & 3 == 3 else _SHORT_NOP
            data[offset : offset + len(nop)] = nop
    return Segment(segment.address, bytes(data))


def listing(built: Built) -> list[str]:
    """Return a line for each instruction of the program that is no nop."""
    lines = []
    for segment in built.program.segments:
        for address in built.starts:
            offset = address - segment.address
            if 0 <= offset < len(segment.data):
                word = int.from_bytes(segment.data[offset : offset + 4], "little")
                word = word if word & 3 == 3 else word & 0xFFFF
                lines.append(f"{address:#x}  {word:08x}  {disassemble(word, address)}")
    return lines
