"""WFI: what the clock does, and what the machine does when nothing will ever happen."""

import pytest

from courseware.machine import Engine, Machine, StopReason, assemble

_TIMER = """
    li t0, 0x2004000
    li t1, 10000
    sw t1, 0(t0)
    sw zero, 4(t0)
    li t1, 0x80                # the timer of M
    csrw mie, t1
"""
_UART_INPUT = """
    li t0, 0xc000000           # source 10 for context 0, which is M
    li t1, 1
    sw t1, 40(t0)
    li t0, 0xc002000
    li t1, 1 << 10
    sw t1, 0(t0)
    li t0, 0x10000001
    li t1, 1                   # received data
    sb t1, 0(t0)
    li t1, 0x800               # the external interrupt of M
    csrw mie, t1
"""


def _machine(source: str, engine: Engine) -> Machine:
    return Machine(assemble(source), engine=engine)


@pytest.mark.parametrize("engine", Engine)
def test_waiting_takes_time_and_no_instructions(engine: Engine) -> None:
    machine = _machine(f"{_TIMER} wfi\n csrr a0, mip\n ebreak", engine)
    stop = machine.run(20_000)
    assert stop.reason == StopReason.BREAKPOINT
    assert machine.registers[10] == 0x80
    assert machine.cycle == 10_001  # the timer, csrr
    assert machine.instret < 20


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize("slice_", [1, 7, 5_000])
def test_waiting_is_bounded_and_goes_on(engine: Engine, slice_: int) -> None:
    machine = _machine(f"{_TIMER} wfi\n csrr a0, mip\n ebreak", engine)
    stop = machine.run(slice_)
    while stop.reason == StopReason.INSTRUCTION_LIMIT:
        assert machine.cycle % slice_ == 0
        machine = Machine.restore(machine.snapshot(), engine) if slice_ > 1 else machine
        stop = machine.run(slice_)
    assert (machine.registers[10], machine.cycle) == (0x80, 10_001)


@pytest.mark.parametrize("engine", Engine)
def test_with_nothing_to_come_the_machine_stops_but_not_for_good(engine: Engine) -> None:
    machine = _machine(f"{_UART_INPUT} wfi\n csrr a0, mip\n ebreak", engine)
    for _ in range(2):
        assert machine.run(1_000).reason == StopReason.WAITING
        assert machine.stop is None
        assert machine.waiting
    assert machine.send(b"x") == 1
    assert machine.run(1_000).reason == StopReason.BREAKPOINT
    assert not machine.waiting
    assert machine.registers[10] == 0x800


@pytest.mark.parametrize("engine", Engine)
def test_a_timer_that_is_not_enabled_does_not_wake(engine: Engine) -> None:
    machine = _machine(f"{_TIMER} csrw mie, zero\n wfi\n ebreak", engine)
    assert machine.run(20_000).reason == StopReason.WAITING
    assert machine.cycle == 10_000  # the line rose, and nobody listens
    assert machine.csr("mip") == 0x80


@pytest.mark.parametrize("engine", Engine)
def test_waiting_without_any_source_stops_at_once(engine: Engine) -> None:
    machine = _machine("wfi\n ebreak", engine)
    assert machine.run(1_000).reason == StopReason.WAITING
    assert (machine.cycle, machine.instret, machine.pc) == (1, 1, 0x8000_0004)
