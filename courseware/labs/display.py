"""The stored view of a machine (see runner.view) as the page shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from courseware.labs.models import LabRevision, Program
from courseware.labs.runner.view import VIEW_SCHEMA
from courseware.machine import (
    INSTRUCTION_GROUPS,
    PSEUDO_INSTRUCTIONS,
    REGISTER_NAMES,
    describe,
)

CONTEXT_LINES = 6  # of the source, shown before and after the current one
ROW_BYTES = 8
GOOD, WARN, BAD = "good", "warn", "bad"
TONES = {
    "exit": GOOD,
    "breakpoint": GOOD,
    "trap": BAD,
    "instruction-limit": WARN,
    "time-limit": WARN,
    "output-limit": WARN,
    "waiting": WARN,
}


@dataclass(frozen=True)
class Register:
    """A register: number ("x10"), ABI name, value in hexadecimal and signed decimal."""

    number: str
    name: str
    hexadecimal: str
    decimal: str
    changed: bool


@dataclass(frozen=True)
class Cell:
    """A byte of memory."""

    hexadecimal: str
    changed: bool


@dataclass(frozen=True)
class Row:
    """A row of memory with its bytes as text (a dot where a byte is no printable ASCII)."""

    address: str
    cells: list[Cell]
    text: str


@dataclass(frozen=True)
class Line:
    """A line of the source near the current one."""

    number: int
    text: str
    current: bool


@dataclass(frozen=True)
class Display:
    """Everything that the page shows of a machine."""

    pc: str
    line: int | None
    next: str
    instret: int
    at_start: bool
    went_back: bool
    assembled: bool
    stop: str
    tone: str
    step: dict[str, Any] | None
    output: str
    registers: list[Register]
    listing: list[Line]
    memory: list[Row]
    memory_error: str
    symbols: list[str]


def display(program: Program, revision: LabRevision) -> Display | None:
    """Return what the page shows, or None while the program is on no machine.

    A starter that was never run shows its machine before the first instruction.
    """
    untouched = not program.view and program.source == revision.starter
    view = revision.starter_view if untouched else program.view
    if view.get("schema") != VIEW_SCHEMA:
        return None
    stop = view["stop"] or {"reason": "", "message": ""}
    return Display(
        pc=_word(view["pc"]),
        line=view["line"],
        next=view["next"],
        instret=view["instret"],
        at_start=view["instret"] == 0,
        went_back=view["action"] == "back",
        assembled=view["action"] == "assemble",
        stop=stop["message"],
        tone=TONES.get(stop["reason"], WARN),
        step=view["step"],
        output=view["output"],
        registers=list(_registers(view["registers"], set(view["changed"]))),
        listing=list(_listing(program.source, view["line"])),
        memory=list(_memory(view["memory"])),
        memory_error=view["memory"]["error"],
        symbols=view["symbols"],
    )


def _word(value: int) -> str:
    return f"0x{value:08x}"


def _registers(values: list[int], changed: set[int]) -> Iterator[Register]:
    for number, value in enumerate(values):
        signed = value - (1 << 32) if value >> 31 else value
        yield Register(
            f"x{number}", REGISTER_NAMES[number], _word(value), str(signed), number in changed
        )


def _listing(source: str, current: int | None) -> Iterator[Line]:
    if current is None:
        return
    lines = source.split("\n")
    first = max(1, current - CONTEXT_LINES)
    for number in range(first, min(len(lines), current + CONTEXT_LINES) + 1):
        yield Line(number, lines[number - 1], number == current)


def _memory(memory: dict[str, Any]) -> Iterator[Row]:
    if memory["error"]:
        return
    data, start = bytes.fromhex(memory["bytes"]), memory["address"]
    written = {address + i - start for address, size in memory["written"] for i in range(size)}
    for at in range(0, len(data), ROW_BYTES):
        row = data[at : at + ROW_BYTES]
        yield Row(
            address=_word(start + at),
            cells=[Cell(f"{byte:02x}", at + i in written) for i, byte in enumerate(row)],
            text="".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row),
        )


@dataclass(frozen=True)
class InstructionGroup:
    """The instructions of an extension: their forms ("add rd, rs1, rs2") and descriptions."""

    name: str
    rows: list[tuple[str, str]]


def instruction_list() -> list[InstructionGroup]:
    """Return every instruction, in the groups of the table."""
    return [
        InstructionGroup(
            name, [(f"{i.mnemonic} {i.operands}".strip(), describe(i)) for i in instructions]
        )
        for name, instructions in INSTRUCTION_GROUPS.items()
    ]


def pseudo_instruction_list() -> list[tuple[str, list[str]]]:
    """Return the form of every pseudo-instruction and the instructions that it stands for.

    The latter are empty where the operand's value decides.
    """
    return [(f"{p.mnemonic} {p.operands}".strip(), list(p.expansion)) for p in PSEUDO_INSTRUCTIONS]
