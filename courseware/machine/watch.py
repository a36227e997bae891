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
    """A write to watched bytes by the instruction at ``pc``, or meanwhile by a device."""

    watchpoint: Watchpoint
    pc: int
    old: bytes
    new: bytes
    by_device: bool


class WatchpointReached(Exception):
    """Watched bytes were written: ``hits``, in their order. The instruction has completed."""

    def __init__(self, hits: tuple[WatchHit, ...]) -> None:
        super().__init__(hits)
        self.hits = hits


class Watch:
    """The watchpoints of a machine.

    RAM guards their lines, so that stores elsewhere cost nothing. ``pc`` tells which instruction
    is being executed, ``is_device`` whether a device is writing, ``look_up`` makes the hart stop
    after the instruction.
    """

    def __init__(
        self,
        ram: Ram,
        pc: Callable[[], int],
        is_device: Callable[[], bool],
        look_up: Callable[[], None],
    ) -> None:
        self._ram = ram
        self._pc = pc
        self._is_device = is_device
        self._look_up = look_up
        self._values: dict[Watchpoint, bytes] = {}
        self._hits: dict[Watchpoint, WatchHit] = {}

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
        self._hits = {}

    def check(self) -> None:
        """Raise WatchpointReached when watched bytes were written since ``forget``."""
        hits, self._hits = self._hits, {}
        if hits:
            raise WatchpointReached(tuple(hits.values()))

    def _note_write(self, offset: int, size: int) -> None:
        for point, old in self._values.items():
            start = point.address - RAM_BASE
            if offset < start + point.size and start < offset + size:
                new = self._values[point] = self._read(point)
                hit = self._hits.get(point)
                self._hits[point] = (
                    replace(hit, new=new)  # written in several parts
                    if hit
                    else WatchHit(point, self._pc(), old, new, self._is_device())
                )
                self._look_up()

    def _holds(self, point: Watchpoint) -> bool:
        return 0 <= point.address - RAM_BASE <= self._ram.size - point.size

    def _read(self, point: Watchpoint) -> bytes:
        return self._ram.read(point.address - RAM_BASE, point.size)
