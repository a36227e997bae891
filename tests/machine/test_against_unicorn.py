"""The machine against an independent emulator (unicorn, made from QEMU).

What unicorn models is compared: RV32IMAC in M, S and U mode, Sv32, and which instruction traps
with which cause. It does not enter traps; both go on behind the instruction.
"""

from collections import Counter
from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unicorn import (
    UC_ARCH_RISCV,
    UC_ERR_INSN_INVALID,
    UC_HOOK_CODE,
    UC_HOOK_INTR,
    UC_MODE_RISCV32,
    Uc,
    UcError,
)
from unicorn.riscv_const import UC_RISCV_REG_PC, UC_RISCV_REG_X0

from courseware.machine import Engine, Machine, MachineLimits, Program, Segment, StopReason
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.trap import Cause
from tests.machine.fuzz import flow, privileged, tables
from tests.machine.fuzz.builder import Builder, Fragment
from tests.machine.fuzz.emitter import SP, ZERO, Code, Label
from tests.machine.fuzz.handlers import csr
from tests.machine.fuzz.layout import BASE, CODE, DATA, FREE_REGISTERS, HANDLERS, SCRATCH
from tests.machine.fuzz.layout import MEMORY_BYTES as FUZZ_BYTES
from tests.machine.programs import programs

LIMITS = MachineLimits(memory_bytes=0x4000)
MAX_INSTRUCTIONS = 3_000
_PAST_TRAP = 4  # how far unicorn has moved the pc when it tells of a trap
_NOWHERE = 0xFFFF_FFFE  # an address that is never reached
_NOP, _SHORT_NOP = 0x0000_0013, 0x0001
_AMO = 0b0101111  # the opcode
_FETCH_FAULTS = (Cause.INSTRUCTION_ACCESS_FAULT, Cause.INSTRUCTION_PAGE_FAULT)
_ACCESS_FAULTS = (
    Cause.INSTRUCTION_ACCESS_FAULT,
    Cause.LOAD_ACCESS_FAULT,
    Cause.STORE_ACCESS_FAULT,
)


def power_on(program: Program, memory_bytes: int) -> Uc:
    """Return unicorn with a program in its memory, before the first instruction."""
    unicorn = Uc(UC_ARCH_RISCV, UC_MODE_RISCV32)
    unicorn.mem_map(RAM_BASE, memory_bytes)
    for segment in program.segments:
        unicorn.mem_write(segment.address, segment.data)
    unicorn.reg_write(UC_RISCV_REG_X0 + 2, RAM_BASE + memory_bytes)
    return unicorn


def registers_of(unicorn: Uc) -> list[int]:
    """Return the 32 registers."""
    return [unicorn.reg_read(UC_RISCV_REG_X0 + number) for number in range(32)]


def run_unicorn(program: Program, end: int) -> tuple[list[int], bytes, int]:
    """Return registers, memory and the number of instructions, run up to an address."""
    unicorn = power_on(program, LIMITS.memory_bytes)
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    unicorn.hook_add(UC_HOOK_CODE, note)
    unicorn.emu_start(program.entry, end)
    assert unicorn.reg_read(UC_RISCV_REG_PC) == end
    memory = bytes(unicorn.mem_read(RAM_BASE, LIMITS.memory_bytes))
    return registers_of(unicorn), memory, count


@settings(max_examples=400)
@given(programs(reserves=False))
def test_random_programs_end_in_the_same_state(program: Program) -> None:
    """A hart may keep a reservation over its own stores, and this one does; unicorn does not."""
    machine = Machine(program, LIMITS)
    stop = machine.run(10_000)
    assert stop.reason is StopReason.BREAKPOINT
    registers, memory, count = run_unicorn(program, machine.pc)
    assert machine.registers == registers
    assert machine.read_memory(RAM_BASE, LIMITS.memory_bytes) == memory
    assert machine.instret == count


# --- loops, short and atomic instructions, privilege, Sv32, traps ---


def traps(b: Builder) -> None:
    """An instruction that traps in the same way wherever it is."""
    match b.random.randrange(5):
        case 0:
            b.code.word(b.random.choice((0xFFFF_FFFF, 0x0000_006B, 0xC000_1073)))
        case 1:
            b.code.half(b.random.choice((0, 0x8002, 0x4002)))
        case 2:
            b.code.emit("ecall")
        case 3:
            b.code.emit("ebreak")
        case _:
            csr(b.code, "csrrw", b.register(), "mstatus", ZERO)


def amos(b: Builder) -> None:
    """AMOs, some of them misaligned."""
    odd = b.random.randrange(4) if b.chance(0.1) else 0
    b.code.emit("addi", rd=SCRATCH, rs1=BASE, imm=4 * b.random.randint(-20, 20) + odd)
    flow.amo(b)


def reservations(b: Builder) -> None:
    """SC with and without LR, where it could store: else unicorn only lets it fail."""
    b.code.emit("addi", rd=SCRATCH, rs1=BASE, imm=4 * b.random.randint(-20, 20))
    b.random.choice((flow.reserve, flow.conditional_store))(b)


