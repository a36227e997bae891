"""Stepping, going back, and storing a session."""

import re
import zlib
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courseware.machine import (
    Console,
    Debugger,
    Engine,
    Machine,
    MachineLimits,
    Program,
    StopReason,
    assemble,
)
from courseware.machine.debugger import (
    MAX_BREAKPOINTS,
    MAX_CHECKPOINT_BYTES,
    MAX_CHECKPOINTS,
    MAX_INPUT_BYTES,
    MAX_TRAP_EVENTS,
    MAX_WATCHPOINT_BYTES,
    MAX_WATCHPOINTS,
)
from courseware.machine.machine import POLL_CYCLES
from courseware.machine.memory_map import BARE_BLOCK_BASE, RAM_BASE
from tests.machine.fuzz.cases import Case, build
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


@settings(max_examples=30)
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


# --- interrupts, paging, devices: random programs, forwards and backwards ---


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("kind", ["interrupted", "guests", "devices", "everything", "paging"])
def test_going_back_and_forth_is_the_forward_run(kind: str, engine: Engine) -> None:
    built = build(Case.of(kind, "back and forth"))
    random = Random(kind)
    debugger = Debugger(
        built.program, built.limits, options=built.options, disk=built.disk, engine=engine
    )
    debugger.run(random.choice((0, 300)))
    states, traps = [debugger.machine.state()], [debugger.traps]
    for _ in range(90):
        if random.random() < 0.1:
            debugger.send(b"abc")
            states[-1] = debugger.machine.state()
        step = debugger.step()
        assert step is not None
        assert step.explanation.endswith("。")
        if step.stop is not None:
            break
        states.append(debugger.machine.state())
        traps.append(debugger.traps)
    assert len(states) > 20
    at = len(states) - 1
    for _ in range(10):
        target = random.randrange(max(0, at - 12), len(states))
        while at != target:
            if at > target:
                at -= 1
                assert debugger.step_back()
            else:
                at += 1
                debugger.step()
            assert debugger.machine.state() == states[at]
            assert debugger.traps == traps[at]


TIMER = """
        .equ MTIMECMP, 0x02004000
        la   t0, handler
        csrw mtvec, t0
        li   s0, MTIMECMP
        sw   zero, 4(s0)
        li   t0, 300
        sw   t0, 0(s0)
        li   t0, 0x80
        csrw mie, t0
        csrsi mstatus, 8
loop:   wfi
after:  addi a0, a0, 1
        j    loop
        .balign 4
handler:
        li   t1, -1
        sw   t1, 0(s0)
        sw   t1, 4(s0)
        mret
"""


def test_an_interrupt_is_a_step_and_the_wait_of_wfi_is_one() -> None:
    program = assemble(TIMER)
    debugger = Debugger(program)
    debugger.add_breakpoint(program.symbols["loop"])
    debugger.run(1_000)
    assert debugger.step().text == "wfi"  # type: ignore[union-attr]
    started = debugger.machine.cycle
    wait = debugger.step()
    assert wait is not None
    assert f"{300 - started:,} サイクル" in wait.explanation
    assert debugger.machine.cycle == 300
    taken = debugger.step()
    assert taken is not None
    assert taken.trap is not None
    assert (taken.trap.cause, taken.text, debugger.machine.cycle) == (1 << 31 | 7, "", 300)
    assert debugger.machine.pc == program.symbols["handler"]
    (event,) = debugger.traps
    assert (event.number, event.source, event.destination) == (1, "M モード", "M モード")
    assert event.name == "M モードのタイマー割り込み (machine timer interrupt)"
    assert event.record.handler == program.symbols["handler"]
    assert debugger.step_back()
    assert (debugger.machine.cycle, debugger.machine.pc) == (300, program.symbols["after"])
    assert debugger.traps == ()
    assert debugger.step_back()
    assert (debugger.machine.cycle, debugger.machine.waiting) == (started, True)


def test_the_timeline_keeps_the_last_traps() -> None:
    source = "la t0, h\ncsrw mtvec, t0\n1: ecall\n.balign 4\nh: csrr t0, mepc\nmret"
    debugger = Debugger(assemble(source))
    debugger.run(4 * MAX_TRAP_EVENTS)
    events = debugger.traps
    assert len(events) == MAX_TRAP_EVENTS
    assert events[-1].number == debugger.machine.traps_taken > MAX_TRAP_EVENTS
    assert [e.number for e in events] == list(range(events[0].number, events[-1].number + 1))
    restored = Debugger.from_bytes(debugger.to_bytes())
    assert restored.traps == events


