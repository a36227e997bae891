"""The stored view of a machine (see runner.view) as the page shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from courseware.labs.models import LabRevision, Program
from courseware.labs.panes import Panes, panes
from courseware.labs.runner.breakpoints import Breakpoints
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
    """A line of a source near the current one, or an instruction where there is no source.

    ``number`` is the line's, or the address; ``name`` is that of a breakpoint there.
    """

    number: str
    text: str
    current: bool
    name: str
    has_breakpoint: bool


@dataclass(frozen=True)
class Breakpoint:
    """A breakpoint: its name, where it is, and the source there."""

    name: str
    place: str
    text: str


@dataclass(frozen=True)
class Display:
    """Everything that the page shows of a machine."""

    pc: str
    place: str  # of the next instruction: "3 行", or "" where there is no source
    part: str  # whose source ``listing`` is; "" for the program's own
    status: str
    next: str
    instret: int
    stop: str
    tone: str
    step: dict[str, Any] | None
    output: str
    registers: list[Register]
    listing: list[Line]
    breakpoints: list[Breakpoint]
    place_typed: str
    place_error: str
    memory: list[Row]
    memory_error: str
    symbols: list[str]
    panes: Panes


def display(program: Program, revision: LabRevision, parts: Mapping[str, str]) -> Display | None:
    """Return what the page shows, or None while the program is on no machine.

    A starter that was never run shows its machine before the first instruction. ``parts`` are the
    sources of what is loaded beside the program.
    """
    view = program.view
    if "schema" not in view and program.source == revision.starter:
        view = revision.starter_view | {"breakpoints": breakpoints_of(program)}
    if view.get("schema") != VIEW_SCHEMA:
        return None
    stop = view["stop"] or {"reason": "", "message": ""}
    sources = {"": program.source.split("\n")}
    sources |= {name: source.split("\n") for name, source in parts.items()}
    at = view["at"] or {"file": "", "line": 0}
    return Display(
        pc=_word(view["pc"]),
        place=_place(at["file"], at["line"]) if view["at"] else "",
        part=at["file"],
        status=_status(view),
        next=view["next"],
        instret=view["instret"],
        stop=stop["message"],
        tone=TONES.get(stop["reason"], WARN),
        step=view["step"],
        output=view["output"],
        registers=list(_registers(view["registers"], set(view["changed"]))),
        listing=list(_listing(view, sources)),
        breakpoints=[_breakpoint(name, sources) for name in view["breakpoints"]],
        place_typed=view["place"]["typed"] if view["place"]["error"] else "",
        place_error=view["place"]["error"],
        memory=list(_memory(view["memory"])),
        memory_error=view["memory"]["error"],
        symbols=view["symbols"],
        panes=panes(view),
    )


def breakpoints_of(program: Program) -> Breakpoints:
    """Return the program's breakpoints: address by name (see ``runner.breakpoints``)."""
    known: Breakpoints = program.view.get("breakpoints", {})
    return known


def marks(program: Program, machine: Display | None) -> dict[str, Any]:
    """Return what an editor marks in the program's own source: numbers of lines."""
    lines = [int(name) for name in breakpoints_of(program) if name.isdecimal()]
    current = None
    if machine and machine.place and not machine.part:  # elsewhere the numbers are not its lines
        current = next((int(line.number) for line in machine.listing if line.current), None)
    return {"breakpoints": sorted(lines), "line": current}


def _status(view: Mapping[str, Any]) -> str:
    """Return in a sentence or two what the last action did, and where the machine stands."""
    at_start = view["instret"] == 0
    stop = view["stop"]["message"] if view["stop"] else ""
    where = f"{_place(**view['at'])}の前にいます。" if view["at"] else ""
    match view["action"]:
        case "assemble":
            return "プログラムを読み込み直しました。最初の命令の前にいます。"
        case "break":
            return _toggled(view)
        case "nowhere":
            return "まだ関数の呼び出しもトラップもないので、出る先がありません。"
        case "back" | "reverse" if at_start:
            return "最初の命令の前に戻しました。"
        case "back":
            return f"1 命令戻しました。{where}"
        case _ if stop:
            is_on_the_way = view["stop"]["reason"] == "breakpoint" and view["at"]
            return f"{_place(**view['at'])}: {stop}" if is_on_the_way else stop
        case "over" | "out" if not at_start:
            return (
                f"{'実行して戻ってきました。' if view['step'] is None else ''}{_told(view)}{where}"
            )
    if view["step"]:
        return _told(view)
    return "最初の命令の前にいます。" if at_start else where


def _told(view: Mapping[str, Any]) -> str:
    return view["step"]["explanation"] if view["step"] else ""


def _toggled(view: Mapping[str, Any]) -> str:
    """Return what became of the breakpoint that was asked for."""
    place = view["place"]
    if place["error"]:
        message: str = place["error"]
        return message
    where = _breakpoint_place(place["name"])
    done = "置きました" if place["name"] in view["breakpoints"] else "外しました"
    return f"{where}のブレークポイントを{done}。"


def _place(file: str, line: int) -> str:
    return f"{file} の {line} 行" if file else f"{line} 行"


def _breakpoint_place(name: str) -> str:
    part, _, line = name.rpartition(":")
    return _place(part, int(line)) if line.isdecimal() else f"{name} 番地"


def _breakpoint(name: str, sources: Mapping[str, list[str]]) -> Breakpoint:
    part, _, line = name.rpartition(":")
    lines = sources.get(part, [])
    text = lines[int(line) - 1] if line.isdecimal() and int(line) <= len(lines) else ""
    return Breakpoint(name, _breakpoint_place(name), text.strip())


def _word(value: int) -> str:
    return f"0x{value:08x}"


def _registers(values: list[int], changed: set[int]) -> Iterator[Register]:
    for number, value in enumerate(values):
        signed = value - (1 << 32) if value >> 31 else value
        yield Register(
            f"x{number}", REGISTER_NAMES[number], _word(value), str(signed), number in changed
        )


def _listing(view: Mapping[str, Any], sources: Mapping[str, list[str]]) -> Iterator[Line]:
    """Yield the lines around the current one; instructions where there is no source."""
    known = view["breakpoints"]
    at = view["at"]
    if at is None or at["file"] not in sources:
        for row in view["code"]:
            address, name = _word(row["address"]), row["name"]
            yield Line(address, row["text"], row["address"] == view["pc"], name, name in known)
        return
    part, current, lines = at["file"], at["line"], sources[at["file"]]
    first = max(1, current - CONTEXT_LINES)
    for number in range(first, min(len(lines), current + CONTEXT_LINES) + 1):
        name = f"{part}:{number}" if part else str(number)
        yield Line(str(number), lines[number - 1], number == current, name, name in known)


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
