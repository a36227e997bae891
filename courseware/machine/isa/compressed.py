"""The C extension: 16-bit instructions, each of which stands for one 32-bit instruction.

Source: RISC-V unprivileged specification 20240411, "C Extension", for RV32 without floating
point, with its listing of the three quadrants. ``compress`` prefers what GNU as 2.40 prefers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from courseware.machine.isa.encoding import Field, Format, Piece
from courseware.machine.isa.instruction import Decoded, Instruction
from courseware.machine.isa.table import INSTRUCTIONS
from courseware.machine.registers import REGISTER_NUMBERS

_WORDS = re.compile(r"\w+")
_BY_MNEMONIC = {instruction.mnemonic: instruction for instruction in INSTRUCTIONS}


class _ShortRegister(Field):
    """Three bits for one of the registers x8 to x15."""

    @property
    def minimum(self) -> int:
        """Return the least register number."""
        return 8

    @property
    def maximum(self) -> int:
        """Return the greatest register number."""
        return 15

    def decode(self, word: int) -> int:
        """Return the register's number."""
        return super().decode(word) + 8


class _UpperImmediate(Field):
    """Six signed bits for the 20 bits of LUI's immediate."""

    @property
    def minimum(self) -> int:
        """Return the least value; those between 31 and 0xfffe0 do not fit either."""
        return 0

    @property
    def maximum(self) -> int:
        """Return the greatest value."""
        return 0xFFFFF

    def encode(self, value: int) -> int:
        """Return the field's bits in place. Raises ValueError for a value that does not fit."""
        if not (0 <= value < 32 or 0xFFFE0 <= value <= self.maximum):
            raise ValueError(value)
        return Field(self.pieces).encode(value & 0x3F)

    def decode(self, word: int) -> int:
        """Return the value as LUI's field has it."""
        return super().decode(word) & 0xFFFFF


@dataclass(frozen=True)
class Compressed:
    """One 16-bit instruction.

    ``operands`` is the assembly syntax, as in ``Instruction``; ``expansion`` is the 32-bit
    instruction that it stands for, written in the same words, and ``others`` are more that it can
    replace. ``banned`` are the values of fields with which the encoding is reserved or another
    instruction, and ``hints`` those with which it changes nothing: such encodings are decoded as
    what they expand to, but never chosen by ``compress``, nor are those that are not ``chosen``.
    """

    mnemonic: str
    format: Format
    match: int
    operands: str
    expansion: str
    banned: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    hints: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    chosen: bool = True

    @cached_property
    def full(self) -> "Full":
        """Return the 32-bit instruction that it stands for."""
        return Full.of(self.expansion)

    @cached_property
    def replaced(self) -> "tuple[Full, ...]":
        """Return the 32-bit instructions for which ``compress`` chooses it."""
        return tuple(map(Full.of, (self.expansion, *self.others))) if self.chosen else ()

    def matches(self, halfword: int) -> bool:
        """Say whether 16 bits are this instruction."""
        return halfword & self.format.mask == self.match and not _among(
            self.banned, self.format.decode(halfword)
        )

    def is_hint(self, fields: Mapping[str, int]) -> bool:
        """Say whether the instruction changes nothing with these values of its fields."""
        return _among(self.hints, fields)

    def encode(self, fields: Mapping[str, int]) -> int:
        """Return the 16 bits. Raises ValueError when a value does not fit its field."""
        if _among(self.banned, fields):
            raise ValueError(dict(fields))
        return self.format.encode(self.match, fields)

    def expand(self, fields: Mapping[str, int]) -> Decoded:
        """Return the 32-bit instruction for the values of the 16-bit one's fields."""
        return Decoded(self.full.instruction, self.full.fields(fields), length=2)

    def compress(self, full: "Full", fields: Mapping[str, int]) -> int | None:
        """Return the 16 bits for the values of a replaced instruction's fields, if there are."""
        own = full.fields_of_short(fields)
        if own is None or self.is_hint(own):
            return None
        try:
            return self.encode(own)
        except ValueError:
            return None


