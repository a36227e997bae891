"""The Japanese sentences: what an instruction did with its values, and what a trap was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine import (
    Machine,
    MachineOptions,
    Program,
    Segment,
    Step,
    assemble,
    mode_name,
    trap_name,
)
from courseware.machine.hart.csrs import NAMES
from courseware.machine.isa.instruction import Instruction
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.narration.csr_fields import CSR_FIELDS, change_note, value_text
from courseware.machine.trap import INTERRUPT_BIT, Cause, Interrupt
from tests.machine.programs import instructions, values

MINUS_1 = 0xFFFF_FFFF
NUMBERS = {"a0": 10, "a1": 11, "a2": 12, "sp": 2, "ra": 1}


def step_of(source: str, before: int = 0, **registers: int) -> Step:
    """Return the step of an instruction, after so many before it."""
    machine = Machine(assemble(source))
    for _ in range(before):
        machine.step()
    for name, value in registers.items():
        machine.registers[NUMBERS[name]] = value & MINUS_1
    return machine.step()


EXPLANATIONS = [
    ("add a0, a0, a1", {"a0": 3, "a1": 4}, "a0 (3) と a1 (4) の和 7 を a0 に入れました。"),
    ("addi a0, a0, -1", {"a0": 0}, "a0 (0) と -1 の和 -1 を a0 に入れました。"),
    # What lies in RAM, or where a device is, shows as an address.
    (
        "addi sp, sp, -16",
        {},
        "sp (0x80040000) と -16 の和 0x8003fff0 を sp に入れました。",
    ),
    (
        "add a0, a1, a2",
        {"a1": 0x1000_0000, "a2": 5},
        "a1 (0x10000000) と a2 (5) の和 0x10000005 を a0 に入れました。",
    ),
    (
        "lw a0, 4(sp)",
        {"sp": RAM_BASE + 0x100},
        "0x80000104 番地から 4 バイトを読み、その値 0 を a0 に入れました。",
    ),
    (
        "sw a0, -4(sp)",
        {"a0": -5, "sp": RAM_BASE + 0x100},
        "a0 (-5) を 0x800000fc 番地に 4 バイトで書きました。",
    ),
    (
        "beq a0, a1, . + 8",
        {"a0": 1, "a1": 1},
        "「a0 (1) と a1 (1) が等しい」が成り立つので、0x80000008 番地へ移りました。",
    ),
    (
        "beq a0, a1, . + 8",
        {"a0": 1, "a1": 2},
        "「a0 (1) と a1 (2) が等しい」が成り立たないので、次の命令へ進みました。",
    ),
    (
        "blt a0, a1, . + 8",
        {"a0": -1, "a1": 0},
        "「符号付きで a0 (-1) が a1 (0) より小さい」が成り立つので、0x80000008 番地へ移りました。",
    ),
    (
        "bltu a0, a1, . + 8",
        {"a0": -1, "a1": 0},
        "「符号なしで a0 (4294967295) が a1 (0) より小さい」が成り立たないので、"
        "次の命令へ進みました。",
    ),
    (
        "ret",
        {"ra": RAM_BASE + 12},
        "次の命令の番地を zero に入れ、0x8000000c 番地へ移りました"
        " (zero は常に 0 なので、値は捨てられます)。",
    ),
    (
        "div a0, a0, a1",
        {"a0": 7},
        "a0 (7) を a1 (0) で割った商 -1 を a0 に入れました"
        " (0 で割ったときの商は、全ビットが 1 の値と決められています)。",
    ),
    ("lui a0, 0x12345", {}, "0x12345 を 12 ビット左へずらした値 0x12345000 を a0 に入れました。"),
    ("fence rw, w", {}, "前後のメモリー操作 (rw, w) の順序を保ちました。"),
    (
        "amoadd.w a0, a2, (a1)",
        {"a1": RAM_BASE + 0x100, "a2": 5},
        "0x80000100 番地の値 0 を a0 に入れ、同じ番地に、a2 (5) との和を書くことを、"
        "分けられない一つの操作として行いました (メモリーの値は 0 から 5 へ)。",
    ),
    (
        "sc.w a0, a2, (a1)",
        {"a1": RAM_BASE + 0x100, "a2": 5},
        "0x80000100 番地の予約がないので何も書かず、失敗を表す 1 を a0 に入れました。",
    ),
    (
        "csrrw a0, mscratch, a1",
        {"a1": 5},
        "CSR mscratch の値 0x00000000 を a0 に入れ、a1 (0x00000005) を CSR mscratch に書きました"
        " (値は 0x00000000 から 0x00000005 へ)。",
    ),
    ("csrr a0, mhartid", {}, "CSR mhartid の値 0x00000000 を a0 に入れました。"),
    (
        "csrw mstatus, a1",
        {"a1": 0x1808},
        "a1 (0x00001808) を CSR mstatus に書きました (値は 0x00000000 から 0x00001808 へ、"
        "MIE は 0 から 1 へ、MPP は 0 (U モード) から 3 (M モード) へ)。",
    ),
    (
        "csrsi mie, 0x8",
        {},
        "CSR mie で、0x00000008 で 1 のビットを 1 にしました (値は 0x00000000 から 0x00000008 へ、"
        "MSIE は 0 から 1 へ)。",
    ),
    (
        "csrci mie, 0x8",
        {},
        "CSR mie で、0x00000008 で 1 のビットを 0 にしました (値は 0x00000000 のままです)。",
    ),
    (
        "csrw satp, a1",
        {"a1": 0x8008_0004},
        "a1 (0x80080004) を CSR satp に書きました (値は 0x00000000 から 0x80080004 へ、"
        "MODE は 0 (Bare) から 1 (Sv32) へ、PPN は 0x0 から 0x80004 へ)。",
    ),
    (
        "csrw mcause, a1",
        {"a1": 0x8000_0007},
        "a1 (0x80000007) を CSR mcause に書きました (値は 0x00000000 から 0x80000007 "
        "(M モードのタイマー割り込み (machine timer interrupt)) へ)。",
    ),
    (
        "mret",
        {},
        "mepc の 0x00000000 番地へ戻り、M モードから U モードに移りました"
        " (mstatus の MPIE は 0 から 1 へ)。",
    ),
    ("wfi", {}, "割り込みが来るまで待ち始めました。"),
    (
        "sfence.vma",
        {},
        "変換のうち、すべてのアドレス空間 (ASID) の、すべての番地のものを TLB から取り除きました。",
    ),
    (
        "sfence.vma a1, a2",
        {"a1": RAM_BASE, "a2": 3},
        "変換のうち、アドレス空間 (ASID) 3 の、0x80000000 番地のものを TLB から取り除きました。",
    ),
    (
        "hfence.gvma a1, a2",
        {"a1": 0x400, "a2": 3},
        "ゲスト (G 段) の変換のうち、仮想マシン (VMID) 3 の、0x00001000 番地のものを"
        " TLB から取り除きました。",
    ),
    (
        ".option rvc\nc.addi a0, 1",
        {"a0": 1},
        "a0 (1) と 1 の和 2 を a0 に入れました (16 ビットの c.addi は、addi を短くした命令です)。",
    ),
]


@pytest.mark.parametrize(("source", "registers", "expected"), EXPLANATIONS)
def test_step_explains_with_values(source: str, registers: dict[str, int], expected: str) -> None:
    assert step_of(source, **registers).explanation == expected


def test_a_store_conditional_that_succeeds_says_so() -> None:
    step = step_of("lr.w a0, (sp)\nsc.w a0, a2, (sp)", before=0, sp=RAM_BASE + 0x100)
    assert "この番地を予約しました" in step.explanation
    machine = Machine(assemble("lr.w a0, (a1)\nsc.w a0, a2, (a1)"))
    machine.registers[11] = RAM_BASE + 0x100
    machine.step()
    assert machine.step().explanation.startswith(
        "予約が続いていたので、a2 (0) を 0x80000100 番地に"
    )


def in_user_mode(body: str, untrapped: frozenset[str] = frozenset()) -> Machine:
    program = assemble(
        "li t0, 0x80001000\ncsrw mtvec, t0\nli t0, -1\ncsrw pmpaddr0, t0\nli t0, 0x1f\n"
        f"csrw pmpcfg0, t0\nla t0, body\ncsrw mepc, t0\nmret\nbody: {body}"
    )
    machine = Machine(program, options=MachineOptions(untrapped))
    while machine.mode == 3:
        machine.step()
    return machine


TRAPS = [
    (
        "ecall",
        "ecall で、U モードからの環境呼び出し例外 (environment call from U-mode) が起き、",
        "",
    ),
    (
        "csrr a0, mstatus",
        "csrrs a0, mstatus, zero で、不正命令例外 (illegal instruction) が起き、",
        " (mtval の 0x30002573 は、その命令の値です)",
    ),
    (
        "lw a0, 4(zero)",
        "lw a0, 4(zero) で、ロード・アクセス・フォールト例外 (load access fault) が起き、",
        " (mtval の 0x00000004 は、読もうとした番地です)",
    ),
]


@pytest.mark.parametrize(("body", "what", "tval"), TRAPS)
def test_a_trap_says_from_where_to_where(body: str, what: str, tval: str) -> None:
    machine = in_user_mode(body)
    at = machine.pc
    assert machine.step().explanation == (
        f"U モードの 0x{at:08x} 番地の {what}"
        f"M モードの 0x80001000 番地 (mtvec) へ移りました{tval}。"
    )


@pytest.mark.parametrize("mnemonic", ["mret", "sret", "wfi", "sfence.vma"])
def test_what_does_not_trap_for_teaching_says_so(mnemonic: str) -> None:
    machine = in_user_mode(mnemonic, frozenset({mnemonic}))
    step = machine.step()
    assert step.trap is None
    assert step.explanation == (
        f"この計算機の設定では、{mnemonic} は U モードで何もしないので、次へ進みました。"
    )


def test_an_interrupt_says_before_which_instruction() -> None:
    machine = Machine(
        assemble(
            "la t0, 0x80001000\ncsrw mtvec, t0\ncsrwi mie, 8\ncsrsi mstatus, 8\n"
            "li t0, 0x02000000\nli t1, 1\nsw t1, 0(t0)\nnop"
        )
    )
    while not (step := machine.step()).trap:
        pass
    assert step.explanation == (
        f"M モードで 0x{step.address:08x} 番地の命令を実行する前に、"
        "M モードのソフトウエア割り込み (machine software interrupt) を受け付け、"
        "M モードの 0x80001000 番地 (mtvec) へ移りました。"
    )


def test_every_trap_and_mode_has_a_name() -> None:
    names = [trap_name(cause) for cause in Cause]
    names += [trap_name(code | INTERRUPT_BIT) for code in Interrupt]
    assert len(set(names)) == len(Cause) + len(Interrupt)
    modes = {mode_name(0), mode_name(1), mode_name(3), mode_name(0, True), mode_name(1, True)}
    assert modes == {"U モード", "S モード", "M モード", "VU モード", "VS モード"}


def test_csr_fields_are_of_csrs_and_do_not_overlap() -> None:
    assert set(CSR_FIELDS) <= NAMES
    for name, fields in CSR_FIELDS.items():
        masks = [((1 << field.width) - 1) << field.low for field in fields]
        assert sum(masks) < 1 << 32, name
        joined = 0
        for mask in masks:
            assert not joined & mask, name
            joined |= mask


@given(st.sampled_from(sorted(NAMES)), values, values)
def test_every_change_of_a_csr_can_be_told(name: str, old: int, new: int) -> None:
    assert f"0x{new:08x}" in change_note(name, old, new)
    assert value_text(name, old).startswith("0x")


@given(instructions(), st.lists(values, min_size=31, max_size=31))
def test_every_step_is_explained(
    case: tuple[Instruction, dict[str, int]], registers: list[int]
) -> None:
    instruction, fields = case
    code = instruction.encode(fields).to_bytes(4, "little")
    machine = Machine(Program((Segment(RAM_BASE, code),), RAM_BASE, {}, {}))
    machine.registers[1:] = registers
    before = list(machine.registers)
    step = machine.step()
    assert step.explanation.endswith("。")
    assert "{" not in step.explanation
    assert machine.registers[0] == 0
    changed = tuple(n for n in range(32) if machine.registers[n] != before[n])
    assert step.changed_registers == changed
    assert set(changed) <= {fields.get("rd")}