# --- input ---

ECHO = """
        li   s0, 0x10000000
1:      lbu  t0, 5(s0)
        andi t0, t0, 1
        beqz t0, 1b
        lbu  t0, 0(s0)
        sb   t0, 0(s0)
        j    1b
"""


def test_input_is_given_again_after_going_back() -> None:
    debugger = Debugger(assemble(ECHO))
    debugger.run(50)
    assert debugger.send(b"ab") == 2
    debugger.run(50)
    assert debugger.send(b"c") == 1
    debugger.run(50)
    end = debugger.machine.state()
    assert debugger.machine.output == b"abc"
    for _ in range(120):
        assert debugger.step_back()
    assert debugger.machine.output == b""
    debugger.run(end.cycle - debugger.machine.cycle)
    assert debugger.machine.state() == end
    stored = Debugger.from_bytes(debugger.to_bytes())
    for _ in range(120):
        assert stored.step_back()
    stored.run(end.cycle - stored.machine.cycle)
    assert stored.machine.state() == end


def test_input_given_before_the_start_is_there_again_after_a_reset() -> None:
    debugger = Debugger(assemble("li t0, 0x10000000\nlbu a0, 0(t0)\nlbu a1, 0(t0)\nebreak\n"))
    debugger.send(b"x")
    debugger.step()
    debugger.send(b"y")
    debugger.reset()
    debugger.run(100)
    assert debugger.machine.registers[10:12] == [ord("x"), 0]


def test_input_of_the_virtio_console_is_given_again_too() -> None:
    debugger = Debugger(assemble(ECHO))
    debugger.run(50)
    assert debugger.send(b"ab", Console.VIRTIO) == 2
    debugger.run(50)
    end = debugger.machine.state()
    assert (
        end.devices["virtio_console"] != Machine(assemble(ECHO)).state().devices["virtio_console"]
    )
    for _ in range(80):
        assert debugger.step_back()
    restored = Debugger.from_bytes(debugger.to_bytes())
    restored.run(end.cycle - restored.machine.cycle)
    assert restored.machine.state() == end


def test_other_input_makes_another_future() -> None:
    debugger = Debugger(assemble(ECHO))
    debugger.run(50)
    debugger.send(b"ab")
    debugger.run(50)
    for _ in range(80):
        debugger.step_back()
    debugger.send(b"x")
    debugger.run(200)
    assert debugger.machine.output == b"x"


def test_input_that_is_recorded_is_bounded() -> None:
    debugger = Debugger(assemble(ECHO))
    given = 0
    while (taken := debugger.send(bytes(4096))) > 0:
        given += taken
        debugger.run(200_000)
    assert given <= MAX_INPUT_BYTES
    assert Debugger.from_bytes(debugger.to_bytes()).machine.state() == debugger.machine.state()


# --- breakpoints and watchpoints ---

RECURSIVE = """
_start: li   a0, 4
        jal  factorial
done:   ebreak
factorial:
        addi sp, sp, -8
        sw   ra, 0(sp)
        sw   a0, 4(sp)
        beqz a0, zero_
        addi a0, a0, -1
inner:  jal  factorial
back:   lw   t0, 4(sp)
        mul  a0, a0, t0
out:    lw   ra, 0(sp)
        addi sp, sp, 8
        ret
zero_:  li   a0, 1
        j    out
"""


def at(debugger: Debugger, label: str) -> bool:
    return debugger.machine.pc == debugger.program.symbols[label]


@pytest.mark.parametrize("engine", Engine)
def test_step_over_runs_the_whole_call_and_step_out_leaves_it(engine: Engine) -> None:
    debugger = Debugger(assemble(RECURSIVE), engine=engine)
    symbols = debugger.program.symbols
    assert debugger.step_over(100) is None  # li
    start = debugger.machine.state()
    assert debugger.step_over(1_000) is None
    assert at(debugger, "done")
    assert debugger.machine.registers[10] == 24
    assert debugger.changed >= {10}
    debugger.run(0)
    while debugger.machine.state() != start:
        assert debugger.step_back()
    debugger.add_breakpoint(symbols["inner"])
    for depth in (3, 2):
        debugger.run(1_000)
        assert (at(debugger, "inner"), debugger.machine.registers[10]) == (True, depth)
    debugger.remove_breakpoint(symbols["inner"])
    assert debugger.step_over(1_000) is None  # over the inner calls, at its own depth
    assert (at(debugger, "back"), debugger.machine.registers[10]) == (True, 2)
    assert debugger.step_out(1_000) is None
    assert (at(debugger, "back"), debugger.machine.registers[10]) == (True, 6)
    assert debugger.step_out(1_000) is None
    assert at(debugger, "done")
    stop = debugger.step_out(1_000)
    assert stop is not None
    assert stop.reason is StopReason.BREAKPOINT  # the ebreak: there is no way out


