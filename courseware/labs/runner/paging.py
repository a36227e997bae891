"""The page tables of a machine as a tree, and the walk that its last access took.

Nothing here changes the machine: tables are read as a walk would find them.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from courseware.machine import Access, Machine, PageWalk, walk
from courseware.machine.hart.access import SUPERVISOR, View
from courseware.machine.hart.walk import A, D, G, R, U, V, W, X
from courseware.machine.isa.decoder import decode
from courseware.machine.isa.explanation import instruction_accesses
from courseware.machine.isa.semantics import Memory
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.trap import Trap

Json = dict[str, Any]
# Of all trees together: rows that the page shows, and tables that are read for them.
MAX_ROWS = 200
MAX_TABLES = 64

_WORD = 0xFFFF_FFFF
_MODE = 1 << 31
_PPN = (1 << 22) - 1
_PTE_BYTES = 4
_ENTRIES = 1024
_PAGE_SHIFT, _SUPERPAGE_SHIFT = 12, 22
_LETTERS = tuple(zip((V, R, W, X, U, G, A, D), "VRWXUGAD", strict=True))
# The stage of each register that names a root, as walks count stages.
_ROOTS = {"satp": 1, "vsatp": 1, "hgatp": 2}
_BY_BASE = ("lr.w", "sc.w")  # their address is rs1, and their semantics name no memory


def is_translated(machine: Machine) -> bool:
    """Say whether any register names a page table."""
    return any(machine.csr(name) & _MODE for name in _ROOTS)


def coming_access(machine: Machine) -> PageWalk | None:
    """Return the walk of the access that the next instruction is about to make.

    That is the address that it loads from or stores to, else the fetch of the instruction
    itself. None where no page table is in use.
    """
    if not is_translated(machine):
        return None
    try:
        decoded = decode(machine.hart.mmu.peek_instruction(machine.pc))
    except Trap:
        decoded = None
    if decoded is None:
        return walk(machine, machine.pc, Access.FETCH)
    mnemonic = decoded.instruction.mnemonic
    accesses = instruction_accesses(decoded.instruction.statements)
    if not accesses and mnemonic not in _BY_BASE:
        return walk(machine, machine.pc, Access.FETCH)
    address = machine.registers[decoded.fields["rs1"]] + decoded.fields.get("imm", 0) & _WORD
    is_load = mnemonic == "lr.w" or (
        "rd" in decoded.fields and all(isinstance(access, Memory) for access in accesses)
    )
    return walk(machine, address, Access.LOAD if is_load and mnemonic != "sc.w" else Access.STORE)


def walk_json(found: PageWalk | None) -> Json | None:
    """Return a walk as the page tells it."""
    if found is None:
        return None
    return {
        "sentences": list(found.sentences),
        "fault": found.fault,
        "entries": [[step.stage, step.address] for step in found.steps],
    }


@dataclass(frozen=True)
class _Row:
    """Neighbouring entries of one table that say the same of pages side by side.

    ``start`` to ``end`` (exclusive) are the addresses that they translate, ``to`` is where the
    first one leads: a page, or the next table when ``is_table``. ``at`` is where the first entry
    lies, and ``count`` how many they are.
    """

    at: int
    count: int
    start: int
    end: int
    to: int
    flags: str
    is_table: bool
    rows: tuple["_Row", ...] = field(default=())

    def is_continued_by(self, other: "_Row") -> bool:
        if self.is_table or other.is_table or self.flags != other.flags:
            return False
        return other.start == self.end and other.to == self.to + self.end - self.start


class _Reader:
    """Reads the tables of one register, within a budget of tables."""

    def __init__(self, machine: Machine, name: str, budget: int) -> None:
        self._machine = machine
        self._is_guest = name == "vsatp"
        value = machine.csr(name)
        self.root = (value & _PPN) << _PAGE_SHIFT
        # Sv32x4: the root has four times as many entries.
        self._root_entries = 4 * _ENTRIES if name == "hgatp" else _ENTRIES
        self.budget = budget
        self.is_cut = False

    def rows(self) -> tuple[_Row, ...]:
        """Return the root's rows, with those of the tables below."""
        return tuple(self._table(self.root, 0, self._root_entries, _SUPERPAGE_SHIFT))

    def _table(self, table: int, start: int, entries: int, shift: int) -> Iterator[_Row]:
        if self.budget == 0:
            self.is_cut = True
            return
        self.budget -= 1
        pending: _Row | None = None
        for index, pte in self._entries(table, entries):
            here = start + (index << shift)
            row = self._row(table + index * _PTE_BYTES, pte, here, shift)
            if pending is not None and pending.is_continued_by(row):
                pending = replace(pending, end=row.end, count=pending.count + 1)
                continue
            if pending is not None:
                yield pending
            pending = row
        if pending is not None:
            yield pending

    def _row(self, at: int, pte: int, start: int, shift: int) -> _Row:
        is_table = shift == _SUPERPAGE_SHIFT and bool(pte & V) and not pte & (R | W | X)
        to = pte >> 10 << _PAGE_SHIFT
        flags = "".join(letter for bit, letter in _LETTERS if pte & bit)
        below = tuple(self._table(to, start, _ENTRIES, _PAGE_SHIFT)) if is_table else ()
        return _Row(at, 1, start, start + (1 << shift), to, flags, is_table, below)

    def _entries(self, table: int, count: int) -> Iterator[tuple[int, int]]:
        """Yield the entries of a table that are not 0, with their indexes."""
        data = b""
        for page in range(table, table + count * _PTE_BYTES, 1 << _PAGE_SHIFT):
            physical = self._physical(page)
            if physical is None:
                return
            data += self._machine.read_memory(physical, 1 << _PAGE_SHIFT)
        for index, pte in enumerate(memoryview(data).cast("I")):
            if pte:
                yield index, pte

    def _physical(self, page: int) -> int | None:
        """Return where a table lies in RAM; a guest's tables have guest physical addresses."""
        if self._is_guest and (gatp := self._machine.csr("hgatp")) & _MODE:
            view = View(SUPERVISOR, virtual=True, gatp=gatp)
            with suppress(Trap):
                entry = self._machine.hart.mmu.walker.walk(page, Access.LOAD, view, [])
                return self._in_ram(entry.page << _PAGE_SHIFT)
            return None
        return self._in_ram(page)

    def _in_ram(self, page: int) -> int | None:
        size = self._machine.limits.memory_bytes
        return page if RAM_BASE <= page < RAM_BASE + size else None


