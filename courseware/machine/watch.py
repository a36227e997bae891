"""Watchpoints: bytes of RAM whose writes end a run, right after the instruction that wrote."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from courseware.machine.memory_map import RAM_BASE
from courseware.machine.ram import Ram


@dataclass(frozen=True, order=True)
class Watchpoint:
    """``size`` bytes from a physical address on."""

    address: int
    size: int


@dataclass(frozen=True)
class WatchHit:
    """A write to watched bytes: by the instruction at ``pc``, or a device that it had work."""

    watchpoint: Watchpoint
    pc: int
    old: bytes
    new: bytes


class WatchpointReached(Exception):
    """Watched bytes were written. The instruction has completed."""

    def __init__(self, hit: WatchHit) -> None:
        super().__init__(hit)
        self.hit = hit


class Watch:
    """The watchpoints of a machine.

    RAM guards their lines, so that stores elsewhere cost nothing. ``pc`` tells which instruction
    is being executed, ``look_up`` makes the hart stop after it.
    """

    def __init__(self, ram: Ram, pc: Callable[[], int], look_up: Callable[[], None]) -> None:
        self._ram = ram
        self._pc = pc
        self._look_up = look_up
        self._values: dict[Watchpoint, bytes] = {}
        self._hit: WatchHit | None = None

    def set(self, watchpoints: Iterable[Watchpoint]) -> None:
        """Watch these bytes and no others. Raises ValueError for bytes that are not in RAM."""
        wanted = list(watchpoints)
        for point in wanted:
            if point.size < 1 or not self._holds(point):
                raise ValueError(f"{point.size} bytes at {point.address:#x} do not lie in RAM")
        self._ram.unwatch(self._note_write)
        for point in wanted:
            self._ram.watch(point.address - RAM_BASE, point.size, self._note_write)
        self._values = {point: self._read(point) for point in wanted}

    def forget(self) -> None:
        """Forget a write from outside, between two runs."""
        self._hit = None

    def check(self) -> None:
        """Raise WatchpointReached when watched bytes were written since ``forget``."""
        hit, self._hit = self._hit, None
        if hit is not None:
            raise WatchpointReached(hit)

    def _note_write(self, offset: int, size: int) -> None:
        for point, old in self._values.items():
            start = point.address - RAM_BASE
            if offset < start + point.size and start < offset + size:
                new = self._values[point] = self._read(point)
                if self._hit is None:
                    self._hit = WatchHit(point, self._pc(), old, new)
                elif self._hit.watchpoint == point:  # written in several parts
                    self._hit = replace(self._hit, new=new)
                self._look_up()

    def _holds(self, point: Watchpoint) -> bool:
        return 0 <= point.address - RAM_BASE <= self._ram.size - point.size

    def _read(self, point: Watchpoint) -> bytes:
        return self._ram.read(point.address - RAM_BASE, point.size)
