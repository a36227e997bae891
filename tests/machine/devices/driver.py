"""A driver of virtio devices, written from the specification (virtio 1.2), for the tests.

It lays out one queue in RAM: the descriptor table, the available ring, the used ring, tables of
indirect descriptors; and buffers behind them.
"""

import struct
from dataclasses import dataclass

from courseware.machine.devices.virtio.mmio import VirtioMmio
from courseware.machine.memory_map import RAM_BASE
from tests.machine.devices.surroundings import Memory

MAGIC, VERSION, DEVICE_ID, VENDOR_ID = 0x000, 0x004, 0x008, 0x00C
DEVICE_FEATURES, DEVICE_FEATURES_SEL = 0x010, 0x014
DRIVER_FEATURES, DRIVER_FEATURES_SEL = 0x020, 0x024
QUEUE_SEL, QUEUE_NUM_MAX, QUEUE_NUM, QUEUE_READY = 0x030, 0x034, 0x038, 0x044
QUEUE_NOTIFY, INTERRUPT_STATUS, INTERRUPT_ACK, STATUS = 0x050, 0x060, 0x064, 0x070
QUEUE_DESC, QUEUE_DRIVER, QUEUE_DEVICE = 0x080, 0x090, 0x0A0
CONFIG_GENERATION, CONFIG = 0x0FC, 0x100

ACKNOWLEDGE, DRIVER, DRIVER_OK, FEATURES_OK, NEEDS_RESET, FAILED = 1, 2, 4, 8, 64, 128
NEXT, WRITE, INDIRECT = 1, 2, 4
VERSION_1, INDIRECT_DESC, EVENT_IDX = 1 << 32, 1 << 28, 1 << 29

TABLE = RAM_BASE + 0x1000
AVAILABLE = RAM_BASE + 0x2000
USED = RAM_BASE + 0x3000
TABLES = RAM_BASE + 0x4000  # of indirect descriptors
BUFFERS = RAM_BASE + 0x8000


@dataclass(frozen=True)
class Descriptor:
    """An entry of a descriptor table."""

    address: int
    length: int
    flags: int = 0
    following: int = 0

    def pack(self) -> bytes:
        return struct.pack("<QIHH", self.address, self.length, self.flags, self.following)


class Driver:
    """The driver's side of a device's registers and of one queue at a time."""

    def __init__(self, device: VirtioMmio, memory: Memory, size: int = 8) -> None:
        self.device = device
        self.memory = memory
        self.size = size
        self.offered = 0
        self.available_index = 0
        self.seen_used = 0

    # --- registers ---

    def get(self, offset: int) -> int:
        return self.device.read(offset, 4)

    def set(self, offset: int, value: int) -> None:
        self.device.write(offset, 4, value)

    @property
    def status(self) -> int:
        return self.get(STATUS)

    @property
    def interrupt(self) -> int:
        return self.get(INTERRUPT_STATUS)

    def start(self, features: int = VERSION_1, queue: int = 0) -> None:
        """Initialize the device as 3.1.1 says, with one queue."""
        self.negotiate(features)
        self.set_up_queue(queue)
        self.set(STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK)

    def negotiate(self, features: int) -> None:
        self.set(STATUS, 0)
        self.set(STATUS, ACKNOWLEDGE)
        self.set(STATUS, ACKNOWLEDGE | DRIVER)
        for selector in (0, 1):
            self.set(DRIVER_FEATURES_SEL, selector)
            self.set(DRIVER_FEATURES, features >> 32 * selector & 0xFFFF_FFFF)
        self.set(STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK)

    def set_up_queue(self, queue: int) -> None:
        self.set(QUEUE_SEL, queue)
        self.set(QUEUE_NUM, self.size)
        for offset, address in (
            (QUEUE_DESC, TABLE),
            (QUEUE_DRIVER, AVAILABLE),
            (QUEUE_DEVICE, USED),
        ):
            self.set(offset, address & 0xFFFF_FFFF)
            self.set(offset + 4, address >> 32)
        self.set(QUEUE_READY, 1)

    def offered_features(self) -> int:
        features = 0
        for selector in (0, 1):
            self.set(DEVICE_FEATURES_SEL, selector)
            features |= self.get(DEVICE_FEATURES) << 32 * selector
        return features

    # --- the queue in memory ---

    def describe(self, index: int, descriptor: Descriptor, table: int = TABLE) -> None:
        self.poke(table + 16 * index, descriptor.pack())

    def chain(self, *parts: tuple[int, int, int], first: int = 0) -> int:
        """Make a chain of (address, length, flags) from an entry on; return its head."""
        for number, (address, length, flags) in enumerate(parts):
            more = NEXT if number + 1 < len(parts) else 0
            index = first + number
            self.describe(index, Descriptor(address, length, flags | more, index + more))
        return first

    def offer(self, *heads: int) -> None:
        for head in heads:
            place = self.available_index % self.size
            self.poke_16(AVAILABLE + 4 + 2 * place, head)
            self.available_index = self.available_index + 1 & 0xFFFF
        self.poke_16(AVAILABLE + 2, self.available_index)

    def notify(self, *heads: int, queue: int = 0) -> None:
        self.offer(*heads)
        self.set(QUEUE_NOTIFY, queue)

    def used(self) -> list[tuple[int, int]]:
        """Return (head, length) of what has been used since the last look."""
        found = []
        while self.seen_used != self.peek_16(USED + 2):
            entry = self.memory.read(USED + 4 + 8 * (self.seen_used % self.size), 8)
            found.append((int.from_bytes(entry[:4], "little"), int.from_bytes(entry[4:], "little")))
            self.seen_used = self.seen_used + 1 & 0xFFFF
        return found

    def set_interrupt_flag(self, unwanted: bool) -> None:
        self.poke_16(AVAILABLE, int(unwanted))

    def set_used_event(self, index: int) -> None:
        self.poke_16(AVAILABLE + 4 + 2 * self.size, index)

    def available_event(self) -> int:
        return self.peek_16(USED + 4 + 8 * self.size)

    def poke(self, address: int, data: bytes) -> None:
        start = address - RAM_BASE
        self.memory.data[start : start + len(data)] = data

    def poke_16(self, address: int, value: int) -> None:
        self.poke(address, value.to_bytes(2, "little"))

    def peek_16(self, address: int) -> int:
        return int.from_bytes(self.memory.read(address, 2), "little")
