"""The instruction table and what is derived from it."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine import Machine, Program, Segment, Step, assemble, disassemble
from courseware.machine.isa.decoder import decode
from courseware.machine.isa.explanation import describe
from courseware.machine.isa.instruction import Instruction
from courseware.machine.isa.semantics import parse
from courseware.machine.isa.table import INSTRUCTIONS
from courseware.machine.memory_map import RAM_BASE
from tests.machine.programs import instructions, values

RV32IM = """
    lui auipc jal jalr beq bne blt bge bltu bgeu lb lh lw lbu lhu sb sh sw addi slti sltiu xori
    ori andi slli srli srai add sub sll slt sltu xor srl sra or and fence ecall ebreak
    mul mulh mulhsu mulhu div divu rem remu
""".split()

INT_MIN, MINUS_1 = 0x8000_0000, 0xFFFF_FFFF


def test_table_is_rv32im() -> None:
    assert sorted(i.mnemonic for i in INSTRUCTIONS) == sorted(RV32IM)


def test_no_word_is_two_instructions() -> None:
    for left, right in combinations(INSTRUCTIONS, 2):
        common = left.format.mask & right.format.mask
        assert left.match & common != right.match & common, (left.mnemonic, right.mnemonic)


@given(instructions())
def test_decoding_returns_what_was_encoded(case: tuple[Instruction, dict[str, int]]) -> None:
    instruction, fields = case
    decoded = decode(instruction.encode(fields))
    assert decoded is not None
    assert (decoded.instruction, decoded.fields) == (instruction, fields)


@given(instructions())
def test_assembling_the_disassembly_returns_the_word(
    case: tuple[Instruction, dict[str, int]],
) -> None:
    instruction, fields = case
    word = instruction.encode(fields)
    text = disassemble(word, RAM_BASE)
    (segment,) = assemble(text).segments
    assert segment.data == word.to_bytes(4, "little"), text


@pytest.mark.parametrize("word", [0xFFFF_FFFF, 0x0000_2067, 0x4000_1013, 0x0020_0073])
def test_other_words_are_no_instructions(word: int) -> None:
    assert disassemble(word, RAM_BASE) == f".word 0x{word:08x}"


@given(st.integers(0, 0xFFFF_FFFF))
def test_every_word_has_a_text_that_assembles_to_it(word: int) -> None:
    size = 4 if word & 0b11 == 0b11 else 2
    (segment,) = assemble(disassemble(word, RAM_BASE)).segments
    assert segment.data == word.to_bytes(4, "little")[:size]


@pytest.mark.parametrize("instruction", INSTRUCTIONS, ids=lambda i: i.mnemonic)
def test_fields_that_are_one_too_large_are_refused(instruction: Instruction) -> None:
    for name, field in instruction.format.fields.items():
        fields = dict.fromkeys(instruction.format.fields, 0)
        for value in (field.maximum + field.step, field.minimum - field.step):
            with pytest.raises(ValueError, match=str(value)):
                instruction.encode(fields | {name: value})


@pytest.mark.parametrize(
    "text", ["rd = rs3", "rd = (rs1", "rs1 = rd", "rd = rs1 $ rs2", "when rs1"]
)
def test_semantics_must_be_of_the_language(text: str) -> None:
    with pytest.raises(ValueError, match="rs"):
        parse(text)


def execute(mnemonic: str, rs1: int, rs2: int) -> tuple[int, Step]:
    """Return the result and the step of ``mnemonic a0, a1, a2``."""
    machine = Machine(assemble(f"{mnemonic} a0, a1, a2"))
    machine.registers[10:13] = [0x1234_5678, rs1, rs2]
    step = machine.step()
    return machine.registers[10], step


# Unprivileged specification, M extension, "Semantics for division by zero and division overflow",
# and products at the ends of the ranges.
M_EDGES = [
    ("div", 7, 0, MINUS_1),
    ("divu", 7, 0, MINUS_1),
    ("rem", 7, 0, 7),
    ("remu", 7, 0, 7),
    ("div", 0, 0, MINUS_1),
    ("rem", INT_MIN, 0, INT_MIN),
    ("remu", MINUS_1, 0, MINUS_1),
    ("div", INT_MIN, MINUS_1, INT_MIN),
    ("rem", INT_MIN, MINUS_1, 0),
    ("divu", INT_MIN, MINUS_1, 0),
    ("remu", INT_MIN, MINUS_1, INT_MIN),
    ("div", -7 & MINUS_1, 2, -3 & MINUS_1),
    ("rem", -7 & MINUS_1, 2, MINUS_1),
    ("div", 7, -2 & MINUS_1, -3 & MINUS_1),
    ("rem", 7, -2 & MINUS_1, 1),
    ("divu", -7 & MINUS_1, 2, 0x7FFF_FFFC),
    ("mul", MINUS_1, MINUS_1, 1),
    ("mul", INT_MIN, INT_MIN, 0),
    ("mul", 0x0001_0000, 0x0001_0000, 0),
    ("mulh", INT_MIN, INT_MIN, 0x4000_0000),
    ("mulh", MINUS_1, MINUS_1, 0),
    ("mulh", MINUS_1, 1, MINUS_1),
    ("mulhu", MINUS_1, MINUS_1, 0xFFFF_FFFE),
    ("mulhu", INT_MIN, 2, 1),
    ("mulhsu", MINUS_1, MINUS_1, MINUS_1),
    ("mulhsu", INT_MIN, MINUS_1, 0x8000_0000),
    ("mulhsu", 1, MINUS_1, 0),
]


@pytest.mark.parametrize(("mnemonic", "rs1", "rs2", "expected"), M_EDGES)
def test_multiplication_and_division_at_their_edges(
    mnemonic: str, rs1: int, rs2: int, expected: int
) -> None:
    assert execute(mnemonic, rs1, rs2)[0] == expected


@given(values, st.integers(0, 31))
def test_shifts_use_the_low_five_bits(value: int, amount: int) -> None:
    for mnemonic in ("sll", "srl", "sra"):
        assert execute(mnemonic, value, amount)[0] == execute(mnemonic, value, amount + 32)[0]


def test_sra_keeps_the_sign_and_srl_does_not() -> None:
    assert execute("sra", INT_MIN, 31)[0] == MINUS_1
    assert execute("srl", INT_MIN, 31)[0] == 1


def test_comparisons_know_signs() -> None:
    assert execute("slt", MINUS_1, 0)[0] == 1
    assert execute("sltu", MINUS_1, 0)[0] == 0


@pytest.mark.parametrize("instruction", INSTRUCTIONS, ids=lambda i: i.mnemonic)
def test_every_instruction_is_described(instruction: Instruction) -> None:
    text = describe(instruction)
    assert text.endswith("ます。")
    assert "{" not in text
    for operand in ("rd", "rs1", "rs2"):
        assert (operand in text) == (operand in instruction.operands), text


@pytest.mark.parametrize("mnemonic", ["blt", "bge", "slt", "slti"])
def test_comparisons_say_whether_they_know_signs(mnemonic: str) -> None:
    unsigned = f"{mnemonic}u" if mnemonic != "slti" else "sltiu"
    described = {i.mnemonic: describe(i) for i in INSTRUCTIONS}
    assert described[mnemonic].startswith("符号付きで rs1 が ")
    assert described[unsigned] == described[mnemonic].replace("符号付き", "符号なし")


def step_of(source: str, **registers: int) -> Step:
    machine = Machine(assemble(source))
    names = {"a0": 10, "a1": 11, "sp": 2, "ra": 1}
    for name, value in registers.items():
        machine.registers[names[name]] = value & MINUS_1
    return machine.step()


EXPLANATIONS = [
    ("add a0, a0, a1", {"a0": 3, "a1": 4}, "a0 (3) と a1 (4) の和 7 を a0 に入れました。"),
    ("addi a0, a0, -1", {"a0": 0}, "a0 (0) と -1 の和 -1 を a0 に入れました。"),
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
]


@pytest.mark.parametrize(("source", "registers", "expected"), EXPLANATIONS)
def test_step_explains_with_values(source: str, registers: dict[str, int], expected: str) -> None:
    assert step_of(source, **registers).explanation == expected


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
    assert machine.registers[0] == 0
    changed = tuple(n for n in range(32) if machine.registers[n] != before[n])
    assert step.changed_registers == changed
    assert set(changed) <= {fields.get("rd")}