@dataclass(frozen=True)
class Full:
    """A 32-bit instruction; ``meanings`` says what each of its fields holds.

    That is a number, or the name of a field of the 16-bit instruction.
    """

    instruction: Instruction
    meanings: Mapping[str, str | int]

    @classmethod
    def of(cls, line: str) -> "Full":
        """Return the instruction of a line like ``addi rd, rd, imm``."""
        mnemonic, _, operands = line.partition(" ")
        instruction = _BY_MNEMONIC[mnemonic]
        names = _WORDS.findall(instruction.operands)
        words = _WORDS.findall(operands)
        return cls(
            instruction,
            {_name(name): _meaning(word) for name, word in zip(names, words, strict=True)},
        )

    def fields(self, short: Mapping[str, int]) -> dict[str, int]:
        """Return the values of the fields for those of the 16-bit instruction's."""
        return {
            name: short[meaning] if isinstance(meaning, str) else meaning
            for name, meaning in self.meanings.items()
        }

    def fields_of_short(self, fields: Mapping[str, int]) -> dict[str, int] | None:
        """Return the values of the 16-bit instruction's fields, or None when they do not agree."""
        short: dict[str, int] = {}
        for name, meaning in self.meanings.items():
            wanted = (
                meaning if isinstance(meaning, int) else short.setdefault(meaning, fields[name])
            )
            if fields[name] != wanted:
                return None
        return short


def _name(word: str) -> str:
    return "imm" if word == "target" else word


def _meaning(word: str) -> str | int:
    if word in REGISTER_NUMBERS:
        return REGISTER_NUMBERS[word]
    return int(word) if word.isdigit() else _name(word)


def _among(banned: Mapping[str, tuple[int, ...]], fields: Mapping[str, int]) -> bool:
    return any(fields[name] in values for name, values in banned.items())


def _bits(*pieces: tuple[int, int, int], signed: bool = False) -> Field:
    return Field(tuple(Piece(*piece) for piece in pieces), signed)


_ZERO = (0,)
_RD = _bits((4, 0, 7))
_RS2 = _bits((4, 0, 2))
_SHORT_RD = _ShortRegister((Piece(2, 0, 2),))
_SHORT_HIGH = _ShortRegister((Piece(2, 0, 7),))
_IMMEDIATE = _bits((5, 5, 12), (4, 0, 2), signed=True)
_SHIFT = _bits((4, 0, 2))
_WORD_OFFSET = _bits((5, 3, 10), (2, 2, 6), (6, 6, 5))
_BRANCH_OFFSET = _bits(
    (8, 8, 12), (4, 3, 10), (7, 6, 5), (2, 1, 3), (5, 5, 2), signed=True
)  # fmt: skip
_JUMP_OFFSET = _bits(
    (11, 11, 12), (4, 4, 11), (9, 8, 9), (10, 10, 8), (6, 6, 7), (7, 7, 6), (3, 1, 3), (5, 5, 2),
    signed=True,
)  # fmt: skip

_MAJOR = 0xE003  # the quadrant and the three highest bits
_CI = Format({"rd": _RD, "imm": _IMMEDIATE}, _MAJOR)
_CR = Format({"rd": _RD, "rs2": _RS2}, 0xF003)
_CR_JUMP = Format({"rs1": _RD}, 0xF07F)
_CA = Format({"rd": _SHORT_HIGH, "rs2": _SHORT_RD}, 0xFC63)
_CB_SHIFT = Format({"rd": _SHORT_HIGH, "imm": _SHIFT}, 0xFC03)
_CB = Format({"rs1": _SHORT_HIGH, "imm": _BRANCH_OFFSET}, _MAJOR)
_CJ = Format({"imm": _JUMP_OFFSET}, _MAJOR)


