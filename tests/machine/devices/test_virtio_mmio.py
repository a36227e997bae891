"""The MMIO transport (virtio 1.2, section 4.2, and 2.1, 2.2, 3.1.1 on status and features)."""

import pytest

from courseware.machine.devices import Disk, Output, VirtioBlock, VirtioConsole
from courseware.machine.devices.virtio.mmio import VirtioMmio
from courseware.machine.memory_map import RAM_BASE
from tests.machine.devices.driver import (
    ACKNOWLEDGE,
    AVAILABLE,
    BUFFERS,
    CONFIG,
    CONFIG_GENERATION,
    DEVICE_FEATURES,
    DEVICE_FEATURES_SEL,
    DEVICE_ID,
    DRIVER,
    DRIVER_FEATURES,
    DRIVER_FEATURES_SEL,
    DRIVER_OK,
    EVENT_IDX,
    FAILED,
    FEATURES_OK,
    INDIRECT_DESC,
    INTERRUPT_ACK,
    INTERRUPT_STATUS,
    MAGIC,
    NEEDS_RESET,
    QUEUE_DESC,
    QUEUE_DEVICE,
    QUEUE_DRIVER,
    QUEUE_NOTIFY,
    QUEUE_NUM,
    QUEUE_NUM_MAX,
    QUEUE_READY,
    QUEUE_SEL,
    STATUS,
    VENDOR_ID,
    VERSION,
    VERSION_1,
    Driver,
)
from tests.machine.devices.surroundings import Memory, Signal, damaged_states, restore, stored

READY = ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK


class Board:
    """A console, the simplest device, with a driver."""

    def __init__(self, size: int = 8) -> None:
        self.memory = Memory()
        self.line = Signal()
        self.output = Output(1000)
        self.device = VirtioConsole(self.output, self.memory, self.line)
        self.driver = Driver(self.device, self.memory, size)

    def send(self, data: bytes) -> None:
        """Transmit on queue 1."""
        self.driver.poke(BUFFERS, data)
        self.driver.notify(self.driver.chain((BUFFERS, len(data), 0)), queue=1)


def started(features: int = VERSION_1, size: int = 8) -> Board:
    board = Board(size)
    board.driver.start(features, queue=1)
    return board


@pytest.mark.parametrize(
    ("device", "number"),
    [
        (VirtioBlock(Disk(), Memory(), Signal()), 2),
        (VirtioConsole(Output(1), Memory(), Signal()), 3),
    ],
)
def test_identification(device: VirtioMmio, number: int) -> None:
    driver = Driver(device, Memory())
    assert driver.get(MAGIC).to_bytes(4, "little") == b"virt"
    assert (driver.get(VERSION), driver.get(DEVICE_ID)) == (2, number)
    assert driver.get(VENDOR_ID) == 0x554D_4551
    assert driver.get(CONFIG_GENERATION) == 0
    # 4.2.2: a shared memory region that does not exist has the length -1.
    assert driver.get(0x0B0) == driver.get(0x0B4) == 0xFFFF_FFFF


def test_features_are_shown_in_two_words() -> None:
    driver = Board().driver
    assert driver.offered_features() == VERSION_1 | INDIRECT_DESC | EVENT_IDX
    driver.set(DEVICE_FEATURES_SEL, 0xFFFF_FFFF)
    assert driver.get(DEVICE_FEATURES) == 0


@pytest.mark.parametrize(
    ("features", "accepted"),
    [
        (VERSION_1, True),
        (VERSION_1 | INDIRECT_DESC | EVENT_IDX, True),
        (0, False),
        (INDIRECT_DESC, False),
        (VERSION_1 | 1, False),
        (VERSION_1 | 1 << 34, False),
    ],
)
def test_features_ok_stays_for_what_was_offered_with_version_1(
    features: int, accepted: bool
) -> None:
    """2.2.2, 6.1 and 3.1.1: the driver reads FEATURES_OK back."""
    driver = Board().driver
    driver.negotiate(features)
    assert bool(driver.status & FEATURES_OK) == accepted


def test_features_are_fixed_once_they_are_ok() -> None:
    board = started()
    before = stored(board.device)
    board.driver.set(DRIVER_FEATURES_SEL, 0)
    board.driver.set(DRIVER_FEATURES, 0xFFFF_FFFF)
    assert stored(board.device) == {**before, "driver_features_sel": 0}


