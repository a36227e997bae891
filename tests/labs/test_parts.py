"""What is loaded beside the program: its source is shown when the machine is in it."""

from dataclasses import asdict

import pytest

from courseware.grading.programs import Setup
from courseware.grading.programs.model import Part
from courseware.labs.display import display, marks
from courseware.labs.models import LabRevision, Program
from courseware.labs.runner.actions import perform
from courseware.labs.runner.breakpoints import anew
from courseware.machine import Debugger, MachineLimits, assemble

LIMITS = {"instructions": 10_000, "seconds": 5}
PROGRAM = "_start: li t0, {target:#x}\n        jr t0\n"
GUEST = "first:  nop\nloop:   addi a0, a0, 1\n        j    loop\n"
# The guest at 0x80002000 is linked for 0x2000, where a page table of one 4-MiB page shows it.
MAPPED = """_start: li t0, -1
        csrw pmpaddr0, t0
        li t0, 0x1f
        csrw pmpcfg0, t0
        li t0, 0x80080001
        csrw satp, t0
        li t0, 0x2000
        csrw mepc, t0
        li t0, 0x800
        csrw mstatus, t0
        mret
        .org 0x1000
        .word 0x2000000f            # 0x00000000: RAM, V R W X
"""


PART = Part("parts/guest.s", 0x8000_1000, 0x8000_1000)
SHIFTED = Part("parts/guest.s", 0x8000_2000, 0x2000)


def opened(source: str, at: int, linked: int) -> Debugger:
    program = assemble(source).with_part("guest", assemble(GUEST, origin=linked), at - linked)
    return Debugger(program, MachineLimits())


def act(
    debugger: Debugger, action: str, known: dict[str, int], place: str = "", part: Part = PART
) -> dict:
    request = {
        "action": action,
        "look": "",
        "place": place,
        "limits": LIMITS,
        "setup": asdict(Setup(parts=(part,))),
        "state": "some",
        "breakpoints": known,
    }
    return perform(debugger, request)


def test_another_place_of_a_part_moves_its_breakpoints_and_none_leaves_them() -> None:
    here, there = {"guest:3": 0x2008, "1": 0}, {"guest": -0x8000_0000}
    program = assemble("nop\n").with_part("guest", assemble(GUEST, origin=0x1000), 0x8000_0000)
    assert anew(here, program, there) == {"guest:3": 0x1008, "1": 0x8000_0000}
    assert anew(here, assemble("nop\n"), {}) == {"guest:3": 0x2008, "1": 0x8000_0000}


@pytest.mark.parametrize("place", ["guest:2", "guest.loop", "0x80001004"])
def test_a_breakpoint_in_a_part_stops_in_its_source(place: str) -> None:
    source = PROGRAM.format(target=0x8000_1000)
    debugger = opened(source, 0x8000_1000, 0x8000_1000)
    known = act(debugger, "break", {}, place)
    assert known["breakpoints"] == {"guest:2": 0x8000_1004}
    view = act(debugger, "run", known["breakpoints"])
    assert view["at"] == {"file": "guest", "line": 2}
    program = Program(source=source, view=view)
    machine = display(program, LabRevision(starter=""), {"guest": GUEST})
    assert machine is not None
    assert (machine.place, machine.part) == ("guest の 2 行", "guest")
    assert machine.status.startswith("guest の 2 行: ")
    assert [line.text for line in machine.listing if line.current] == ["loop:   addi a0, a0, 1"]
    assert [line.name for line in machine.listing if line.has_breakpoint] == ["guest:2"]
    assert [point.text for point in machine.breakpoints] == ["loop:   addi a0, a0, 1"]
    assert marks(program, machine) == {"breakpoints": [], "line": None}, "not in the own source"


def test_a_part_is_found_through_the_page_table() -> None:
    debugger = opened(MAPPED, 0x8000_2000, 0x2000)
    debugger.run(100, [0x2000])
    view = act(debugger, "step", {})
    assert view["pc"] == 0x2004
    assert view["at"] == {"file": "guest", "line": 2}


def test_a_line_of_a_part_can_be_stopped_at_where_it_is_seen() -> None:
    debugger = opened(MAPPED, 0x8000_2000, 0x2000)
    debugger.run(100, [0x2000])
    view = act(debugger, "break", {}, "guest:3", SHIFTED)
    assert view["breakpoints"] == {"guest:3": 0x2008}
    view = act(debugger, "run", view["breakpoints"])
    assert view["stop"]["reason"] == "breakpoint"
    assert view["at"] == {"file": "guest", "line": 3}
