"""What the machine counts: the costs that virtualization is about."""

from dataclasses import dataclass, field, fields

from courseware.machine.trap import INTERRUPT_BIT, Cause, Interrupt

_LEVELS = ("M", "HS", "VS")


@dataclass
class Counters:
    """Counts since reset.

    ``traps`` counts by (privilege that the trap came to: "M", "HS" or "VS"; mcause as xcause
    reads). ``tlb_hits`` and ``tlb_misses`` count fetches, loads and stores under translation.
    ``walk_loads`` are reads of page table entries of the first stage (satp, vsatp),
    ``guest_walk_loads`` of the second (hgatp). ``device_accesses`` are loads and stores that
    reached a device. ``dirty_pages`` counts pages of RAM at their first write since tracking
    began.
    """

    instructions: int = 0
    cycles: int = 0
    traps: dict[tuple[str, int], int] = field(default_factory=dict)
    tlb_hits: int = 0
    tlb_misses: int = 0
    walk_loads: int = 0
    guest_walk_loads: int = 0
    device_accesses: int = 0
    dirty_pages: int = 0

    def named(self) -> dict[str, int]:
        """Return all counts by their names (COUNTER_NAMES); traps that never came are left out.

        ``traps.M`` are those to M mode, ``traps.ecall-from-u`` those of one cause.
        """
        counts = {_spelled(f.name): getattr(self, f.name) for f in fields(self)}
        counts["traps"] = 0
        for (level, cause), count in self.traps.items():
            cause_name = _CAUSE_NAMES[cause]
            for name in (
                "traps",
                f"traps.{level}",
                f"traps.{cause_name}",
                f"traps.{level}.{cause_name}",
            ):
                counts[name] = counts.get(name, 0) + count
        return counts


def _spelled(name: str) -> str:
    return name.lower().replace("_", "-")


_CAUSE_NAMES = {
    **{int(cause): _spelled(cause.name) for cause in Cause},
    **{code | INTERRUPT_BIT: _spelled(code.name) for code in Interrupt},
}
_TRAP_NAMES = (*_LEVELS, *_CAUSE_NAMES.values())
COUNTER_NAMES = frozenset(
    {
        *(_spelled(f.name) for f in fields(Counters)),
        *(f"traps.{name}" for name in _TRAP_NAMES),
        *(f"traps.{level}.{cause}" for level in _LEVELS for cause in _CAUSE_NAMES.values()),
    }
)
