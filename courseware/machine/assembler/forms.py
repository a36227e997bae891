"""The forms of every mnemonic: real instructions from the table, and pseudo-instructions."""

from functools import cache

from courseware.machine.assembler.lexer import read
from courseware.machine.assembler.operands import Operand, fits, split
from courseware.machine.assembler.problems import DEFAULT_LIMITS, Place, Problems
from courseware.machine.assembler.pseudo import PSEUDO_INSTRUCTIONS, Pseudo
from courseware.machine.isa.instruction import Instruction
from courseware.machine.isa.table import INSTRUCTIONS

# One way to write a mnemonic's operands, and what it means.
Form = Instruction | Pseudo

_ALL: tuple[Form, ...] = (*INSTRUCTIONS, *PSEUDO_INSTRUCTIONS)
FORMS: dict[str, list[Form]] = {}
for _form in _ALL:
    FORMS.setdefault(_form.mnemonic, []).append(_form)


def syntax_of(form: Form) -> list[str]:
    """Return the syntax of each operand."""
    return form.operands.split(", ") if form.operands else []


def spelling(form: Form) -> str:
    """Return the form as a message shows it: ``add rd, rs1, rs2``."""
    return f"{form.mnemonic} {form.operands}".rstrip()


def choose(mnemonic: str, operands: list[Operand]) -> Form | None:
    """Return the form that operands are written in; None when no form has so many."""
    candidates = [form for form in FORMS[mnemonic] if len(syntax_of(form)) == len(operands)]
    for form in candidates:
        if all(map(fits, syntax_of(form), operands)):
            return form
    return candidates[0] if candidates else None


def expand(
    line: str, parameters: dict[str, Operand], place: Place
) -> tuple[Instruction, list[Operand]]:
    """Return the instruction of an expansion's line, and its operands with parameters put in.

    What is no parameter stands at ``place``.
    """
    instruction, templates = _template(line)
    return instruction, [
        [new for token in template for new in parameters.get(token.text, [token.at(place)])]
        for template in templates
    ]


@cache
def _template(line: str) -> tuple[Instruction, list[Operand]]:
    (statement,) = read(line, DEFAULT_LIMITS, Problems(DEFAULT_LIMITS.max_problems))
    forms = FORMS[statement[0].text]
    instruction = next(form for form in forms if isinstance(form, Instruction))
    return instruction, split(statement[1:])
