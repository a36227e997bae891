"""What the machine counts: the costs that virtualization is about."""

from dataclasses import dataclass, field


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
