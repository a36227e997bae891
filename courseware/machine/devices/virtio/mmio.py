"""The MMIO transport, version 2 (virtio 1.2, section 4.2): what all virtio devices share.

Registers, all of 32 bits, at the offsets of ``Register``; from 0x100 on lies the device's own
configuration, which may be read in any size. Sections in comments are those of virtio 1.2.

A driver that breaks the rules of the rings gets DEVICE_NEEDS_RESET in the status (2.1.2), and
the device then does nothing until it is reset.
"""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any

from courseware.machine.devices.device import WORD, BusError, Dma, Line, with_word
from courseware.machine.devices.virtio.ring import (
    FEATURE_EVENT_INDEX,
    FEATURE_INDIRECT,
    MAX_QUEUE_SIZE,
    Queue,
    Ring,
    RingError,
)
from courseware.machine.fields import Fields

# Section 6.
FEATURE_VERSION_1 = 1 << 32
_TRANSPORT_FEATURES = FEATURE_VERSION_1 | FEATURE_INDIRECT | FEATURE_EVENT_INDEX

# 2.1: device status.
ACKNOWLEDGE = 1
DRIVER = 2
DRIVER_OK = 4
FEATURES_OK = 8
NEEDS_RESET = 64
FAILED = 128

# InterruptStatus.
USED_BUFFER = 1
CONFIGURATION_CHANGE = 2

_MAGIC = int.from_bytes(b"virt", "little")
_VERSION = 2
_VENDOR = int.from_bytes(b"QEMU", "little")  # what drivers for QEMU's board look for
_NO_SHARED_MEMORY = WORD
_MAX_COUNT = (1 << 63) - 1


class Register(IntEnum):
    """Offsets of the registers (4.2.2)."""

    MAGIC_VALUE = 0x000
    VERSION = 0x004
    DEVICE_ID = 0x008
    VENDOR_ID = 0x00C
    DEVICE_FEATURES = 0x010
    DEVICE_FEATURES_SEL = 0x014
    DRIVER_FEATURES = 0x020
    DRIVER_FEATURES_SEL = 0x024
    QUEUE_SEL = 0x030
    QUEUE_NUM_MAX = 0x034
    QUEUE_NUM = 0x038
    QUEUE_READY = 0x044
    QUEUE_NOTIFY = 0x050
    INTERRUPT_STATUS = 0x060
    INTERRUPT_ACK = 0x064
    STATUS = 0x070
    QUEUE_DESC_LOW = 0x080
    QUEUE_DESC_HIGH = 0x084
    QUEUE_DRIVER_LOW = 0x090
    QUEUE_DRIVER_HIGH = 0x094
    QUEUE_DEVICE_LOW = 0x0A0
    QUEUE_DEVICE_HIGH = 0x0A4
    SHM_LEN_LOW = 0x0B0
    SHM_LEN_HIGH = 0x0B4
    SHM_BASE_LOW = 0x0B8
    SHM_BASE_HIGH = 0x0BC
    CONFIG_GENERATION = 0x0FC
    CONFIG = 0x100


@dataclass
class Counters:
    """What virtio costs: since the machine's start, whatever resets there were."""

    notifications: int = 0  # by the driver, of available buffers
    interrupts: int = 0  # used buffer notifications to the driver
    chains: int = 0  # buffers that were used


@dataclass
class _Negotiation:
    """What the driver has set and a reset clears, apart from the queues."""

    status: int = 0
    device_features_sel: int = 0
    driver_features_sel: int = 0
    driver_features: int = 0
    queue_sel: int = 0
    interrupt_status: int = 0


_LARGEST = {"driver_features": (1 << 64) - 1, "status": 0xFF, "interrupt_status": 3}


