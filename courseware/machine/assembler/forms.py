"""The forms of every mnemonic: real instructions from the table, and pseudo-instructions."""

from dataclasses import dataclass
from functools import cache

from courseware.machine.assembler.lexer import Token, read
from courseware.machine.assembler.operands import Operand, fits
from courseware.machine.assembler.problems import DEFAULT_LIMITS, Place, Problems
from courseware.machine.assembler.pseudo import PSEUDO_INSTRUCTIONS, Pseudo
from courseware.machine.isa.instruction import Instruction
from courseware.machine.isa.table import INSTRUCTIONS


@dataclass(frozen=True)
class Form:
    """One way to write a mnemonic's operands, and what it means."""

    meaning: Instruction | Pseudo

    @property
    def syntax(self) -> list[str]:
        """Return the syntax of each operand."""
        operands = self.meaning.operands
        return operands.split(", ") if operands else []

    @property
    def text(self) -> str:
        """Return the form as a message shows it."""
        return f"{self.meaning.mnemonic} {self.meaning.operands}".rstrip()


FORMS: dict[str, list[Form]] = {}
for _form in (*map(Form, INSTRUCTIONS), *map(Form, PSEUDO_INSTRUCTIONS)):
    FORMS.setdefault(_form.meaning.mnemonic, []).append(_form)


def choose(mnemonic: str, operands: list[Operand]) -> Form | None:
    """Return the form that operands are written in; None when no form has so many."""
    candidates = [form for form in FORMS[mnemonic] if len(form.syntax) == len(operands)]
    for form in candidates:
        if all(map(fits, form.syntax, operands)):
            return form
    return candidates[0] if candidates else None


def expand(line: str, parameters: dict[str, Operand], place: Place) -> list[Token]:
    """Return an expansion's line with the parameters put in; the rest stands at ``place``."""
    tokens: list[Token] = []
    for token in _template(line):
        tokens += parameters.get(token.text) or [token.at(place)]
    return tokens


@cache
def _template(line: str) -> list[Token]:
    (statement,) = read(line, DEFAULT_LIMITS, Problems())
    return statement
