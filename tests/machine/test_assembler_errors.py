"""What the assembler says about mistakes: where, what, and what to do."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine import AssemblyError, AssemblyLimits, AssemblyProblem, assemble
from courseware.machine.assembler.directives import DIRECTIVES
from courseware.machine.assembler.forms import FORMS
from courseware.machine.assembler.habits import advice_on_instruction, advice_on_register
from courseware.machine.registers import REGISTER_NUMBERS


def problems(source: str, limits: AssemblyLimits | None = None) -> list[tuple[int, int, str]]:
    """Return (line, column, message) of what is wrong."""
    with pytest.raises(AssemblyError) as caught:
        assemble(source, limits or AssemblyLimits())
    return [(p.line, p.column, p.message) for p in caught.value.problems]


ONE_MISTAKE = [
    # (source, line, column, parts of the message)
    ("nop\n  adi a0, a0, 1", 2, 3, ["「adi」", "「addi」"]),
    ("ADDI a0, a0, 1", 1, 1, ["「addi」"]),
    ("loop\n", 1, 1, ["「loop」", "「:」"]),
    (".wrod 1", 1, 1, ["「.word」"]),
    ("add a0, a1", 1, 1, ["2 個", "「add rd, rs1, rs2」"]),
    ("ret a0", 1, 1, ["1 個", "「ret」"]),
    ("jalr a0, a1, 1, 2", 1, 1, ["「jalr rd, imm(rs1)」", "「jalr rs1」"]),
    ("add a0, a1, a8", 1, 13, ["「a8」", "レジスター"]),
    ("mv a0, sq", 1, 8, ["「sq」", "「sp」"]),
    ("mv a0, x32", 1, 8, ["「x32」", "31 まで", "x0 から x31"]),
    ("mv a0, fa0", 1, 8, ["「fa0」", "浮動小数点", "F 拡張"]),
    ("mv a0, v1", 1, 8, ["「v1」", "V 拡張"]),
    ("mv a0, pc", 1, 8, ["「pc」", "auipc"]),
    ("jr lr", 1, 4, ["「lr」", "ra"]),
    ("mv a0, rax", 1, 8, ["「rax」", "ほかのアーキテクチャー"]),
    ("add a0 a1 a2", 1, 8, ["「a0」と「a1」", "「,」", "「add rd, rs1, rs2」"]),
    ("add a0, a1 a2", 1, 12, ["「a1」と「a2」", "「,」"]),
    ("lw a0 4(a1)", 1, 7, ["「a0」と「4」", "「lw rd, imm(rs1)」"]),
    ("lw a0 (a1)", 1, 7, ["「a0」と「(」"]),
    ("addi a0, a0 -1", 1, 13, ["「a0」と「-」"]),
    ("sw a0, 4(a1) 5", 1, 14, ["「)」と「5」"]),
    ("li a0 %hi(5)", 1, 7, ["「a0」と「%hi」"]),
    (".insn r OP, 0, 0, a0, a1 a2", 1, 26, ["「a1」と「a2」"]),
    ("addi a0, a0, #1", 1, 14, ["「#」", "コメント"]),
    ("add %a0, %a1, %a2", 1, 5, ["%", "「a0」"]),
    ("lw $t0, 0($sp)", 1, 4, ["$", "「t0」"]),
    ("lw a0, 0(%sp)", 1, 10, ["%", "「sp」"]),
    ("lw a0, 0[a1]", 1, 9, ["「[」", "4(a1)"]),
    ("lw a0, [a1, 4]", 1, 8, ["「[」", "4(a1)"]),
    ("nop ; これは コメント", 1, 7, ["「これは コメント」", "「;」は文の区切り", "#"]),
    ("nop ; store it", 1, 7, ["「store」", "「;」は文の区切り"]),
    (".word 1 2", 1, 9, ["「,」"]),
    ("add a0, a1, 5", 1, 13, ["「5」", "addi"]),
    ("addi a0, a0, a1", 1, 14, ["「a1」", "add を"]),
    ("addi a0, a0, 2048", 1, 14, ["2048", "-2048 から 2047", "li"]),
    ("addi a0, a0, -2049", 1, 14, ["-2049"]),
    ("slli a0, a0, 32", 1, 14, ["32", "0 から 31"]),
    ("lui a0, 0x100000", 1, 9, ["1048576", "0 から 1048575"]),
    ("lw a0, 4(5)", 1, 10, ["「5」", "レジスター"]),
    ("lw a0, a1", 1, 8, ["0(a1)"]),
    ("lw a0, 2048(a1)", 1, 8, ["2048", "lw"]),
    ("lw a0, 0(b1)", 1, 10, ["「b1」"]),
    ("sw a0, x", 1, 8, ["0(a1)"]),
    ("lw a9, f\nf: nop", 1, 4, ["「a9」"]),
    ("la a0, (f\nf: nop", 1, 8, ["「)」"]),
    ("la a0,", 1, 6, ["「,」の後"]),
    ("li a0, 0x100000000", 1, 8, ["32 ビット"]),
    ("li a0, a1", 1, 8, ["「a1」"]),
    ("add a0, , a1", 1, 9, ["「,」の前"]),
    ("add , a0, a1", 1, 5, ["「,」の前"]),
    ("add a0,, a1, a2", 1, 8, ["「,」の前"]),
    (".word 1,, 2", 1, 9, ["「,」の前"]),
    (".word ,", 1, 7, ["「,」の前"]),
    (".equ x,", 1, 7, ["「,」の後"]),
    ("beq a0, a1, 0x80001004", 1, 13, ["4100", "-4096 から 4094"]),
    ("c.beqz a0, 0x80000100", 1, 12, ["256", "-256 から 254"]),
    ("j f\n.bss\n.data\nf:\n.equ x, 1\n.text\n.space 0\nj 0x90000000", 8, 3, ["遠すぎます"]),
    ("j . + 3", 1, 3, ["奇数"]),
    ("j lop\nloop: nop", 1, 3, ["「lop」", "「loop」"]),
    ("nop\nj 1b", 2, 3, ["「1:」", "1b", "1f"]),
    ("x: nop\n  x: nop", 2, 3, ["「x」", "1 行目"]),
    ("x: nop\n.equ x, 1", 2, 6, ["「x」", "1 行目"]),
    (".equ a, b\n.equ b, a", 1, 9, ["「b」"]),
    ("a0: nop", 1, 1, ["「a0」", "ラベル"]),
    ("0x1: nop", 1, 1, ["「0x1」", "ラベル"]),
    ("5", 1, 1, ["「5」"]),
    (".word 1 +", 1, 9, ["途中"]),
    (".word (1", 1, 7, ["「)」"]),
    (".word 1)", 1, 8, ["「(」"]),
    (".word 1 2", 1, 9, ["「2」"]),
    (".word 1 / (2 - 2)", 1, 9, ["0 で割る"]),
    (".word 1 << 64", 1, 9, ["64 ビット"]),
    (".word", 1, 1, ["「.word」"]),
    (".word 0x100000000", 1, 7, ["4294967296", ".word"]),
    (".byte 256", 1, 7, ["256", "-128 から 255"]),
    (".byte 1, -129", 1, 10, ["-129"]),
    (".half 65536", 1, 7, ["65536"]),
    (".word 12ab", 1, 7, ["「12ab」", "数"]),
    (".word 09", 1, 7, ["「09」", "8 進"]),
    (f".word {'9' * 5000}", 1, 7, ["64 ビット"]),
    (".word 18446744073709551616", 1, 7, ["64 ビット"]),
    ('.asciz "abc', 1, 8, ["閉じ"]),
    (".asciz abc", 1, 8, ["「.asciz」"]),
    ('.ascii "a\\q"', 1, 10, ["\\q"]),
    (".byte 'ab'", 1, 7, ["'ab'"]),
    (".byte 'あ'", 1, 7, ["'あ'"]),
    (".ascii \"\ud800\"", 1, 9, ["U+D800"]),
    (".space x\nx:", 1, 8, ["決まりません"]),
    (".space -1", 1, 8, ["-1"]),
    (".align 17", 1, 8, ["17", "16", "2 の何乗か", ".balign"]),
    (".balign 3", 1, 9, ["累乗"]),
    (".balign 131072", 1, 9, ["0 から 65536"]),
    (".comm x, 1, 131072", 1, 13, ["1 から 65536"]),
    (".align , 5", 1, 1, ["「.align n」"]),
    (".section 5", 1, 10, [".rodata"]),
    (".section", 1, 1, [".rodata"]),
    (".popsection", 1, 1, ["「.pushsection」"]),
    (".option rcv", 1, 9, ["「rcv」", "「rvc」"]),
    (".option pop", 1, 9, ["「.option push」"]),
    (".err", 1, 1, ["「.err」"]),
    ('.error "だめ"', 1, 1, ["だめ"]),
    ('.include "x.s"', 1, 1, ["「.include」", "書き写して"]),
    (".insn 4, 1", 1, 10, ["2 バイト"]),
    (".insn", 1, 1, ["「.insn 値」", "「.insn r 0x33, 0, 0, a0, a1, a2」"]),
    (".insn r", 1, 1, ["「.insn r opcode, funct3, funct7, rd, rs1, rs2」", "funct2"]),
    (".insn i 0x13, 0, a0", 1, 1, ["「.insn i opcode, funct3, rd, imm(rs1)」"]),
    (".insn x 0x13, 0", 1, 7, ["「x」", "r4"]),
    (".insn r 0x33, 8, 0, a0, a1, a2", 1, 15, ["8", "0 から 7"]),
    (".insn r 0x33, 0, 0, a0, a1, 5", 1, 29, ["「5」", "レジスター"]),
    (".insn r 0x32, 0, 0, a0, a1, a2", 1, 9, ["0x32", "opcode"]),
    (".insn i OP_IMM, 0, a0, a1, 2048", 1, 28, ["2048", "-2048 から 2047"]),
    (".word -8>>1", 1, 7, [".word", "64 ビット", "0xffffffff"]),
    ("li a0, -8>>1", 1, 8, ["64 ビット", "0xffffffff"]),
    ("addi a0, a0, -8>>1", 1, 14, ["64 ビット", "0xffffffff"]),
    ('.asciz "\\e["', 1, 9, ["「\\e」", "「\\033」"]),
    (".space x * 2\n.data\nx:", 1, 8, ["決まりません"]),
    ("nop\nnop\n.org 4", 3, 6, ["「.org」", "8 バイト"]),
    (".equ x, 1\n.equiv x, 2", 2, 8, ["「x」", "1 行目"]),
    (".balignl 4, 1\n.data\n.byte 1\n.balignl 4, 1", 4, 1, ["4 バイトの倍数"]),
    ("csrr a0, mstatsu", 1, 10, ["「mstatsu」", "「mstatus」", "CSR"]),
    ("csrr a0, 4096", 1, 10, ["4096", "0 から 4095"]),
    ("csrwi mtvec, 32", 1, 14, ["32", "0 から 31"]),
    ("lr.w a0, 4(a1)", 1, 10, ["オフセット", "(a1)"]),
    ("lr.w a0, a1", 1, 10, ["(a1)"]),
    ("amoadd.w.qa a0, a1, (a2)", 1, 1, ["「amoadd.w.aq」"]),
    ("c.lw t0, 0(a0)", 1, 1, ["「c.lw」", "a0 から a5"]),
    ("c.lwsp a0, 0(a1)", 1, 14, ["「c.lwsp」", "sp"]),
    ("c.addi16sp a0, 16", 1, 12, ["「c.addi16sp」", "sp"]),
    ("c.li a0, 32", 1, 10, ["32", "-32 から 31"]),
    ("c.addi4spn a0, sp, 0", 1, 1, ["「c.addi4spn」", "16 ビット", "「addi4spn」"]),
    (".macro\n.endm", 1, 1, [".macro 名前"]),
    (".macro m\nnop", 1, 1, ["「.endm」"]),
    (".endm", 1, 1, ["「.macro」"]),
    (".rept 2\nnop", 1, 1, ["「.endr」"]),
    (".endr", 1, 1, ["「.rept」"]),
    (".rept -1\n.endr", 1, 1, ["-1"]),
    (".rept x\n.endr\nx:", 1, 7, ["決まりません"]),
    (".exitm", 1, 1, ["「.exitm」"]),
    (".macro m a:req\n.endm\nm", 3, 1, ["「a」", "「m a」"]),
    (".macro m a\n.endm\nm 1, 2", 3, 1, ["「2」", "「m a」"]),
    (".macro m a\n.endm\nm a=1, 2", 3, 1, ["「2」"]),
    (".macro m a:rest\n.endm", 1, 1, [":req", ":vararg"]),
    (".macro m a, a\n.endm", 1, 1, ["「a」", "2 回"]),
    (".macro m a:vararg, b\n.endm", 1, 1, ["「a」", "最後"]),
    (".macro m\n.endm\n.macro m\n.endm", 3, 1, ["「m」", "1 行目"]),
    (".purgem m", 1, 1, ["「m」"]),
    (".macro .if\n.endm", 1, 1, ["「.if」"]),
    ("nop\n.if 1\nnop", 2, 1, ["「.endif」"]),
    ("nop\n.if 1\nnop\n.end\n.endif", 2, 1, ["「.endif」"]),
    (".if x\n.endif\nx:", 1, 5, ["決まりません"]),
    (".if\n.endif", 1, 1, ["「.if」"]),
    (".else", 1, 1, ["「.if」"]),
    (".elseif 1", 1, 1, ["「.if」"]),
    (".endif", 1, 1, ["「.if」"]),
    (".if 1\n.else\n.else\n.endif", 3, 1, ["「.else」の後", "1 行目"]),
    (".ifdef 5\n.endif", 1, 1, ["「.ifdef 名前」"]),
    (".ifc a\n.endif", 1, 1, ["「.ifc 文字列, 文字列」"]),
    (".macro m\n.if 1\n.endm\nm", 2, 1, ["「.endif」", "4 行目", "「m」"]),
    (".globl", 1, 1, ["「.globl」"]),
    (".equ 1, 2", 1, 6, ["「.equ 名前, 値」"]),
    (".equ x", 1, 1, ["「.equ 名前, 値」"]),
    (".bss\n.word 1", 2, 1, [".bss", ".data"]),
    (".byte 1\nnop\nnop", 2, 1, ["2 の倍数", ".align 2"]),
    ("lw a0, %pcrel_lo(x)(a0)\nx: nop", 1, 18, ["%pcrel_hi"]),
    ("lui a0, %hi(0x100000000)", 1, 13, ["32 ビット"]),
    ("fence rx, w", 1, 7, ["「rx」"]),
    ("nop\n/* あ\n", 2, 1, ["*/"]),
    ("nop @", 1, 5, ["「@」"]),
    ("nop @progbit", 1, 5, ["「@」"]),
    (".word @progbits", 1, 7, ["「@progbits」"]),
    ("@nobits: nop", 1, 1, ["「@nobits」", "ラベル"]),
    ('.section .text, ax, @progbits', 1, 17, ["「ax」", '"ax"']),
    ('.section .text, "ax", progbits', 1, 23, ["「progbits」", "@progbits"]),
    ("ループ: nop", 1, 1, ["「ループ」", "#"]),
    ("nop \0", 1, 5, ["U+0000"]),
    ("nop\n.equ _start, -1", 2, 6, ["「_start」", ".text"]),
    (".equ _start, 1 << 40\nnop", 1, 6, ["「_start」", ".text"]),
    ("nop\n_start = 0x80000008", 2, 1, ["「_start」", ".text"]),
    ("nop\n.data\n  _start: .word 1", 3, 3, ["「_start」", ".text"]),
    (".byte 1\n_start: .byte 1", 2, 1, ["「_start」", "2 の倍数"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "line", "column", "parts"), ONE_MISTAKE, ids=[repr(m[0][:40]) for m in ONE_MISTAKE]
)
def test_mistake_is_placed_and_explained(
    source: str, line: int, column: int, parts: list[str]
) -> None:
    found = problems(source)
    assert (line, column) in [(p[0], p[1]) for p in found]
    message = next(p[2] for p in found if (p[0], p[1]) == (line, column))
    assert message.endswith("。")
    for part in parts:
        assert part in message


ONE_MESSAGE = [
    "add a0 a1 a2", "lw a0 4(a1)", "addi a0, a0 -1", "addi a0, a0, #1 # one", "add %a0, %a1, %a2",
    "lw $t0, 0($sp)", "lw a0, 0[a1]", "lw a0, [a1, 4]", "nop ; これは コメント です",
    "li　a0，　１", "csrr a0 mstatus", ".asciz \"\\e[1m\"", "mov a0, x32",
]  # fmt: skip


@pytest.mark.parametrize("source", ONE_MESSAGE)
def test_one_mistake_has_one_message(source: str) -> None:
    assert len(problems(source)) == 1


HABITS = [
    # (what is written, parts of the advice, what must not be suggested)
    ("mov a0, a1", ["mv", "li"], "move"),
    ("push a0", ["addi sp, sp, -4", "sw a0, 0(sp)"], "「sh」"),
    ("pop a0", ["lw a0, 0(sp)", "addi sp, sp, 4"], "もしかすると"),
    ("b x", [" j "], "「sb」"),
    ("subi a0, a0, 1", ["addi a0, a0, -1"], "「sub」"),
    ("ldr a0, x", ["lw a0, 0(a1)"], "もしかすると"),
    ("str a0, x", ["sw a0, 0(a1)"], "もしかすると"),
    ("cmp a0, a1", ["フラグ", "beq"], "もしかすると"),
    ("syscall 5", ["ecall"], "もしかすると"),
    ("ld a0, 0(a1)", ["RV64", "lw を"], "もしかすると"),
    ("sd a0, 0(a1)", ["RV64", "sw を"], "もしかすると"),
    ("ADDIW a0, a0, 1", ["RV64", "addi を"], "もしかすると"),
    ("sext.w a0, a0", ["RV64", "mv"], "もしかすると"),
    ("lr.d.aq a0, (a1)", ["RV64", "lr.w.aq を"], "もしかすると"),
    ("amomaxu.d a0, a1, (a2)", ["RV64", "amomaxu.w を"], "もしかすると"),
    ("c.ldsp a0, 0(sp)", ["RV64"], "もしかすると"),
    ("fadd.s fa0, fa1, fa2", ["F 拡張", "整数"], "「add」"),
    ("flw fa0, 0(a0)", ["F 拡張"], "「lw」"),
    ("fcvt.w.s a0, fa0", ["F 拡張"], "もしかすると"),
    ("czero.eqz a0, a1, a2", ["Zicond 拡張"], "「c.beqz」"),
    ("andn a0, a1, a2", ["Zbb 拡張"], "「and」"),
    ("vadd.vv v1, v2, v3", ["V 拡張"], "もしかすると"),
    ("pause", ["Zihintpause 拡張", "「:」"], "もしかすると"),
    ("word 5", ["「.word」"], "もしかすると"),
    ("global main", ["「.global」"], "もしかすると"),
    ("push", ["addi sp, sp, -4", "「:」"], "もしかすると"),
]


@pytest.mark.parametrize(("source", "parts", "misleading"), HABITS)
def test_what_is_written_out_of_habit(source: str, parts: list[str], misleading: str) -> None:
    ((line, column, message),) = problems(f"{source}\nx: nop")
    assert (line, column) == (1, 1)
    assert f"「{source.split()[0]}」という命令はありません。" in message
    assert misleading not in message
    for part in parts:
        assert part in message


def test_no_instruction_of_this_machine_is_taken_for_another() -> None:
    assert [word for word in FORMS if advice_on_instruction(word)] == []
    assert [word for word in REGISTER_NUMBERS if advice_on_register(word)] == []


def test_instructions_that_rv64_alone_has_are_answered_with_those_of_rv32() -> None:
    words = (
        "ld lwu sd addw addiw subw sllw slliw srlw srliw sraw sraiw negw mulw divw divuw remw"
        " remuw lr.d sc.d.rl amoadd.d amoswap.d.aqrl".split()
    )
    for word in words:
        named = re.search(r"([a-z.]+) を使います。", advice_on_instruction(word))
        assert named, word
        assert named[1] in FORMS, word


FULL_WIDTH = [
    ("addi a0，a0, 1", [(8, "「，」", "「,」")]),
    ("ａｄｄ a0, a0, a0", [(1, "「ａｄｄ」", "「add」")]),
    ("li a0, １２", [(8, "「１２」", "「12」")]),
    ("loop： j loop", [(5, "「：」", "「:」")]),
    ("li\u3000a0,\u30001", [(3, "空白 (U+3000)", "(この行の 2 か所)。半角の空白")]),
    (
        "\u3000la\u3000a0，\u3000１",
        [(1, "空白 (U+3000)、「，」、「１」", "半角の空白、「,」、「1」")],
    ),
    ("li\u3000a0，\u3000１＋２−（−３）", [(3, "「，」、「１＋２−（−３）」", "「1+2-(-3)」")]),
    ("ｌi ａ0, １ + ２ + ３", [(1, "「ｌ」、「ａ」、「１」、「２」 など", "この行の 5 か所")]),
    ("nop ＃ コメント，", [(5, "「＃」", "「#」")]),
    ("lw a0, 0（sp）", [(9, "「（」、「）」", "「(」、「)」")]),
    ("li a0, −1", [(8, "「−」", "「-」")]),
    (".asciz “あ，”", [(8, "「“」", '「"」')]),
]


@pytest.mark.parametrize(("source", "expected"), FULL_WIDTH)
def test_full_width_characters_are_named_and_nothing_else_is_reported(
    source: str, expected: list[tuple[int, str, str]]
) -> None:
    found = problems(source)
    assert [(line, column) for line, column, _ in found] == [(1, e[0]) for e in expected]
    for (_, _, message), (_, wide, narrow) in zip(found, expected, strict=True):
        assert wide in message
        assert narrow in message


def test_all_mistakes_are_reported_in_order() -> None:
    found = problems("j nowhere\nadd a0, a9, 5\nfoo\n li a0, 0x1ffffffff\n.byte 1, 300, 400")
    assert [(line, column) for line, column, _ in found] == [
        (1, 3), (2, 9), (2, 13), (3, 1), (4, 9), (5, 10), (5, 15),
    ]  # fmt: skip


def test_limit_of_characters() -> None:
    limits = AssemblyLimits(max_characters=10)
    assemble("nop\nnop\n  ", limits)
    (problem,) = problems("nop\nnop\n   ", limits)
    assert problem[:2] == (3, 3)
    assert "10 文字" in problem[2]


def test_limit_of_lines() -> None:
    limits = AssemblyLimits(max_lines=3)
    assemble("nop\nnop\nnop", limits)
    (problem,) = problems("nop\nnop\nnop\n", limits)
    assert problem[:2] == (4, 1)
    assert "3 行" in problem[2]


@pytest.mark.parametrize("section", [".text", ".data", ".bss"])
def test_limit_of_the_image(section: str) -> None:
    limits = AssemblyLimits(max_image_bytes=64)
    assemble(f"{section}\n.space 64", limits)
    (problem,) = problems(f"{section}\n .space 65\n.space 65", limits)
    assert problem[:2] == (2, 2)
    assert "64 バイト" in problem[2]


def test_limit_of_the_image_counts_the_gaps_between_sections() -> None:
    source = "nop\n.data\n.byte 1"
    assemble(source, AssemblyLimits(max_image_bytes=17))
    (problem,) = problems(source, AssemblyLimits(max_image_bytes=16))
    assert "16 バイト" in problem[2]


def test_limit_of_the_image_counts_alignments() -> None:
    source = ".byte 1\n  .balign 65536\nx: .space {}"
    limits = AssemblyLimits(max_image_bytes=3 << 16)
    assert assemble(source.format(2 << 16), limits).symbols == {"x": 0x80010000}
    (problem,) = problems(source.format((2 << 16) + 1), limits)
    assert problem[0] == 3
    (problem,) = problems(".byte 1\n  .balign 65536\n.byte 1")
    assert problem[:2] == (3, 1)
    assert "65,536 バイト" in problem[2]
    assert ".align" in problem[2]


# A program of three lines that come to 4 lines of 20 characters when expanded.
_TWICE = ".rept 2; addi a0, a0, 1; .endr"


def test_limit_of_expanded_lines() -> None:
    assemble(_TWICE, AssemblyLimits(max_expanded_lines=4))
    (problem,) = problems(f"nop\n  {_TWICE}", AssemblyLimits(max_expanded_lines=3))
    assert problem[:2] == (2, 3)
    assert "3 行" in problem[2]


def test_limit_of_expanded_characters() -> None:
    length = 2 * len(" addi a0, a0, 1")
    assemble(_TWICE, AssemblyLimits(max_expanded_characters=length))
    (problem,) = problems(_TWICE, AssemblyLimits(max_expanded_characters=length - 1))
    assert problem[:2] == (1, 1)
    assert f"{length - 1} 文字" in problem[2]


_NESTED = ".macro m n; .if \\n; m \\n - 1; .endif; .endm; m {0}"


def test_limit_of_nesting() -> None:
    limits = AssemblyLimits(max_nesting=9)
    assemble(_NESTED.format(8), limits)
    (problem,) = problems(_NESTED.format(9), limits)
    assert "9 段" in problem[2]
    assemble(".if 1;" * 9 + ".endif;" * 9, limits)
    (problem,) = problems("\n" + ".if 1;" * 10 + ".endif;" * 10, limits)
    assert problem[:2] == (2, 9 * len(".if 1;") + 1)
    assert "9 段" in problem[2]


_WIDE_LIMITS = AssemblyLimits(max_characters=1 << 24, max_lines=1 << 20)
BOMBS = [
    "nop\n" * 2_500_000,
    ".macro m; m; .endm; m",
    ".macro m; m; m; .endm; m",
    '.macro m a; m "\\a\\a"; .endm; m xxxxxxxx',
    ".macro m a; " + "\\a " * 20_000 + f"; .endm; m {'y' * 40_000}",
    ".rept 1 << 40; nop; .endr",
    ".rept 140; .rept 140; .rept 140; nop; .endr; .endr; .endr",
    ".rept 6000; .rept 1900; .endr; .endr",
    f".irpc x, {'y' * 30_000}; nop; .endr",
    ".space 4 << 30",
    "beqz a0, x; x: .org 4 << 30",
    "x: beqz a0, x; y: .space (y - x) << 29",
    ".fill 1 << 31, 8, 1",
    ".align 12; .byte 1;" * 20,
    f".word {'(' * 100_000}",
    ".if 1;" * 20_000,
]


@pytest.mark.parametrize("source", BOMBS, ids=range(len(BOMBS)))
def test_bombs_are_refused_with_one_message(source: str) -> None:
    limits = _WIDE_LIMITS if len(source) < 1_000_000 else AssemblyLimits()
    assert len(problems(source, limits)) == 1


def test_branches_made_to_grow_one_after_another_are_settled() -> None:
    """Each is just in reach until the next one grows: the last makes all the others grow."""
    count = 1_200
    lines = [f"l{i}: beq a0, a1, l{min(i + 1024, count)}" for i in range(count)]
    source = "\n".join([*lines, "nop", f"l{count}: nop", f"bgeu a0, a1, l{count}", "beqz a0, l0"])
    assemble(source, AssemblyLimits(max_characters=1 << 20))


def test_mistake_in_a_macro_names_the_body_and_the_outermost_call() -> None:
    source = ".macro one x\n  mv a0, \\x; j b\n.endm\n.macro two\n one a9\n.endm\n\ntwo\nnop"
    found = problems(source)
    assert [p[:2] for p in found] == [(2, 10), (2, 16)]
    for _, _, message in found:
        assert "8 行目で呼び出したマクロ「two」" in message
    assert "「a9」" in found[0][2]


def test_columns_behind_a_parameter_are_those_of_the_body() -> None:
    found = problems(".macro m long\nli a0, \\long + 1 + b\n.endm\n.equ b, 1 << 40\nm 123456789")
    assert [p[:2] for p in found] == [(2, 8)]
    found = problems(".rept 1\n li a0, 0; li a1, b0\n.endr")
    assert [p[:2] for p in found] == [(2, 19)]


def test_what_is_passed_over_is_not_read() -> None:
    assemble('.if 0\nfoo bar\n.macro x\n.if 1\n"\n.endif\n.else\nnop\n.endif')


def test_limit_of_problems() -> None:
    limits = AssemblyLimits(max_problems=3)
    source = "a\nb\nc"
    assert [p[0] for p in problems(source, limits)] == [1, 2, 3]
    found = problems(f"  {source}\nj d; e\n{source}", limits)
    assert [p[:2] for p in found] == [(1, 3), (2, 1), (3, 1), (4, 3)]
    assert "「c」" in found[2][2]
    assert found[3][2].startswith("ほかに 5 件の誤りがあります。")


def test_limit_of_problems_within_one_place() -> None:
    everything = problems(".word 1 +; .word ０９\n" * 9, AssemblyLimits(max_problems=99))
    for kept in range(1, len(everything)):
        found = problems(".word 1 +; .word ０９\n" * 9, AssemblyLimits(max_problems=kept))
        assert found[:-1] == everything[:kept]
        assert found[-1][:2] == everything[kept][:2]
        assert f"ほかに {len(everything) - kept} 件" in found[-1][2]


@pytest.mark.parametrize("source", [".a;" * 6_666, "a:" * 9_999, "j x;" * 4_999, "＠ａ " * 5_000])
def test_the_longest_text_of_mistakes_has_a_short_list(source: str) -> None:
    assert len(problems(source)) == 51


_LONG = "long" * 3_000


@pytest.mark.parametrize(
    "source",
    [
        "{0}", ".{0}", "j {0}", "{0}: {0}:", "{0}x: j {0}y", "mv a0, {0}", "fence {0}, w", "5{0}",
        "nop {0}, 1", ".word 1 {0}", ".word 5{0}", "j {1}f", "{1}: j {1}b; j {1}f", "0x{0}:",
        '"{0}":', '.word "{0}"', '.word 1 "{0}"', "'{0}'", ".word '{0}'", 'mv a0, "{0}"', "あ{2}",
        "ａ{2}", ".equ {0}, {0}", ".section {0}, {0}", "{0} = ", '.space {0}', '.ascii {0}',
        ".option {0}", "csrr a0, {0}", '.error "{0}"', ".macro m {0}:{0}; .endm",
        ".macro {0}; .endm; .macro {0}; .endm", ".macro m; .endm; m {0}", ".purgem {0}",
        ".macro {0}; j y; .endm; {0}", ".macro m {0}:req; .endm; m", ".irp {0}",
    ],
)  # fmt: skip
def test_long_words_are_not_repeated_whole(source: str) -> None:
    text = source.format(_LONG, "1" * len(_LONG), "あａ" * len(_LONG))
    for _, _, message in problems(text, AssemblyLimits(max_characters=100_000)):
        assert len(message) < 400
        assert message.count("long") <= 3 * 10


def test_a_word_of_forty_letters_is_shown_whole() -> None:
    word = "w" * 40
    assert f"「{word}」" in problems(f"j {word}")[0][2]
    assert f"「{word}…」" in problems(f"j {word}w")[0][2]


def test_default_limits_are_the_promised_ones() -> None:
    assert AssemblyLimits() == AssemblyLimits(20_000, 2_000, 65_536, 50, 20_000, 1_000_000, 64)
    assemble(".space 65536")
    assert len(problems(".space 65537")) == 1


def test_enormous_sizes_take_no_memory() -> None:
    assert len(problems(".space 0xffffffff\n.space 1 << 32\n.align 12\nnop")) == 1


def test_chains_of_definitions_take_no_time() -> None:
    chain = "\n".join(f".equ n{i}, n{i + 1} + n{i + 1}" for i in range(400))
    assert any("深すぎます" in message for _, _, message in problems(f"{chain}\n.word n0"))


def test_many_unknown_names_take_no_time() -> None:
    labels = "".join(f"l{i}:\n" for i in range(900))
    calls = "".join(f"j m{i}\n" for i in range(900))
    assert "ほかに 850 件" in problems(labels + calls)[-1][2]


GNU_AS_LINES = Path(__file__).with_name("gnu_as.txt").read_text().splitlines()[::2]
_WORDS = st.sampled_from(
    [
        *FORMS,
        *DIRECTIVES,
        *"a0 a1 sp x5 zero . 1 0x10 1b 1f 1: x: x y %hi %pcrel_lo".split(),
        *",()+-*/%&|^~<>=:;#'\"\\\n\n\n \u3000，ａ１あ",
    ]
)


_GOOD = st.sampled_from(GNU_AS_LINES).map(lambda line: line.replace("; ", "\n"))


@st.composite
def _damaged(draw: st.DrawFn) -> str:
    """Return good lines with words put in and stretches cut out."""
    text = "\n".join(draw(st.lists(_GOOD, min_size=1, max_size=4)))
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(text)))
        end = start + draw(st.sampled_from((0, 0, 1, 2, 5)))
        text = text[:start] + draw(_WORDS) + text[end:]
    return text


@given(st.lists(_WORDS, max_size=40).map(" ".join) | st.text(max_size=80) | _damaged())
def test_no_text_raises_anything_else(source: str) -> None:
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in problems_or_none(source):
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        assert problem.message.endswith("。")


def problems_or_none(source: str) -> tuple[AssemblyProblem, ...]:
    try:
        assemble(source)
    except AssemblyError as error:
        return error.problems
    return ()
