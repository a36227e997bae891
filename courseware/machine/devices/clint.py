"""The core-local interruptor of one hart: the software interrupt and the timer.

Registers, all of 32 bits (SiFive's CLINT; QEMU, hw/intc/riscv_aclint.c):

    0x0000  msip            bit 0 is the level of the machine software interrupt
    0x4000  mtimecmp, low   the timer interrupt is pending while mtime >= mtimecmp
    0x4004  mtimecmp, high
    0xbff8  mtime, low
    0xbffc  mtime, high

mtimecmp starts with all bits set, which stands for "never": programs set it so to be left alone.
"""

from collections.abc import Callable
from typing import Any

from courseware.machine.devices.device import WORD, Line, with_word
from courseware.machine.fields import Fields

_MSIP = 0x0000
_MTIMECMP = 0x4000
_MTIME = 0xBFF8

_NEVER = (1 << 64) - 1


class Clint:
    """The software interrupt, and the timer on the clock that ``now`` and ``set_time`` give."""

    access_sizes = frozenset({4})

    def __init__(
        self,
        now: Callable[[], int],
        set_time: Callable[[int], None],
        software: Line,
        timer: Line,
    ) -> None:
        self._now = now
        self._set_time = set_time
        self._software = software
        self._timer = timer
        self._msip = 0
        self._mtimecmp = _NEVER

    @property
    def deadline(self) -> int | None:
        """Return the mtime at which the timer line next rises; None when it is high or never."""
        return None if self._mtimecmp == _NEVER or self._due() else self._mtimecmp

    def update(self) -> None:
        """Set the timer line by the present mtime."""
        self._timer(self._due())

    def read(self, offset: int, size: int) -> int:
        """Return the register's value."""
        if offset == _MSIP:
            return self._msip
        shift = 32 if offset & 4 else 0
        if offset & ~4 == _MTIMECMP:
            return self._mtimecmp >> shift & WORD
        if offset & ~4 == _MTIME:
            return self._now() >> shift & WORD
        return 0

    def write(self, offset: int, size: int, value: int) -> None:
        """Write the register and set the lines by it."""
        shift = 32 if offset & 4 else 0
        if offset == _MSIP:
            self._msip = value & 1
            self._software(bool(self._msip))
        elif offset & ~4 == _MTIMECMP:
            self._mtimecmp = with_word(self._mtimecmp, shift, value)
            self.update()
        elif offset & ~4 == _MTIME:
            self._set_time(with_word(self._now(), shift, value))
            self.update()

    def state(self) -> dict[str, Any]:
        """Return msip and mtimecmp; mtime is the machine's."""
        return {"msip": self._msip, "mtimecmp": self._mtimecmp}

    def restore(self, fields: Fields) -> None:
        """Take on a state; the clock must have been set. Raises ValueError for a wrong one."""
        msip = fields.integer("msip", 0, 1)
        self._mtimecmp = fields.integer("mtimecmp", 0, _NEVER)
        self._msip = msip
        self._software(bool(msip))
        self.update()

    def _due(self) -> bool:
        return self._now() >= self._mtimecmp
