"""The forms of every mnemonic: real instructions of 32 and 16 bits, and pseudo-instructions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from courseware.machine.assembler.lexer import Token, tokenize
from courseware.machine.assembler.operands import Operand, fits, split
from courseware.machine.assembler.problems import DEFAULT_LIMITS, Place, Problems
from courseware.machine.assembler.pseudo import PSEUDO_INSTRUCTIONS, Pseudo
from courseware.machine.assembler.source import Line
from courseware.machine.isa.compressed import COMPRESSED
from courseware.machine.isa.encoding import AQRL_SUFFIXES, FIXED, Format
from courseware.machine.isa.instruction import Instruction
from courseware.machine.isa.table import INSTRUCTIONS


class Code(Protocol):
    """What turns the values of fields into an instruction's bits."""

    @property
    def format(self) -> Format:
        """Return the fields."""
        ...

    def encode(self, fields: dict[str, int]) -> int:
        """Return the bits. Raises ValueError for values that do not fit together."""
        ...


@dataclass(frozen=True)
class Word:
    """Bits that the instruction table does not have by this name, and what fields they have."""

    bits: int
    format: Format = FIXED

    def encode(self, fields: dict[str, int]) -> int:
        """Return the bits. Raises ValueError when a value does not fit its field."""
        return self.format.encode(self.bits, fields)


@dataclass(frozen=True)
class Real:
    """A mnemonic with its operands, and the instruction that it is.

    ``preset`` are fields whose values the mnemonic says.
    """

    mnemonic: str
    operands: str
    code: Code
    preset: Mapping[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Return the size in bytes."""
        return 2 if self.mnemonic.startswith("c.") else 4


# One way to write a mnemonic's operands, and what it means.
Form = Real | Pseudo

_WORDS = (
    Real("fence.tso", "", Word(0x8330000F)),  # FENCE RW, RW with fm = 8
    Real("c.unimp", "", Word(0x0000)),
)


def _forms_of(instruction: Instruction) -> list[Real]:
    mnemonic, operands = instruction.mnemonic, instruction.operands
    if "aqrl" not in instruction.format.fields:
        return [Real(mnemonic, operands, instruction)]
    return [
        Real(mnemonic + suffix, operands, instruction, {"aqrl": bits})
        for bits, suffix in enumerate(AQRL_SUFFIXES)
    ]


_ALL: tuple[Form, ...] = (
    *(form for instruction in INSTRUCTIONS for form in _forms_of(instruction)),
    *(Real(short.mnemonic, short.operands, short) for short in COMPRESSED),
    *_WORDS,
    *PSEUDO_INSTRUCTIONS,
)
FORMS: dict[str, list[Form]] = {}
for _form in _ALL:
    FORMS.setdefault(_form.mnemonic, []).append(_form)


def syntax_of(form: Form) -> list[str]:
    """Return the syntax of each operand."""
    return form.operands.split(", ") if form.operands else []


def spelling(form: Form) -> str:
    """Return the form as a message shows it: ``add rd, rs1, rs2``."""
    return f"{form.mnemonic} {form.operands}".rstrip()


def choose(forms: list[Form], operands: list[Operand]) -> Form | None:
    """Return the form that operands are written in; None when no form has so many."""
    candidates = [form for form in forms if len(syntax_of(form)) == len(operands)]
    for form in candidates:
        if all(map(fits, syntax_of(form), operands)):
            return form
    return candidates[0] if candidates else None


def expand(line: str, parameters: dict[str, Operand], place: Place) -> tuple[Real, list[Operand]]:
    """Return the instruction of an expansion's line, and its operands with parameters put in.

    What is no parameter stands at ``place``.
    """
    form, templates = _template(line)
    return form, [
        [new for token in template for new in parameters.get(token.text, [token.at(place)])]
        for template in templates
    ]


@cache
def _template(line: str) -> tuple[Real, list[list[Token]]]:
    head, *rest = tokenize(Line(line, 1), Problems(DEFAULT_LIMITS.max_problems))
    form = next(form for form in FORMS[head.text] if isinstance(form, Real))
    return form, split(rest)
