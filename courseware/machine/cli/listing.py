"""Instructions of a program as text."""

from collections.abc import Iterator
from typing import NamedTuple

from courseware.machine.isa.decoder import disassemble
from courseware.machine.program import Program, Segment


class Line(NamedTuple):
    """An instruction, or data where a program's lines say that there is none."""

    address: int
    data: bytes
    text: str


def lines_of(program: Program, segment: Segment) -> Iterator[Line]:
    """Yield what lies in a segment, in order.

    What no source line belongs to is data, when the program knows its lines; otherwise all is
    read as instructions.
    """
    offset = 0
    while offset < len(segment.data):
        address = segment.address + offset
        half = int.from_bytes(segment.data[offset : offset + 2], "little")
        size = 4 if half & 3 == 3 else 2
        is_data = bool(program.lines) and address not in program.lines
        if is_data or offset + size > len(segment.data):
            data = segment.data[offset : offset + 4 - address % 4]
            text = ".byte " + ", ".join(f"0x{byte:02x}" for byte in data)
        else:
            data = segment.data[offset : offset + size]
            text = disassemble(int.from_bytes(data, "little"), address)
        yield Line(address, data, text)
        offset += len(data)


def digits(data: bytes) -> str:
    """Return an instruction word in hexadecimal, the most significant digit first."""
    return data[::-1].hex()
