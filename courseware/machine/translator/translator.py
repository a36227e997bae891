"""The engine that makes Python functions of hot code, and interprets the rest.

Code is interpreted until an address has been jumped back to HOT times; then the region around it
(``regions``) becomes a function (``emitter``). Functions know their cycles beforehand: one is
called only when so many are left before the hart's horizon, and gives back what it did not use,
so that budget, timer and breakpoints stay exact. What a function cannot do itself (a device, a
fault, a store into code) it leaves to the interpreter by retreating to the instruction before.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType, FunctionType, TracebackType
from typing import TYPE_CHECKING, NamedTuple

from courseware.machine.hart.access import MACHINE, Access, View
from courseware.machine.hart.interpreter import interpret
from courseware.machine.hart.mmu import Maps
from courseware.machine.isa.decoder import decode
from courseware.machine.isa.semantics import quotient, remainder
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.ram import CODE, LINE_SHIFT, PAGE_BYTES, PAGE_SHIFT, UNTOUCHED
from courseware.machine.translator.emitter import Note, emit
from courseware.machine.translator.regions import Operation, Region, find_region, operation
from courseware.machine.trap import Trap

if TYPE_CHECKING:
    from courseware.machine.hart.hart import Hart

HOT = 24  # how often an address is come to before it is translated
# Translating must pay: so many instructions may be written at once, and one more for so many
# cycles. Writing one takes as long as interpreting some hundred, and as reading eight.
FREE_WORK = 1_024
CYCLES_A_WORK = 128
READ_A_WORK = 8
MAX_CODES = 1_024  # compiled functions that all machines share: some 30 MB
MAX_OPERATIONS = 8_192  # instructions that are kept ready for regions
# After so many stores into its code an address is left to the interpreter.
MAX_REWRITES = 4
# An instruction that retreats so often in so many cycles is left to the interpreter.
MAX_RETREATS = 16
RETREAT_CYCLES = 16_384
_NEVER = -(1 << 60)  # the heat of an address that is not worth a function

# Cycles left -> (next pc, cycles left).
Run = Callable[[int], tuple[int, int]]


def _never(left: int) -> tuple[int, int]:
    raise AssertionError("an address to stop at has no function")


_STOP = (1 << 63, _never)  # so many cycles are never left


class Retreat(Exception):
    """The instruction has to be interpreted; nothing of it has been done."""


@dataclass(frozen=True)
class _Code:
    """A compiled function, for any hart with that much RAM."""

    code: CodeType
    notes: dict[int, Note]
    need: int


@dataclass(frozen=True, eq=False)
class _Unit:
    """The function of a region in one hart.

    ``spans`` are the offsets in RAM of its code, ``pages`` the virtual pages, each with what a
    page map has to say of it.
    """

    place: "_Place"
    code: _Code
    spans: tuple[tuple[int, int], ...]
    pages: tuple[tuple[int, int], ...]


class _Place(NamedTuple):
    """What a function is for: where it begins, what is added to that page's addresses to get an
    offset in RAM, whether accesses are direct, and the addresses at which it must end.
    """

    entry: int
    by: int
    is_direct: bool
    until: frozenset[int]


@dataclass
class _Table:
    """The functions that may run under a view, by address: (cycles needed, function)."""

    fetch: Maps
    data: Maps
    runs: dict[int, tuple[int, Run]] = field(default_factory=dict)


_codes: dict[tuple[object, ...], _Code] = {}


class Translator:
    """Executes instructions of a hart. ``until`` are addresses to stop in front of."""

    def __init__(self, hart: "Hart") -> None:
        self._hart = hart
        self._until: frozenset[int] = frozenset()
        self._heat: dict[int, int] = {}
        self._tables: dict[tuple[View, View, frozenset[int]], _Table] = {}
        self._epoch = 0
        self._work = 0  # in instructions written (see FREE_WORK)
        self._units: dict[_Place, _Unit] = {}
        self._units_of_line: dict[int, set[_Unit]] = {}
        self._rewrites: dict[int, int] = {}
        self._retreats: dict[int, tuple[int, int]] = {}  # how often, since which cycle
        self._notes: dict[CodeType, dict[int, Note]] = {}
        self._slow = self._slow_ways()
        hart.bus.ram.on_code_write = self._forget_code

    @property
    def until(self) -> frozenset[int]:
        """Return the addresses to stop in front of."""
        return self._until

    @until.setter
    def until(self, addresses: frozenset[int]) -> None:
        if addresses and addresses != self._until:
            self._tables = {key: t for key, t in self._tables.items() if not key[2]}
            for unit in [unit for place, unit in self._units.items() if place.until]:
                self._drop(unit)
        self._until = addresses

    # --- running ---

    def execute(self) -> None:
        """Execute until the hart's horizon.

        Raises Trap for an instruction that does not retire, and BreakpointReached.
        """
        hart, until, heat = self._hart, self._until, self._heat
        table = self._table()
        runs = table.runs
        is_new = True  # whether the address was come to by other ways than interpreting
        while (left := hart.horizon - hart.cycle) > 0:
            pc, before, horizon = hart.pc, left, hart.horizon
            try:
                while True:
                    run = runs.get(pc)
                    if run is None or left < run[0]:
                        break
                    pc, left = run[1](left)
            except (Retreat, IndexError) as retreat:
                pc, left = self._retreat(retreat.__traceback__)
                run = None
            hart.pc, hart.cycle = pc, horizon - left
            is_new = is_new or left < before
            if left == 0 or hart.horizon != horizon:
                return
            if run is not None:  # too near to the horizon, or an address to stop at
                interpret(hart, until)
            elif self._is_hot(pc, is_new):
                if not self._translate(pc, table):
                    heat[pc] = _NEVER
            elif is_new and heat[pc] < 0:
                self._interpret_one()
            else:
                interpret(hart, until, heat, HOT)
                is_new = False

    def _is_hot(self, pc: int, is_new: bool) -> bool:
        """Say whether an address, newly come to or again, deserves a function."""
        heat = self._heat[pc] = self._heat.get(pc, 0) + is_new
        if heat < HOT:
            return False
        if self._work > FREE_WORK + self._hart.cycle // CYCLES_A_WORK:
            self._heat[pc] = 0
            return False
        return True

    def _interpret_one(self) -> None:
        """Execute an instruction that no function can."""
        hart = self._hart
        horizon, hart.horizon = hart.horizon, hart.cycle + 1
        interpret(hart, self._until)
        if hart.horizon:  # it was not set to 0
            hart.horizon = horizon

    def _table(self) -> _Table:
        """Return the functions for the hart's present views."""
        mmu = self._hart.mmu
        if self._epoch != mmu.epoch:
            self._tables.clear()
            self._epoch = mmu.epoch
        key = mmu.fetch_view, mmu.data_view, self._until
        table = self._tables.get(key)
        if table is None or table.fetch is not mmu.fetch_maps or table.data is not mmu.data_maps:
            table = self._tables[key] = _Table(mmu.fetch_maps, mmu.data_maps)
            table.runs.update(dict.fromkeys(self._until, _STOP))
        return table

    def _retreat(self, traceback: TracebackType | None) -> tuple[int, int]:
        """Return pc and cycles left in front of the instruction that a function gave up at."""
        while traceback is not None and traceback.tb_frame.f_code not in self._notes:
            traceback = traceback.tb_next
        if traceback is None:
            raise RuntimeError("a retreat from outside of a function")
        note = self._notes[traceback.tb_frame.f_code][traceback.tb_lineno]
        values = traceback.tb_frame.f_locals
        registers = self._hart.registers
        for number in range(1, 32):
            if f"r{number}" in values:
                registers[number] = values[f"r{number}"]
        self._hart.mmu.accesses += values.get("m", 0) + note.accesses
        self._note_retreat(note.pc)
        left: int = values["n"] - note.done
        return note.pc, left

    def _note_retreat(self, pc: int) -> None:
        """Leave an instruction to the interpreter for good that keeps on retreating."""
        now = self._hart.cycle
        count, since = self._retreats.get(pc, (0, now))
        if count + 1 == MAX_RETREATS and now - since > RETREAT_CYCLES:
            count, since = 0, now
        self._retreats[pc] = count + 1, since
        if count + 1 == MAX_RETREATS:
            for unit in [unit for unit in self._units.values() if _contains(unit, pc)]:
                self._drop(unit)

    # --- translating ---

    def _translate(self, entry: int, table: _Table) -> bool:
        """Put the function for an address into the table; say whether there can be one."""
        hart = self._hart
        is_direct = hart.mmu.data_view.mode == MACHINE and not hart.pmp.binds_machine_mode
        fetch = table.fetch.fetch
        place = _Place(entry, fetch[entry >> PAGE_SHIFT], is_direct, self._until)
        unit = self._units.get(place)
        if unit is None or any(fetch[page] != by for page, by in unit.pages):
            unit = self._make(place, table)
        if unit is not None:
            table.runs[entry] = unit.code.need, self._function(unit.code, table)
        return unit is not None

    def _make(self, place: _Place, table: _Table) -> _Unit | None:
        """Return the function of the region at an address, if anything there can be one."""
        hart, entry = self._hart, place.entry
        words: list[tuple[int, int]] = []

        def read(pc: int) -> Operation | None:
            word = self._word(pc, entry, table)
            if word is None:
                return None
            words.append((pc, word))
            return _operation(pc, word)

        region = find_region(entry, read)
        self._work += len(words) // READ_A_WORK
        if region is None:
            return None
        key = (entry, place.is_direct, hart.bus.ram.size, tuple(words))
        code = _codes.get(key)
        if code is None:
            if len(_codes) >= MAX_CODES:
                _codes.clear()
            code = _codes[key] = _compile(region, hart.bus.ram.size, place.is_direct)
            self._work += code.need
        self._notes[code.code] = code.notes
        fetch = table.fetch.fetch
        pages = {pc >> PAGE_SHIFT for pc, _ in region.addresses}
        unit = _Unit(
            place,
            code,
            tuple(
                (start, start + size)
                for start, size in sorted(
                    (pc + fetch[pc >> PAGE_SHIFT], size) for pc, size in region.addresses
                )
            ),
            tuple((page, fetch[page]) for page in pages),
        )
        self._keep(unit)
        return unit

    def _word(self, pc: int, entry: int, table: _Table) -> int | None:
        """Return the instruction at an address that may be part of a region, or None.

        Under translation a region stays in the page of its entry, so that every other page is
        fetched from, and counted, as the interpreter does it.
        """
        if pc in self._until or self._retreats.get(pc, (0, 0))[0] >= MAX_RETREATS:
            return None
        mmu = self._hart.mmu
        if pc >> PAGE_SHIFT != entry >> PAGE_SHIFT and mmu.fetch_view.is_translated:
            return None
        halves = self._hart.bus.ram.halves
        offset = pc + table.fetch.fetch[pc >> PAGE_SHIFT]
        if offset & mmu.mask16:
            return None
        low = halves[offset >> 1]
        if low & 3 != 3:
            return low
        if pc & PAGE_BYTES - 1 == PAGE_BYTES - 2:
            return None
        return low | halves[(offset >> 1) + 1] << 16

    def _keep(self, unit: _Unit) -> None:
        """Remember where the code of a function lies, so that stores there are noticed."""
        old = self._units.get(unit.place)
        if old is not None:
            self._drop(old)
        self._units[unit.place] = unit
        guard = self._hart.bus.ram.guard
        for start, end in unit.spans:
            for line in _lines(start, end):
                guard[line] |= CODE
                self._units_of_line.setdefault(line, set()).add(unit)

    def _function(self, code: _Code, table: _Table) -> Run:
        hart = self._hart
        ram, mmu = hart.bus.ram, hart.mmu
        defaults = (
            hart.registers,
            ram.bytes,
            ram.halves,
            ram.words,
            ram.guard,
            table.data.load,
            table.data.store,
            *self._slow,
            mmu,
        )  # in the order of emitter.PARAMETERS
        return FunctionType(code.code, _GLOBALS, "unit", defaults)

    # --- stores into code ---

    def _overlapping(self, offset: int, size: int) -> set[_Unit]:
        """Return the functions that have code among some bytes of RAM."""
        end = offset + size
        return {
            unit
            for line in _lines(offset, end)
            for unit in self._units_of_line.get(line, ())
            if any(start < end and offset < stop for start, stop in unit.spans)
        }

    def _forget_code(self, offset: int, size: int) -> None:
        """Drop the functions of code that is about to be written."""
        for unit in self._overlapping(offset, size):
            self._drop(unit)
            entry = unit.place.entry
            rewrites = self._rewrites[entry] = self._rewrites.get(entry, 0) + 1
            self._heat[entry] = 0 if rewrites < MAX_REWRITES else _NEVER

    def _drop(self, unit: _Unit) -> None:
        entry = unit.place.entry
        del self._units[unit.place]
        self._heat.pop(entry, None)
        for start, end in unit.spans:
            for line in _lines(start, end):
                units = self._units_of_line.get(line)
                if units is not None:
                    units.discard(unit)
                    if not units:
                        del self._units_of_line[line]
                        self._hart.bus.ram.guard[line] &= ~CODE
        for key, table in self._tables.items():
            if not key[2] or entry not in key[2]:
                table.runs.pop(entry, None)

    # --- the slow ways of loads and stores ---

    def _slow_ways(self) -> tuple[Callable[..., object], ...]:
        """Return load8, load16, load32, store8, store16, store32 and retreat.

        They do what remains inside RAM, and retreat from all else before anything is done.
        """
        hart = self._hart
        mmu, ram = hart.mmu, hart.bus.ram
        walker = mmu.walker

        def retreat() -> None:
            raise Retreat

        def check(address: int, size: int, access: Access) -> int:
            if (address & PAGE_BYTES - 1) + size > PAGE_BYTES or mmu.tlb.is_nearly_full:
                raise Retreat
            view = mmu.data_view
            physical = address
            if view.is_translated:
                if mmu.is_refused(address, access, view):
                    raise Retreat  # a walk may replace the entry, and page maps be forgotten
                counts = mmu.tlb_misses, walker.loads, walker.guest_loads
                try:
                    physical = mmu.translate(address, access, view)
                except Trap:  # the interpreter will walk, and count, once more
                    mmu.tlb_misses, walker.loads, walker.guest_loads = counts
                    raise Retreat from None
            offset = physical - RAM_BASE
            if not 0 <= offset <= ram.size - size:
                raise Retreat
            if not hart.pmp.allows(physical, size, access, view.mode):
                raise Retreat
            mmu.remember(address, offset, access, view)
            return offset

        def loader(size: int) -> Callable[[int], int]:
            def load(address: int) -> int:
                offset = check(address, size, Access.LOAD)
                return int.from_bytes(ram.bytes[offset : offset + size], "little")

            return load

        def storer(size: int) -> Callable[[int, int], None]:
            def store(address: int, value: int) -> None:
                offset = check(address, size, Access.STORE)
                flags = ram.flags(offset >> LINE_SHIFT, offset + size - 1 >> LINE_SHIFT)
                if flags & ~(CODE | UNTOUCHED) or self._overlapping(offset, size):
                    raise Retreat
                ram.write(offset, value.to_bytes(size, "little"))

            return store

        return *map(loader, (1, 2, 4)), *map(storer, (1, 2, 4)), retreat


@lru_cache(MAX_OPERATIONS)
def _operation(pc: int, word: int) -> Operation | None:
    decoded = decode(word)
    return operation(decoded, pc) if decoded else None


def _lines(start: int, end: int) -> range:
    """Return the guarded lines from one offset in RAM up to another."""
    return range(start >> LINE_SHIFT, (end - 1 >> LINE_SHIFT) + 1)


def _contains(unit: _Unit, pc: int) -> bool:
    return any(note.pc == pc for note in unit.code.notes.values())


_GLOBALS = {"quotient": quotient, "remainder": remainder, "__builtins__": {}}


def _compile(region: Region, ram_size: int, is_direct: bool) -> _Code:
    unit = emit(region, ram_size, is_direct)
    # Nothing but decoded integers of the program is in the source (see ``emitter``).
    module = compile(unit.source, "<translated>", "exec")
    code = next(constant for constant in module.co_consts if isinstance(constant, CodeType))
    return _Code(code, unit.notes, unit.need)