class VirtioMmio(ABC):
    """A virtio device behind its registers; a subclass says which and uses the buffers."""

    access_sizes = frozenset({1, 2, 4})
    device_id: int
    queue_count: int
    _own: _Negotiation
    _queues: list[Queue]

    def __init__(self, dma: Dma, line: Line) -> None:
        self.counters = Counters()
        self._dma = dma
        self._line = line
        self._reset()

    # --- what a subclass says ---

    @property
    @abstractmethod
    def _features(self) -> int:
        """Return the features of this kind of device (section 5) that it offers."""

    @property
    @abstractmethod
    def _configuration(self) -> bytes:
        """Return the configuration space (4.2.2, Config)."""

    @abstractmethod
    def _use(self, index: int, ring: Ring) -> None:
        """Use buffers of a queue that may have some."""

    # --- registers ---

    def read(self, offset: int, size: int) -> int:
        """Return the register's value."""
        if offset >= Register.CONFIG:
            start = offset - Register.CONFIG
            return int.from_bytes(self._configuration[start : start + size], "little")
        if size != 4:
            return 0
        own = self._own
        match offset:
            case Register.MAGIC_VALUE:
                return _MAGIC
            case Register.VERSION:
                return _VERSION
            case Register.DEVICE_ID:
                return self.device_id
            case Register.VENDOR_ID:
                return _VENDOR
            case Register.DEVICE_FEATURES:
                return _word_of(self._offered, own.device_features_sel)
            case Register.QUEUE_NUM_MAX:
                return MAX_QUEUE_SIZE if self._selected else 0
            case Register.QUEUE_READY:
                return int(self._selected.ready) if self._selected else 0
            case Register.INTERRUPT_STATUS:
                return own.interrupt_status
            case Register.STATUS:
                return own.status
            case (
                Register.SHM_LEN_LOW
                | Register.SHM_LEN_HIGH
                | Register.SHM_BASE_LOW
                | Register.SHM_BASE_HIGH
            ):
                return _NO_SHARED_MEMORY
        return 0  # also ConfigGeneration: the configuration never changes

    def write(self, offset: int, size: int, value: int) -> None:
        """Write the register; a notification is served at once."""
        if size != 4:
            return
        own = self._own
        match offset:
            case Register.DEVICE_FEATURES_SEL:
                own.device_features_sel = value
            case Register.DRIVER_FEATURES_SEL:
                own.driver_features_sel = value
            case Register.DRIVER_FEATURES:
                self._accept_features(value)
            case Register.QUEUE_SEL:
                own.queue_sel = value
            case Register.QUEUE_NOTIFY:
                self._notified(value)
            case Register.INTERRUPT_ACK:
                own.interrupt_status &= ~value
            case Register.STATUS:
                self._set_status(value & 0xFF)
            case _:
                self._configure_queue(offset, value)
        self._drive()

    def state(self) -> dict[str, Any]:
        """Return what the driver has set, the queues and the counters."""
        return {
            **asdict(self._own),
            "queues": [queue.state() for queue in self._queues],
            "counters": asdict(self.counters),
        }

    def restore(self, fields: Fields) -> None:
        """Take on a state. Raises ValueError for a wrong one."""
        own = _Negotiation(
            **{
                name: fields.integer(name, 0, _LARGEST.get(name, WORD))
                for name in asdict(self._own)
            }
        )
        queues = [Queue.from_state(Fields(item)) for item in fields.items("queues")]
        if len(queues) != self.queue_count:
            raise ValueError(f"queues: {self.queue_count} were expected")
        counts = fields.mapping("counters")
        counters = Counters(
            **{name: counts.integer(name, 0, _MAX_COUNT) for name in asdict(self.counters)}
        )
        self._own, self._queues, self.counters = own, queues, counters
        self._drive()

    # --- status and features ---

    @property
    def _offered(self) -> int:
        return _TRANSPORT_FEATURES | self._features

    @property
    def _live(self) -> bool:
        """Say whether the device may use buffers (3.1.1)."""
        status = self._own.status
        return status & (DRIVER_OK | FEATURES_OK | NEEDS_RESET | FAILED) == DRIVER_OK | FEATURES_OK

    def _reset(self) -> None:
        self._own = _Negotiation()
        self._queues = [Queue() for _ in range(self.queue_count)]

    def _set_status(self, status: int) -> None:
        """Reset on 0, else add bits: the driver must not clear any (2.1.1)."""
        if status == 0:
            self._reset()
            return
        own = self._own
        added = status & ~own.status & ~NEEDS_RESET
        if added & FEATURES_OK and not self._features_are_acceptable():
            added &= ~FEATURES_OK
        own.status |= added

    def _features_are_acceptable(self) -> bool:
        """Say whether the driver has accepted no more than is offered, and VERSION_1 (6.1)."""
        accepted = self._own.driver_features
        return accepted & ~self._offered == 0 and bool(accepted & FEATURE_VERSION_1)

    def _accept_features(self, word: int) -> None:
        own = self._own
        if own.driver_features_sel < 2 and not own.status & FEATURES_OK:
            shift = 32 * own.driver_features_sel
            own.driver_features = with_word(own.driver_features, shift, word)

    def _need_reset(self) -> None:
        own = self._own
        own.status |= NEEDS_RESET
        if own.status & DRIVER_OK:
            own.interrupt_status |= CONFIGURATION_CHANGE

    def _drive(self) -> None:
        self._line(self._own.interrupt_status != 0)

    # --- queues ---

    @property
    def _selected(self) -> Queue | None:
        index = self._own.queue_sel
        return self._queues[index] if index < self.queue_count else None

    def _configure_queue(self, offset: int, value: int) -> None:
        queue = self._selected
        if queue is None:
            return
        if offset == Register.QUEUE_READY:
            self._make_ready(queue, bool(value & 1))
        elif queue.ready:
            return  # 4.2.2.2: the driver must not write the others now
        elif offset == Register.QUEUE_NUM:
            queue.size = value
        elif offset in (Register.QUEUE_DESC_LOW, Register.QUEUE_DESC_HIGH):
            queue.descriptors = with_word(queue.descriptors, _shift(offset), value)
        elif offset in (Register.QUEUE_DRIVER_LOW, Register.QUEUE_DRIVER_HIGH):
            queue.available = with_word(queue.available, _shift(offset), value)
        elif offset in (Register.QUEUE_DEVICE_LOW, Register.QUEUE_DEVICE_HIGH):
            queue.used = with_word(queue.used, _shift(offset), value)

    def _make_ready(self, queue: Queue, ready: bool) -> None:
        """Start or stop a queue. It starts anew, and only once the features are fixed (3.1.1)."""
        if ready == queue.ready or not self._own.status & FEATURES_OK:
            return
        if ready and not queue.well_formed:
            self._need_reset()
            return
        queue.ready = ready
        queue.next_available = queue.next_used = 0

    def _notified(self, index: int) -> None:
        self.counters.notifications += 1
        if index < self.queue_count:
            self._serve(index)

    def _serve(self, index: int) -> None:
        """Let the device use a queue's buffers, and interrupt the driver when it wants that."""
        queue = self._queues[index]
        if not self._live or not queue.ready:
            return
        ring = Ring(self._dma, queue, self._own.driver_features)
        try:
            self._use(index, ring)
            if ring.finish():
                self._own.interrupt_status |= USED_BUFFER
                self.counters.interrupts += 1
        except (RingError, BusError):
            self._need_reset()
        finally:
            self.counters.chains += ring.given_back


def _word_of(features: int, selector: int) -> int:
    return features >> 32 * selector & WORD if selector < 2 else 0


def _shift(offset: int) -> int:
    return 32 if offset & 4 else 0