def _arithmetic(mnemonic: str, bits: int) -> Compressed:
    others = () if mnemonic == "sub" else (f"{mnemonic} rd, rs2, rd",)
    full = f"{mnemonic} rd, rd, rs2"
    return Compressed(f"c.{mnemonic}", _CA, 0x8C01 | bits << 5, "rd, rs2", full, others=others)


def _shift(
    mnemonic: str, format: Format, match: int, hints: Mapping[str, tuple[int, ...]] | None = None
) -> Compressed:
    full = f"{mnemonic.removeprefix('c.')} rd, rd, imm"
    return Compressed(mnemonic, format, match, "rd, imm", full, {"imm": _ZERO}, hints or {})


def _shift_by_none(mnemonic: str, fields: dict[str, Field], match: int) -> Compressed:
    """Return the hint that is a shift by 64 on RV128, whose name GNU as uses."""
    mask = 0xFC7F if fields["rd"] is _SHORT_HIGH else 0xF07F
    full = f"{mnemonic.removeprefix('c.').removesuffix('64')} rd, rd, 0"
    return Compressed(mnemonic, Format(fields, mask), match, "rd", full, chosen=False)


# Where two stand for the same 32-bit instruction, the one that GNU as prefers comes first.
COMPRESSED: tuple[Compressed, ...] = (
    # Quadrant 0
    Compressed("c.addi4spn",
               Format({"rd": _SHORT_RD, "imm": _bits((5, 4, 11), (9, 6, 7), (2, 2, 6), (3, 3, 5))},
                      _MAJOR),
               0x0000, "rd, sp, imm", "addi rd, sp, imm", banned={"imm": _ZERO}),
    Compressed("c.lw", Format({"rd": _SHORT_RD, "rs1": _SHORT_HIGH, "imm": _WORD_OFFSET}, _MAJOR),
               0x4000, "rd, imm(rs1)", "lw rd, imm(rs1)"),
    Compressed("c.sw", Format({"rs2": _SHORT_RD, "rs1": _SHORT_HIGH, "imm": _WORD_OFFSET}, _MAJOR),
               0xC000, "rs2, imm(rs1)", "sw rs2, imm(rs1)"),
    # Quadrant 1
    Compressed("c.nop", Format({}, 0xFFFF), 0x0001, "", "addi zero, zero, 0"),
    Compressed("c.nop", Format({"imm": _IMMEDIATE}, 0xEF83), 0x0001, "imm", "addi zero, zero, imm",
               banned={"imm": _ZERO}, chosen=False),
    Compressed("c.addi", Format({"imm": _IMMEDIATE}, 0xEF83), 0x0001, "zero, imm",
               "addi zero, zero, imm", chosen=False),  # what GNU as also calls c.nop
    Compressed("c.addi", _CI, 0x0001, "rd, imm", "addi rd, rd, imm", {"rd": _ZERO}, {"imm": _ZERO}),
    Compressed("c.jal", _CJ, 0x2001, "target", "jal ra, target", chosen=False),
    Compressed("c.li", _CI, 0x4001, "rd, imm", "addi rd, zero, imm", hints={"rd": _ZERO}),
    Compressed("c.addi16sp",
               Format({"imm": _bits((9, 9, 12), (4, 4, 6), (6, 6, 5), (8, 7, 3), (5, 5, 2),
                                    signed=True)}, 0xEF83),
               0x6101, "sp, imm", "addi sp, sp, imm", banned={"imm": _ZERO}),
    Compressed("c.lui",
               Format({"rd": _RD,
                       "imm": _UpperImmediate((Piece(5, 5, 12), Piece(4, 0, 2)), signed=True)},
                      _MAJOR),
               0x6001, "rd, imm", "lui rd, imm", {"rd": (2,), "imm": _ZERO}, {"rd": _ZERO}),
    _shift("c.srli", _CB_SHIFT, 0x8001),
    _shift_by_none("c.srli64", {"rd": _SHORT_HIGH}, 0x8001),
    _shift("c.srai", _CB_SHIFT, 0x8401),
    _shift_by_none("c.srai64", {"rd": _SHORT_HIGH}, 0x8401),
    Compressed("c.andi", Format({"rd": _SHORT_HIGH, "imm": _IMMEDIATE}, 0xEC03),
               0x8801, "rd, imm", "andi rd, rd, imm"),
    *map(_arithmetic, ("sub", "xor", "or", "and"), range(4)),
    Compressed("c.j", _CJ, 0xA001, "target", "jal zero, target", chosen=False),
    Compressed("c.beqz", _CB, 0xC001, "rs1, target", "beq rs1, zero, target", chosen=False),
    Compressed("c.bnez", _CB, 0xE001, "rs1, target", "bne rs1, zero, target", chosen=False),
    # Quadrant 2
    _shift("c.slli", Format({"rd": _RD, "imm": _SHIFT}, 0xF003), 0x0002, {"rd": _ZERO}),
    _shift_by_none("c.slli64", {"rd": _RD}, 0x0002),
    Compressed("c.lwsp",
               Format({"rd": _RD, "imm": _bits((5, 5, 12), (4, 2, 4), (7, 6, 2))}, _MAJOR),
               0x4002, "rd, imm(sp)", "lw rd, imm(sp)", banned={"rd": _ZERO}),
    Compressed("c.jr", _CR_JUMP, 0x8002, "rs1", "jalr zero, 0(rs1)", banned={"rs1": _ZERO},
               chosen=False),
    Compressed("c.mv", _CR, 0x8002, "rd, rs2", "add rd, zero, rs2", {"rs2": _ZERO}, {"rd": _ZERO},
               others=("addi rd, rs2, 0",)),
    Compressed("c.ebreak", Format({}, 0xFFFF), 0x9002, "", "ebreak"),
    Compressed("c.jalr", _CR_JUMP, 0x9002, "rs1", "jalr ra, 0(rs1)", banned={"rs1": _ZERO},
               chosen=False),
    Compressed("c.add", _CR, 0x9002, "rd, rs2", "add rd, rd, rs2", {"rs2": _ZERO}, {"rd": _ZERO},
               others=("add rd, rs2, rd",)),
    Compressed("c.swsp", Format({"rs2": _RS2, "imm": _bits((5, 2, 9), (7, 6, 7))}, _MAJOR),
               0xC002, "rs2, imm(sp)", "sw rs2, imm(sp)"),
)  # fmt: skip