def scratch_registers(b: Builder) -> None:
    """CSRs that hold whatever is written to them."""
    mnemonic = b.random.choice(("csrrw", "csrrs", "csrrc"))
    name = b.random.choice(("mscratch", "sscratch", "stval"))
    csr(b.code, mnemonic, b.register(), name, b.random.choice((ZERO, b.source())))


def remapping(b: Builder) -> None:
    """A page table entry that changes, and the fence that makes it count."""
    b.code.li(SCRATCH, tables.leaf_address(0, b.random.choice((4, 5, 7))))
    b.code.li(10, b.random.choice((0x02, 0x04, 0x06, 0x08, 0x10, 0x40, 0x80, 1 << 10)))
    b.code.emit("lw", rd=11, rs1=SCRATCH, imm=0)
    b.code.emit("xor", rd=11, rs1=11, rs2=10)
    b.code.emit("sw", rs1=SCRATCH, rs2=11, imm=0)
    b.code.emit("sfence.vma", rs1=ZERO, rs2=ZERO)
    privileged.aliased(b)


_FLOW: dict[Fragment, int] = {
    flow.straight: 3,
    flow.memory: 5,
    amos: 2,
    flow.loop: 8,
    flow.diamond: 4,
    flow.branchy: 2,
    flow.call: 3,
    flow.table: 2,
    flow.irreducible: 2,
    flow.overlap: 2,
}
_MACHINE, _SUPERVISOR, _USER = 3, 1, 0
_SUM, _MXR = 1 << 18, 1 << 19
_WEIGHTS: dict[int, dict[Fragment, int]] = {
    _MACHINE: _FLOW | {scratch_registers: 3, reservations: 3},
    _SUPERVISOR: _FLOW | {traps: 2, privileged.aliased: 5, remapping: 4},
    _USER: _FLOW | {traps: 3, privileged.aliased: 5},
}


# LOAD-FP, STORE-FP, MADD, MSUB, NMSUB, NMADD, OP-FP
_FLOATING_OPCODES = frozenset({0x07, 0x27, 0x43, 0x47, 0x4B, 0x4F, 0x53})


@dataclass(frozen=True)
class Trapping:
    """A program whose traps lead to ``handler``, and its last address."""

    program: Program
    handler: int
    end: int


def trapping_program(mode: int, seeds: list[int], surroundings: int) -> Trapping:
    """Return a program that goes to a mode and does the fragments of the seeds."""
    random = Random(surroundings)
    status = mode << 11 | random.choice((0, _SUM, _MXR, _SUM | _MXR))
    b = Builder(random, _WEIGHTS[mode], short=random.choice((0.0, 0.5, 0.9)))
    values = {"pmpaddr0": 0xFFFF_FFFF, "pmpcfg0": 0x1F, "mtvec": HANDLERS}
    if mode != _MACHINE:
        values["satp"] = tables.satp(0 if mode == _SUPERVISOR else 1, asid=0)
        values["mstatus"] = status
    for name, value in values.items():
        b.code.li(SCRATCH, value)
        csr(b.code, "csrrw", ZERO, name, SCRATCH)
    for register in FREE_REGISTERS:
        b.code.li(register, b.value())
    b.code.li(BASE, DATA)
    b.code.li(SP, DATA - 0x100)
    if mode != _MACHINE:
        start = Label()
        b.code.la(SCRATCH, start)
        csr(b.code, "csrrw", ZERO, "mepc", SCRATCH)
        b.code.emit("mret")
        b.code.place(start)
    for seed in seeds:
        b.random = Random(seed)
        if not b.is_full:
            b.fragment()
    while b.code.here % 8:
        b.code.half(_SHORT_NOP)
    end = b.code.here
    b.code.word(_NOP)  # in the page of what comes next, which unicorn fetches
    b.code.word(_NOP)
    handler = Code(HANDLERS, random, short=0.0)
    csr(handler, "csrrw", ZERO, "mepc", SCRATCH)
    handler.emit("mret")
    segments = (
        Segment(CODE, b.code.finished()),
        Segment(HANDLERS, handler.finished()),
        Segment(DATA - 0x200, random.randbytes(0x400)),
        *tables.page_tables(random),
    )
    return Trapping(Program(segments, CODE, {}, {}), HANDLERS, end)


class Peer:
    """Unicorn with a program; ``traps`` are those that it told of, as (cause, pc)."""

    def __init__(self, program: Program) -> None:
        self.unicorn = power_on(program, FUZZ_BYTES)
        self.traps: list[tuple[int, int]] = []
        self.unicorn.hook_add(UC_HOOK_INTR, self._note)

    def _note(self, unicorn: Uc, cause: int, _: object) -> None:
        self.traps.append((cause, unicorn.reg_read(UC_RISCV_REG_PC) - _PAST_TRAP & 0xFFFF_FFFF))
        unicorn.emu_stop()

    def run(self, pc: int, count: int) -> None:
        """Run so many instructions from an address, or up to a trap."""
        self.traps.clear()
        try:
            self.unicorn.emu_start(pc, _NOWHERE, count=count)
        except UcError as error:
            if error.errno != UC_ERR_INSN_INVALID:  # which is how it tells of ebreak
                raise
            self.traps.append((Cause.BREAKPOINT, self.unicorn.reg_read(UC_RISCV_REG_PC)))