def test_step_over_and_out_end_at_breakpoints_and_limits() -> None:
    debugger = Debugger(assemble(RECURSIVE))
    debugger.step()
    debugger.add_breakpoint(debugger.program.symbols["zero_"])
    stop = debugger.step_over(1_000)
    assert stop is not None
    assert (stop.reason, at(debugger, "zero_")) == (StopReason.BREAKPOINT, True)
    stop = debugger.step_out(1)
    assert stop is not None
    assert stop.reason is StopReason.INSTRUCTION_LIMIT
    assert "1 命令" in stop.message
    endless = Debugger(assemble("jal f\nebreak\nf: j f"))
    for act in (endless.step_over, endless.step_out):
        stop = act(1_000_000, lambda: True)
        assert stop is not None
        assert stop.reason is StopReason.TIME_LIMIT
        endless.reset()
    stop = endless.step_over(100)
    assert stop is not None
    assert stop.reason is StopReason.INSTRUCTION_LIMIT
    assert "100 命令" in stop.message
    assert endless.machine.cycle == 100


def test_step_out_of_a_trap_handler_ends_behind_its_return() -> None:
    program = assemble(TIMER)
    debugger = Debugger(program)
    debugger.add_breakpoint(program.symbols["handler"])
    debugger.run(1_000)
    assert debugger.machine.pc == program.symbols["handler"]
    assert debugger.step_out(100) is None
    assert debugger.machine.pc == program.symbols["after"]


def test_step_over_passes_over_a_far_call_and_stops_where_it_is_asked_to() -> None:
    program = assemble("        call f\nback: ebreak\nf:      addi a0, a0, 1\n        ret")
    debugger = Debugger(program)
    assert debugger.step_over(100) is None
    assert debugger.machine.pc == program.symbols["back"]
    assert debugger.machine.registers[10] == 1
    debugger.reset()
    debugger.add_breakpoint(program.entry + 4)  # between its two instructions
    stop = debugger.step_over(100)
    assert stop is not None
    assert stop.reason is StopReason.BREAKPOINT
    assert debugger.machine.pc == program.entry + 4


def test_step_out_ends_after_so_many_steps_of_the_function_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("courseware.machine.debugger.session.MAX_STEPS_OUT", 50)
    text = "call f\nebreak\nf: li t1, {}\n1: addi t1, t1, -1\nbnez t1, 1b\nret"
    for turns, is_done in ((24, True), (25, False)):  # li, two a turn, ret
        program = assemble(text.format(turns))
        debugger = Debugger(program)
        debugger.run(2)
        stop = debugger.step_out(10_000)
        assert (stop is None) == is_done
    assert stop is not None
    assert stop.reason is StopReason.INSTRUCTION_LIMIT
    assert "上限 50 命令" in stop.message
    debugger.reset()
    debugger.run(2)
    stop = debugger.step_out(10)
    assert stop is not None
    assert "上限 10 命令" in stop.message


def test_there_may_be_a_return_after_a_call_or_a_trap_only() -> None:
    debugger = Debugger(assemble("nop\njal t0, f\njal f\nf: nop\nret"))
    seen = [debugger.may_return]
    for _ in range(2):
        debugger.step()
        seen.append(debugger.may_return)
    assert seen == [False, False, True]  # by t0, too
    debugger = Debugger(assemble("la t0, h\ncsrw mtvec, t0\necall\n.balign 4\nh: mret"))
    assert not debugger.may_return
    debugger.run(4)
    assert debugger.may_return


def test_a_breakpoint_is_at_an_even_address() -> None:
    debugger = Debugger(assemble("nop"))
    with pytest.raises(ValueError, match="奇数"):
        debugger.add_breakpoint(RAM_BASE + 1)
    assert debugger.breakpoints == ()


