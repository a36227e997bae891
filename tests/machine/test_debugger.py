"""Stepping, going back, and storing a session."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine import Debugger, MachineLimits, Program, StopReason, assemble
from courseware.machine.debugger import MAX_CHECKPOINT_BYTES, MAX_CHECKPOINTS
from courseware.machine.machine import POLL_CYCLES
from courseware.machine.memory_map import RAM_BASE
from tests.machine.programs import programs

LIMITS = MachineLimits(memory_bytes=0x4000)

# Prints, writes memory, and counts for ever.
BUSY = """
        la   s0, table
        li   s1, 0x10000000
        li   s2, 0x1fff
loop:   addi a0, a0, 1
        mul  a1, a0, a0
        slli t0, a0, 2
        andi t0, t0, 0x7fc
        add  t0, t0, s0
        sw   a1, 0(t0)
        and  t1, a0, s2
        bnez t1, loop
        sb   a0, 0(s1)
        j    loop
        .bss
table:  .space 2048
"""


def test_step_tells_what_changed() -> None:
    debugger = Debugger(assemble("li a0, 5\nsw a0, -4(sp)\nnop\nebreak"))
    assert (debugger.last, debugger.changed) == (None, frozenset())
    step = debugger.step()
    assert step is debugger.last
    assert (step and step.text) == "addi a0, zero, 5"
    assert debugger.changed == {10}
    step = debugger.step()
    assert (step and step.written) == ((RAM_BASE + 0x4_0000 - 4, 4),)
    assert debugger.changed == frozenset()
    debugger.step()
    step = debugger.step()
    assert step is not None
    assert step.stop is not None
    assert step.stop.reason is StopReason.BREAKPOINT


def test_run_and_step_back_tell_what_differs_from_their_start() -> None:
    debugger = Debugger(assemble("li a0, 5\nli a1, 6\nli a1, 0\nli a2, 7\nebreak"))
    debugger.run(100)
    assert debugger.changed == {10, 12}
    assert debugger.last is None
    assert debugger.step_back()
    assert debugger.changed == {12}
    assert debugger.last is None


def test_there_is_nothing_before_the_start() -> None:
    debugger = Debugger(assemble("nop"))
    assert not debugger.step_back()
    debugger.step()
    assert debugger.step_back()
    assert not debugger.step_back()
    assert debugger.machine.instret == 0


def test_reset_starts_again_with_the_same_limits() -> None:
    debugger = Debugger(assemble("li a0, 1\necall"), LIMITS)
    start = debugger.machine.state()
    debugger.run(10)
    debugger.reset()
    assert debugger.machine.state() == start
    assert (debugger.last, debugger.changed) == (None, frozenset())
    assert not debugger.step_back()


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("nop\necall", StopReason.TRAP),
        ("nop\nli t0, 0x10000000\nsb t0, 0(t0)\nsb t0, 0(t0)", StopReason.OUTPUT_LIMIT),
        ("nop\nli t0, 0x100000\nli t1, 0x5555\nsw t1, 0(t0)", StopReason.EXIT),
    ],
)
def test_stop_for_good_is_taken_back_as_a_step_of_its_own(source: str, reason: StopReason) -> None:
    debugger = Debugger(assemble(source), MachineLimits(max_output_bytes=1))
    states = [debugger.machine.state()]
    while (step := debugger.step()) is not None:
        states.append(debugger.machine.state())
        stop = step.stop
    assert stop is not None
    assert (stop.reason, debugger.machine.stop) == (reason, stop)
    for state in reversed(states[:-1]):
        assert debugger.step_back()
        assert debugger.machine.state() == state
    assert debugger.run(100) == stop


@given(programs(), st.data())
def test_step_back_returns_to_every_earlier_state(program: Program, data: st.DataObject) -> None:
    debugger = Debugger(program, LIMITS)
    states = []
    for _ in range(data.draw(st.integers(1, 90))):
        states.append(debugger.machine.state())
        step = debugger.step()
        if step is None or step.stop is not None:
            states.pop()
            break
    for state in reversed(states):
        assert debugger.step_back()
        assert debugger.machine.state() == state
    assert not debugger.step_back()


def test_step_back_after_long_runs() -> None:
    """Far and near, with checkpoints on the way, forwards again afterwards."""
    debugger = Debugger(assemble(BUSY), LIMITS)
    reference = Debugger(assemble(BUSY), LIMITS)
    total = 40 * POLL_CYCLES + 123
    debugger.run(total)
    for back in range(1, 4):
        assert debugger.step_back()
        reference.reset()
        reference.run(total - back)
        assert debugger.machine.state() == reference.machine.state()
    debugger.run(1000)
    reference.run(1000)
    assert debugger.machine.state() == reference.machine.state()


def test_checkpoints_are_few_and_never_far() -> None:
    debugger = Debugger(assemble(BUSY), LIMITS)
    for _ in range(100):
        debugger.run(2 * POLL_CYCLES)
    times = [checkpoint.position.cycle for checkpoint in debugger._history.checkpoints]
    now = debugger.machine.instret
    assert len(times) == MAX_CHECKPOINTS
    assert now - times[-1] <= 2 * POLL_CYCLES
    for earlier, later in zip([0, *times], times, strict=False):
        assert later - earlier <= (now - earlier) // 2 + POLL_CYCLES


# --- storing ---


@given(programs(), st.integers(0, 90), st.integers(0, 90))
def test_restored_session_goes_on_alike(program: Program, first: int, second: int) -> None:
    debugger = Debugger(program, LIMITS)
    debugger.run(first)
    debugger.step()
    restored = Debugger.from_bytes(debugger.to_bytes())
    for session in (restored, debugger):
        assert session.program == program
        assert session.last == debugger.last
        assert session.changed == debugger.changed
    assert restored.machine.state() == debugger.machine.state()
    assert restored.run(second) == debugger.run(second)
    assert restored.machine.state() == debugger.machine.state()
    assert restored.step_back() == debugger.step_back()
    assert restored.machine.state() == debugger.machine.state()


def test_stored_session_is_small_and_keeps_its_checkpoints() -> None:
    debugger = Debugger(assemble(BUSY))
    assert len(debugger.to_bytes()) < 2_000
    debugger.run(50 * POLL_CYCLES)
    data = debugger.to_bytes()
    assert len(data) < 64_000
    restored = Debugger.from_bytes(data)
    assert len(restored._history.checkpoints) == len(debugger._history.checkpoints) > 1
    assert restored.step_back()
    assert debugger.step_back()
    assert restored.machine.state() == debugger.machine.state()


NOISE = """
        li   s0, 0x80001000
        li   s1, 0x8003f000
        li   a0, 12345
        li   a1, 1103515245
