"""The whole state of a machine at one moment, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass

from courseware.machine.memory_map import RAM_BASE
from courseware.machine.program import Program
from courseware.machine.registers import SP
from courseware.machine.stop import Stop

PAGE_BYTES = 4_096
# What a snapshot may ask for: a bound for untrusted bytes, far above what a lab uses.
MAX_MEMORY_BYTES = 64 * 1024 * 1024
MAX_OUTPUT_BYTES = 65_536

_ZERO_PAGE = bytes(PAGE_BYTES)


@dataclass(frozen=True)
class MachineLimits:
    """RAM in bytes, a multiple of 4,096; and how many bytes a program may print."""

    memory_bytes: int = 262_144
    max_output_bytes: int = 8_192

    def __post_init__(self) -> None:
        pages, rest = divmod(self.memory_bytes, PAGE_BYTES)
        if not 1 <= pages <= MAX_MEMORY_BYTES // PAGE_BYTES or rest:
            raise ValueError(f"memory_bytes: {self.memory_bytes} is no size of whole pages")
        if not 0 <= self.max_output_bytes <= MAX_OUTPUT_BYTES:
            raise ValueError(f"max_output_bytes: {self.max_output_bytes} is out of range")


DEFAULT_LIMITS = MachineLimits()


@dataclass(frozen=True)
class State:
    """Everything that a machine's future depends on.

    ``pages`` holds the pages of RAM that are not all zero, by offset from the start of RAM.
    """

    limits: MachineLimits
    pc: int
    registers: tuple[int, ...]
    instret: int
    output: bytes
    stop: Stop | None
    pages: Mapping[int, bytes]


def pages_of(ram: bytearray) -> dict[int, bytes]:
    """Return the pages that are not all zero, by offset."""
    whole = bytes(ram)
    slices = (
        (start, whole[start : start + PAGE_BYTES]) for start in range(0, len(whole), PAGE_BYTES)
    )
    return {start: page for start, page in slices if page != _ZERO_PAGE}


def initial_state(program: Program, limits: MachineLimits) -> State:
    """Return a machine's state after reset: the program in RAM, sp at the end of RAM.

    Raises ValueError for a program that does not lie in RAM.
    """
    ram = bytearray(limits.memory_bytes)
    for segment in program.segments:
        offset = segment.address - RAM_BASE
        if not 0 <= offset <= len(ram) - len(segment.data):
            raise ValueError(f"segment at {segment.address:#x} does not fit into RAM")
        ram[offset : offset + len(segment.data)] = segment.data
    registers = [0] * 32
    registers[SP] = RAM_BASE + limits.memory_bytes
    return State(limits, program.entry, tuple(registers), 0, b"", None, pages_of(ram))