COUNT = """
        la   s0, word
        li   s1, 5
loop:   sw   s1, 0(s0)
        sb   s1, 8(s0)
        addi s1, s1, -1
        bnez s1, loop
        ebreak
        .data
        .balign 16
word:   .word 99, 0, 0, 0
"""


@pytest.mark.parametrize("engine", Engine)
def test_a_watchpoint_stops_after_the_write_and_says_what_it_did(engine: Engine) -> None:
    debugger = Debugger(assemble(COUNT), engine=engine)
    symbols = debugger.program.symbols
    debugger.add_watchpoint(symbols["word"], 4)
    values = [99, 5, 4, 3, 2, 1]
    for old, new in pairwise(values):
        stop = debugger.run(10_000)
        assert stop.reason is StopReason.WATCHPOINT
        assert f"0x{old:08x} が 0x{new:08x} になりました" in stop.message
        assert f"0x{symbols['loop']:08x} 番地の命令" in stop.message
        assert debugger.machine.pc == symbols["loop"] + 4
    assert debugger.run(10_000).reason is StopReason.BREAKPOINT
    # And backwards.
    for _, new in reversed(list(pairwise(values))):
        back = debugger.reverse_continue()
        assert back is not None
        assert back.reason is StopReason.WATCHPOINT
        assert debugger.machine.pc == symbols["loop"] + 4
        assert debugger.machine.registers[9] == new
    assert debugger.reverse_continue() is None
    assert debugger.machine.cycle == 0


@pytest.mark.parametrize("engine", Engine)
def test_a_watchpoint_tells_of_everything_that_a_device_wrote(engine: Engine) -> None:
    text = f"""
        li   s0, {BARE_BLOCK_BASE}
        la   t0, buffer
        sw   t0, 0x10(s0)
        li   t0, 1
        sw   t0, 0x14(s0)
read:   sw   t0, 0x18(s0)
        la   t0, buffer
        sw   zero, 0(t0)
        ebreak
        .data
        .balign 16
buffer: .space 512
    """
    program = assemble(text)
    debugger = Debugger(program, disk=bytes(range(256)) * 2, engine=engine)
    buffer = program.symbols["buffer"]
    debugger.add_watchpoint(buffer, 4)
    debugger.add_watchpoint(buffer + 0x100, 2)
    message = debugger.run(100).message
    assert message.startswith(f"{program.symbols['read']:#x} 番地の命令の間に、装置 (DMA) が、")
    assert f"{buffer:#x} 番地からの 4 バイト" in message
    assert "0x00000000 が 0x03020100 に" in message
    assert f"同時に、{buffer + 0x100:#x} 番地からの 2 バイトにも" in message
    assert "0x0000 が 0x0100 に" in message
    message = debugger.run(100).message
    assert "番地の命令が、監視している" in message
    assert "同時に" not in message


def test_a_step_may_hit_a_watchpoint_and_writes_beside_it_do_not() -> None:
    debugger = Debugger(assemble(COUNT))
    debugger.add_watchpoint(debugger.program.symbols["word"] + 9, 3)  # beside the byte of sb
    assert debugger.run(10_000).reason is StopReason.BREAKPOINT
    debugger.reset()
    debugger.add_watchpoint(debugger.program.symbols["word"] + 8, 1)
    stops = []
    while (step := debugger.step()) and not (step.stop and step.stop.cause):
        if step.stop:
            stops.append(step)
    assert [step.text for step in stops] == ["sb s1, 8(s0)"] * 5
    assert debugger.remove_watchpoint(debugger.program.symbols["word"] + 8, 1)
    assert not debugger.remove_watchpoint(debugger.program.symbols["word"] + 8, 1)
    debugger.reset()
    assert debugger.run(10_000).cause == 3


@pytest.mark.parametrize("engine", Engine)
def test_reverse_continue_finds_what_the_forward_run_hit(engine: Engine) -> None:
    program = assemble(BUSY)
    debugger = Debugger(program, LIMITS, engine=engine)
    debugger.run(3 * POLL_CYCLES + 1000)
    place = program.symbols["loop"] + 28  # bnez
    debugger.add_breakpoint(place)
    debugger.add_watchpoint(program.symbols["table"] + 0x100, 1024)
    hits = []
    for _ in range(400):
        stop = debugger.run(10_000)
        hits.append((stop, debugger.machine.state()))
    assert {stop.reason for stop, _ in hits} == {StopReason.BREAKPOINT, StopReason.WATCHPOINT}
    for expected in reversed(hits[380:-1]):
        stop_back = debugger.reverse_continue()
        assert (stop_back, debugger.machine.state()) == expected


