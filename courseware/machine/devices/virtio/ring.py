"""Split virtqueues in the driver's memory (virtio 1.2, section 2.7).

Everything in that memory comes from a program and may be wrong. What breaks the rules is a
RingError, and every amount of work is bounded: chains, their bytes, and the descriptors that one
notification may lead to.
"""

import struct
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from courseware.machine.devices.device import WORD, Dma
from courseware.machine.fields import Fields

MAX_QUEUE_SIZE = 256
MAX_CHAIN_DESCRIPTORS = 256
MAX_CHAIN_BYTES = 262_144
MAX_BATCH_DESCRIPTORS = 16_384

# Feature bits of the rings (section 6).
FEATURE_INDIRECT = 1 << 28
FEATURE_EVENT_INDEX = 1 << 29

# 2.7.5: address, length, flags, next.
_DESCRIPTOR = struct.Struct("<QIHH")
_FLAG_NEXT = 1
_FLAG_WRITE = 2
_FLAG_INDIRECT = 4

# 2.7.6 and 2.7.8: both rings begin with flags and index, of 16 bits each.
_INDEX = 2
_RING = 4
_AVAILABLE_ENTRY = 2
_USED_ENTRY = struct.Struct("<II")
_FLAG_NO_INTERRUPT = 1

_INDEX_MASK = 0xFFFF
_ADDRESS_MASK = (1 << 64) - 1


class RingError(Exception):
    """The driver's memory holds what the specification forbids, or exceeds a limit."""


@dataclass(frozen=True)
class Segment:
    """A piece of the driver's memory."""

    address: int
    length: int


class Chain:
    """A buffer: a part that the device reads and a part that it writes.

    How a driver divides the parts into descriptors has no meaning (2.7.4.1), so that they are
    two streams of bytes.
    """

    def __init__(self, dma: Dma, head: int, readable: list[Segment], writable: list[Segment]):
        self.head = head
        self.room = sum(segment.length for segment in writable)
        self._dma = dma
        self._readable = readable
        self._writable = writable

    def read(self) -> bytes:
        """Return the readable part. Raises BusError when it is not in RAM."""
        return b"".join(self._dma.read(part.address, part.length) for part in self._readable)

    def write(self, position: int, data: bytes) -> None:
        """Write into the writable part, which must have room. Raises BusError outside of RAM."""
        for part in self._writable:
            piece = data[: max(0, part.length - position)]
            if piece:
                self._dma.write(part.address + position, piece)
            data = data[len(piece) :]
            position = max(0, position - part.length)


@dataclass
class Queue:
    """A queue as the driver has set it up, and how far the device has come in it."""

    size: int = 0
    descriptors: int = 0
    available: int = 0
    used: int = 0
    ready: bool = False
    next_available: int = 0
    next_used: int = 0

    @property
    def well_formed(self) -> bool:
        """Say whether the size is a power of two and the parts are aligned (table of 2.7)."""
        size = self.size
        return (
            1 <= size <= MAX_QUEUE_SIZE
            and size & (size - 1) == 0
            and self.descriptors % 16 == 0
            and self.available % 2 == 0
            and self.used % 4 == 0
        )

    def state(self) -> dict[str, Any]:
        """Return the queue as JSON data."""
        return {**asdict(self), "ready": int(self.ready)}

    @classmethod
    def from_state(cls, fields: Fields) -> "Queue":
        """Return the queue of a state. Raises ValueError for a wrong one."""
        queue = cls(
            size=fields.integer("size", 0, WORD),
            descriptors=fields.integer("descriptors", 0, _ADDRESS_MASK),
            available=fields.integer("available", 0, _ADDRESS_MASK),
            used=fields.integer("used", 0, _ADDRESS_MASK),
            ready=bool(fields.integer("ready", 0, 1)),
            next_available=fields.integer("next_available", 0, _INDEX_MASK),
            next_used=fields.integer("next_used", 0, _INDEX_MASK),
        )
        if queue.ready and not queue.well_formed:
            raise ValueError("a queue in use is not well formed")
        return queue


