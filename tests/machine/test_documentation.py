"""docs/machine.md says what is so: its programs run, its addresses and names are the machine's."""

import re
from pathlib import Path

import pytest

from courseware.machine import DIRECTIVES, Machine, StopReason, assemble, memory_map

TEXT = (Path(__file__).parents[2] / "docs" / "machine.md").read_text("utf-8")
PROGRAMS = re.findall(r"```asm\n(.*?)```", TEXT, re.DOTALL)


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_of_the_documentation_reads_the_disk(program: str) -> None:
    machine = Machine(assemble(program), disk=b"Z" + bytes(511))
    assert machine.run(1_000).reason is StopReason.BREAKPOINT
    assert machine.output == b"Z"
    assert Machine(assemble(program)).run(1_000).exit_code == 1  # there is no sector


def test_there_are_programs_for_both_devices() -> None:
    assert len(PROGRAMS) == 2


def test_every_region_and_its_interrupt_is_in_the_memory_map() -> None:
    names = [name.removesuffix("_BASE") for name in vars(memory_map) if name.endswith("_BASE")]
    for name in names:
        base = getattr(memory_map, f"{name}_BASE")
        (row,) = re.findall(rf"^\| `{base:#010x}` \|.*$", TEXT, re.MULTILINE)
        _, _, size, _, irq, _ = (cell.strip() for cell in row.split("|"))
        if name != "RAM":
            kind = "VIRTIO" if name.startswith("VIRTIO") else name
            assert size == f"`{getattr(memory_map, f'{kind}_SIZE'):#x}`"
        assert irq == str(getattr(memory_map, f"{name}_IRQ", ""))


def test_every_directive_is_named() -> None:
    named = set(re.findall(r"`(\.[\w.]+)`", TEXT))
    families = (".cfi_", ".if")
    assert {name for name in DIRECTIVES if not name.startswith(families)} - named == set()