def test_reverse_continue_stops_at_a_breakpoint_at_the_very_start() -> None:
    debugger = Debugger(assemble("nop\nnop\nebreak"))
    debugger.run(10)
    debugger.add_breakpoint(RAM_BASE)
    stop = debugger.reverse_continue()
    assert stop is not None
    assert (stop.reason, debugger.machine.cycle) == (StopReason.BREAKPOINT, 0)
    assert debugger.reverse_continue() is None


def test_breakpoints_and_watchpoints_have_limits_that_are_told() -> None:
    debugger = Debugger(assemble("nop"), LIMITS)
    for number in range(MAX_BREAKPOINTS):
        debugger.add_breakpoint(RAM_BASE + 2 * number)
    debugger.add_breakpoint(RAM_BASE)
    with pytest.raises(ValueError, match=f"{MAX_BREAKPOINTS} 個まで"):
        debugger.add_breakpoint(0)
    assert debugger.remove_breakpoint(RAM_BASE)
    assert not debugger.remove_breakpoint(RAM_BASE)
    for number in range(MAX_WATCHPOINTS):
        debugger.add_watchpoint(RAM_BASE + number, 1)
    with pytest.raises(ValueError, match=f"{MAX_WATCHPOINTS} 個まで"):
        debugger.add_watchpoint(RAM_BASE + 100, 1)
    assert debugger.remove_watchpoint(RAM_BASE, 1)
    for address, size in ((RAM_BASE - 1, 1), (RAM_BASE + 0x3FFF, 2)):
        with pytest.raises(ValueError, match="RAM の中"):
            debugger.add_watchpoint(address, size)
    for size in (0, MAX_WATCHPOINT_BYTES + 1):
        with pytest.raises(ValueError, match="バイトまで"):
            debugger.add_watchpoint(RAM_BASE, size)
    assert len(debugger.watchpoints) == MAX_WATCHPOINTS - 1
    restored = Debugger.from_bytes(debugger.to_bytes())
    assert restored.breakpoints == debugger.breakpoints
    assert restored.watchpoints == debugger.watchpoints


@given(st.data())
def test_a_session_with_wrong_numbers_is_a_value_error_or_a_session(data: st.DataObject) -> None:
    """Whatever numbers are in a session: it is refused, or can be used in every way."""
    body = zlib.decompress(SESSION[6:])
    length = int.from_bytes(body[:4], "big")
    text, pages = body[4 : 4 + length], body[4 + length :]
    numbers = list(re.finditer(rb"(?<![\w.\"])\d+", text))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(numbers))
        value = str(data.draw(ANY_NUMBER)).encode()
        text = text[: place.start()] + value + text[place.end() :]
        numbers = list(re.finditer(rb"(?<![\w.\"])\d+", text))
    damaged = SESSION[:6] + zlib.compress(len(text).to_bytes(4, "big") + text + pages)
    try:
        debugger = Debugger.from_bytes(damaged)
    except ValueError:
        return
    debugger.step()
    debugger.run(200)
    assert len(debugger.traps) <= MAX_TRAP_EVENTS
    assert all(event.sentence for event in debugger.traps)


ANY_NUMBER = st.sampled_from((0, 1, 2, 255, 4096, 1 << 31, (1 << 32) - 1, 1 << 63)) | st.integers(
    -1, 1 << 64
)


def _session() -> bytes:
    debugger = Debugger(assemble(TIMER), LIMITS)
    debugger.send(b"xy")
    debugger.run(20)
    debugger.add_breakpoint(RAM_BASE + 8)
    debugger.add_watchpoint(RAM_BASE + 0x100, 4)
    for _ in range(8):
        debugger.step()
    assert debugger.traps
    return debugger.to_bytes()


SESSION = _session()


def test_hot_code_hits_watchpoints_as_the_interpreter_does() -> None:
    sessions = [Debugger(assemble(BUSY), LIMITS, engine=engine) for engine in Engine]
    for debugger in sessions:
        debugger.run(2 * POLL_CYCLES)
        debugger.add_watchpoint(debugger.program.symbols["table"] + 0x200, 8)
    for _ in range(6):
        stops = [debugger.run(100_000) for debugger in sessions]
        assert stops[0] == stops[1]
        assert stops[0].reason is StopReason.WATCHPOINT
        assert sessions[0].machine.state() == sessions[1].machine.state()
