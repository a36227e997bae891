"""The C extension's table (see also test_against_gnu_as, which compares its encodings)."""

from hypothesis import given
from hypothesis import strategies as st

from courseware.machine import INSTRUCTIONS
from courseware.machine.isa.compressed import COMPRESSED, compress, decode_short, expand
from courseware.machine.isa.csr_numbers import CSR_NAMES, CSR_NUMBERS
from courseware.machine.isa.instruction import Instruction

_BY_MNEMONIC = {instruction.mnemonic: instruction for instruction in INSTRUCTIONS}
_HALFWORDS = st.integers(0, 0xFFFF).filter(lambda halfword: halfword & 3 != 3)
_REPLACED = sorted(
    {full.instruction.mnemonic for short in COMPRESSED for full in short.replaced} | {"lui", "xori"}
)
# Registers and numbers for which the chances of a 16-bit instruction are good.
_REGISTERS = (0, 1, 2, 7, 8, 9, 15, 16, 31)
_NUMBERS = (-512, -33, -32, -16, -1, 0, 1, 2, 4, 16, 31, 32, 124, 252, 496, 1020)


@st.composite
def _instructions(draw: st.DrawFn) -> tuple[Instruction, dict[str, int]]:
    instruction = _BY_MNEMONIC[draw(st.sampled_from(_REPLACED))]
    fields = {}
    for name, field in instruction.format.fields.items():
        values = _NUMBERS if name == "imm" else _REGISTERS
        good = [value for value in values if field.minimum <= value <= field.maximum]
        fields[name] = draw(st.sampled_from(good))
    return instruction, fields


@given(_instructions())
def test_what_is_shortened_stands_for_the_same(case: tuple[Instruction, dict[str, int]]) -> None:
    instruction, fields = case
    bits = compress(instruction, fields)
    if bits is None:
        return
    decoded = expand(bits)
    assert decoded is not None
    if instruction.mnemonic == "addi" and decoded.instruction.mnemonic == "add":  # c.mv
        assert decoded.fields == {"rd": fields["rd"], "rs1": 0, "rs2": fields["rs1"]}
        assert fields["imm"] == 0
    elif decoded.fields != fields:
        swapped = {"rd": fields["rd"], "rs1": fields["rs2"], "rs2": fields["rs1"]}
        assert instruction.mnemonic in ("add", "and", "or", "xor")
        assert decoded.fields == swapped
    else:
        assert decoded.instruction is instruction


@given(_HALFWORDS)
def test_decoding_returns_what_was_encoded(halfword: int) -> None:
    decoded = decode_short(halfword)
    if decoded is not None:
        short, fields = decoded
        assert short.encode(fields) == halfword


def test_every_field_of_the_full_instruction_has_a_value() -> None:
    for short in COMPRESSED:
        assert set(short.full.meanings) == set(short.full.instruction.format.fields), short.mnemonic


# Unprivileged specification, "RVC Instruction Set Listings": reserved or of another extension.
RESERVED = [
    0x0000,  # illegal
    0x0004,  # c.addi4spn with 0
    0x2000, 0x6000, 0xA000, 0xE000,  # c.fld, c.flw, c.fsd, c.fsw
    0x8000,
    0x6101,  # c.addi16sp with 0
    0x6081,  # c.lui with 0
    0x9001, 0x9401,  # shifts by more than 31
    0x9C01, 0x9C21, 0x9C41, 0x9C61,  # c.subw, c.addw
    0x1002,  # a shift by more than 31
    0x4002,  # c.lwsp to x0
    0x8002,  # c.jr x0
    0x2002, 0x6002, 0xA002, 0xE002,  # c.fldsp, c.flwsp, c.fsdsp, c.fswsp
]  # fmt: skip


def test_reserved_encodings_are_no_instructions() -> None:
    assert [hex(halfword) for halfword in RESERVED if expand(halfword)] == []


def test_the_number_of_encodings_is_that_of_the_specification() -> None:
    """Counted from the specification's listing: all 3 quadrants without what is reserved."""
    sizes = {
        "addi4spn": 255 * 8, "lw": 8 * 8 * 32, "sw": 8 * 8 * 32,
        "nop, addi": 32 * 64, "jal": 2048, "li": 32 * 64, "addi16sp": 63, "lui": 31 * 63,
        "srli, srai": 2 * 8 * 32, "andi": 8 * 64, "sub to and": 4 * 8 * 8,
        "j": 2048, "beqz, bnez": 2 * 8 * 256,
        "slli": 32 * 32, "lwsp": 31 * 64, "jr, jalr": 2 * 31, "mv, add": 2 * 32 * 31,
        "ebreak": 1, "swsp": 32 * 64,
    }  # fmt: skip
    found = sum(expand(halfword) is not None for halfword in range(1 << 16) if halfword & 3 != 3)
    assert found == sum(sizes.values())


def test_csr_names_and_numbers_agree() -> None:
    assert all(CSR_NUMBERS[name] == number for number, name in CSR_NAMES.items())
    assert set(CSR_NUMBERS.values()) == set(CSR_NAMES)
    assert all(0 <= number < 1 << 12 for number in CSR_NAMES)
    assert CSR_NAMES[0x7B2] == "dscratch0"
