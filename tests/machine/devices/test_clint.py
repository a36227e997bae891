"""The CLINT (SiFive's register map; privileged specification, section on mtime and mtimecmp)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine.devices import Clint
from tests.machine.devices.surroundings import Signal, damaged_states, restore, stored

MSIP, MTIMECMP, MTIME = 0x0, 0x4000, 0xBFF8
times = st.integers(0, (1 << 64) - 1)


class Board:
    """A CLINT with a clock."""

    def __init__(self) -> None:
        self.time = 0
        self.software, self.timer = Signal(), Signal()
        self.clint = Clint(lambda: self.time, self.set_time, self.software, self.timer)

    def set_time(self, time: int) -> None:
        self.time = time

    def write_64(self, offset: int, value: int) -> None:
        self.clint.write(offset, 4, value & 0xFFFF_FFFF)
        self.clint.write(offset + 4, 4, value >> 32)

    def read_64(self, offset: int) -> int:
        return self.clint.read(offset, 4) | self.clint.read(offset + 4, 4) << 32


def test_software_interrupt_follows_bit_0() -> None:
    board = Board()
    board.clint.write(MSIP, 4, 0xFFFF_FFFF)
    assert board.clint.read(MSIP, 4) == 1
    assert board.software.level
    board.clint.write(MSIP, 4, 0xFFFF_FFFE)
    assert board.clint.read(MSIP, 4) == 0
    assert not board.software.level


def test_no_timer_interrupt_is_due_after_reset() -> None:
    board = Board()
    board.time = 1 << 62
    board.clint.update()
    assert board.clint.deadline is None
    assert not board.timer.level


@given(times, times)
def test_timer_is_pending_from_mtimecmp_on(compare: int, time: int) -> None:
    board = Board()
    board.time = time
    board.write_64(MTIMECMP, compare)
    assert board.read_64(MTIMECMP) == compare
    assert board.read_64(MTIME) == time
    assert board.timer.level == (time >= compare)
    never = (1 << 64) - 1
    assert board.clint.deadline == (compare if time < compare != never else None)


def test_update_at_the_deadline_raises_the_line_and_a_later_compare_lowers_it() -> None:
    board = Board()
    board.write_64(MTIMECMP, 100)
    assert board.clint.deadline == 100
    board.time = 99
    board.clint.update()
    assert not board.timer.level
    board.time = 100
    board.clint.update()
    assert board.timer.level
    assert board.clint.deadline is None
    board.write_64(MTIMECMP, 150)
    assert not board.timer.level
    assert board.clint.deadline == 150


def test_mtime_is_writable_in_halves_and_sets_the_line() -> None:
    board = Board()
    board.write_64(MTIMECMP, 1 << 32)
    board.time = 7
    board.clint.write(MTIME + 4, 4, 1)
    assert board.time == 1 << 32 | 7
    assert board.timer.level
    board.clint.write(MTIME, 4, 0xFFFF_FFFF)
    assert board.time == 0x1_FFFF_FFFF
    board.clint.write(MTIME + 4, 4, 0)
    assert not board.timer.level


@pytest.mark.parametrize("offset", [4, 0x4008, 0x4002, 0xBFF0, 0xC000])
def test_other_offsets_are_nothing(offset: int) -> None:
    board = Board()
    before = stored(board.clint)
    board.clint.write(offset, 4, 1)
    assert board.clint.read(offset, 4) == 0
    assert (stored(board.clint), board.time) == (before, 0)


@given(st.integers(0, 1), times, times)
def test_state_round_trip_drives_the_lines(msip: int, compare: int, time: int) -> None:
    board, other = Board(), Board()
    board.time = other.time = time
    board.clint.write(MSIP, 4, msip)
    board.write_64(MTIMECMP, compare)
    restore(other.clint, stored(board.clint))
    assert stored(other.clint) == stored(board.clint)
    assert other.timer.level == board.timer.level
    assert other.software.level == board.software.level
    assert other.clint.deadline == board.clint.deadline


def test_damaged_state_is_refused_and_changes_nothing() -> None:
    board = Board()
    board.write_64(MTIMECMP, 5)
    before = stored(board.clint)
    for state in damaged_states(before):
        with pytest.raises(ValueError):  # noqa: PT011 - the kind of error is the promise
            restore(board.clint, state)
        assert stored(board.clint) == before
