"""The instruction table and what is derived from it."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine import Machine, Step, assemble, disassemble
from courseware.machine.isa.decoder import decode
from courseware.machine.isa.explanation import describe
from courseware.machine.isa.instruction import Instruction
from courseware.machine.isa.semantics import parse
from courseware.machine.isa.table import INSTRUCTION_GROUPS, INSTRUCTIONS
from courseware.machine.memory_map import RAM_BASE
from tests.machine.programs import instructions, values

INT_MIN, MINUS_1 = 0x8000_0000, 0xFFFF_FFFF


def test_groups_are_the_extensions() -> None:
    """How many instructions the specifications' listings have."""
    counts = [len(group) for group in INSTRUCTION_GROUPS.values()]
    assert counts == [40, 8, 11, 6, 1, 4, 12]
    assert sum(counts) == len(INSTRUCTIONS) == len({i.mnemonic for i in INSTRUCTIONS})


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
