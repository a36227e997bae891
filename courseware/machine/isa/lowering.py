"""From an instruction's semantics to the Python function that executes it.

The function takes the hart, its registers, the instruction's address and the address behind it,
and the fields of one decoded instruction. It returns the address of the next instruction:

    def execute(hart, x, pc, next_pc, rd, rs1, rs2, imm):    # of blt
        if (x[rs1] ^ 2147483648) < (x[rs2] ^ 2147483648):
            return (pc + imm) & 4294967295
        return next_pc

Who calls it sets x[0] to 0 afterwards. The source is made of the instruction table's own text
and compiled once; nothing of a program gets into it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from courseware.machine.isa.python_text import condition_text, substitute, word_text
from courseware.machine.isa.semantics import (
    WORD,
    Amo,
    Binary,
    Expression,
    Name,
    Number,
    Perform,
    RaiseTrap,
    SetPc,
    SetRd,
    Statement,
    Store,
    quotient,
    remainder,
)
from courseware.machine.trap import Trap

# (hart, registers, pc, address behind the instruction, rd, rs1, rs2, imm) -> next pc
Execute = Callable[..., int]

# Where the function finds an operand.
_NAMES = {
    "rs1": "x[rs1]",
    "rs2": "x[rs2]",
    "next": "next_pc",
    "csr": "imm",
    "zimm": "rs1",
    "rd_number": "rd",
    "rs1_number": "rs1",
    "rs2_number": "rs2",
}


def arguments(fields: Mapping[str, int]) -> tuple[int, int, int, int]:
    """Return rd, rs1, rs2 and imm, as the function takes them, of an instruction's fields."""
    rs1 = fields.get("rs1", fields.get("zimm", 0))
    imm = fields.get("imm", fields.get("csr", 0))
    return fields.get("rd", 0), rs1, fields.get("rs2", 0), imm & WORD


def lower(statements: Sequence[Statement]) -> Execute:
    """Return the function for an instruction's statements."""
    lines = ["def execute(hart, x, pc, next_pc, rd, rs1, rs2, imm):"]
    lines += [f"    {line}" for line in _body(statements)]
    namespace: dict[str, Any] = {"Trap": Trap, "quotient": quotient, "remainder": remainder}
    # The source comes from the instruction table alone.
    exec(compile("\n".join(lines), "<instruction table>", "exec"), namespace)  # noqa: S102
    execute: Execute = namespace["execute"]
    return execute


def _body(statements: Sequence[Statement]) -> list[str]:
    """A jump's target is computed first, since it must see the old registers."""
    lines: list[str] = []
    last = "return next_pc"
    for statement in statements:
        match statement:
            case SetPc(value, _, None):
                lines.append(f"target = {_word(value)}")
                last = "return target"
    for statement in statements:
        match statement:
            case SetRd(Amo(address, _, value)):
                lines += [
                    f"address = {_word(address)}",
                    "old = hart.load_for_amo(address)",
                    f"hart.store_of_amo(address, {_word(value)})",
                    "x[rd] = old",
                ]
            case SetRd(value):
                lines.append(f"x[rd] = {_word(value)}")
            case SetPc(value, _, condition) if condition is not None:
                lines.append(f"if {condition_text(_named(condition), {})}:")
                lines.append(f"    return {_word(value)}")
            case Store(target, value):
                cut = Binary("&", value, Number((1 << target.bits) - 1))
                stored = value if target.bits == 32 else cut
                lines.append(f"hart.store{target.bits}({_word(target.address)}, {_word(stored)})")
            case RaiseTrap(cause, tval):
                lines.append(f"raise Trap({cause}, {_word(tval)})")
            case Perform(service):
                lines.append(_word(service))
    return [*lines, last]


def _named(expression: Expression) -> Expression:
    return substitute(expression, lambda name: Name(_NAMES.get(name, name)))


def _word(expression: Expression) -> str:
    return word_text(_named(expression), {})
