"""Breakpoints as the page names them, and where they are in a program.

A name is the number of a line ("12"), a line of a part ("guest:12"), or an address
("0x80000010") where no source is known. Each belongs to one address.
"""

from collections.abc import Mapping

from courseware.machine import Debugger, Program
from courseware.machine.debugger import MAX_BREAKPOINTS

Breakpoints = dict[str, int]  # address by name

_WORD = 0xFFFF_FFFF


class UnknownPlace(ValueError):
    """Nothing can be stopped at there. The message says why, and what can be given."""


def name_of(program: Program, address: int, physical: int | None) -> str:
    """Return the name of the breakpoint before an instruction.

    ``physical`` is where the instruction is in memory; None when it cannot be fetched.
    """
    place = None if physical is None else program.source_line(physical)
    if place is None:
        return f"0x{address:08x}"
    part, line = place
    return f"{part}:{line}" if part else str(line)


def toggled(
    program: Program, known: Breakpoints, place: str, shifts: Mapping[str, int]
) -> tuple[str, Breakpoints]:
    """Return the name of a breakpoint, and all with it, or without it where it was there.

    ``place`` is a name, a label, or the label of a part ("guest.loop"). ``shifts`` tells by how
    much the addresses that parts were linked for differ from where they are loaded: a part runs
    where it was linked for. Raises UnknownPlace.
    """
    name, address = (place, known[place]) if place in known else _found(program, place, shifts)
    if name in known:
        return name, {other: at for other, at in known.items() if other != name}
    if address % 2:
        raise UnknownPlace(f"{address:#010x} は奇数です。命令は偶数の番地にあります。")
    if len(known) >= MAX_BREAKPOINTS:
        raise UnknownPlace(
            f"ブレークポイントは {MAX_BREAKPOINTS} 個までです。使わないものを外してください。"
        )
    return name, {**known, name: address}


def anew(known: Mapping[str, int], program: Program, shifts: Mapping[str, int]) -> Breakpoints:
    """Return the breakpoints in a program that was assembled anew; ``shifts`` as in ``toggled``.

    Those of its lines are at the first instruction from there on, or gone where there is none;
    those of parts that it does not have, and of addresses, stay.
    """
    found: Breakpoints = {}
    for name, address in known.items():
        part, _, line = name.rpartition(":")
        if not line.isdecimal() or (part and part not in program.parts):
            found[name] = address
        elif at := _at_line(program, int(line), part):
            found[at[0]] = at[1] + shifts.get(part, 0) & _WORD
    return found


def renumbered(known: Mapping[str, int], old: str, new: str) -> Breakpoints:
    """Return the breakpoints of a source that was changed in one stretch, as edits are.

    Lines before and after the stretch keep their text; those in it keep their number, and are
    gone where it has become shorter. Addresses are those of the old program still (see ``anew``).
    """
    before, after = old.split("\n"), new.split("\n")
    shorter = min(len(before), len(after))
    head = next((n for n in range(shorter) if before[n] != after[n]), shorter)
    tail = 0
    while tail < shorter - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1

    def moved(line: int) -> int | None:
        if line > len(before) - tail:
            return line + len(after) - len(before)
        return line if line <= max(head, len(after) - tail) else None

    found: Breakpoints = {}
    for name, address in known.items():
        if not name.isdecimal():
            found[name] = address
        elif (line := moved(int(name))) is not None:
            found[str(line)] = address
    return found


def _found(program: Program, place: str, shifts: Mapping[str, int]) -> tuple[str, int]:
    """Return name and address of a place. Raises UnknownPlace."""
    part, _, line = place.rpartition(":")
    if line.isdecimal() and (not part or part in program.parts):
        found = _at_line(program, int(line), part)
        if found is None:
            raise UnknownPlace(
                f"{line} 行とそのあとに命令がありません。命令のある行の番号を入力してください。"
            )
        return found[0], found[1] + shifts.get(part, 0) & _WORD
    address = program.symbols.get(place)
    if address is None:
        try:
            address = int(place, 0)
        except ValueError:
            raise UnknownPlace(
                f"「{place}」という行もラベルもありません。行の番号、ラベル、または "
                "0x80000000 のような 16 進数の番地を入力してください。"
            ) from None
    address &= _WORD
    name = name_of(program, address, address)
    return _found(program, name, shifts) if ":" in name else (name, address)


def _at_line(program: Program, line: int, part: str = "") -> tuple[str, int] | None:
    """Return name and place in memory of the first instruction from a line on."""
    lines = program.parts[part] if part else program.lines
    later = [(number, address) for address, number in lines.items() if number >= line]
    if not later:
        return None
    number, address = min(later)
    return f"{part}:{number}" if part else str(number), address


def apply(debugger: Debugger, known: Breakpoints) -> None:
    """Make the debugger stop at these addresses and at no others."""
    wanted = set(known.values())
    for address in set(debugger.breakpoints) - wanted:
        debugger.remove_breakpoint(address)
    for address in wanted - set(debugger.breakpoints):
        debugger.add_breakpoint(address)
