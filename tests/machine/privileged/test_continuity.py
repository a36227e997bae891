"""The programs of this folder, interrupted: by snapshots, by breakpoints, step by step."""

import pytest

from courseware.machine import Engine, Machine, StopReason
from tests.machine.privileged.test_privileged import (
    LIMITS,
    MAX_CYCLES,
    NAMES,
    expected,
    program,
)

_SLICE = 1_511  # cycles between two snapshots


def _printed(machine: Machine) -> list[str]:
    return machine.output.decode().splitlines()


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"csr_access"}))
def test_restored_machines_go_on_alike(name: str) -> None:
    """Each slice is run by the other engine, on a machine restored from a snapshot."""
    machine = Machine(program(name), LIMITS)
    stop = machine.run(_SLICE)
    turn = 0
    while stop.reason == StopReason.INSTRUCTION_LIMIT:
        turn += 1
        engine = (Engine.INTERPRETER, Engine.TRANSLATOR)[turn % 2]
        machine = Machine.restore(machine.snapshot(), engine)
        stop = machine.run(_SLICE)
    assert stop.reason == StopReason.EXIT
    assert turn > 1
    assert _printed(machine) == expected(name)


@pytest.mark.parametrize("name", ["guest_walk", "sv32_crossing", "interrupts"])
def test_steps_are_the_same(name: str) -> None:
    machine = Machine(program(name), LIMITS)
    traps = 0
    while machine.stop is None:
        traps += machine.step().trap is not None
    assert _printed(machine) == expected(name)
    assert traps == sum(machine.counters.traps.values())


@pytest.mark.parametrize("name", ["guest_faults", "delegation"])
@pytest.mark.parametrize("engine", Engine)
def test_breakpoints_change_nothing(name: str, engine: Engine) -> None:
    """The machine stops in front of every trap handler."""
    made = program(name)
    machine = Machine(made, LIMITS, engine=engine)
    places = {made.symbols["come_back"], made.symbols["delegated"]}
    stops = 0
    while (stop := machine.run(MAX_CYCLES, places)).reason == StopReason.BREAKPOINT:
        assert machine.pc in places
        stops += 1
    assert stop.reason == StopReason.EXIT
    assert stops == sum(machine.counters.traps.values())
    assert _printed(machine) == expected(name)