def page_tables(machine: Machine, lit: PageWalk | None) -> list[Json]:
    """Return a tree for each register that names a page table.

    A tree has ``register``, ``root`` (its address), ``rows`` and ``is_cut``: that it has more
    than MAX_ROWS rows or MAX_TABLES tables. A row has ``start``, ``last`` (the addresses that it
    translates), ``to``, ``flags`` (letters), ``count`` (of entries), ``is_table``, ``is_lit`` (a
    step of the walk ``lit``) and ``rows``. Rows in which nothing is set are left out.
    """
    steps = {(step.stage, step.address) for step in lit.steps} if lit else set()
    trees = []
    tables, rows = MAX_TABLES, MAX_ROWS
    for name, stage in _ROOTS.items():
        if not machine.csr(name) & _MODE:
            continue
        reader = _Reader(machine, name, tables)
        shown = _Shown({address for walked, address in steps if walked == stage}, rows)
        tree = shown.rows(reader.rows())
        tables, rows = reader.budget, shown.room
        is_cut = reader.is_cut or shown.is_cut
        trees.append({"register": name, "root": reader.root, "rows": tree, "is_cut": is_cut})
    return trees


class _Shown:
    """Rows as JSON, as many as there is room for; those of the walk always."""

    def __init__(self, lit: set[int], room: int) -> None:
        self._lit = lit
        self.room = room
        self.is_cut = False

    def rows(self, rows: tuple[_Row, ...]) -> list[Json]:
        found = []
        for row in rows:
            is_lit = any(row.at + n * _PTE_BYTES in self._lit for n in range(row.count))
            if self.room <= 0 and not is_lit:
                self.is_cut = True
                continue
            self.room -= 1
            found.append(
                {
                    "start": row.start,
                    "last": row.end - 1,
                    "to": row.to,
                    "flags": row.flags,
                    "count": row.count,
                    "is_table": row.is_table,
                    "is_lit": is_lit,
                    "rows": self.rows(row.rows),
                }
            )
        return found
