"""How an instruction's fields lie in its 32-bit word.

Source: RISC-V unprivileged specification, "Base Instruction Formats" and "Immediate Encoding
Variants".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Piece:
    """Bits ``high``..``low`` of a field, at bit ``at`` and up in the word."""

    high: int
    low: int
    at: int

    @property
    def mask(self) -> int:
        """Return as many 1 bits as the piece is wide, from bit 0."""
        return (1 << (self.high - self.low + 1)) - 1


@dataclass(frozen=True)
class Field:
    """A number in the word, possibly scattered in pieces. Bits below the lowest piece are 0."""

    pieces: tuple[Piece, ...]
    signed: bool = False

    @property
    def bits(self) -> int:
        """Return the number's width, sign included."""
        return max(piece.high for piece in self.pieces) + 1

    @property
    def step(self) -> int:
        """Return what every value of the field is a multiple of."""
        return 1 << min(piece.low for piece in self.pieces)

    @property
    def minimum(self) -> int:
        """Return the least value that fits."""
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def maximum(self) -> int:
        """Return the greatest value that fits: a multiple of ``step``."""
        return (1 << (self.bits - self.signed)) - self.step

    def encode(self, value: int) -> int:
        """Return the field's bits in place. Raises ValueError for a value that does not fit."""
        if not self.minimum <= value <= self.maximum or value % self.step:
            raise ValueError(value)
        return sum((value >> p.low & p.mask) << p.at for p in self.pieces)

    def decode(self, word: int) -> int:
        """Return the field's value."""
        value = 0
        for at, mask, low in self._shifts:
            value |= (word >> at & mask) << low
        return (value ^ self._sign) - self._sign

    @cached_property
    def _shifts(self) -> tuple[tuple[int, int, int], ...]:
        return tuple((p.at, p.mask, p.low) for p in self.pieces)

    @cached_property
    def _sign(self) -> int:
        return 1 << (self.bits - 1) if self.signed else 0


@dataclass(frozen=True)
class Format:
    """The fields of an instruction, and the mask of the bits that tell which one it is."""

    fields: Mapping[str, Field]
    mask: int

    def encode(self, match: int, values: Mapping[str, int]) -> int:
        """Return the word. Raises ValueError when a value does not fit its field."""
        return match | sum(field.encode(values[name]) for name, field in self.fields.items())

    def decode(self, word: int) -> dict[str, int]:
        """Return the value of each field."""
        return {name: field.decode(word) for name, field in self.fields.items()}


def _bits(*pieces: tuple[int, int, int], signed: bool = False) -> Field:
    return Field(tuple(Piece(*piece) for piece in pieces), signed)


_RD, _RS1, _RS2 = _bits((4, 0, 7)), _bits((4, 0, 15)), _bits((4, 0, 20))

R = Format({"rd": _RD, "rs1": _RS1, "rs2": _RS2}, mask=0xFE00707F)
R4 = Format({"rd": _RD, "rs1": _RS1, "rs2": _RS2, "rs3": _bits((4, 0, 27))}, mask=0x600707F)
I = Format({"rd": _RD, "rs1": _RS1, "imm": _bits((11, 0, 20), signed=True)}, mask=0x707F)  # noqa: E741
SHIFT = Format({"rd": _RD, "rs1": _RS1, "imm": _bits((4, 0, 20))}, mask=0xFE00707F)
S = Format(
    {"rs1": _RS1, "rs2": _RS2, "imm": _bits((11, 5, 25), (4, 0, 7), signed=True)}, mask=0x707F
)
B = Format(
    {
        "rs1": _RS1,
        "rs2": _RS2,
        "imm": _bits((12, 12, 31), (10, 5, 25), (4, 1, 8), (11, 11, 7), signed=True),
    },
    mask=0x707F,
)
U = Format({"rd": _RD, "imm": _bits((19, 0, 12))}, mask=0x7F)
J = Format(
    {
        "rd": _RD,
        "imm": _bits((20, 20, 31), (10, 1, 21), (11, 11, 20), (19, 12, 12), signed=True),
    },
    mask=0x7F,
)
CSR = Format({"rd": _RD, "csr": _bits((11, 0, 20)), "rs1": _RS1}, mask=0x707F)
CSR_IMMEDIATE = Format(
    {"rd": _RD, "csr": _bits((11, 0, 20)), "zimm": _bits((4, 0, 15))}, mask=0x707F
)
# A extension: what the bits aq and rl of ``aqrl`` add to the mnemonic.
AQRL_SUFFIXES = ("", ".rl", ".aq", ".aqrl")
_AQRL = _bits((1, 0, 25))
AMO = Format({"rd": _RD, "rs1": _RS1, "rs2": _RS2, "aqrl": _AQRL}, mask=0xF800707F)
LOAD_RESERVED = Format({"rd": _RD, "rs1": _RS1, "aqrl": _AQRL}, mask=0xF9F0707F)
ADDRESS_FENCE = Format({"rs1": _RS1, "rs2": _RS2}, mask=0xFE007FFF)
GUEST_LOAD = Format({"rd": _RD, "rs1": _RS1}, mask=0xFFF0707F)
GUEST_STORE = Format({"rs1": _RS1, "rs2": _RS2}, mask=0xFE007FFF)
# FENCE.I ignores its other fields, as the specification asks.
FENCE_I = Format({}, mask=0x707F)
# Reserved bits of FENCE (fm, rs1, rd) are ignored, as the specification asks of a plain hart.
FENCE = Format({"pred": _bits((3, 0, 24)), "succ": _bits((3, 0, 20))}, mask=0x707F)
FIXED = Format({}, mask=0xFFFFFFFF)