def test_driver_cannot_clear_status_bits_nor_set_needs_reset() -> None:
    """2.1.1."""
    driver = Board().driver
    driver.set(STATUS, ACKNOWLEDGE)
    driver.set(STATUS, DRIVER | NEEDS_RESET)
    assert driver.status == ACKNOWLEDGE | DRIVER
    driver.set(STATUS, FAILED)
    assert driver.status == ACKNOWLEDGE | DRIVER | FAILED


def test_reset_clears_everything_but_the_counters() -> None:
    """2.1.2 and 4.2.2: a write of 0 to Status."""
    board = started()
    board.send(b"x")
    assert board.line.level
    board.driver.set(STATUS, 0)
    assert not board.line.level
    assert board.driver.status == 0
    assert board.driver.get(QUEUE_READY) == 0
    fresh = stored(Board().device)
    assert stored(board.device) == {**fresh, "counters": stored(board.device)["counters"]}
    assert board.device.counters.notifications == 1


@pytest.mark.parametrize("queue", [2, 255, 0xFFFF_FFFF])
def test_queue_that_does_not_exist(queue: int) -> None:
    """4.2.3.2: QueueNumMax is 0."""
    board = started()
    before = stored(board.device)
    board.driver.set(QUEUE_SEL, queue)
    assert board.driver.get(QUEUE_NUM_MAX) == 0
    board.driver.set(QUEUE_NUM, 8)
    board.driver.set(QUEUE_READY, 1)
    assert board.driver.get(QUEUE_READY) == 0
    board.driver.set(QUEUE_NOTIFY, queue)
    board.driver.set(QUEUE_SEL, 1)
    before["counters"]["notifications"] += 1
    assert stored(board.device) == before


@pytest.mark.parametrize("size", [1, 2, 64, 256])
def test_queue_sizes_are_powers_of_two_up_to_the_maximum(size: int) -> None:
    board = started(size=size)
    assert board.driver.get(QUEUE_NUM_MAX) == 256
    assert board.driver.get(QUEUE_READY) == 1
    board.send(b"hi")
    assert board.output.data == b"hi"


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (QUEUE_NUM, 0),
        (QUEUE_NUM, 3),
        (QUEUE_NUM, 512),
        (QUEUE_NUM, 0x8000_0000),
        (QUEUE_DESC, RAM_BASE + 8),
        (QUEUE_DRIVER, RAM_BASE + 1),
        (QUEUE_DEVICE, RAM_BASE + 2),
    ],
)
def test_malformed_queue_needs_a_reset_when_it_is_started(offset: int, value: int) -> None:
    """2.7: size and alignments; 2.1.2: no notification before DRIVER_OK."""
    driver = Board().driver
    driver.negotiate(VERSION_1)
    driver.set_up_queue(0)
    driver.set(QUEUE_READY, 0)
    driver.set(offset, value)
    assert not driver.status & NEEDS_RESET
    driver.set(QUEUE_READY, 1)
    assert driver.status & NEEDS_RESET
    assert driver.get(QUEUE_READY) == 0
    assert driver.interrupt == 0


def test_running_queue_is_not_configured() -> None:
    """4.2.2.2."""
    board = started()
    before = stored(board.device)
    for offset in (QUEUE_NUM, *range(QUEUE_DESC, QUEUE_DEVICE + 8, 4)):
        board.driver.set(offset, 0xFFFF_FFFF)
    assert stored(board.device) == before


def test_queue_is_not_started_before_the_features_are_ok() -> None:
    driver = Board().driver
    driver.set_up_queue(0)
    assert driver.get(QUEUE_READY) == 0


def test_stopped_queue_starts_anew() -> None:
    board = started()
    board.send(b"a")
    board.driver.set(QUEUE_READY, 0)
    board.send(b"b")
    assert board.output.data == b"a"
    board.driver.poke(AVAILABLE, bytes(64))
    board.driver.available_index = 0
    board.driver.set(QUEUE_READY, 1)
    board.send(b"c")
    assert board.output.data == b"ac"


@pytest.mark.parametrize(
    "status", [FEATURES_OK, FEATURES_OK | DRIVER_OK | FAILED, ACKNOWLEDGE | DRIVER | FEATURES_OK]
)
def test_no_buffer_is_used_unless_the_driver_is_ready(status: int) -> None:
    """3.1.1: not before DRIVER_OK."""
    board = Board()
    board.driver.negotiate(VERSION_1)
    board.driver.set_up_queue(1)
    board.driver.set(STATUS, status)
    board.send(b"x")
    assert board.output.data == b""
    assert not board.memory.written


