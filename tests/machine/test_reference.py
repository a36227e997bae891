"""The words that an editor marks and explains."""

import re

import pytest

from courseware.machine import DIRECTIVES, INSTRUCTIONS, PSEUDO_INSTRUCTIONS, describe
from courseware.machine.hart.csrs import NAMES
from courseware.machine.isa.csr_titles import CSR_TITLES
from courseware.machine.reference import assembly_words, directives_in_full

WORDS = assembly_words()


def test_every_instruction_is_told_in_the_words_of_the_table() -> None:
    for instruction in INSTRUCTIONS:
        form = f"{instruction.mnemonic} {instruction.operands}".strip()
        usages = {usage.form: usage for usage in WORDS.mnemonics[instruction.mnemonic]}
        assert usages[form].description == describe(instruction)
        assert usages[form].expansion == ()


def test_every_pseudo_instruction_is_told_by_what_it_stands_for() -> None:
    for pseudo in PSEUDO_INSTRUCTIONS:
        form = f"{pseudo.mnemonic} {pseudo.operands}".strip()
        usages = {usage.form: usage for usage in WORDS.mnemonics[pseudo.mnemonic]}
        expansion = usages[form].expansion
        assert expansion
        if pseudo.expansion:
            assert expansion == pseudo.expansion
        assert all(line.split()[0] in WORDS.mnemonics or line[0] == "." for line in expansion)


def test_no_word_is_without_an_explanation() -> None:
    for usages in WORDS.mnemonics.values():
        assert usages
        assert all(usage.description or usage.expansion for usage in usages)
    assert all(WORDS.registers.values())
    assert all(WORDS.csrs.values())
    assert set(DIRECTIVES) == set(WORDS.directives)
    assert all(usage.description for usage in WORDS.directives.values())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (".word", "8、16、32、64 ビットの数を並べます。"),
        (".balign", "番地を 2 の「数」乗の倍数にそろえます。.balign は、バイト数で指定します。"),
        (".warning", "誤りとして止めます。.warning は何もしません。"),
        (".endr", "くり返します。"),
        (".comm", ".bss に場所を取ります。"),
    ],
)
def test_a_directive_is_told_with_what_is_said_of_its_name(name: str, told: str) -> None:
    assert WORDS.directives[name].description == told


def test_the_page_of_reference_tells_every_directive_in_full() -> None:
    told = directives_in_full()
    text = " ".join(form + " ".join(parts) for form, parts in told)
    assert all(re.search(rf"{re.escape(name)}(?![a-z0-9_.])", text) for name in DIRECTIVES)
    assert all(len(parts) % 2 for _, parts in told)  # every code that begins ends


def test_an_order_of_an_atomic_operation_is_told() -> None:
    (plain,) = WORDS.mnemonics["amoadd.w"]
    (ordered,) = WORDS.mnemonics["amoadd.w.aq"]
    assert ordered.form == "amoadd.w.aq rd, rs2, (rs1)"
    assert ordered.description.startswith(plain.description)
    assert "acquire" in ordered.description
    assert "release" not in ordered.description


def test_a_compressed_instruction_is_told_by_the_full_one() -> None:
    (usage,) = WORDS.mnemonics["c.lw"]
    assert usage.expansion == ("lw rd, imm(rs1)",)


def test_the_titles_of_csrs_are_those_of_the_machine() -> None:
    assert set(CSR_TITLES) == NAMES


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("mepc", ["戻る番地", "0x341", "M モード以上"]),
        ("satp", ["ページ表", "0x180", "S モード以上"]),
        ("hgatp", ["G 段", "0x680", "HS モード以上"]),
        ("cycle", ["サイクル", "0xc00", "U モード以上", "読み出し専用"]),
        ("mhartid", ["ハートの番号", "0xf14", "M モード以上", "読み出し専用"]),
        ("fcsr", ["この計算機にはありません", "0x003"]),
    ],
)
def test_a_csr_is_told_with_number_and_mode(name: str, parts: list[str]) -> None:
    assert all(part in WORDS.csrs[name] for part in parts)
    assert ("読み出し専用" in WORDS.csrs[name]) == ("読み出し専用" in parts)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("zero", "x0 (zero): 常に 0"),
        ("x2", "x2 (sp): スタックポインター"),
        ("fp", "x8 (s0): 保存される値"),
        ("a1", "x11 (a1): 引数と戻り値"),
        ("a7", "x17 (a7): 引数"),
        ("s2", "x18 (s2): 保存される値"),
        ("t3", "x28 (t3): 一時的な値"),
        ("t6", "x31 (t6): 一時的な値"),
    ],
)
def test_a_register_is_told_with_its_role(name: str, told: str) -> None:
    assert WORDS.registers[name].startswith(told)
