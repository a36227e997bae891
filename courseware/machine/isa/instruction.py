"""One entry of the instruction table."""

from dataclasses import dataclass
from functools import cached_property

from courseware.machine.isa.encoding import Format
from courseware.machine.isa.lowering import Execute, lower
from courseware.machine.isa.semantics import (
    Expression,
    Statement,
    parse,
    parse_condition,
)


@dataclass(frozen=True)
class Instruction:
    """One instruction: everything that the machine and its tools know about it.

    ``operands`` is the assembly syntax; its words name the format's fields, except ``target``,
    which is the address pc + imm. ``description`` is one Japanese sentence without its ending
    「ます」; ``isa.explanation`` lists its placeholders. For a branch, ``condition`` says when it
    happens. ``notes`` are remarks for special values: (condition of ``isa.semantics``, text).
    """

    mnemonic: str
    format: Format
    match: int
    operands: str
    semantics: str
    description: str
    condition: str = ""
    notes: tuple[tuple[str, str], ...] = ()

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Return the semantics, parsed."""
        return parse(self.semantics)

    @cached_property
    def execute(self) -> Execute:
        """Return the semantics as a Python function."""
        return lower(self.statements)

    @cached_property
    def conditional_notes(self) -> tuple[tuple[Expression, str], ...]:
        """Return the notes with their conditions parsed."""
        return tuple((parse_condition(condition), text) for condition, text in self.notes)

    def matches(self, word: int) -> bool:
        """Say whether a 32-bit word is this instruction."""
        return word & self.format.mask == self.match

    def encode(self, fields: dict[str, int]) -> int:
        """Return the word. Raises ValueError when a value does not fit its field."""
        return self.format.encode(self.match, fields)


@dataclass(frozen=True)
class Decoded:
    """A word read as an instruction."""

    instruction: Instruction
    fields: dict[str, int]
    length: int = 4  # in bytes
