"""A hart's state as JSON data and back."""

from typing import TYPE_CHECKING, Any

from courseware.machine.fields import Fields
from courseware.machine.hart.access import MACHINE, SUPERVISOR, USER
from courseware.machine.hart.csrs import MPP_SHIFT, Csrs
from courseware.machine.hart.pmp import ENTRIES
from courseware.machine.hart.tlb import MAX_ENTRIES, Entry
from courseware.machine.trap import Interrupt

if TYPE_CHECKING:
    from courseware.machine.hart.hart import Hart

_WORD = 0xFFFF_FFFF
_INTERRUPTS = sum(1 << code for code in Interrupt)
_LONG = (1 << 64) - 1
_MAX_COUNT = (1 << 63) - 1
_MAX_TRAP_KINDS = 256
_LEVELS = ("M", "HS", "VS")
_NO_FLAGS = 256  # in place of 8 flags: the stage does not translate


def to_json(hart: "Hart") -> dict[str, Any]:
    """Return everything that a hart's future depends on, and what it has counted."""
    mmu = hart.mmu
    return {
        "pc": hart.pc,
        "registers": list(hart.registers),
        "mode": hart.mode,
        "virtual": int(hart.virtual),
        "cycle": hart.cycle,
        "unretired": hart.unretired,
        "cycle_offset": hart.counter_offsets["cycle"],
        "instret_offset": hart.counter_offsets["instret"],
        "time_offset": hart.time_offset & _LONG,
        "reservation": hart.reservation,
        "waiting": int(hart.waiting),
        "csrs": {name: getattr(hart.csr, name) for name in Csrs.NAMES},
        "pmpcfg": list(hart.pmp.config),
        "pmpaddr": list(hart.pmp.address),
        "tlb": [
            [int(virtual), atp, gatp, page, *_entry_json(entry)]
            for (virtual, atp, gatp), entries in mmu.tlb.spaces.items()
            for page, entry in entries.items()
        ],
        "traps": [
            [_LEVELS.index(level), cause, count]
            for (level, cause), count in hart.trap_counts.items()
        ],
        "translated": hart.translated,
        "tlb_misses": mmu.tlb_misses,
        "walk_loads": mmu.walker.loads,
        "guest_walk_loads": mmu.walker.guest_loads,
        "device_accesses": hart.bus.device_accesses,
    }


def _entry_json(entry: Entry) -> list[int]:
    flags, guest = (
        _NO_FLAGS if stage is None else stage for stage in (entry.flags, entry.guest_flags)
    )
    return [entry.page, flags, guest, int(entry.is_superpage)]


def restore(hart: "Hart", fields: Fields) -> None:
    """Put a new hart into a state. Raises ValueError for what no hart can have been in."""
    registers = fields.integers("registers", 0, _WORD)
    if len(registers) != 32 or registers[0] != 0:
        raise ValueError("registers: 32 numbers were expected, the first of them 0")
    hart.registers[:] = registers
    hart.pc = fields.integer("pc", 0, _WORD) & ~1
    hart.mode = fields.integer("mode", 0, 3)
    hart.virtual = bool(fields.integer("virtual", 0, 1))
    if hart.mode not in (USER, SUPERVISOR, MACHINE) or (hart.virtual and hart.mode == MACHINE):
        raise ValueError("mode: no privilege mode of this hart")
    hart.cycle = fields.integer("cycle", 0, _MAX_COUNT)
    hart.unretired = fields.integer("unretired", 0, hart.cycle)
    for name in ("cycle", "instret"):
        hart.counter_offsets[name] = fields.integer(f"{name}_offset", 0, _LONG)
    hart.time_offset = fields.integer("time_offset", 0, _LONG)
    has_reservation = fields.has("reservation")
    hart.reservation = fields.integer("reservation", 0, _WORD) if has_reservation else None
    hart.waiting = bool(fields.integer("waiting", 0, 1))
    _restore_csrs(hart, fields)
    _restore_counts(hart, fields)
    _restore_tlb(hart, fields)
    hart.start()


def _restore_csrs(hart: "Hart", fields: Fields) -> None:
    csrs = fields.mapping("csrs")
    for name in Csrs.NAMES:
        most = _LONG if name == "htimedelta" else _WORD
        setattr(hart.csr, name, csrs.integer(name, 0, most))
    for name in ("mie", "mip", "mideleg", "hvip", "hideleg", "lines"):
        if getattr(hart.csr, name) & ~_INTERRUPTS:
            raise ValueError(f"{name}: a bit that is no interrupt")
    if hart.csr.mstatus >> MPP_SHIFT & 3 not in (USER, SUPERVISOR, MACHINE):
        raise ValueError("mstatus: MPP is no privilege mode")
    config, address = fields.integers("pmpcfg", 0, 0xFF), fields.integers("pmpaddr", 0, _WORD)
    if len(config) != ENTRIES or len(address) != ENTRIES:
        raise ValueError(f"pmpcfg, pmpaddr: {ENTRIES} numbers each were expected")
    hart.pmp.load(config, address)


def _restore_counts(hart: "Hart", fields: Fields) -> None:
    mmu = hart.mmu
    mmu.tlb_misses = fields.integer("tlb_misses", 0, _MAX_COUNT)
    hart.translated_fetches = fields.integer("translated", 0, _MAX_COUNT)
    mmu.walker.loads = fields.integer("walk_loads", 0, _MAX_COUNT)
    mmu.walker.guest_loads = fields.integer("guest_walk_loads", 0, _MAX_COUNT)
    hart.bus.device_accesses = fields.integer("device_accesses", 0, _MAX_COUNT)
    for level, cause, count in _rows(fields, "traps", 3, _MAX_TRAP_KINDS):
        if level >= len(_LEVELS) or cause > _WORD:
            raise ValueError("traps: no kind of trap")
        hart.trap_counts[_LEVELS[level], cause] = count


def traps_taken(fields: Fields) -> int:
    """Return how many traps a state has seen. Raises ValueError for damaged data."""
    return sum(count for *_, count in _rows(fields, "traps", 3, _MAX_TRAP_KINDS))


def _restore_tlb(hart: "Hart", fields: Fields) -> None:
    for row in _rows(fields, "tlb", 8, MAX_ENTRIES):
        virtual, atp, gatp, page, host_page, flags, guest, is_superpage = row
        entry = Entry(host_page, _flags(flags), _flags(guest), bool(is_superpage))
        hart.mmu.tlb.put((bool(virtual), atp, gatp), page, entry)


def _flags(number: int) -> int | None:
    return None if number == _NO_FLAGS else number & 0xFF


def _rows(fields: Fields, name: str, width: int, most: int) -> list[list[int]]:
    rows = [
        Fields({name: row}).integers(name, 0, _MAX_COUNT) for row in fields.items(name)[: most + 1]
    ]
    if len(rows) > most or any(len(row) != width for row in rows):
        raise ValueError(f"{name}: rows of {width} numbers were expected, at most {most}")
    return rows
