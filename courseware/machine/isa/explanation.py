"""What an instruction does, or did, in one Japanese sentence from the table's description.

Placeholders of a description: ``{rs1}``, ``{rs2}``, ``{rd}``, ``{imm}``, ``{pred}``, ``{succ}``,
``{csr}``, ``{zimm}``;
``{address}`` and ``{target}`` for where memory is read or written and where a jump leads; and
``{result}`` for what rd received, which is left out where no values are known. A number shows as
signed decimal, with ``:u`` as unsigned and with ``:x`` as hexadecimal.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from courseware.machine.isa.decoder import operand_text
from courseware.machine.isa.instruction import Decoded, Instruction
from courseware.machine.isa.semantics import (
    WORD,
    Amo,
    Expression,
    Memory,
    Number,
    Perform,
    Service,
    SetPc,
    SetRd,
    Signed,
    Statement,
    Store,
    evaluate,
)
from courseware.machine.registers import REGISTER_NAMES
from courseware.machine.stop import hexadecimal


def describe(instruction: Instruction) -> str:
    """Return what an instruction does, in terms of its operands' names."""
    words: dict[str, object] = {name: name for name in ("pred", "succ", "csr")}
    words |= {name: _Named(name) for name in ("rs1", "rs2", "rd", "imm", "zimm")}
    words |= {"address": _access_text(instruction), "target": _target_text(instruction)}
    words["result"] = _Named("")
    text = f"{instruction.description}ます。".format_map(words)
    if instruction.condition:
        return f"{instruction.condition.format_map(words)}とき、{text}"
    return text


class Moment:
    """An instruction in the state in which it is about to be executed."""

    def __init__(self, decoded: Decoded, pc: int, registers: Sequence[int]) -> None:
        self._instruction = decoded.instruction
        self._decoded = decoded
        self._pc = pc
        self._names = {
            "pc": pc,
            "next": pc + decoded.length,
            "imm": decoded.fields.get("imm", 0) & WORD,
        }
        for source in ("rs1", "rs2"):
            self._names[source] = registers[decoded.fields.get(source, 0)]

    @property
    def written(self) -> tuple[tuple[int, int], ...]:
        """Return (address, size in bytes) of what the instruction will write.

        SC.W is not among them: whether it writes is known only when it has been executed.
        """
        found: list[tuple[int, int]] = []
        for statement in self._instruction.statements:
            match statement:
                case Store(target, _):
                    found.append((self._value(target.address), target.bits // 8))
                case SetRd(Amo(address)):
                    found.append((self._value(address), 4))
                case Perform(Service("guest_store", (Number(bits), address, _))):
                    found.append((self._value(address), bits // 8))
        return tuple(found)

    def explain(self, registers: Sequence[int], pc: int) -> str:
        """Return what the instruction did; ``registers`` and ``pc`` are those after it."""
        instruction = self._instruction
        words = self._words(registers, pc)
        done = f"{instruction.description}ました".format_map(words)
        if instruction.condition:
            condition = instruction.condition.format_map(words)
            if self._jumps():
                return f"「{condition}」が成り立つので、{done}。"
            return f"「{condition}」が成り立たないので、次の命令へ進みました。"
        return done + self._remark() + "。"

    def _words(self, registers: Sequence[int], pc: int) -> dict[str, object]:
        fields = self._decoded.fields
        words: dict[str, object] = {
            source: _Valued(f"{REGISTER_NAMES[fields.get(source, 0)]} (", self._names[source], ")")
            for source in ("rs1", "rs2")
        }
        words["imm"] = _Valued("", self._names["imm"], "")
        words["zimm"] = _Valued("", fields.get("zimm", 0), "")
        for name in ("pred", "succ", "csr"):
            if name in fields:
                words[name] = operand_text(self._decoded, name, self._pc)
        rd = fields.get("rd", 0)
        words["rd"] = REGISTER_NAMES[rd]
        words["result"] = _Valued(" ", registers[rd], " ") if rd else _Named("")
        for statement in instruction_accesses(self._instruction.statements):
            words["address"] = hexadecimal(self._value(statement.address))
        words["target"] = hexadecimal(pc)
        for jump in self._jump_statements():
            if not isinstance(jump.value, Service):
                words["target"] = hexadecimal(self._value(jump.value))
        return words

    def _remark(self) -> str:
        remarks = [
            text
            for condition, text in self._instruction.conditional_notes
            if evaluate(condition, self._names)
        ]
        if self._decoded.fields.get("rd") == 0:
            remarks.append("zero は常に 0 なので、値は捨てられます")
        return f" ({'。'.join(remarks)})" if remarks else ""

    def _jumps(self) -> bool:
        return any(
            jump.condition is None or evaluate(jump.condition, self._names)
            for jump in self._jump_statements()
        )

    def _jump_statements(self) -> list[SetPc]:
        return [s for s in self._instruction.statements if isinstance(s, SetPc)]

    def _value(self, expression: Expression) -> int:
        return evaluate(expression, self._names) & WORD


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
    return " ".join(
        s.text
        for s in instruction.statements
        if isinstance(s, SetPc) and not isinstance(s.value, Service)
    )


@dataclass(frozen=True)
class _Named:
    """An operand without a value."""

    name: str

    def __format__(self, spec: str) -> str:
        return self.name


@dataclass(frozen=True)
class _Valued:
    """A 32-bit value between two texts."""

    before: str
    value: int
    after: str

    def __format__(self, spec: str) -> str:
        match spec:
            case "u":
                text = str(self.value)
            case "x":
                text = hex(self.value)
            case _:
                text = str((self.value ^ 1 << 31) - (1 << 31))
        return f"{self.before}{text}{self.after}"