again:  mv   t0, s0
fill:   mul  a0, a0, a1
        addi a0, a0, 1234
        srli t1, a0, 8
        sw   t1, 0(t0)
        addi t0, t0, 4
        bltu t0, s1, fill
        j    again
"""


def test_stored_session_of_noise_is_bounded() -> None:
    debugger = Debugger(assemble(NOISE))
    debugger.run(300 * POLL_CYCLES)
    assert len(debugger._history.checkpoints) == MAX_CHECKPOINTS
    data = debugger.to_bytes()
    memory = debugger.machine.limits.memory_bytes
    assert len(data) < MAX_CHECKPOINT_BYTES + memory + 16_384
    restored = Debugger.from_bytes(data)
    assert 1 <= len(restored._history.checkpoints) < MAX_CHECKPOINTS
    assert restored.step_back()
    assert debugger.step_back()
    assert restored.machine.state() == debugger.machine.state()


@given(st.data())
def test_damaged_session_is_a_value_error_or_unharmed(data: st.DataObject) -> None:
    debugger = Debugger(assemble("li a0, 1\nsw a0, -4(sp)\nebreak"), LIMITS)
    debugger.step()
    good = debugger.to_bytes()
    position = data.draw(st.integers(0, len(good) - 1))
    byte = data.draw(st.integers(0, 255))
    damaged = good[:position] + bytes([byte]) + good[position + 1 :]
    try:
        restored = Debugger.from_bytes(damaged)
    except ValueError:
        return
    assert restored.to_bytes() == good
