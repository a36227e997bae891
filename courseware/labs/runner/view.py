"""What the page shows of a machine, as JSON."""

from typing import Any

from courseware.labs.runner.breakpoints import name_of
from courseware.labs.runner.csrs import csr_values
from courseware.labs.runner.paging import coming_access, page_tables, walk_json
from courseware.machine import (
    REGISTER_NAMES,
    Access,
    Debugger,
    Machine,
    PageWalk,
    Program,
    Step,
    Stop,
    TrapEvent,
    disassemble,
    mode_name,
    walk,
)
from courseware.machine.hart.access import MACHINE
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.trap import Trap

Json = dict[str, Any]
# Of the view that ``jobs.drive`` returns and the page shows: another number with another shape.
VIEW_SCHEMA = 2
ADDRESS_DIGITS = 8  # of a 32-bit address in hexadecimal
SUGGESTED_SYMBOLS = 100
MEMORY_BYTES = 128  # shown on the page: 16 rows of 8 bytes
TRAPS_SHOWN = 20  # the newest ones
CODE_BEFORE, CODE_AFTER = 12, 24  # bytes of code around pc that has no source

_WORD = 0xFFFF_FFFF


def view_of(debugger: Debugger, stop: Stop | None, look: str, lit: PageWalk | None = None) -> Json:
    """Return what the page shows of a machine that ``stop`` ended, or None where it can go on.

    ``lit`` is the walk that the page tables are lit by: None for the coming access.
    """
    machine, program = debugger.machine, debugger.program
    lit = lit or coming_access(machine)
    physical = physical_address(machine, machine.pc)
    place = None if physical is None else program.source_line(physical)
    return {
        "problems": [],
        "pc": machine.pc,
        "mode": mode_name(machine.mode, machine.virtual),
        "at": {"file": place[0], "line": place[1]} if place else None,
        "code": [] if place else _code(debugger),
        "next": machine.next_instruction(),
        "instret": machine.instret,
        "registers": list(machine.registers),
        "changed": sorted(debugger.changed),
        # PostgreSQL's JSON has no NUL; its picture says that there is one.
        "output": machine.output.decode("utf-8", "replace").replace("\0", "\u2400"),
        "step": _step(debugger.last),
        "stop": {"reason": stop.reason.value, "message": stop.message} if stop else None,
        "memory": _memory(debugger, look),
        "symbols": _first_symbols(program),
        "csrs": csr_values(machine),
        "traps": [_trap(debugger, event) for event in debugger.traps[: -TRAPS_SHOWN - 1 : -1]],
        "tables": page_tables(machine, lit),
        "walk": walk_json(lit),
        "counters": machine.counters.named(),
    }


def physical_address(machine: Machine, pc: int) -> int | None:
    """Return where an instruction is in memory; None when it cannot be fetched."""
    return walk(machine, pc, Access.FETCH).physical


def _code(debugger: Debugger) -> list[Json]:
    """Return the instructions around pc; none when there is none at pc."""
    machine, pc = debugger.machine, debugger.machine.pc
    start = next(
        (pc - back for back in range(CODE_BEFORE, 0, -2) if _leads_to(machine, pc - back, pc)), pc
    )
    rows = []
    for address, length in _instructions(machine, start, pc + CODE_AFTER):
        name = name_of(debugger.program, address, physical_address(machine, address))
        word = machine.hart.mmu.peek_instruction(address)
        text = disassemble(word, address)
        rows.append({"address": address, "length": length, "text": text, "name": name})
    return rows


def _leads_to(machine: Machine, start: int, pc: int) -> bool:
    """Say whether the instructions from an address on end where the one at pc begins."""
    last = list(_instructions(machine, start, pc))[-1:]
    return any(address + length == pc for address, length in last)


def _instructions(machine: Machine, start: int, end: int) -> list[tuple[int, int]]:
    """Return address and length of the instructions from ``start`` to one that cannot be read."""
    found, address = [], start
    while address < end:
        try:
            word = machine.hart.mmu.peek_instruction(address & _WORD)
        except Trap:
            break
        length = 4 if word & 3 == 3 else 2
        found.append((address & _WORD, length))
        address += length
    return found


def _first_symbols(program: Program) -> list[str]:
    """Return the names that the page suggests, by their addresses."""
    return sorted(program.symbols, key=program.symbols.__getitem__)[:SUGGESTED_SYMBOLS]


def _step(step: Step | None) -> Json | None:
    if step is None:
        return None
    return {"text": step.text, "explanation": step.explanation}


def _trap(debugger: Debugger, event: TrapEvent) -> Json:
    record, machine = event.record, debugger.machine
    # Where it came from is known where addresses are not translated.
    is_translated = record.mode != MACHINE and any(map(machine.csr, ("satp", "vsatp", "hgatp")))
    place = None if is_translated else debugger.program.source_line(record.pc)
    return {
        "number": event.number,
        "name": event.name,
        "source": event.source,
        "destination": event.destination,
        "pc": record.pc,
        "at": {"file": place[0], "line": place[1]} if place else None,
        "sentence": event.sentence,
    }


def _memory(debugger: Debugger, look: str) -> Json:
    """Return the bytes around what was asked for; by default the program's data."""
    program, machine = debugger.program, debugger.machine
    address = address_of(debugger, look) if look else _data_start(program)
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


def address_of(debugger: Debugger, look: str) -> int | None:
    """Return the address that a label, a register or a number names; None for anything else."""
    if look in debugger.program.symbols:
        return debugger.program.symbols[look] & _WORD
    if look in REGISTER_NAMES:
        return debugger.machine.registers[REGISTER_NAMES.index(look)]
    # Eight digits are an address as the page writes it, without its 0x.
    base = 16 if len(look) == ADDRESS_DIGITS else 0
    try:
        return int(look, base) & _WORD
    except ValueError:
        return None


def _data_start(program: Program) -> int:
    """Return where the data begin: the second segment, or the program itself."""
    return program.segments[min(1, len(program.segments) - 1)].address if program.segments else 0
