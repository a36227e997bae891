"""Programs that try the privileged architecture, and what they must find.

Each ``NAME.s`` of this folder is put behind ``prelude.s`` and run; what it prints is ``NAME.log``,
line by line. The logs were compared with QEMU 7.2 (``virt``, ``-cpu rv32,h=true``), and where that
differs, read anew in the privileged specification (version 20240411), which decides; README.md
lists the differences.
"""

from pathlib import Path

import pytest

from courseware.machine import (
    AssemblyLimits,
    Engine,
    Machine,
    MachineLimits,
    Program,
    StopReason,
    assemble,
)
from courseware.machine.translator import translator

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in HERE.glob("*.log"))
MAX_CYCLES = 2_000_000
ASSEMBLY = AssemblyLimits(
    max_characters=100_000,
    max_lines=5_000,
    max_image_bytes=0x4_0000,
    max_expanded_lines=100_000,
)
LIMITS = MachineLimits(memory_bytes=0x100_0000, max_output_bytes=0x8000)


def program(name: str) -> Program:
    source = "".join((HERE / f"{part}.s").read_text() for part in ("prelude", name))
    return assemble(source, ASSEMBLY)


def run(name: str, engine: Engine) -> list[str]:
    machine = Machine(program(name), LIMITS, engine=engine)
    stop = machine.run(MAX_CYCLES)
    assert stop.reason == StopReason.EXIT, stop.message
    return machine.output.decode().splitlines()


def expected(name: str) -> list[str]:
    return (HERE / f"{name}.log").read_text().splitlines()


def test_every_program_has_a_log() -> None:
    assert sorted({path.stem for path in HERE.glob("*.s")} - {"prelude"}) == NAMES


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("engine", Engine)
def test_program(name: str, engine: Engine) -> None:
    assert run(name, engine) == expected(name)


@pytest.mark.parametrize("name", NAMES)
def test_program_when_all_is_translated_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translator, "HOT", 1)
    assert run(name, Engine.TRANSLATOR) == expected(name)