def is_floating(instruction: int) -> bool:
    """Say whether an instruction is one of F or D, which this machine does not have."""
    if instruction & 0b11 == 0b11:
        return instruction & 0x7F in _FLOATING_OPCODES
    return instruction & 0b11 != 0b01 and instruction >> 13 & 0b011 in (0b001, 0b011)


def compared(trapping: Trapping, engine: Engine) -> Counter[int]:
    """Run a program on both, compare at each trap and at the end; return the traps' causes."""
    machine = Machine(trapping.program, MachineLimits(memory_bytes=FUZZ_BYTES), engine=engine)
    peer = Peer(trapping.program)
    causes: Counter[int] = Counter()
    while machine.cycle < MAX_INSTRUCTIONS:
        pc, retired = machine.pc, machine.instret
        machine.run(MAX_INSTRUCTIONS - machine.cycle, {trapping.handler, trapping.end})
        if machine.pc == trapping.end:
            machine.run(1)
        is_trap = machine.pc == trapping.handler
        cause, mepc = machine.csr("mcause"), machine.csr("mepc")
        is_illegal = is_trap and cause == Cause.ILLEGAL_INSTRUCTION
        if is_illegal and is_floating(machine.csr("mtval")):
            return causes  # it has F and D
        try:
            peer.run(pc, machine.instret - retired + is_trap)
        except UcError:  # it has no access faults
            assert is_trap
            assert cause in _ACCESS_FAULTS
            return causes
        assert machine.registers == registers_of(peer.unicorn)
        if not is_trap:
            assert peer.traps == []
            assert peer.unicorn.reg_read(UC_RISCV_REG_PC) == machine.pc
            break
        causes[cause] += 1
        is_amo = machine.read_memory(mepc, 1)[0] & 0x7F == _AMO
        [(told, told_pc)] = peer.traps
        assert told in told_as(cause, is_amo)
        assert told_pc == mepc
        if is_amo and cause == Cause.STORE_PAGE_FAULT:  # it has read, and set A, beforehand
            return causes
        if cause in _FETCH_FAULTS:
            break
        go_on_behind(machine, mepc)
    if machine.cycle < MAX_INSTRUCTIONS:  # else it may have fetched, and set A, further on
        memory = bytes(peer.unicorn.mem_read(RAM_BASE, FUZZ_BYTES))
        assert machine.read_memory(RAM_BASE, FUZZ_BYTES) == memory
    return causes


def told_as(cause: int, is_amo: bool) -> set[int]:
    """Return the causes that unicorn may tell of: it names some before it knows enough."""
    if cause == Cause.ECALL_FROM_S:
        return {Cause.ECALL_FROM_U}
    if is_amo and cause == Cause.STORE_ADDRESS_MISALIGNED:
        return {Cause.LOAD_ADDRESS_MISALIGNED}
    if is_amo and cause == Cause.STORE_PAGE_FAULT:
        return {cause, Cause.LOAD_PAGE_FAULT}
    return {cause}


def go_on_behind(machine: Machine, trapped: int) -> None:
    """Return from the handler to the instruction after the one that trapped."""
    is_short = machine.read_memory(trapped, 1)[0] & 3 != 3
    saved = machine.registers[SCRATCH]
    machine.registers[SCRATCH] = trapped + (2 if is_short else 4)
    machine.run(2)
    machine.registers[SCRATCH] = saved


@pytest.mark.parametrize("mode", _WEIGHTS, ids=["M", "S", "U"])
@settings(max_examples=50)
@given(seeds=st.lists(st.integers(0, 1 << 32), min_size=1, max_size=8), random=st.integers(0, 999))
def test_programs_of_loops_and_traps(mode: int, seeds: list[int], random: int) -> None:
    for engine in Engine:
        compared(trapping_program(mode, seeds, random), engine)


def test_traps_are_compared() -> None:
    """The programs trap as they are meant to, or nothing would have been compared."""
    causes: Counter[int] = Counter()
    for seed in range(60):
        for mode in (_SUPERVISOR, _USER):
            seeds = [100 * seed + index for index in range(6)]
            causes += compared(trapping_program(mode, seeds, seed), Engine.INTERPRETER)
    assert set(causes) >= {
        Cause.ILLEGAL_INSTRUCTION,
        Cause.BREAKPOINT,
        Cause.ECALL_FROM_U,
        Cause.ECALL_FROM_S,
        Cause.STORE_ADDRESS_MISALIGNED,
        Cause.LOAD_PAGE_FAULT,
        Cause.STORE_PAGE_FAULT,
    }
