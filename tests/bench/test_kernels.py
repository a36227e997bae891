"""The programs that speeds are measured on: each engine computes what Python does."""

from dataclasses import dataclass

import pytest

from courseware.machine import Engine, Program
from tests.bench.engines import CannotRun, Emulator, Ours, RiscEmu, TinyRv, Unicorn
from tests.bench.kernels import KERNELS, Kernel, cold

OURS = (Ours(Engine.INTERPRETER), Ours(Engine.TRANSLATOR))
PEERS = (TinyRv(), RiscEmu(), Unicorn())
BUDGET = 1_000_000
SECONDS = 60.0


@dataclass(frozen=True)
class Case:
    """A program of a kernel at its small size."""

    kernel: Kernel
    paged: bool

    @property
    def program(self) -> Program:
        return self.kernel.program(self.kernel.small, paged=self.paged)

    def __str__(self) -> str:
        return f"{self.kernel.name}-{'paged' if self.paged else 'bare'}"


BARE = [Case(kernel, False) for kernel in KERNELS if not kernel.needs_paging]
CASES = [*BARE, *(Case(kernel, True) for kernel in KERNELS)]
A0 = 10


@pytest.mark.parametrize("emulator", OURS, ids=lambda emulator: emulator.name)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_kernel_ends_with_its_checksum(case: Case, emulator: Emulator) -> None:
    run = emulator.run(case.program, BUDGET, SECONDS)
    assert run.retired < BUDGET
    assert run.registers[A0] == case.kernel.expect(case.kernel.small)


def test_c_that_was_compiled_before_computes_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    (case,) = (case for case in BARE if case.kernel.name == "dhrystone")
    monkeypatch.setenv("PATH", "")  # no compiler
    run = OURS[1].run(case.program, BUDGET, SECONDS)
    assert run.registers[A0] == case.kernel.expect(case.kernel.small)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_engines_retire_as_many_instructions(case: Case) -> None:
    first, second = (emulator.run(case.program, BUDGET, SECONDS) for emulator in OURS)
    assert (first.retired, first.registers) == (second.retired, second.registers)


@pytest.mark.parametrize("emulator", PEERS, ids=lambda emulator: emulator.name)
@pytest.mark.parametrize("case", BARE, ids=str)
def test_other_emulators_end_with_the_same_registers(case: Case, emulator: Emulator) -> None:
    ours = OURS[0].run(case.program, BUDGET, SECONDS)
    run = emulator.run(case.program, ours.retired, SECONDS)
    assert (run.retired, run.registers) == (ours.retired, ours.registers)


@pytest.mark.parametrize("emulator", [TinyRv(), Unicorn()], ids=lambda emulator: emulator.name)
def test_other_emulators_walk_page_tables(emulator: Emulator) -> None:
    case = CASES[-1]
    ours = OURS[0].run(case.program, BUDGET, SECONDS)
    assert emulator.run(case.program, ours.retired, SECONDS).registers == ours.registers


def test_an_emulator_without_page_tables_says_so() -> None:
    with pytest.raises(CannotRun, match="csrrw"):
        RiscEmu().run(CASES[-1].program, BUDGET, SECONDS)


def test_a_slow_emulator_runs_a_part() -> None:
    program = KERNELS[0].program(KERNELS[0].sizes, paged=False)
    run = TinyRv().run(program, BUDGET, seconds=0.001)
    assert 0 < run.retired < BUDGET
    assert run.registers == OURS[0].run(program, run.retired, SECONDS).registers


@pytest.mark.parametrize("emulator", OURS, ids=lambda emulator: emulator.name)
def test_cold_code_runs_once(emulator: Emulator) -> None:
    program, expected = cold(500)
    run = emulator.run(program, BUDGET, SECONDS)
    assert (run.retired, run.registers[A0]) == (500, expected)
