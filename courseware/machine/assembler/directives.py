"""The directives that put something into the program or set something; see also ``reader``."""

from courseware.machine.assembler import reader
from courseware.machine.assembler.control_directives import CONTROL_DIRECTIVES
from courseware.machine.assembler.data_directives import DATA_DIRECTIVES
from courseware.machine.assembler.lexer import Token
from courseware.machine.assembler.operands import split
from courseware.machine.assembler.section_directives import SECTION_DIRECTIVES
from courseware.machine.assembler.symbol_directives import SYMBOL_DIRECTIVES
from courseware.machine.assembler.target import Directive, Target

_OBEYED: dict[str, Directive] = {
    **SECTION_DIRECTIVES,
    **SYMBOL_DIRECTIVES,
    **DATA_DIRECTIVES,
    **CONTROL_DIRECTIVES,
}
# All names, those of macros and conditions among them.
DIRECTIVES: tuple[str, ...] = (*_OBEYED, *reader.DIRECTIVES)

_WITH_GAPS = tuple(name for name in DATA_DIRECTIVES if "align" in name)


def is_directive(word: str) -> bool:
    """Say whether a word is a directive that ``run`` obeys; they are written in either case."""
    return word.lower() in _OBEYED


def run(target: Target, token: Token, tokens: list[Token]) -> None:
    """Do what a directive says. Raises Problem for operands that it cannot take."""
    name = token.text.lower()
    _OBEYED[name](target, token, split(tokens, allow_empty=name in _WITH_GAPS))
