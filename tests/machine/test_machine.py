"""Running programs: memory, devices, traps, limits."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine import (
    COUNTER_NAMES,
    REGISTER_NAMES,
    Engine,
    Machine,
    MachineLimits,
    Program,
    Segment,
    Stop,
    StopReason,
    assemble,
)
from courseware.machine.machine import POLL_CYCLES
from courseware.machine.memory_map import RAM_BASE
from tests.machine.programs import programs

A0 = REGISTER_NAMES.index("a0")
RA = REGISTER_NAMES.index("ra")
TOP = RAM_BASE + MachineLimits().memory_bytes


def load(source: str, **limits: int) -> Machine:
    return Machine(assemble(source), MachineLimits(**limits))


def ran(source: str, max_instructions: int = 10_000) -> tuple[Machine, Stop]:
    machine = load(source)
    return machine, machine.run(max_instructions)


# --- reset ---


def test_state_after_reset() -> None:
    program = assemble("nop\n_start: nop\n.data\n.word 7\n.bss\n.space 4")
    machine = Machine(program)
    assert machine.pc == program.entry == RAM_BASE + 4
    assert machine.registers == [0, 0, TOP, *[0] * 29]
    assert (machine.instret, machine.output, machine.stop) == (0, b"", None)
    assert machine.read_memory(RAM_BASE + 16, 8) == b"\7\0\0\0\0\0\0\0"


def test_program_must_lie_in_memory() -> None:
    limits = MachineLimits(memory_bytes=4096)
    Machine(Program((Segment(RAM_BASE, bytes(4096)),), RAM_BASE, {}, {}), limits)
    for address, size in ((RAM_BASE, 4097), (RAM_BASE - 1, 1), (RAM_BASE + 4096, 1)):
        with pytest.raises(ValueError, match="does not fit"):
            Machine(Program((Segment(address, bytes(size)),), RAM_BASE, {}, {}), limits)


@pytest.mark.parametrize(
    "limits",
    [
        {"memory_bytes": 0},
        {"memory_bytes": 4097},
        {"memory_bytes": 1 << 40},
        {"max_output_bytes": -1},
        {"max_output_bytes": 1 << 20},
    ],
)
def test_limits_are_checked(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(limits))):
        MachineLimits(**limits)


# --- instructions at their corners ---


def test_x0_stays_zero() -> None:
    machine, _ = ran("li x0, 5\nadd x0, sp, sp\nlw x0, -4(sp)\njal x0, 1f\n1: ebreak")
    assert machine.registers[0] == 0


def test_jalr_clears_bit_0_and_may_use_its_own_destination() -> None:
    machine, stop = ran("la ra, f + 1\njalr ra, 0(ra)\nnop\nf: ebreak")
    assert stop.reason is StopReason.BREAKPOINT
    assert machine.registers[RA] == RAM_BASE + 12


@pytest.mark.parametrize("jump", ["la a0, f\njr a0", "j f", "beqz zero, f", "jal f"])
def test_instructions_may_lie_at_any_even_address(jump: str) -> None:
    machine, stop = ran(f"{jump}\n.half 0\nf: li a1, 7\nebreak")
    assert stop.reason is StopReason.BREAKPOINT
    assert machine.pc & 3 == 2
    assert machine.registers[A0 + 1] == 7


@pytest.mark.parametrize("offset", range(5))
def test_misaligned_accesses_work_in_ram(offset: int) -> None:
    machine, stop = ran(
        f"la s0, d\nli t0, 0x89abcdef\nsw t0, {offset}(s0)\nlw a0, {offset}(s0)\n"
        f"lh a1, {offset + 1}(s0)\nlbu a2, {offset + 3}(s0)\nebreak\n.data\nd: .space 16"
    )
    assert stop.reason is StopReason.BREAKPOINT
    assert machine.registers[A0 : A0 + 3] == [0x89AB_CDEF, 0xFFFF_ABCD, 0x89]


@pytest.mark.parametrize(
    ("instruction", "address", "cause"),
    [
        ("lw a0, 0(t0)", 0, 5),
        ("lb a0, 0(t0)", RAM_BASE - 1, 5),
        ("lw a0, 0(t0)", TOP - 3, 5),
        ("lh a0, 0(t0)", TOP - 1, 5),
        ("lw a0, 0(t0)", 0xFFFF_FFFF, 5),
        ("lbu a0, 0(t0)", TOP, 5),
        ("sw a0, 0(t0)", TOP - 3, 7),
        ("sb a0, 0(t0)", 0x0FFF_FFFF, 7),
        ("sw a0, 0(t0)", 0x1000_00FE, 7),
        ("sb a0, 0(t0)", 0x0010_0000, 7),
    ],
)
def test_access_outside_memory_traps_and_changes_nothing(
    instruction: str, address: int, cause: int
) -> None:
    machine = load(f"{instruction}\nebreak")
    machine.registers[5], machine.registers[A0] = address, 0x55
    before = machine.state()
    step = machine.step()
    assert step.stop is not None
    assert machine.stop == step.stop
    missing = TOP if RAM_BASE <= address < TOP else address  # the first byte that is not there
    assert (step.stop.cause, step.stop.tval) == (cause, missing)
    assert f"0x{missing:08x}" in step.stop.message
    assert (step.changed_registers, step.written) == ((), ())
    after = machine.state()
    # A look at a device counts, and the stop is one; nothing else has changed.
    hart = dict(before.hart, device_accesses=after.hart["device_accesses"])
    assert (after.hart, after.devices, after.pages) == (hart, before.devices, before.pages)


def test_last_word_of_memory_can_be_used() -> None:
    machine, stop = ran("li t0, 7\nsw t0, -4(sp)\nlw a0, -4(sp)\nebreak")
    assert stop.reason is StopReason.BREAKPOINT
    assert machine.registers[A0] == 7


def test_jump_outside_memory_traps_at_its_target() -> None:
    machine, stop = ran("ret")
    assert (stop.cause, stop.tval, machine.pc, machine.instret) == (1, 0, 0, 1)
    assert "ra" in stop.message


def test_words_that_are_no_instructions_trap() -> None:
    machine, stop = ran("nop\n.word 0xffffffff")
    assert (stop.cause, stop.tval, machine.pc) == (2, 0xFFFF_FFFF, RAM_BASE + 4)
    assert "0xffffffff は、今のモードで実行できる命令ではありません" in stop.message


def test_running_past_the_end_says_so() -> None:
    _, stop = ran("nop")
    assert (stop.reason, stop.cause, stop.tval) == (StopReason.TRAP, 2, 0)
    assert "プログラムの終わりを越えました" in stop.message
    assert "ebreak" in stop.message


def test_ecall_traps() -> None:
    _, stop = ran("ecall")
    assert (stop.reason, stop.cause, stop.tval) == (StopReason.TRAP, 11, 0)


def test_ebreak_stops_every_time_without_being_an_end() -> None:
    machine = load("nop\nebreak")
    for _ in range(2):
        stop = machine.run(10)
        assert (stop.reason, stop.cause) == (StopReason.BREAKPOINT, 3)
        assert (machine.pc, machine.instret, machine.stop) == (RAM_BASE + 4, 1, None)


def test_program_may_change_its_own_code() -> None:
    machine, stop = ran(
        "li s0, 2\nla t0, f\nla t1, g\nlw t2, 0(t1)\n"
        "f: addi a0, a0, 1\nsw t2, 0(t0)\naddi s0, s0, -1\nbnez s0, f\nebreak\n"
        "g: addi a0, a0, 100"
    )
    assert stop.reason is StopReason.BREAKPOINT
    assert machine.registers[A0] == 101


@pytest.mark.parametrize(("store", "offset"), [("sb", 3), ("sh", 2), ("sw", 0)])
def test_store_into_part_of_an_instruction_is_seen(store: str, offset: int) -> None:
    # What is stored turns addi a0, a0, 1 into addi a0, a0, 0x201.
    machine, stop = ran(
        f"f: addi a0, a0, 1\nbnez s0, end\nli s0, 1\n"
        f"la t0, f\nli t1, 0x20150513 >> {8 * offset}\n{store} t1, {offset}(t0)\nj f\nend: ebreak"
    )
    assert stop.reason is StopReason.BREAKPOINT
    assert machine.registers[A0] == 1 + 0x201


def test_misaligned_store_is_seen_by_both_instructions_that_it_touches() -> None:
    # The upper half of the first becomes that of addi a0, a0, 100; the lower half of the second
    # that of xori a0, a0, 2.
    machine, stop = ran(
        "f: addi a0, a0, 1\naddi a0, a0, 2\nbnez s0, end\nli s0, 1\n"
        "la t0, f\nli t1, 0x45130645\nsw t1, 2(t0)\nj f\nend: ebreak"
    )
    assert stop.reason is StopReason.BREAKPOINT
    assert machine.registers[A0] == (1 + 2 + 100) ^ 2


def test_grader_may_write_over_code_that_has_run() -> None:
    machine = load("1: addi a0, a0, 1\nj 1b")
    machine.run(10)
    machine.write_memory(RAM_BASE, assemble("ebreak").segments[0].data)
    assert machine.run(10).reason is StopReason.BREAKPOINT


# --- memory from outside ---


def test_memory_outside_ram_reads_as_zero() -> None:
    machine = load(".word 0x11223344")
    assert machine.read_memory(RAM_BASE - 2, 4) == b"\0\0\x44\x33"
    machine.write_memory(TOP - 1, b"\x99")
    assert machine.read_memory(TOP - 1, 3) == b"\x99\0\0"
    assert machine.read_memory(0, 4) == machine.read_memory(TOP + 8, 4) == bytes(4)
    assert machine.read_memory(RAM_BASE - 4, 2) == bytes(2)


@pytest.mark.parametrize("address", [RAM_BASE - 1, TOP - 1, 0, 0xFFFF_FFFF])
def test_writing_outside_ram_is_refused(address: int) -> None:
    with pytest.raises(ValueError, match="do not lie in RAM"):
        load("nop").write_memory(address, b"ab")


# --- devices ---

PRINT = "li s0, 0x10000000\nli t0, 'A'\n"


@pytest.mark.parametrize("store", ["sb", "sh", "sw"])
def test_uart_sends_the_low_byte(store: str) -> None:
    machine, _ = ran(f"{PRINT}li t0, 0x4142\n{store} t0, 0(s0)\nsb t0, 1(s0)\nebreak")
    assert machine.output == b"B"


def test_uart_is_always_ready() -> None:
    machine, _ = ran(f"{PRINT}lbu a0, 5(s0)\nlbu a1, 0(s0)\nebreak")
    assert machine.registers[A0 : A0 + 2] == [0x60, 0]


@pytest.mark.parametrize(("value", "code"), [(0x5555, 0), (0x3333, 0), (0x3_3333, 3)])
def test_finisher_ends_the_machine_for_good(value: int, code: int) -> None:
    machine, stop = ran(f"li t0, 0x100000\nli t1, {value}\nsw t1, 0(t0)\nnop\nebreak")
    assert (stop.reason, stop.exit_code) == (StopReason.EXIT, code)
    assert f"終了コード {code}" in stop.message
    state = machine.state()
    assert state.stop == stop
    assert machine.run(10) == stop
    assert machine.state() == state
    with pytest.raises(RuntimeError):
        machine.step()


def test_exit_retires_its_store() -> None:
    machine = load("li t0, 0x100000\nli t1, 0x5555\nsw t1, 0(t0)")
    for _ in range(3):
        machine.step()
    step_count = machine.instret
    final = machine.step()
    assert (final.stop and final.stop.reason) == StopReason.EXIT
    assert final.written == ((0x0010_0000, 4),)
    assert machine.instret == step_count + 1


def test_other_values_and_registers_of_the_finisher_do_nothing() -> None:
    _, stop = ran(
        "li t0, 0x100000\nli t1, 0x7777\nsw t1, 0(t0)\nli t1, 0x5555\nsw t1, 4(t0)\n"
        "lw a0, 0(t0)\nebreak"
    )
    assert stop.reason is StopReason.BREAKPOINT


# --- limits ---


def test_output_limit_at_its_edge() -> None:
    source = f"{PRINT}li t1, 5\n1: sb t0, 0(s0)\naddi t1, t1, -1\nbnez t1, 1b\nebreak"
    machine = load(source, max_output_bytes=5)
    assert machine.run(1000).reason is StopReason.BREAKPOINT
    machine = load(source, max_output_bytes=4)
    stop = machine.run(1000)
    assert stop.reason is StopReason.OUTPUT_LIMIT
    assert "4 バイト" in stop.message
    assert machine.output == b"AAAA"
    assert machine.pc == RAM_BASE + 12
    assert machine.run(1000) == stop


def test_instruction_limit_at_its_edge() -> None:
    source = "li t0, 0x100000\nli t1, 0x5555\nsw t1, 0(t0)"
    needed = ran(source)[0].instret
    assert ran(source, needed)[1].reason is StopReason.EXIT
    machine, stop = ran(source, needed - 1)
    assert stop.reason is StopReason.INSTRUCTION_LIMIT
    assert machine.instret == needed - 1
    assert machine.stop is None
    assert machine.run(1).reason is StopReason.EXIT


def test_endless_loop_ends_in_a_message_that_names_the_limit() -> None:
    machine, stop = ran("1: j 1b", 1_000_000)
    assert stop.reason is StopReason.INSTRUCTION_LIMIT
    assert machine.instret == 1_000_000
    assert "1,000,000 命令" in stop.message
    assert "無限ループ" in stop.message


def test_no_instructions_at_all() -> None:
    machine, stop = ran("nop", 0)
    assert (stop.reason, machine.instret) == (StopReason.INSTRUCTION_LIMIT, 0)
    assert machine.run(0, until={machine.pc}).reason is StopReason.INSTRUCTION_LIMIT


def test_deadline_is_asked_now_and_then() -> None:
    machine = load("1: j 1b")
    asked = count(1)
    stop = machine.run(1_000_000, deadline=lambda: next(asked) == 3)
    assert stop.reason is StopReason.TIME_LIMIT
    assert machine.instret == 3 * POLL_CYCLES
    assert machine.stop is None


# --- stopping before an address ---


def test_until_stops_before_the_address_and_running_on_passes_it() -> None:
    machine = load("1: addi a0, a0, 1\nf: addi a1, a1, 1\nj 1b")
    until = {RAM_BASE + 4}
    for turn in (1, 2, 3):
        stop = machine.run(100, until)
        assert stop.reason is StopReason.BREAKPOINT
        assert "0x80000004" in stop.message
        assert machine.pc == RAM_BASE + 4
        assert machine.registers[A0 : A0 + 2] == [turn, turn - 1]
    assert machine.run(100).reason is StopReason.INSTRUCTION_LIMIT


def test_until_holds_for_code_that_has_run_and_that_is_written_over() -> None:
    machine = load("la t0, f\nlw t1, 0(t0)\n1: sw t1, 0(t0)\nf: addi a0, a0, 1\nj 1b")
    machine.run(20)
    target = assemble("la t0, f\nlw t1, 0(t0)\nnop\nf:").symbols["f"]
    assert machine.run(100, {target}).reason is StopReason.BREAKPOINT
    assert machine.pc == target
    assert machine.run(100, {target}).reason is StopReason.BREAKPOINT
    assert machine.pc == target


@given(programs(), st.integers(0, 60))
def test_running_is_stepping(program: Program, first: int) -> None:
    """Steps, one run, and a run in two parts go through the same states."""
    limits = MachineLimits(memory_bytes=0x4000)
    stepped, run, parts = (Machine(program, limits) for _ in range(3))
    for _ in range(1000):
        if (stop := stepped.step().stop) is not None:
            break
    assert run.run(1000) == stop
    parts.run(first)
    assert parts.run(1000) == stop
    assert stepped.state() == run.state() == parts.state()


@pytest.mark.parametrize("engine", Engine)
def test_the_limit_tells_of_a_handler_whose_first_instruction_traps(engine: Engine) -> None:
    loop = "la t0, h\ncsrw mtvec, t0\necall\n.balign 4\nh: {}\n1: j 1b"
    message = Machine(assemble(loop.format("lw a0, 0(zero)")), engine=engine).run(1_000).message
    assert "上限 1,000 命令" in message
    assert "最初の命令がまたトラップになる" in message
    assert "load access fault" in message
    assert "ループを終える条件" not in message
    # A handler that lies nowhere traps itself, too; one that only loops does not.
    lost = "li t0, 0x40000000\ncsrw mtvec, t0\necall"
    message = Machine(assemble(lost), engine=engine).run(1_000).message
    assert "0x40000000 番地の、最初の命令" in message
    message = Machine(assemble(loop.format("nop")), engine=engine).run(1_000).message
    assert "ループを終える条件" in message


def test_counts_have_names_that_tell_where_traps_came_from() -> None:
    source = """
        la t0, handler
        csrw mtvec, t0
        ecall
        ecall
        ebreak
    done: li t1, 0x100000
        li t2, 0x5555
        sw t2, 0(t1)
        .balign 4
    handler:
        csrr t1, mcause
        li t2, 3
        beq t1, t2, done
        csrr t1, mepc
        addi t1, t1, 4
        csrw mepc, t1
        mret
    """
    machine = Machine(assemble(source))
    machine.run(1_000)
    named = machine.counters.named()
    assert named["traps"] == named["traps.M"] == 3
    assert named["traps.ecall-from-m"] == named["traps.M.ecall-from-m"] == 2
    assert named["traps.breakpoint"] == 1
    assert named["instructions"] == machine.instret
    assert named["device-accesses"] == 1
    assert set(named) <= COUNTER_NAMES


@pytest.mark.parametrize(
    ("offset", "size", "expected"),
    [
        (0, 3, b"abc"),
        (1, 2, b"bc"),
        (511, 2, b"\0d"),
        (512, 1, b"d"),
        (1_000, 30, bytes(30)),
        (9_000, 2, bytes(2)),
    ],
)
def test_the_disk_can_be_read_from_outside(offset: int, size: int, expected: bytes) -> None:
    machine = Machine(assemble("nop\n"), disk=b"abc".ljust(512, b"\0") + b"d")
    assert machine.read_disk(offset, size) == expected