def test_interrupt_is_acknowledged_bit_by_bit() -> None:
    board = started()
    board.send(b"x")
    assert board.driver.interrupt == 1
    assert board.line.level
    board.driver.set(INTERRUPT_ACK, 2)
    assert board.line.level
    board.driver.set(INTERRUPT_ACK, 1)
    assert board.driver.interrupt == 0
    assert not board.line.level
    assert board.driver.get(INTERRUPT_ACK) == 0


def test_broken_ring_needs_a_reset_and_then_works_again() -> None:
    """2.1.2: the driver is told by a configuration change notification."""
    board = started()
    board.driver.notify(99, queue=1)
    assert board.driver.status == READY | NEEDS_RESET
    assert board.driver.interrupt == 2
    assert board.line.level
    board.driver.set(STATUS, READY)
    board.send(b"lost")
    assert board.output.data == b""
    board.driver.poke(AVAILABLE, bytes(64))
    board.driver.available_index = 0
    board.driver.start(queue=1)
    board.send(b"again")
    assert board.output.data == b"again"


def test_registers_are_accessed_in_words() -> None:
    """4.2.2.2."""
    board = started()
    before = stored(board.device)
    for size in (1, 2):
        board.device.write(STATUS, size, 0)
        assert board.device.read(MAGIC, size) == 0
    assert stored(board.device) == before


def test_write_only_and_unknown_registers_read_as_zero() -> None:
    board = started()
    readable = {MAGIC, VERSION, DEVICE_ID, VENDOR_ID, DEVICE_FEATURES, QUEUE_NUM_MAX, QUEUE_READY}
    readable |= {INTERRUPT_STATUS, STATUS, 0x0B0, 0x0B4, 0x0B8, 0x0BC}
    for offset in range(CONFIG):
        assert bool(board.driver.get(offset)) == (offset in readable - {INTERRUPT_STATUS})


def test_configuration_is_read_in_any_size_and_not_written() -> None:
    device = VirtioBlock(Disk(bytes(512 * 0x0102)), Memory(), Signal())
    assert device.read(CONFIG, 4) == 0x0102
    assert [device.read(CONFIG + place, 1) for place in range(3)] == [0x02, 0x01, 0]
    assert device.read(CONFIG, 2) == 0x0102
    device.write(CONFIG, 4, 5)
    assert device.read(CONFIG, 4) == 0x0102
    assert device.read(0xFFC, 4) == 0


def test_counters_count_notifications_interrupts_and_chains() -> None:
    board = started()
    heads = [board.driver.chain((BUFFERS, 1, 0), first=index) for index in range(3)]
    board.driver.notify(*heads, queue=1)
    board.driver.set_interrupt_flag(unwanted=True)
    board.driver.notify(heads[0], queue=1)
    counters = board.device.counters
    assert (counters.notifications, counters.interrupts, counters.chains) == (2, 1, 4)


def test_restored_device_has_the_same_future() -> None:
    board, other = started(VERSION_1 | EVENT_IDX), Board()
    board.send(b"first")
    restore(other.device, stored(board.device))
    assert stored(other.device) == stored(board.device)
    assert other.line.level
    other.memory.data[:] = board.memory.data
    other.driver.available_index = board.driver.available_index
    for each in (board, other):
        each.send(b" second")
    assert other.output.data == b" second"
    assert other.memory.data == board.memory.data
    assert stored(other.device) == stored(board.device)


def test_damaged_state_is_refused_and_changes_nothing() -> None:
    board = started()
    board.device.receive(b"abc")
    before = stored(board.device)
    ready = before["queues"][1]
    wrong = [
        *damaged_states(before),
        {**before, "queues": [ready]},
        *(
            {**before, "queues": [ready, {**ready, **change}]}
            for change in ({"size": 0}, {"size": 512}, {"used": 2}, {"next_used": 1 << 16})
        ),
        {**before, "status": 256},
        {**before, "interrupt_status": 4},
    ]
    for state in wrong:
        with pytest.raises(ValueError):  # noqa: PT011 - the kind of error is the promise
            restore(board.device, state)
        assert stored(board.device) == before
