"""The whole state of a machine at one moment, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from courseware.machine.devices.disk import MAX_DISK_BYTES
from courseware.machine.fields import Fields
from courseware.machine.hart import csrs
from courseware.machine.hart import state as hart_state
from courseware.machine.ram import PAGE_BYTES
from courseware.machine.stop import Stop

# What a snapshot may ask for: a bound for untrusted bytes, far above what a lab uses.
MAX_MEMORY_BYTES = 64 * 1024 * 1024
MAX_OUTPUT_BYTES = 65_536


@dataclass(frozen=True)
class MachineLimits:
    """RAM in bytes, a power of two from 4,096; and how many bytes a program may print."""

    memory_bytes: int = 262_144
    max_output_bytes: int = 8_192

    def __post_init__(self) -> None:
        size = self.memory_bytes
        if not PAGE_BYTES <= size <= MAX_MEMORY_BYTES or size & size - 1:
            raise ValueError(f"memory_bytes: {size} is no power of two from {PAGE_BYTES}")
        if not 0 <= self.max_output_bytes <= MAX_OUTPUT_BYTES:
            raise ValueError(f"max_output_bytes: {self.max_output_bytes} is out of range")


DEFAULT_LIMITS = MachineLimits()

UNTRAPPED_INSTRUCTIONS = frozenset({"mret", "sret", "wfi", "sfence.vma"})


@dataclass(frozen=True)
class MachineOptions:
    """How a machine differs from the specification, for teaching.

    ``untrapped`` are names of CSRs (as "sstatus") and UNTRAPPED_INSTRUCTIONS that do not trap in
    U mode: reading the CSR gives its value, writing it and the instruction do nothing. So did 17
    instructions of x86 before VT-x. Another name is a ValueError.
    """

    untrapped: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if unknown := self.untrapped - csrs.NAMES - UNTRAPPED_INSTRUCTIONS:
            raise ValueError(f"untrapped: {', '.join(sorted(unknown))} cannot be named")


DEFAULT_OPTIONS = MachineOptions()


@dataclass(frozen=True)
class State:
    """Everything that a machine's future depends on.

    ``hart`` is as in ``hart.state``; ``devices`` holds each device's state by name. ``pages``
    are the pages of RAM that are not all zero, by offset from the start of RAM; ``dirty`` the
    numbers of those that were written since tracking began. ``disk`` is the image as it was at
    first, ``disk_pages`` what was written since, by number.
    """

    limits: MachineLimits
    options: MachineOptions
    tohost: int | None
    fromhost: int | None
    hart: Mapping[str, Any]
    devices: Mapping[str, Any]
    output: bytes
    stop: Stop | None
    pages: Mapping[int, bytes]
    dirty: tuple[int, ...]
    dirty_count: int
    disk: bytes = b""
    disk_pages: Mapping[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.disk) > MAX_DISK_BYTES:
            raise ValueError(f"disk: more than {MAX_DISK_BYTES} bytes")

    @property
    def cycle(self) -> int:
        """Return the time of the state, in cycles since reset."""
        return Fields(dict(self.hart)).integer("cycle")

    @property
    def instret(self) -> int:
        """Return how many instructions had retired."""
        return self.cycle - Fields(dict(self.hart)).integer("unretired")

    @property
    def traps(self) -> int:
        """Return how many traps had been taken."""
        return hart_state.traps_taken(Fields(dict(self.hart)))
