"""The virtio block device (virtio 1.2, section 5.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine.devices import Disk, VirtioBlock
from courseware.machine.devices.virtio.block import SEGMENT_BYTES, SEGMENTS
from courseware.machine.devices.virtio.ring import MAX_CHAIN_BYTES
from tests.machine.devices.driver import (
    BUFFERS,
    CONFIG,
    FEATURES_OK,
    INDIRECT,
    INDIRECT_DESC,
    NEEDS_RESET,
    TABLES,
    VERSION_1,
    WRITE,
    Descriptor,
    Driver,
)
from tests.machine.devices.surroundings import Memory, Signal

IN, OUT, FLUSH, GET_ID = 0, 1, 4, 8
OK, IO_ERROR, UNSUPPORTED = 0, 1, 2
SIZE_MAX, SEG_MAX, READ_ONLY, BLOCK_SIZE, FLUSH_FEATURE = (1 << bit for bit in (1, 2, 5, 6, 9))

SECTORS = 10
IMAGE = b"".join(bytes([number]) * 512 for number in range(1, SECTORS + 1))
HEADER, STATUS, DATA = BUFFERS, BUFFERS + 0x20, BUFFERS + 0x100


class Board:
    """The device with a driver."""

    def __init__(self, disk: Disk | None = None, size: int = 8) -> None:
        self.disk = disk or Disk(IMAGE)
        self.memory = Memory(0x10_0000)
        self.line = Signal()
        self.device = VirtioBlock(self.disk, self.memory, self.line)
        self.driver = Driver(self.device, self.memory, size)

    def request(
        self, kind: int, sector: int, *parts: tuple[int, int, int], status_length: int = 1
    ) -> tuple[int, int]:
        """Send a request; return its status and the length in the used ring."""
        self.driver.poke(HEADER, kind.to_bytes(8, "little") + sector.to_bytes(8, "little"))
        self.driver.poke(STATUS, b"\xee" * status_length)
        chain = ((HEADER, 16, 0), *parts, (STATUS, status_length, WRITE))
        self.driver.notify(self.driver.chain(*chain))
        ((head, length),) = self.driver.used()
        assert head == 0
        return self.memory.data[0x8020 + status_length - 1], length

    def buffer(self, length: int) -> bytes:
        return bytes(self.memory.data[0x8100 : 0x8100 + length])


def started(disk: Disk | None = None) -> Board:
    board = Board(disk)
    board.driver.start()
    return board


def test_configuration_and_features() -> None:
    """5.2.3 and 5.2.4."""
    board = Board()
    own = SIZE_MAX | SEG_MAX | BLOCK_SIZE | FLUSH_FEATURE
    assert board.driver.offered_features() & 0xFFFFFF == own
    words = [board.driver.get(CONFIG + offset) for offset in range(0, 28, 4)]
    assert words == [SECTORS, 0, SEGMENT_BYTES, SEGMENTS, 0, 512, 0]
    assert SEGMENT_BYTES * SEGMENTS + 17 <= MAX_CHAIN_BYTES


def test_in_reads_sectors_and_counts_the_status() -> None:
    board = started()
    assert board.request(IN, 3, (DATA, 1024, WRITE)) == (OK, 1025)
    assert board.buffer(1024) == IMAGE[3 * 512 : 5 * 512]
    assert board.line.level


def test_out_writes_sectors() -> None:
    board = started()
    board.driver.poke(DATA, b"\xaa" * 512)
    assert board.request(OUT, 9, (DATA, 512, 0)) == (OK, 1)
    assert board.disk.read(8, 2) == IMAGE[8 * 512 : 9 * 512] + b"\xaa" * 512


def test_flush_and_identification() -> None:
    board = started()
    assert board.request(FLUSH, 0) == (OK, 1)
    assert board.request(GET_ID, 0, (DATA, 20, WRITE)) == (OK, 21)
    assert board.buffer(20) == b"virtualization-lab\0\0"


@pytest.mark.parametrize(
    ("kind", "sector", "part", "status"),
    [
        (IN, SECTORS, (DATA, 512, WRITE), IO_ERROR),
        (IN, SECTORS - 1, (DATA, 1024, WRITE), IO_ERROR),
        (IN, 0xFFFF_FFFF_FFFF_FFFF, (DATA, 512, WRITE), IO_ERROR),
        (IN, 0, (DATA, 511, WRITE), IO_ERROR),
        (OUT, SECTORS, (DATA, 512, 0), IO_ERROR),
        (OUT, 0, (DATA, 513, 0), IO_ERROR),
        (2, 0, (DATA, 512, WRITE), UNSUPPORTED),
        (0xFFFF_FFFF, 0, (DATA, 512, 0), UNSUPPORTED),
    ],
)
def test_failed_request_writes_its_status_alone(
    kind: int, sector: int, part: tuple[int, int, int], status: int
) -> None:
    board = started()
    found, length = board.request(kind, sector, part)
    assert found == status
    assert length == (0 if part[2] & WRITE else 1)  # 2.7.8.2: bytes from the first one on
    assert board.disk.changed_pages == {}
    assert not any(address >= DATA for address in board.memory.written)
    assert not board.driver.status & NEEDS_RESET


def test_read_only_disk_says_so_and_refuses_writes() -> None:
    """5.2.5.2 and 5.2.6.2."""
    disk = Disk(IMAGE)
    Disk(disk)
    board = Board(disk)
    board.driver.start(VERSION_1 | READ_ONLY)
    assert board.driver.status & FEATURES_OK
    assert board.request(OUT, 0, (DATA, 512, 0)) == (IO_ERROR, 1)
    assert board.request(IN, 0, (DATA, 512, WRITE)) == (OK, 513)


@given(
    st.lists(st.integers(1, 300), max_size=6),
    st.lists(st.integers(1, 10), max_size=3),
    st.integers(1, 3),
)
def test_division_into_descriptors_has_no_meaning(
    data_cuts: list[int], header_cuts: list[int], sectors: int
) -> None:
    """2.7.4.1."""
    board = Board(size=32)
    board.driver.start()
    board.driver.poke(HEADER, IN.to_bytes(8, "little") + (2).to_bytes(8, "little"))
    parts = [(start, length, 0) for start, length in cut(HEADER, 16, header_cuts)]
    whole = cut(DATA, sectors * 512 + 1, data_cuts)  # the last byte is the status
    parts += [(start, length, WRITE) for start, length in whole]
    board.driver.notify(board.driver.chain(*parts))
    assert board.driver.used() == [(0, sectors * 512 + 1)]
    assert board.buffer(sectors * 512 + 1) == IMAGE[1024 : 1024 + sectors * 512] + b"\0"


def cut(address: int, length: int, lengths: list[int]) -> list[tuple[int, int]]:
    """Divide a piece of memory into pieces of the given lengths, and the rest."""
    pieces = []
    for piece in lengths:
        if piece >= length:
            break
        pieces.append((address, piece))
        address, length = address + piece, length - piece
    return [*pieces, (address, length)]


def test_status_is_the_last_byte() -> None:
    board = started()
    assert board.request(OUT, 0, (DATA, 512, 0), status_length=3) == (OK, 0)
    assert board.memory.data[0x8020:0x8023] == b"\xee\xee\x00"


@pytest.mark.parametrize(
    "parts",
    [
        [(HEADER, 16, 0)],
        [(HEADER, 15, 0), (STATUS, 1, WRITE)],
        [(STATUS, 1, WRITE)],
        [(HEADER, 16, 0), (STATUS, 0, WRITE)],
    ],
)
def test_request_without_header_or_status_needs_a_reset(parts: list[tuple[int, int, int]]) -> None:
    board = started()
    board.driver.notify(board.driver.chain(*parts))
    assert board.driver.status & NEEDS_RESET
    assert board.driver.used() == []


def test_buffer_outside_of_ram_needs_a_reset_and_the_disk_stays() -> None:
    board = started()
    board.driver.poke(HEADER, OUT.to_bytes(8, "little") + bytes(8))
    parts = ((HEADER, 16, 0), (DATA, 512, 0), (0x1000, 512, 0), (STATUS, 1, WRITE))
    board.driver.notify(board.driver.chain(*parts))
    assert board.driver.status & NEEDS_RESET
    assert board.disk.changed_pages == {}


def test_largest_request_through_an_indirect_table() -> None:
    image = bytes(range(256)) * (SEGMENTS * SEGMENT_BYTES // 256)
    board = Board(Disk(image), size=1)
    board.driver.start(VERSION_1 | INDIRECT_DESC)
    board.driver.poke(HEADER, bytes(16))
    board.driver.chain((TABLES, 16 * (SEGMENTS + 2), INDIRECT))
    data = [(DATA + SEGMENT_BYTES * n, SEGMENT_BYTES, WRITE) for n in range(SEGMENTS)]
    table = [(HEADER, 16, 0), *data, (STATUS, 1, WRITE)]
    for index, (address, length, flags) in enumerate(table):
        more = int(index + 1 < len(table))
        board.driver.describe(index, Descriptor(address, length, flags | more, index + 1), TABLES)
    board.driver.notify(0)
    assert board.driver.used() == [(0, len(image) + 1)]
    assert board.buffer(len(image)) == image


def test_several_requests_of_one_notification_interrupt_once() -> None:
    board = started()
    board.driver.poke(HEADER, bytes(16))
    heads = [
        board.driver.chain(
            (HEADER, 16, 0), (DATA + 512 * n, 512, WRITE), (STATUS + n, 1, WRITE), first=n * 3
        )
        for n in range(2)
    ]
    board.driver.notify(*heads)
    assert board.driver.used() == [(0, 513), (3, 513)]
    assert board.line.rises == 1
    counters = board.device.counters
    assert (counters.notifications, counters.interrupts, counters.chains) == (1, 1, 2)