_BY_MAJOR: dict[int, list[Compressed]] = {}
_REPLACEMENTS: dict[str, list[tuple[Compressed, Full]]] = {}
for _short in COMPRESSED:
    _BY_MAJOR.setdefault(_short.match & _MAJOR, []).append(_short)
    for _full in _short.replaced:
        _REPLACEMENTS.setdefault(_full.instruction.mnemonic, []).append((_short, _full))


def decode_short(halfword: int) -> tuple[Compressed, dict[str, int]] | None:
    """Return the 16-bit instruction and its fields, or None when it is none or reserved."""
    for short in _BY_MAJOR.get(halfword & _MAJOR, ()):
        if short.matches(halfword):
            return short, short.format.decode(halfword)
    return None


def expand(halfword: int) -> Decoded | None:
    """Return the 32-bit instruction that 16 bits stand for, or None when they are reserved."""
    decoded = decode_short(halfword)
    return decoded and decoded[0].expand(decoded[1])


def compress(instruction: Instruction, fields: Mapping[str, int]) -> int | None:
    """Return the 16 bits that GNU as chooses for an instruction, or None when it has none.

    Jumps and branches are not considered: whether GNU as shortens them depends on how they are
    written, and on how far away their target is.
    """
    for short, full in _REPLACEMENTS.get(instruction.mnemonic, ()):
        bits = short.compress(full, fields)
        if bits is not None:
            return bits
    return None
