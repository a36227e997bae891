"""The page tables as a tree, and the walk that is lit, on machines with tables of their own."""

from dataclasses import asdict

import pytest

from courseware.grading.programs import Setup
from courseware.labs.runner.actions import perform
from courseware.labs.runner.paging import MAX_ROWS, MAX_TABLES
from courseware.machine import Debugger, MachineLimits, assemble

REQUEST = {
    "setup": asdict(Setup()),
    "state": "some",
    "limits": {"instructions": 1_000_000, "seconds": 5},
}
# Tables by .word: a root at 0x80004000 and others behind it; S mode by mret, with satp as given.
START = """
        .equ V, 1
        .equ RWX, 0xf
        .macro pte address, flags
        .word (\\address >> 12 << 10) | \\flags
        .endm
_start: li t0, -1
        csrw pmpaddr0, t0
        li t0, 0x1f
        csrw pmpcfg0, t0
        li t0, 0x80080004
        csrw satp, t0
        la t0, inside
        csrw mepc, t0
        li t0, 0x800
        csrw mstatus, t0
        mret
"""
TABLES = """
        .org 0x4000
root:   .space 4 * 256
        pte 0x80000000, 0x3         # 0x40000000: 4 MiB, R
        .space 4 * (512 - 257)
        pte 0x80005000, V           # 0x80000000: the next table
        .space 4 * (1024 - 513)
leaf:   .rept 8
        .set here, 0x80000000 + 4096 * ((. - leaf) / 4)
        pte here, RWX
        .endr
"""


def view(source: str, steps: int, look: str = "", action: str = "step", **limits: int) -> dict:
    """Return the view after some steps and one action more."""
    debugger = Debugger(assemble(source), MachineLimits(memory_bytes=1 << 20))
    for _ in range(steps):
        debugger.step()
    return perform(debugger, REQUEST | {"action": action, "look": look})


def lit(rows: list[dict]) -> list[int]:
    """Return where the rows begin that the walk has read."""
    found = []
    for row in rows:
        found += [row["start"]] * row["is_lit"] + lit(row["rows"])
    return found


def test_no_tables_without_paging() -> None:
    shown = view(START + "inside: nop\n" + TABLES, 3)
    assert shown["tables"] == []
    assert shown["walk"] is None


def test_neighbouring_pages_are_one_row() -> None:
    source = START + "inside: li a0, 0x40000010\nlw a1, 0(a0)\nnop\n" + TABLES
    (table,) = view(source, 20, action="look")["tables"]
    assert (table["register"], table["root"]) == ("satp", 0x8000_4000)
    superpage, pointer = table["rows"]
    assert (superpage["start"], superpage["last"]) == (0x4000_0000, 0x403F_FFFF)
    assert (superpage["to"], superpage["is_table"]) == (0x8000_0000, False)
    assert pointer["is_table"]
    assert pointer["to"] == 0x8000_5000


@pytest.mark.parametrize(
    ("body", "steps", "starts", "what"),
    [
        ("nop", 0, [0x8000_0000, 0x8000_0000], "命令の読み出し"),
        ("lw a1, 16(a0)", 0, [0x4000_0000], "読み出し"),
        ("sw a1, 16(a0)", 0, [0x4000_0000], "書き込み"),
        ("amoadd.w a1, a2, (a0)", 0, [0x4000_0000], "書き込み"),
        ("lr.w a1, (a0)", 0, [0x4000_0000], "読み出し"),
        ("sc.w a1, a2, (a0)", 0, [0x4000_0000], "書き込み"),
    ],
)
def test_the_walk_of_the_last_access_is_lit(
    body: str, steps: int, starts: list[int], what: str
) -> None:
    source = START.replace("mret\n", "li a0, 0x40000000\n        mret\n")
    source += f"inside: {body}\n" + TABLES
    ready = Debugger(assemble(source), MachineLimits(memory_bytes=1 << 20))
    ready.run(1_000, [ready.program.symbols["inside"]])
    shown = perform(ready, REQUEST | {"action": "step", "look": ""})
    assert shown["lit"] == "last"
    assert lit(shown["tables"][0]["rows"]) == starts
    assert f"S モードの{what}" in shown["walk"]["sentences"][-1]


def test_the_address_that_is_looked_at_is_lit() -> None:
    source = START + "inside: nop\nnop\n" + TABLES
    shown = view(source, 20, look="0x40000123", action="look")
    assert shown["lit"] == "look"
    assert lit(shown["tables"][0]["rows"]) == [0x4000_0000]
    assert "0x40000123" in shown["walk"]["sentences"][-1]


def test_rows_are_limited_and_say_so() -> None:
    many = (
        TABLES
        + "\n.org 0x5000\n"
        + "".join(
            f"pte {0x8000_0000 + 8192 * (n % 16):#x}, {0xF if n % 2 else 0x3}\n"
            for n in range(1024)
        )
    )
    source = START + "inside: nop\n" + many.replace(TABLES[TABLES.index("leaf:") :], "leaf:\n")
    (table,) = view(source, 20, action="look")["tables"]
    assert table["is_cut"]
    assert sum(1 + len(row["rows"]) for row in table["rows"]) <= MAX_ROWS + 2


def test_tables_are_limited_even_when_all_point_to_one() -> None:
    tables = "\n.org 0x4000\nroot: .rept 1024\npte 0x80005000, V\n.endr\n"
    tables += "leaf: .rept 1024\npte 0x80000000, RWX\n.endr\n"
    (table,) = view(START + "inside: nop\n" + tables, 20, action="look")["tables"]
    assert table["is_cut"]
    assert sum(bool(row["rows"]) for row in table["rows"]) < MAX_TABLES


def test_a_guest_has_two_stages() -> None:
    source = """
        .macro pte address, flags
        .word (\\address >> 12 << 10) | \\flags
        .endm
_start: li t0, -1
        csrw pmpaddr0, t0
        li t0, 0x1f
        csrw pmpcfg0, t0
        li t0, 0x80080008           # Sv32x4, root at 0x80008000
        csrw hgatp, t0
        li t0, 0x80000004           # Sv32, root at guest physical 0x4000
        csrw vsatp, t0
        li t0, 1 << 7               # mstatush.MPV
        csrw mstatush, t0
        li t0, 0x800
        csrw mstatus, t0
        li t0, 0x10
        csrw mepc, t0
        li a0, 8
        mret
        .org 0x4000
        pte 0x5000, 1               # guest: the next table
        .org 0x5000
        pte 0x0, 0xf                # guest virtual page 0 -> guest physical page 0
        .org 0x8000
        pte 0x80000000, 0x1f        # guest physical 0 .. 4 MiB -> 0x80000000
        .space 4 * 4095
"""
    source = source.replace("_start: li", "        nop\n_start: li", 1)
    debugger = Debugger(assemble(source), MachineLimits(memory_bytes=1 << 20))
    while not debugger.machine.virtual:
        assert debugger.step() is not None
    shown = perform(debugger, REQUEST | {"action": "look", "look": ""})
    assert shown["mode"] == "VS モード"
    guest, host = shown["tables"]
    assert (guest["register"], host["register"]) == ("vsatp", "hgatp")
    assert guest["root"] == 0x4000, "a guest physical address"
    assert [row["to"] for row in guest["rows"][0]["rows"]] == [0]
    assert lit(guest["rows"]) == [0, 0]
    assert lit(host["rows"]) == [0]
    assert shown["at"] is None or shown["at"]["line"], "pc 0x10 is in the program, two stages below"
