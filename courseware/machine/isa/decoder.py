"""From a word to the instruction that it is, and to its text."""

import re
from collections.abc import Mapping

from courseware.machine.isa.compressed import Compressed, decode_short, expand
from courseware.machine.isa.csr_numbers import CSR_NAMES
from courseware.machine.isa.encoding import AQRL_SUFFIXES, Field
from courseware.machine.isa.instruction import Decoded, Instruction
from courseware.machine.isa.table import INSTRUCTIONS
from courseware.machine.registers import REGISTER_NAMES
from courseware.machine.stop import hexadecimal

FENCE_LETTERS = "iorw"  # of the 4 bits of a FENCE set, highest first

_FENCE_TSO = 0x8330000F  # FENCE RW, RW with fm = 8: the table has FENCE without fm

_OPCODE_MASK = 0x7F
# By opcode: each mask that tells instructions apart, with the instructions by what it leaves.
_BY_OPCODE: dict[int, dict[int, dict[int, Instruction]]] = {}
for _instruction in INSTRUCTIONS:
    _masks = _BY_OPCODE.setdefault(_instruction.match & _OPCODE_MASK, {})
    _masks.setdefault(_instruction.format.mask, {})[_instruction.match] = _instruction

_WORDS = re.compile(r"[a-z]\w*")


def decode(word: int) -> Decoded | None:
    """Return the instruction that a word is, or None when it is none.

    The low 16 bits are one of the C extension when the lowest two are not both 1.
    """
    if word & 0b11 != 0b11:
        return expand(word & 0xFFFF)
    for mask, instructions in _BY_OPCODE.get(word & _OPCODE_MASK, {}).items():
        instruction = instructions.get(word & mask)
        if instruction:
            return Decoded(instruction, instruction.format.decode(word))
    return None


def disassemble(word: int, address: int) -> str:
    """Return the text of the instruction at an address, which assembles to the same bytes.

    A 16-bit instruction, in the low half of the word, has a mnemonic with ``c.`` in front. What
    is no instruction, or has bits set that the instruction ignores, is ``.word 0x…`` or
    ``.half 0x…``. Branch and jump targets are absolute, as the assembler reads them.
    """
    if word & 0b11 != 0b11:
        return _short_text(word & 0xFFFF, address)
    decoded = decode(word)
    if decoded is None or decoded.instruction.encode(decoded.fields) != word:
        return "fence.tso" if word == _FENCE_TSO else f".word {hexadecimal(word)}"
    instruction, fields = decoded.instruction, decoded.fields
    suffix = AQRL_SUFFIXES[fields["aqrl"]] if "aqrl" in fields else ""
    return _text(instruction.mnemonic + suffix, instruction, fields, address)


def _short_text(halfword: int, address: int) -> str:
    if halfword == 0:
        return "c.unimp"
    decoded = decode_short(halfword)
    if decoded is None:
        return f".half 0x{halfword:04x}"
    short, fields = decoded
    return _text(short.mnemonic, short, fields, address)


def _text(
    mnemonic: str, code: Instruction | Compressed, fields: Mapping[str, int], address: int
) -> str:
    def operand(match: re.Match[str]) -> str:
        name = match[0]
        field = code.format.fields.get("imm" if name == "target" else name)
        if field is None:
            return name  # a register that the mnemonic implies
        return _operand(name, fields, field, address)

    return f"{mnemonic} {_WORDS.sub(operand, code.operands)}".rstrip()


def operand_text(decoded: Decoded, name: str, address: int) -> str:
    """Return how the assembler writes one operand of a decoded instruction."""
    field = decoded.instruction.format.fields["imm" if name == "target" else name]
    return _operand(name, decoded.fields, field, address)


def _operand(name: str, fields: Mapping[str, int], field: Field, address: int) -> str:
    if name == "target":
        return hexadecimal((address + fields["imm"]) & 0xFFFF_FFFF)
    value = fields[name]
    if name in ("rd", "rs1", "rs2"):
        return REGISTER_NAMES[value]
    if name == "csr":
        return CSR_NAMES.get(value, hex(value))
    if name in ("pred", "succ"):
        letters = (FENCE_LETTERS[i] for i in range(4) if value >> (3 - i) & 1)
        return "".join(letters) or "0"
    return hex(value) if field.maximum > 0xFFFF else str(value)
