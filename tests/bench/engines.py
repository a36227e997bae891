"""What runs the programs: our two engines and emulators by others, behind one interface.

An engine gets a program and executes at most so many instructions, as fast as it can and for
about so many seconds at most: those that the process had a processor, since others run here, too.
What it says in ``Run`` is compared with what it should be.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import tinyrv  # type: ignore[import-untyped]
from riscemu.config import RunConfig
from riscemu.core import (
    BinaryDataMemorySection,
    Immediate,
    InstructionContext,
    Int32,
    UInt32,
    UserModeCPU,
)
from riscemu.core.instruction import Instruction
from riscemu.decoder import RISCV_REGS, decode
from riscemu.instructions import RV32I, RV32M
from unicorn import UC_ARCH_RISCV, UC_MODE_RISCV32, Uc
from unicorn.riscv_const import UC_RISCV_REG_X0

from courseware.machine import Engine, Machine, MachineLimits, Program
from courseware.machine.memory_map import RAM_BASE
from tests.bench.kernels import MEMORY_BYTES

_STEPS = 1_000  # between two looks at the clock
LIMITS = MachineLimits(memory_bytes=MEMORY_BYTES)
_WORD = 0xFFFF_FFFF


class CannotRun(Exception):
    """An engine lacks what a program needs; the text says what."""


@dataclass(frozen=True)
class Run:
    """What an engine did: instructions, seconds of processor time, the 32 registers after them."""

    retired: int
    seconds: float
    registers: tuple[int, ...]

    @property
    def speed(self) -> float:
        """Return instructions per second."""
        return self.retired / self.seconds


class Emulator(ABC):
    """An engine; ``is_python`` says that it is written in Python alone."""

    name: str
    is_python = True

    @abstractmethod
    def run(self, program: Program, count: int, seconds: float) -> Run:
        """Execute a program from its entry. Raises CannotRun."""


class Ours(Emulator):
    """The machine with one of its engines; the time of translation is part of the run."""

    def __init__(self, engine: Engine) -> None:
        self.name = engine.value
        self._engine = engine

    def run(self, program: Program, count: int, seconds: float) -> Run:
        """Execute a program from its entry."""
        machine = Machine(program, LIMITS, engine=self._engine)
        started = time.process_time()
        end = started + seconds
        machine.run(count, deadline=lambda: time.process_time() > end)
        taken = time.process_time() - started
        return Run(machine.instret, taken, tuple(machine.registers))


class TinyRv(Emulator):
    """tinyrv, stepped without its trace."""

    name = "tinyrv"

    def run(self, program: Program, count: int, seconds: float) -> Run:
        """Execute a program from its entry."""
        sim = tinyrv.sim(xlen=32, trap_misaligned=False)
        for segment in program.segments:
            sim.copy_in(segment.address, segment.data)
        sim.pc = program.entry
        sim.x[2] = RAM_BASE + MEMORY_BYTES
        retired, taken = _steps(lambda: sim.step(trace=False), count, seconds)
        return Run(retired, taken, tuple(sim.x[n] & _WORD for n in range(32)))


class RiscEmu(Emulator):
    """riscemu's user-mode CPU, on machine code in one section of memory."""

    name = "riscemu"

    def run(self, program: Program, count: int, seconds: float) -> Run:
        """Execute a program from its entry. Raises CannotRun for what riscemu does not know."""
        cpu = UserModeCPU([_MachineCode, RV32M], RunConfig(debug_instruction=False))
        memory = bytearray(MEMORY_BYTES)
        for segment in program.segments:
            start = segment.address - RAM_BASE
            memory[start : start + len(segment.data)] = segment.data
        cpu.mmu.load_section(_Ram(memory), fixed_position=True)
        cpu.pc = program.entry
        cpu.regs.set("sp", UInt32(RAM_BASE + MEMORY_BYTES))
        try:
            retired, taken = _steps(cpu.step, count, seconds)
        except RuntimeError as error:  # an instruction that it does not know
            raise CannotRun(str(error)) from None
        registers = (cpu.regs.get(name).unsigned_value for name in RISCV_REGS)
        return Run(retired, taken, tuple(registers))


class _MachineCode(RV32I):
    """riscemu's instructions, with two right that its own assembler never makes so."""

    def instruction_auipc(self, ins: Instruction) -> None:
        """Add to the address of the instruction, not of the next."""
        self.regs.set(ins.get_reg(0), (ins.get_imm(1).abs_value << 12) + (self.pc - 4))

    def instruction_jalr(self, ins: Instruction) -> None:
        """Read the base before rd, which may be the same register, is written."""
        base = self.regs.get(ins.get_reg(1)).unsigned_value
        self.regs.set(ins.get_reg(0), Int32(self.pc))
        self.pc = base + ins.get_imm(2).abs_value.value


class _Ram(BinaryDataMemorySection):
    """All memory; instructions are decoded once, for programs that do not write to their code."""

    def __init__(self, data: bytearray) -> None:
        super().__init__(data, "ram", InstructionContext(), "bench", RAM_BASE)
        self._decoded: dict[int, Instruction] = {}

    def read_ins(self, offset: int) -> Instruction:
        """Return the instruction at an offset."""
        instruction = self._decoded.get(offset)
        if instruction is None:
            instruction = self._decoded[offset] = _Decoded(self.data[offset : offset + 4])
        return instruction


class _Decoded(Instruction):
    """An instruction as riscemu's decoder reads it."""

    def __init__(self, code: bytearray) -> None:
        self.name, numbers, _ = decode(code)
        self.args = tuple(map(str, numbers))
        self._numbers = numbers
        self._immediates = [Immediate(Int32(n), Int32(n)) for n in numbers]

    def get_imm(self, num: int) -> Immediate:
        """Return an operand as a number."""
        return self._immediates[num]

    def get_reg(self, num: int) -> str:
        """Return an operand as a register's name."""
        return RISCV_REGS[self._numbers[num]]


class Unicorn(Emulator):
    """unicorn: QEMU's translation to the host's code. It runs whole programs only."""

    name = "unicorn"
    is_python = False

    def run(self, program: Program, count: int, seconds: float) -> Run:
        """Execute a program from its entry to its ebreak, which ``count`` must be the way to."""
        unicorn = Uc(UC_ARCH_RISCV, UC_MODE_RISCV32)
        unicorn.mem_map(RAM_BASE, MEMORY_BYTES)
        for segment in program.segments:
            unicorn.mem_write(segment.address, segment.data)
        unicorn.reg_write(UC_RISCV_REG_X0 + 2, RAM_BASE + MEMORY_BYTES)
        started = time.process_time()
        unicorn.emu_start(program.entry, program.symbols["finish"])
        taken = time.process_time() - started
        registers = tuple(unicorn.reg_read(UC_RISCV_REG_X0 + n) for n in range(32))
        return Run(count, taken, registers)


def _steps(step: Callable[[], object], count: int, seconds: float) -> tuple[int, float]:
    """Step so often, or until the time is over; return how often, and the seconds."""
    started = time.process_time()
    done, taken = 0, 0.0
    while done < count and taken < seconds:
        steps = min(_STEPS, count - done)
        for _ in range(steps):
            step()
        done += steps
        taken = time.process_time() - started
    return done, taken
