"""The PLIC (RISC-V PLIC specification 1.0; chapters are named at the tests)."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine.devices import Plic
from tests.machine.devices.surroundings import Signal, damaged_states, restore, stored

PRIORITY, PENDING, ENABLE, CONTEXT = 0x0, 0x1000, 0x2000, 0x20_0000
M, S = 0, 1


class Board:
    """A PLIC with the external interrupts of a hart."""

    def __init__(self) -> None:
        self.external = (Signal(), Signal())
        self.plic = Plic(lambda context, level: self.external[context](level))

    def enable(self, context: int, *sources: int, priority: int = 1) -> None:
        for source in sources:
            self.plic.write(PRIORITY + 4 * source, 4, priority)
            offset = ENABLE + 0x80 * context + 4 * (source // 32)
            self.plic.write(offset, 4, self.plic.read(offset, 4) | 1 << source % 32)

    def threshold(self, context: int, value: int) -> None:
        self.plic.write(CONTEXT + 0x1000 * context, 4, value)

    def claim(self, context: int) -> int:
        return self.plic.read(CONTEXT + 0x1000 * context + 4, 4)

    def complete(self, context: int, source: int) -> None:
        self.plic.write(CONTEXT + 0x1000 * context + 4, 4, source)

    def pending(self, source: int) -> bool:
        return bool(self.plic.read(PENDING + 4 * (source // 32), 4) >> source % 32 & 1)


def test_interrupt_needs_priority_enable_and_threshold() -> None:
    board = Board()
    board.plic.line(10)(True)
    assert board.pending(10)
    assert not board.external[M].level
    board.enable(M, 10, priority=0)
    assert not board.external[M].level  # chapter 4: priority 0 never interrupts
    board.plic.write(PRIORITY + 40, 4, 3)
    assert board.external[M].level
    board.threshold(M, 3)
    assert not board.external[M].level  # chapter 8: priorities at the threshold are masked
    board.threshold(M, 2)
    assert board.external[M].level
    assert not board.external[S].level


def test_claim_clears_pending_and_lowers_the_external_interrupt() -> None:
    board = Board()
    board.enable(S, 1)
    board.plic.line(1)(True)
    assert board.external[S].level
    assert board.claim(S) == 1
    assert not board.pending(1)
    assert not board.external[S].level
    assert board.claim(S) == 0


def test_level_still_high_at_completion_is_pending_again() -> None:
    """Chapter 5: the gateway then sends a new request; before the completion it sends none."""
    board = Board()
    board.enable(M, 7)
    line = board.plic.line(7)
    line(True)
    assert board.claim(M) == 7
    line(False)
    line(True)
    assert not board.pending(7)
    board.complete(M, 7)
    assert board.pending(7)
    assert board.external[M].level
    assert board.claim(M) == 7
    line(False)
    board.complete(M, 7)
    assert not board.pending(7)
    assert not board.external[M].level


def test_request_stays_pending_when_the_line_falls() -> None:
    """Chapter 5: a request that the core has accepted is not withdrawn."""
    board = Board()
    board.enable(M, 7)
    board.plic.line(7)(True)
    board.plic.line(7)(False)
    assert board.claim(M) == 7
    board.complete(M, 7)
    assert not board.pending(7)


def test_highest_priority_first_and_the_lowest_number_among_equals() -> None:
    """Chapter 4."""
    board = Board()
    for source, priority in ((3, 2), (40, 5), (80, 5), (1, 1)):
        board.enable(M, source, priority=priority)
        board.plic.line(source)(True)
    assert [board.claim(M) for _ in range(5)] == [40, 80, 3, 1, 0]


def test_claim_is_not_affected_by_the_threshold() -> None:
    """Chapter 9."""
    board = Board()
    board.enable(M, 5)
    board.threshold(M, 7)
    board.plic.line(5)(True)
    assert not board.external[M].level
    assert board.claim(M) == 5


def test_contexts_share_a_source_and_the_first_claim_wins() -> None:
    board = Board()
    board.enable(M, 5)
    board.enable(S, 5)
    board.plic.line(5)(True)
    assert board.external[M].level
    assert board.external[S].level
    assert board.claim(S) == 5
    assert board.claim(M) == 0
    assert not board.external[M].level


def test_completion_of_a_source_that_is_not_enabled_is_ignored() -> None:
    """Chapter 10."""
    board = Board()
    board.enable(M, 5)
    board.plic.line(5)(True)
    assert board.claim(M) == 5
    for source in (0, 6, 96, 0xFFFF_FFFF):
        board.complete(M, source)
    board.complete(S, 5)
    assert not board.pending(5)
    board.complete(M, 5)
    assert board.pending(5)


def test_registers_keep_what_the_hardware_has() -> None:
    board = Board()
    for offset in (PRIORITY + 4 * 95, CONTEXT, CONTEXT + 0x1000):
        board.plic.write(offset, 4, 0xFFFF_FFFF)
        assert board.plic.read(offset, 4) == 7
    for context in (M, S):
        base = ENABLE + 0x80 * context
        for word in range(3):
            board.plic.write(base + 4 * word, 4, 0xFFFF_FFFF)
        assert [board.plic.read(base + 4 * word, 4) for word in range(3)] == [
            0xFFFF_FFFE,  # source 0 does not exist
            0xFFFF_FFFF,
            0xFFFF_FFFF,
        ]


@pytest.mark.parametrize(
    "offset", [0, 4 * 96, PENDING, PENDING + 12, ENABLE + 12, ENABLE + 0x100, CONTEXT + 8, 2]
)
def test_other_offsets_and_pending_bits_are_not_written(offset: int) -> None:
    board = Board()
    before = stored(board.plic)
    board.plic.write(offset, 4, 0xFFFF_FFFF)
    assert board.plic.read(offset, 4) == 0
    assert stored(board.plic) == before


@pytest.mark.parametrize("source", [-1, 0, 96])
def test_there_is_no_line_into_other_sources(source: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - "negative shift count" for one of them
        Board().plic.line(source)


Action = Callable[[Board], object]
sources = st.integers(1, 95)
contexts = st.sampled_from([M, S])
actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(lambda s, high: lambda b: b.plic.line(s)(high), sources, st.booleans()),
    st.builds(
        lambda c, s, p: lambda b: b.enable(c, s, priority=p), contexts, sources, st.integers(0, 7)
    ),
    st.builds(lambda c, t: lambda b: b.threshold(c, t), contexts, st.integers(0, 7)),
    st.builds(lambda c: lambda b: b.claim(c), contexts),
    st.builds(lambda c, s: lambda b: b.complete(c, s), contexts, sources),
)


@given(st.lists(actions, max_size=60), st.lists(actions, max_size=10))
def test_restored_controller_has_the_same_future(past: list[Action], future: list[Action]) -> None:
    board, other = Board(), Board()
    for action in past:
        action(board)
    restore(other.plic, stored(board.plic))
    for action in future:
        assert action(board) == action(other)
        assert stored(other.plic) == stored(board.plic)
        for context in (M, S):
            assert other.external[context].level == board.external[context].level


def test_damaged_state_is_refused_and_changes_nothing() -> None:
    board = Board()
    board.enable(M, 5)
    board.plic.line(5)(True)
    before = stored(board.plic)
    wrong = [
        *damaged_states(before),
        {**before, "priority": [8] * 96},
        {**before, "priority": [1] * 96},
        {**before, "enabled": [1, 0]},
        {**before, "pending": 1},
        {**before, "level": 1 << 96},
    ]
    for state in wrong:
        with pytest.raises(ValueError):  # noqa: PT011 - the kind of error is the promise
            restore(board.plic, state)
        assert stored(board.plic) == before
