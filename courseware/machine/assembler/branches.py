"""Branches and jumps to labels: as short as their targets allow.

Source: RISC-V unprivileged specification, the ranges of B-, J-, CB- and CJ-type offsets. Which
form is taken follows GNU as: a conditional branch whose target is too far away, in another section
or weak becomes the opposite branch around a jump; a jump is taken to reach its target. A target
that is a number is an address and taken to be in reach.
"""

from dataclasses import dataclass

from courseware.machine.assembler.expressions import Value
from courseware.machine.assembler.fields import FieldValues, Values
from courseware.machine.assembler.forms import Code
from courseware.machine.assembler.layout import Layout
from courseware.machine.assembler.operands import Immediate
from courseware.machine.assembler.problems import Place, Problem
from courseware.machine.assembler.sections import Location
from courseware.machine.isa.compressed import COMPRESSED, Compressed
from courseware.machine.isa.instruction import Instruction
from courseware.machine.isa.table import INSTRUCTIONS

_INSTRUCTIONS = {instruction.mnemonic: instruction for instruction in INSTRUCTIONS}
_JUMP = _INSTRUCTIONS["jal"]
_SHORT = {short.mnemonic: short for short in COMPRESSED}
_OPPOSITES = {
    "beq": "bne", "bne": "beq", "blt": "bge", "bge": "blt", "bltu": "bgeu", "bgeu": "bltu",
    "c.beqz": "c.bnez", "c.bnez": "c.beqz",
}  # fmt: skip
_SHORT_BRANCHES = {"beq": _SHORT["c.beqz"], "bne": _SHORT["c.bnez"]}


def is_branch(code: Code) -> bool:
    """Say whether an instruction's size may depend on its target."""
    return isinstance(code, Instruction | Compressed) and "target" in code.operands


def short_branch(code: Code, values: Values) -> tuple[Compressed, Values] | None:
    """Return the 16-bit branch that GNU as takes for a 32-bit one, if there is any."""
    short = _SHORT_BRANCHES.get(code.mnemonic) if isinstance(code, Instruction) else None
    rs1 = values.get("rs1")
    if short is None or values.get("rs2") != 0 or not isinstance(rs1, int):
        return None
    register = short.format.fields["rs1"]
    if not register.minimum <= rs1 <= register.maximum:
        return None
    return short, {"rs1": rs1, "imm": values["imm"]}


@dataclass(frozen=True)
class Branch:
    """One branch or jump as a fragment's tail.

    ``short`` is the 16-bit form, if it may be taken; ``is_explicit`` says that the source asks
    for it.
    """

    layout: Layout
    encoder: FieldValues
    code: Instruction
    values: Values
    short: tuple[Compressed, Values] | None
    is_explicit: bool
    location: Location
    mnemonic: str
    place: Place

    @property
    def longest(self) -> int:
        """Return the size that always does."""
        return 4 if self._is_jump else 8

    @property
    def _is_jump(self) -> bool:
        return self.code is _JUMP

    @property
    def _target(self) -> Immediate:
        target = self.values["imm"]
        assert isinstance(target, Immediate)  # noqa: S101 - the table gives it no other operand
        return target

    def size_at(self, offset: int) -> int:
        """Return the size that GNU as takes at an offset in the section."""
        value = self._value
        if value is not None and not value.bases:
            return 2 if self.is_explicit else 4
        distance = self._distance(value, offset)
        if distance is not None:
            if self.short and _reaches(distance, self.short[0]):
                return 2
            if _reaches(distance, self.code):
                return 4
            if self.short and not self._is_jump:
                return 6
        return self.longest

    @property
    def _value(self) -> Value | None:
        """Return where the target is; None when it is not known or may be replaced."""
        expression = self._target.expression
        symbols = self.layout.symbols
        if symbols.weak and any(getattr(i, "text", "") in symbols.weak for i in expression.items):
            return None
        try:
            return symbols.evaluate(expression, self.location)
        except Problem:
            return None

    def _distance(self, value: Value | None, offset: int) -> int | None:
        if value is None or list(value.bases.values()) != [1]:
            return None
        (fragment,) = value.bases
        if fragment.section is not self.location.section:
            return None
        return int(fragment.start) + value.number - offset

    def make(self, size: int) -> bytes:
        """Return the bytes in the form of a size."""
        if size == 2 and self.short:
            return self._encode(*self.short, self.location)
        if size == 4:
            return self._encode(self.code, self.values, self.location)
        around = Location(self.location.fragment, self.location.offset + size - 4)
        jump = self._encode(_JUMP, {"rd": 0, "imm": self._target}, around)
        code, values = self.short if size == 6 and self.short else (self.code, self.values)
        registers = {name: value for name, value in values.items() if isinstance(value, int)}
        table = _SHORT if size == 6 else _INSTRUCTIONS
        opposite = table[_OPPOSITES[code.mnemonic]]
        bits = opposite.encode({**registers, "imm": size})
        return bits.to_bytes(size - 4, "little") + jump

    def _encode(self, code: Code, values: Values, location: Location) -> bytes:
        return self.encoder.encode(code, values, location, self.mnemonic, self.place)


def _reaches(distance: int, code: Code) -> bool:
    field = code.format.fields["imm"]
    return field.minimum <= distance < -field.minimum
