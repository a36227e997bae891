"""From a word to the instruction that it is, and to its text."""

import re

from courseware.machine.isa.compressed import expand
from courseware.machine.isa.csr_numbers import CSR_NAMES
from courseware.machine.isa.instruction import Decoded, Instruction
from courseware.machine.isa.table import INSTRUCTIONS
from courseware.machine.registers import REGISTER_NAMES
from courseware.machine.stop import hexadecimal

FENCE_LETTERS = "iorw"  # of the 4 bits of a FENCE set, highest first

_OPCODE_MASK = 0x7F
_BY_OPCODE: dict[int, list[Instruction]] = {}
for _instruction in INSTRUCTIONS:
    _BY_OPCODE.setdefault(_instruction.match & _OPCODE_MASK, []).append(_instruction)

_WORDS = re.compile(r"[a-z]\w*")


def decode(word: int) -> Decoded | None:
    """Return the instruction that a word is, or None when it is none.

    The low 16 bits are one of the C extension when the lowest two are not both 1.
    """
    if word & 0b11 != 0b11:
        return expand(word & 0xFFFF)
    for instruction in _BY_OPCODE.get(word & _OPCODE_MASK, ()):
        if instruction.matches(word):
            return Decoded(instruction, instruction.format.decode(word))
    return None


def disassemble(word: int, address: int) -> str:
    """Return the text of the instruction at an address, or ``.word 0x…`` when it is none.

    Branch and jump targets are absolute, as the assembler reads them.
    """
    decoded = decode(word)
    if decoded is None:
        return f".word {hexadecimal(word)}"
    operands = _WORDS.sub(
        lambda match: operand_text(decoded, match[0], address), decoded.instruction.operands
    )
    return f"{decoded.instruction.mnemonic} {operands}".rstrip()


def operand_text(decoded: Decoded, name: str, address: int) -> str:
    """Return how the assembler writes one operand of a decoded instruction."""
    fields = decoded.fields
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
    return str(value) if decoded.instruction.format.fields[name].bits < 20 else hex(value)