class Ring:
    """The device's side of a well-formed queue while it serves one notification.

    Every method raises RingError for what the driver did wrong, and BusError for what is not in
    RAM.
    """

    def __init__(self, dma: Dma, queue: Queue, features: int) -> None:
        self._dma = dma
        self._queue = queue
        self._indirect = bool(features & FEATURE_INDIRECT)
        self._event_index = bool(features & FEATURE_EVENT_INDEX)
        self._first_used = queue.next_used
        self._descriptors = 0

    def waiting(self) -> int:
        """Return how many chains the driver has made available and the device not yet taken."""
        index = self._read_16(self._queue.available + _INDEX)
        waiting = index - self._queue.next_available & _INDEX_MASK
        if waiting > self._queue.size:
            raise RingError("more chains are available than the queue has places")
        return waiting

    def take(self) -> Chain:
        """Return the next chain; one must be waiting."""
        queue = self._queue
        place = queue.next_available % queue.size
        head = self._read_16(queue.available + _RING + _AVAILABLE_ENTRY * place)
        chain = self._chain(head)
        queue.next_available = queue.next_available + 1 & _INDEX_MASK
        return chain

    def give_back(self, chain: Chain, written: int) -> None:
        """Put a chain into the used ring, its first ``written`` bytes written (2.7.8.2)."""
        queue = self._queue
        entry = queue.used + _RING + _USED_ENTRY.size * (queue.next_used % queue.size)
        self._dma.write(entry, _USED_ENTRY.pack(chain.head, written))
        queue.next_used = queue.next_used + 1 & _INDEX_MASK
        self._write_16(queue.used + _INDEX, queue.next_used)

    @property
    def given_back(self) -> int:
        """Return how many chains have been put into the used ring."""
        return self._queue.next_used - self._first_used & _INDEX_MASK

    def finish(self) -> bool:
        """Ask for the next notification; say whether the driver wants to be interrupted."""
        queue = self._queue
        if not self._event_index:
            flags = self._read_16(queue.available)
            return self.given_back > 0 and not flags & _FLAG_NO_INTERRUPT
        available_event = queue.used + _RING + _USED_ENTRY.size * queue.size
        self._write_16(available_event, queue.next_available)
        used_event = self._read_16(queue.available + _RING + _AVAILABLE_ENTRY * queue.size)
        # 2.7.7.2: when the entry at used_event is among those that were given back.
        return (queue.next_used - used_event - 1 & _INDEX_MASK) < self.given_back

    def _chain(self, head: int) -> Chain:
        readable: list[Segment] = []
        writable: list[Segment] = []
        length = 0
        for segment, is_writable in self._walk(head):
            length += segment.length
            if length > MAX_CHAIN_BYTES:
                raise RingError("a chain of too many bytes")
            if writable and not is_writable:
                raise RingError("a readable descriptor follows a writable one")
            (writable if is_writable else readable).append(segment)
        return Chain(self._dma, head, readable, writable)

    def _walk(self, index: int) -> Iterator[tuple[Segment, bool]]:
        """Yield the segments of a chain and whether the device writes them."""
        table, entries, inside_indirect = self._queue.descriptors, self._queue.size, False
        for _ in range(MAX_CHAIN_DESCRIPTORS):
            address, length, flags, following = self._descriptor(table, entries, index)
            if flags & _FLAG_INDIRECT:
                if not self._indirect or inside_indirect or flags & _FLAG_NEXT:
                    raise RingError("an indirect descriptor where none may be")
                if length == 0 or length % _DESCRIPTOR.size:
                    raise RingError("an indirect table of a wrong length")
                table, entries, index = address, length // _DESCRIPTOR.size, 0
                inside_indirect = True
                continue
            yield Segment(address, length), bool(flags & _FLAG_WRITE)
            if not flags & _FLAG_NEXT:
                return
            index = following
        raise RingError("a chain of too many descriptors")

    def _descriptor(self, table: int, entries: int, index: int) -> tuple[int, int, int, int]:
        if index >= entries:
            raise RingError("a descriptor outside of its table")
        self._descriptors += 1
        if self._descriptors > MAX_BATCH_DESCRIPTORS:
            raise RingError("too many descriptors at once")
        data = self._dma.read(table + _DESCRIPTOR.size * index, _DESCRIPTOR.size)
        address, length, flags, following = _DESCRIPTOR.unpack(data)
        return address, length, flags, following

    def _read_16(self, address: int) -> int:
        return int.from_bytes(self._dma.read(address, 2), "little")

    def _write_16(self, address: int, value: int) -> None:
        self._dma.write(address, value.to_bytes(2, "little"))
