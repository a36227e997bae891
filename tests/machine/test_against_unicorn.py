"""The interpreter against an independent emulator (unicorn, made from QEMU)."""

from hypothesis import given, settings
from unicorn import UC_ARCH_RISCV, UC_HOOK_CODE, UC_MODE_RISCV32, Uc
from unicorn.riscv_const import UC_RISCV_REG_PC, UC_RISCV_REG_X0

from courseware.machine import Machine, MachineLimits, Program, StopReason
from courseware.machine.memory_map import RAM_BASE
from tests.machine.programs import programs

LIMITS = MachineLimits(memory_bytes=0x4000)


def run_unicorn(program: Program, end: int) -> tuple[list[int], bytes, int]:
    """Return registers, memory and the number of instructions, run up to an address."""
    unicorn = Uc(UC_ARCH_RISCV, UC_MODE_RISCV32)
    unicorn.mem_map(RAM_BASE, LIMITS.memory_bytes)
    for segment in program.segments:
        unicorn.mem_write(segment.address, segment.data)
    unicorn.reg_write(UC_RISCV_REG_X0 + 2, RAM_BASE + LIMITS.memory_bytes)
    count = 0

    def note(*_: object) -> None:
        nonlocal count
        count += 1

    unicorn.hook_add(UC_HOOK_CODE, note)
    unicorn.emu_start(program.entry, end)
    assert unicorn.reg_read(UC_RISCV_REG_PC) == end
    registers = [unicorn.reg_read(UC_RISCV_REG_X0 + number) for number in range(32)]
    return registers, bytes(unicorn.mem_read(RAM_BASE, LIMITS.memory_bytes)), count


@settings(max_examples=400)
@given(programs())
def test_random_programs_end_in_the_same_state(program: Program) -> None:
    machine = Machine(program, LIMITS)
    stop = machine.run(10_000)
    assert stop.reason is StopReason.BREAKPOINT
    registers, memory, count = run_unicorn(program, machine.pc)
    assert machine.registers == registers
    assert machine.read_memory(RAM_BASE, LIMITS.memory_bytes) == memory
    assert machine.instret == count
