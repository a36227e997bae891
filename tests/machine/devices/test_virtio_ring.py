"""Split virtqueues (virtio 1.2, section 2.7), right and wrong ones."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine.devices import Disk, Output, VirtioBlock, VirtioConsole
from courseware.machine.devices.virtio.mmio import VirtioMmio
from courseware.machine.devices.virtio.ring import (
    MAX_BATCH_DESCRIPTORS,
    MAX_CHAIN_BYTES,
    MAX_CHAIN_DESCRIPTORS,
)
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.stop import OutputFull
from tests.machine.devices.driver import (
    BUFFERS,
    EVENT_IDX,
    INDIRECT,
    INDIRECT_DESC,
    INTERRUPT_ACK,
    NEEDS_RESET,
    NEXT,
    TABLE,
    TABLES,
    USED,
    VERSION_1,
    WRITE,
    Descriptor,
    Driver,
)
from tests.machine.devices.surroundings import Memory, Signal

TRANSMIT = 1


class Board:
    """A console whose transmit queue shows what the device reads."""

    def __init__(
        self, features: int = VERSION_1, size: int = 8, memory: Memory | None = None
    ) -> None:
        self.memory = memory or Memory()
        self.line = Signal()
        self.output = Output(1 << 20)
        self.device = VirtioConsole(self.output, self.memory, self.line)
        self.driver = Driver(self.device, self.memory, size)
        self.driver.start(features, queue=TRANSMIT)

    def notify(self, *heads: int) -> None:
        self.driver.notify(*heads, queue=TRANSMIT)

    @property
    def needs_reset(self) -> bool:
        return bool(self.driver.status & NEEDS_RESET)

    def put_text(self, *texts: bytes) -> list[tuple[int, int, int]]:
        """Put texts into buffers; return the parts of a chain of them."""
        parts, address = [], BUFFERS
        for text in texts:
            self.driver.poke(address, text)
            parts.append((address, len(text), 0))
            address += len(text) + 16
        return parts


def test_chain_is_followed_through_next() -> None:
    board = Board()
    first, second, third = board.put_text(b"one ", b"two ", b"three")
    driver = board.driver
    driver.describe(6, Descriptor(first[0], first[1], NEXT, 2))
    driver.describe(2, Descriptor(second[0], second[1], NEXT, 7))
    driver.describe(7, Descriptor(third[0], third[1], 0, 6))  # 2.7.5: no NEXT, next is ignored
    board.notify(6)
    assert board.output.data == b"one two three"
    assert driver.used() == [(6, 0)]
    assert board.line.level


def test_rings_and_their_indexes_wrap() -> None:
    board = Board(size=4)
    board.driver.chain(*board.put_text(b"x"), first=3)
    for _ in range(0x1_0000 // 4 + 2):
        board.notify(3, 3, 3, 3)
    assert board.driver.peek_16(USED + 2) == board.driver.available_index == 8
    assert len(board.output.data) == 0x1_0008
    assert not board.needs_reset


def test_nothing_available_does_nothing() -> None:
    board = Board()
    board.notify()
    assert not board.memory.written
    assert not board.line.level


def test_driver_that_wants_no_interrupt_gets_none() -> None:
    """2.7.7.1."""
    board = Board()
    board.driver.chain(*board.put_text(b"x"))
    board.driver.set_interrupt_flag(unwanted=True)
    board.notify(0)
    assert not board.line.level
    board.driver.set_interrupt_flag(unwanted=False)
    board.notify(0)
    assert board.line.level


@pytest.mark.parametrize("first", [0, 5, 0xFFFE])
@pytest.mark.parametrize("ahead", range(5))
def test_used_event_says_which_buffer_interrupts(first: int, ahead: int) -> None:
    """2.7.7.2: after the entry at used_event has been written; the flag is then ignored."""
    board = Board(VERSION_1 | EVENT_IDX)
    driver = board.driver
    driver.chain(*board.put_text(b"x"))
    driver.set_interrupt_flag(unwanted=True)
    driver.set_used_event(0x8000)
    for _ in range(first):
        board.notify(0)
    driver.set(INTERRUPT_ACK, 3)
    driver.set_used_event(first + ahead & 0xFFFF)
    board.notify(0, 0, 0)
    assert board.line.level == (ahead < 3)


def test_available_event_asks_for_the_next_buffer() -> None:
    """2.7.10."""
    board = Board(VERSION_1 | EVENT_IDX)
    board.driver.chain(*board.put_text(b"x"))
    board.notify(0, 0, 0)
    assert board.driver.available_event() == 3
    plain = Board()
    plain.driver.chain(*plain.put_text(b"x"))
    plain.notify(0, 0, 0)
    assert plain.driver.available_event() == 0


def test_indirect_table_is_a_chain_of_its_own() -> None:
    """2.7.5.3: also behind direct descriptors; the write-only flag of the table is ignored."""
    board = Board(VERSION_1 | INDIRECT_DESC, size=2)
    parts = board.put_text(b"one ", b"two ", b"three")
    driver = board.driver
    driver.describe(0, Descriptor(parts[0][0], parts[0][1], NEXT, 1))
    driver.describe(1, Descriptor(TABLES, 16 * 6, INDIRECT | WRITE))
    driver.describe(0, Descriptor(parts[1][0], parts[1][1], NEXT, 5), TABLES)
    driver.describe(5, Descriptor(parts[2][0], parts[2][1]), TABLES)
    board.notify(0)
    assert board.output.data == b"one two three"
    assert driver.used() == [(0, 0)]


BAD_INDIRECT = [
    Descriptor(TABLES, 16, INDIRECT | NEXT, 1),  # both flags
    Descriptor(TABLES, 0, INDIRECT),
    Descriptor(TABLES, 24, INDIRECT),
    Descriptor(TABLES + 16, 16, INDIRECT),  # holds an indirect descriptor
    Descriptor(TABLES + 32, 16, INDIRECT),  # goes on outside of itself
    Descriptor(RAM_BASE - 16, 16, INDIRECT),
]


@pytest.mark.parametrize("descriptor", BAD_INDIRECT)
def test_wrong_indirect_descriptors_need_a_reset(descriptor: Descriptor) -> None:
    board = Board(VERSION_1 | INDIRECT_DESC)
    driver = board.driver
    driver.describe(0, descriptor)
    driver.describe(0, Descriptor(BUFFERS, 1), TABLES)
    driver.describe(1, Descriptor(TABLES, 16, INDIRECT), TABLES)
    driver.describe(2, Descriptor(BUFFERS, 1, NEXT, 1), TABLES)
    board.notify(0)
    assert board.needs_reset
    assert board.output.data == b""
    assert not board.memory.written


def test_indirect_descriptor_that_was_not_negotiated_needs_a_reset() -> None:
    board = Board()
    board.driver.describe(0, Descriptor(TABLES, 16, INDIRECT))
    board.driver.describe(0, Descriptor(BUFFERS, 1), TABLES)
    board.notify(0)
    assert board.needs_reset


@pytest.mark.parametrize(
    "table",
    [
        [Descriptor(BUFFERS, 1, NEXT, 0)],
        [Descriptor(BUFFERS, 1, NEXT, 1), Descriptor(BUFFERS, 1, NEXT, 0)],
        [Descriptor(BUFFERS, 1, NEXT, 8)],
        [Descriptor(BUFFERS, 1, NEXT, 0xFFFF)],
        [Descriptor(BUFFERS, 1, WRITE | NEXT, 1), Descriptor(BUFFERS, 1)],  # 2.7.4.2
        [Descriptor(RAM_BASE - 1, 2)],
        [Descriptor((1 << 64) - 1, 0xFFFF_FFFF)],
        [Descriptor(BUFFERS, 0xFFFF_FFFF)],
    ],
)
def test_wrong_chains_need_a_reset(table: Sequence[Descriptor]) -> None:
    board = Board()
    for index, descriptor in enumerate(table):
        board.driver.describe(index, descriptor)
    board.driver.describe(board.driver.size, Descriptor(BUFFERS, 1))  # behind the table
    board.notify(0)
    assert board.needs_reset
    assert board.output.data == b""
    assert not board.memory.written


@pytest.mark.parametrize("head", [8, 0x100, 0xFFFF])
def test_head_outside_of_the_table_needs_a_reset(head: int) -> None:
    board = Board()
    board.driver.describe(board.driver.size, Descriptor(BUFFERS, 1))  # behind the table
    board.notify(head)
    assert board.needs_reset


def test_more_chains_than_places_need_a_reset() -> None:
    board = Board()
    board.driver.chain(*board.put_text(b"x"))
    board.notify(*[0] * 8)
    assert not board.needs_reset
    board.notify(*[0] * 9)
    assert board.needs_reset
    assert board.output.data == b"x" * 8


@pytest.mark.parametrize("part", [0x80, 0x90, 0xA0])
def test_ring_outside_of_ram_needs_a_reset(part: int) -> None:
    board = Board()
    board.driver.chain(*board.put_text(b"x"))
    board.driver.set(0x044, 0)
    board.driver.set(part, 0x1000)
    board.driver.set(0x044, 1)
    board.notify(0)
    assert board.needs_reset


def test_chain_of_as_many_descriptors_as_the_limit() -> None:
    board = Board(size=MAX_CHAIN_DESCRIPTORS)
    board.driver.poke(BUFFERS, b"x")
    board.driver.chain(*[(BUFFERS, 1, 0)] * MAX_CHAIN_DESCRIPTORS)
    board.notify(0)
    assert board.output.data == b"x" * MAX_CHAIN_DESCRIPTORS
    board.driver.describe(MAX_CHAIN_DESCRIPTORS - 1, Descriptor(BUFFERS, 1, NEXT, 0))
    board.notify(0)
    assert board.needs_reset


@pytest.mark.parametrize(("extra", "needs_reset"), [(0, False), (1, True)])
def test_chain_of_as_many_bytes_as_the_limit(extra: int, needs_reset: bool) -> None:
    board = Board(memory=Memory(0x8000 + MAX_CHAIN_BYTES))
    board.driver.chain((BUFFERS, MAX_CHAIN_BYTES, 0), (BUFFERS, extra, 0))
    board.notify(0)
    assert board.needs_reset == needs_reset
    assert len(board.output.data) == (0 if needs_reset else MAX_CHAIN_BYTES)


def test_descriptors_of_one_notification_are_bounded() -> None:
    size = 256
    board = Board(size=size)
    chains = MAX_BATCH_DESCRIPTORS // size
    board.driver.poke(BUFFERS, b"x")
    board.driver.chain(*[(BUFFERS, 1, 0)] * size)
    board.notify(*[0] * chains)
    assert not board.needs_reset
    board.notify(*[0] * (chains + 1))
    assert board.needs_reset
    assert len(board.output.data) == 2 * chains * size
    assert board.device.counters.chains == 2 * chains


# --- anything at all in the driver's memory ---

SIZE = 4
INDIRECT_ENTRIES = 4
RAM_END = RAM_BASE + 0x1_0000

flags = st.sampled_from([0, NEXT, WRITE, NEXT | WRITE, INDIRECT, INDIRECT | NEXT, 0xFFF8]) | (
    st.integers(0, 0xFFFF)
)
following = st.integers(0, SIZE) | st.integers(0, 0xFFFF)
lengths = st.sampled_from([0, 1, 16, 512, 513, 1024]) | st.integers(0, 0xFFFF_FFFF)
buffer_addresses = st.integers(BUFFERS, RAM_END - 1) | st.sampled_from(
    [BUFFERS, RAM_END - 16, RAM_END, 0, RAM_BASE - 1, (1 << 64) - 1]
)
tables = st.builds(
    Descriptor,
    st.just(TABLES),
    st.sampled_from([16, 32, 64, 80]),
    st.sampled_from([INDIRECT, INDIRECT | WRITE]),
    following,
)
descriptors = st.builds(Descriptor, buffer_addresses, lengths, flags, following)
headers = st.builds(  # the header of a request that reads or writes a sector
    Descriptor, st.just(BUFFERS - 16), st.just(16), st.sampled_from([0, NEXT]), following
)
anything = descriptors | tables | headers
heads = st.lists(st.integers(0, SIZE) | st.integers(0, 0xFFFF), max_size=SIZE + 1)
features = st.sampled_from([0, INDIRECT_DESC, EVENT_IDX, INDIRECT_DESC | EVENT_IDX])
requests = st.tuples(st.sampled_from([0, 1, 4, 8, 9]), st.integers(0, 9))


def written_by(descriptor: Descriptor) -> range:
    """Return the addresses in RAM that the device may write because of a descriptor."""
    if not descriptor.flags & WRITE:
        return range(0)
    end = min(descriptor.address + descriptor.length, RAM_END)
    return range(max(descriptor.address, RAM_BASE), end)


def used_ring() -> range:
    return range(USED, USED + 4 + 8 * SIZE + 2)


@given(
    st.lists(anything, min_size=SIZE, max_size=SIZE),
    st.lists(descriptors | headers, min_size=INDIRECT_ENTRIES, max_size=INDIRECT_ENTRIES),
    heads,
    features,
    requests,
    st.sampled_from(["block", "receive", "transmit"]),
)
def test_device_writes_only_where_the_driver_said(
    direct: list[Descriptor],
    indirect: list[Descriptor],
    heads: list[int],
    features: int,
    request: tuple[int, int],
    kind: str,
) -> None:
    memory = Memory()
    device, queue = device_of(kind, memory)
    driver = Driver(device, memory, SIZE)
    driver.start(VERSION_1 | features, queue)
    kind_of_request, sector = request
    driver.poke(BUFFERS - 16, kind_of_request.to_bytes(8, "little") + sector.to_bytes(8, "little"))
    for index, descriptor in enumerate(direct):
        driver.describe(index, descriptor)
    for index, descriptor in enumerate(indirect):
        driver.describe(index, descriptor, TABLES)
    before = bytes(memory.data)
    try:
        driver.notify(*heads, queue=queue)
    except OutputFull:
        assert kind == "transmit"
    allowed = set(used_ring()).union(*map(written_by, [*direct, *indirect]))
    assert memory.written <= allowed
    assert memory.accesses < 10_000
    if not driver.status & NEEDS_RESET and kind != "transmit":
        assert len(heads) <= SIZE
    assert memory.data[: TABLE - RAM_BASE] == before[: TABLE - RAM_BASE]


@given(st.data(), st.sampled_from(["block", "receive", "transmit"]), features)
def test_random_memory_is_survived(data: st.DataObject, kind: str, features: int) -> None:
    """Rings that lie anywhere, also on one another, with anything in them."""
    memory = Memory(0x2000)
    words = st.sampled_from([0, 1, 2, 3, 5, RAM_BASE, RAM_BASE + 0x40]) | st.integers(0, 1 << 32)
    for address in range(0, 0x200, 4):
        memory.data[address : address + 4] = (data.draw(words) & 0xFFFF_FFFF).to_bytes(4, "little")
    device, queue = device_of(kind, memory)
    driver = Driver(device, memory, data.draw(st.sampled_from([1, 2, 8, 256])))
    driver.negotiate(VERSION_1 | features)
    driver.set_up_queue(queue)
    driver.set(0x044, 0)
    for offset in (0x080, 0x090, 0x0A0):
        driver.set(offset, RAM_BASE + 16 * data.draw(st.integers(0, 32)))
    driver.set(0x044, 1)
    driver.set(0x070, 15)
    for _ in range(3):
        try:
            driver.set(0x050, queue)
        except OutputFull:
            assert kind == "transmit"
    assert driver.status in (15, 15 | NEEDS_RESET)
    assert len(memory.data) == 0x2000


def device_of(kind: str, memory: Memory) -> tuple[VirtioMmio, int]:
    """Return a device and the queue to try."""
    if kind == "block":
        return VirtioBlock(Disk(bytes(4096)), memory, Signal()), 0
    console = VirtioConsole(Output(4096), memory, Signal())
    console.receive(bytes(range(256)))
    return console, 0 if kind == "receive" else 1
