"""What the page shows of a machine, as JSON."""

from typing import Any

from courseware.machine import REGISTER_NAMES, Debugger, Program, Step, Stop
from courseware.machine.memory_map import RAM_BASE

Json = dict[str, Any]
# Of the view that ``jobs.drive`` returns and the page shows: another number with another shape.
VIEW_SCHEMA = 1
ADDRESS_DIGITS = 8  # of a 32-bit address in hexadecimal
SUGGESTED_SYMBOLS = 100
MEMORY_BYTES = 128  # shown on the page: 16 rows of 8 bytes


def view_of(debugger: Debugger, stop: Stop | None, look: str) -> Json:
    """Return what the page shows of a machine that ``stop`` ended, or None where it can go on."""
    machine = debugger.machine
    return {
        "problems": [],
        "pc": machine.pc,
        "line": debugger.program.lines.get(machine.pc),
        "next": machine.next_instruction(),
        "instret": machine.instret,
        "registers": list(machine.registers),
        "changed": sorted(debugger.changed),
        # PostgreSQL's JSON has no NUL; its picture says that there is one.
        "output": machine.output.decode("utf-8", "replace").replace("\0", "\u2400"),
        "step": _step(debugger.last),
        "stop": {"reason": stop.reason.value, "message": stop.message} if stop else None,
        "memory": _memory(debugger, look),
        "symbols": _first_symbols(debugger.program),
    }


def _first_symbols(program: Program) -> list[str]:
    """Return the names that the page suggests, by their addresses."""
    return sorted(program.symbols, key=program.symbols.__getitem__)[:SUGGESTED_SYMBOLS]


def _step(step: Step | None) -> Json | None:
    if step is None:
        return None
    return {"text": step.text, "explanation": step.explanation}


def _memory(debugger: Debugger, look: str) -> Json:
    """Return the bytes around what was asked for; by default the program's data."""
    program, machine = debugger.program, debugger.machine
    address = _address(debugger, look) if look else _data_start(program)
    if address is None:
        known = "、".join(list(program.symbols)[:8]) or "なし"
        message = (
            f"「{look}」というラベルはありません。ラベル (今あるもの: {known})、レジスターの名前、"
            "または 0x80000000 のような 16 進数の番地を入力してください。"
        )
        return {"look": look, "error": message}
    end = RAM_BASE + machine.limits.memory_bytes
    if not RAM_BASE <= address < end:
        message = (
            f"{address:#010x} 番地にメモリーはありません。"
            f"メモリーは {RAM_BASE:#010x} から {end - 1:#010x} までです。"
        )
        return {"look": look, "error": message}
    start = min(address & ~0xF, end - MEMORY_BYTES)
    written = debugger.last.written if debugger.last else ()
    return {
        "look": look,
        "error": "",
        "address": start,
        "bytes": machine.read_memory(start, MEMORY_BYTES).hex(),
        "written": [list(span) for span in written],
    }


def _address(debugger: Debugger, look: str) -> int | None:
    """Return the address that a label, a register or a number names; None for anything else."""
    if look in debugger.program.symbols:
        return debugger.program.symbols[look] & 0xFFFF_FFFF
    if look in REGISTER_NAMES:
        return debugger.machine.registers[REGISTER_NAMES.index(look)]
    # Eight digits are an address as the page writes it, without its 0x.
    base = 16 if len(look) == ADDRESS_DIGITS else 0
    try:
        return int(look, base) & 0xFFFF_FFFF
    except ValueError:
        return None


def _data_start(program: Program) -> int:
    """Return where the data begin: the second segment, or the program itself."""
    return program.segments[min(1, len(program.segments) - 1)].address if program.segments else 0
