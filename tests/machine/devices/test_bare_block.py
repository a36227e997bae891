"""The bare block device, against the register map that its module documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine.devices import BareBlock, Disk
from courseware.machine.devices.block import MAX_SECTORS
from courseware.machine.memory_map import RAM_BASE
from tests.machine.devices.surroundings import Memory, Signal, damaged_states, restore, stored

MAGIC, ID, CAPACITY, SECTOR, ADDRESS, COUNT, COMMAND, STATUS = range(0, 0x20, 4)
INT_ENABLE, INT_STATUS = 0x20, 0x24
READ, WRITE, FLUSH = 1, 2, 3
DONE, NO_COMMAND, NO_SECTOR, BAD_COUNT, BAD_BUFFER, READ_ONLY = range(1, 7)

IMAGE = b"".join(bytes([number]) * 512 for number in range(1, 11))


class Board:
    """The device with its disk, RAM and line."""

    def __init__(self) -> None:
        self.disk = Disk(IMAGE)
        self.memory = Memory(0x4000)
        self.line = Signal()
        self.block = BareBlock(self.disk, self.memory, self.line)

    def command(self, command: int, sector: int, address: int, count: int) -> int:
        for offset, value in ((SECTOR, sector), (ADDRESS, address), (COUNT, count)):
            self.block.write(offset, 4, value)
            assert self.block.read(offset, 4) == value
        self.block.write(COMMAND, 4, command)
        return self.block.read(STATUS, 4)


def test_identification() -> None:
    block = Board().block
    assert block.read(MAGIC, 4).to_bytes(4, "little") == b"VBLK"
    assert (block.read(ID, 4), block.read(CAPACITY, 4), block.read(STATUS, 4)) == (1, 10, 0)


def test_read_and_write_move_sectors() -> None:
    board = Board()
    assert board.command(READ, 2, RAM_BASE + 3, 2) == DONE
    assert board.memory.data[3 : 3 + 1024] == IMAGE[1024:2048]
    assert board.memory.written == set(range(RAM_BASE + 3, RAM_BASE + 3 + 1024))
    assert board.command(WRITE, 9, RAM_BASE + 3, 1) == DONE
    assert board.disk.read(9, 1) == IMAGE[1024:1536]
    assert board.command(FLUSH, 0, 0, 0) == DONE


@pytest.mark.parametrize(
    ("command", "sector", "address", "count", "status"),
    [
        (0, 0, RAM_BASE, 1, NO_COMMAND),
        (4, 0, RAM_BASE, 1, NO_COMMAND),
        (READ, 0, RAM_BASE, 0, BAD_COUNT),
        (WRITE, 0, RAM_BASE, MAX_SECTORS + 1, BAD_COUNT),
        (READ, 0, RAM_BASE, MAX_SECTORS, NO_SECTOR),
        (READ, 10, RAM_BASE, 1, NO_SECTOR),
        (WRITE, 9, RAM_BASE, 2, NO_SECTOR),
        (READ, 0xFFFF_FFFF, RAM_BASE, 2, NO_SECTOR),
        (READ, 0, RAM_BASE + 0x3E01, 1, BAD_BUFFER),
        (READ, 0, RAM_BASE - 1, 1, BAD_BUFFER),
        (WRITE, 0, 0xFFFF_FFFF, 1, BAD_BUFFER),
    ],
)
def test_failed_command_moves_nothing(
    command: int, sector: int, address: int, count: int, status: int
) -> None:
    board = Board()
    assert board.command(command, sector, address, count) == status
    assert board.memory.written == set()
    assert board.disk.changed_pages == {}
    assert board.block.read(INT_STATUS, 4) == 1


def test_read_only_disk_is_not_written() -> None:
    board = Board()
    Disk(board.disk)
    assert board.command(WRITE, 0, RAM_BASE, 1) == READ_ONLY
    assert board.command(READ, 0, RAM_BASE, 1) == DONE


def test_interrupt_when_enabled_until_acknowledged() -> None:
    board = Board()
    board.command(FLUSH, 0, 0, 0)
    assert not board.line.level
    board.block.write(INT_ENABLE, 4, 0xFFFF_FFFF)
    assert board.block.read(INT_ENABLE, 4) == 1
    assert board.line.level
    board.block.write(INT_STATUS, 4, 2)
    assert board.line.level
    board.block.write(INT_STATUS, 4, 1)
    assert not board.line.level
    assert board.block.read(INT_STATUS, 4) == 0
    board.command(9, 0, 0, 0)
    assert board.line.level


@pytest.mark.parametrize("offset", [MAGIC, ID, CAPACITY, STATUS, 0x28, 0xFFC, 2])
def test_other_registers_are_not_written(offset: int) -> None:
    board = Board()
    before = stored(board.block), board.block.read(offset, 4)
    board.block.write(offset, 4, 0xFFFF_FFFF)
    assert (stored(board.block), board.block.read(offset, 4)) == before


words = st.integers(0, 0xFFFF_FFFF)
writes = st.lists(st.tuples(st.sampled_from(range(0, 0x28, 4)), words | st.integers(0, 4)))


@given(writes)
def test_state_round_trip_drives_the_line(writes: list[tuple[int, int]]) -> None:
    board, other = Board(), Board()
    for offset, value in writes:
        board.block.write(offset, 4, value)
    restore(other.block, stored(board.block))
    assert stored(other.block) == stored(board.block)
    assert other.line.level == board.line.level


def test_damaged_state_is_refused_and_changes_nothing() -> None:
    board = Board()
    board.command(READ, 1, RAM_BASE, 1)
    before = stored(board.block)
    for state in [*damaged_states(before), {**before, "status": 7}, {**before, "enabled": 2}]:
        with pytest.raises(ValueError):  # noqa: PT011 - the kind of error is the promise
            restore(board.block, state)
        assert stored(board.block) == before
