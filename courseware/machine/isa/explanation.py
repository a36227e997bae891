"""What an instruction does, in one Japanese sentence from the table's description.

``narration.moment`` says what one did, with its values.

Placeholders of a description: ``{rs1}``, ``{rs2}``, ``{rd}``, ``{imm}``, ``{pred}``, ``{succ}``,
``{csr}``, ``{zimm}``; ``{address}`` and ``{target}`` for where memory is read or written and
where a jump leads; and ``{result}`` for what rd received, which is left out where no values are
known. ``:u`` shows a number as unsigned, ``:x`` as hexadecimal.
"""

from collections.abc import Sequence

from courseware.machine.isa.instruction import Instruction
from courseware.machine.isa.semantics import (
    Amo,
    Memory,
    Service,
    SetPc,
    SetRd,
    Signed,
    Statement,
    Store,
)
from courseware.machine.narration.values import Named

# Where the services that return from a trap go.
_RETURNS = {"return_from_machine": "mepc", "return_from_supervisor": "sepc"}


def describe(instruction: Instruction) -> str:
    """Return what an instruction does, in terms of its operands' names."""
    words: dict[str, object] = {name: name for name in ("pred", "succ", "csr")}
    words |= {name: Named(name) for name in ("rs1", "rs2", "rd", "imm", "zimm")}
    words |= {"address": _access_text(instruction), "target": _target_text(instruction)}
    words["result"] = Named("")
    text = f"{instruction.description}ます。".format_map(words)
    if instruction.condition:
        return f"{instruction.condition.format_map(words)}とき、{text}"
    return text


def instruction_accesses(statements: Sequence[Statement]) -> list[Memory | Amo]:
    """Return the memory that an instruction reads or writes."""
    found: list[Memory | Amo] = []
    for statement in statements:
        match statement:
            case Store(target, _):
                found.append(target)
            case SetRd(Memory() | Amo() as memory) | SetRd(Signed(_, Memory() as memory)):
                found.append(memory)
    return found


def _access_text(instruction: Instruction) -> str:
    return " ".join(m.address_text for m in instruction_accesses(instruction.statements))


def _target_text(instruction: Instruction) -> str:
    if "target" in instruction.operands:
        return "target"
    return " ".join(
        _RETURNS[jump.value.name] if isinstance(jump.value, Service) else jump.text
        for jump in instruction.statements
        if isinstance(jump, SetPc)
    )
