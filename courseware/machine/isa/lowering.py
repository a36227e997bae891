"""From an instruction's semantics to Python functions.

``lower`` writes the source of a *binder* and compiles it once, at import. A binder takes the
fields of one decoded instruction and returns a function without parameters that executes it and
returns the next pc. What depends on the fields and the address alone is computed when binding:

    def bind(x, bus, pc, imm, rd=0, rs1=0, rs2=0):    # of blt
        load8, ... = bus.load8, ...
        next_pc = pc + 4 & 4294967295
        k0 = pc + imm & 4294967295
        def execute():
            if (x[rs1] ^ 2147483648) < (x[rs2] ^ 2147483648):
                if k0 & 3:
                    raise Trap(0, k0)
                return k0
            return next_pc
        return execute

The source is made of the instruction table's own text; nothing of a student's program gets into
it, since fields are passed as arguments.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from courseware.machine.isa.semantics import (
    COMPARISONS,
    WORD,
    Binary,
    Choice,
    Expression,
    Memory,
    Name,
    Number,
    RaiseTrap,
    SetPc,
    SetRd,
    Signed,
    Statement,
    Store,
    quotient,
    remainder,
    uses,
)
from courseware.machine.stop import Cause, Trap

Execute = Callable[[], int]


class Binder(Protocol):
    """Returns the function that executes one decoded instruction."""

    def __call__(
        self,
        x: list[int],
        bus: "Memories",
        pc: int,
        imm: int = 0,
        rd: int = 0,
        rs1: int = 0,
        rs2: int = 0,
    ) -> Execute:
        """Return a function that executes the instruction and returns the next pc."""
        ...


class Memories(Protocol):
    """What loads and stores need. Both raise Trap for an address without memory or device."""

    load8: Callable[[int], int]
    load16: Callable[[int], int]
    load32: Callable[[int], int]
    store8: Callable[[int, int], None]
    store16: Callable[[int, int], None]
    store32: Callable[[int, int], None]


@dataclass(frozen=True)
class Lowered:
    """The two binders of an instruction: x0 takes no value, so it has one of its own."""

    writes_rd: Binder
    discards_rd: Binder

    def bind(self, x: list[int], bus: Memories, pc: int, fields: dict[str, int]) -> Execute:
        """Return the function that executes the instruction with these fields at pc."""
        binder = self.writes_rd if fields.get("rd") else self.discards_rd
        fields = {name: fields[name] & WORD for name in fields if name in _FIELDS}
        return binder(x, bus, pc, **fields)


_FIELDS = frozenset({"rd", "rs1", "rs2", "imm"})


def lower(statements: Sequence[Statement]) -> Lowered:
    """Return the binders for an instruction's statements."""
    return Lowered(_compile(statements, True), _compile(statements, False))


def _compile(statements: Sequence[Statement], writes_rd: bool) -> Binder:
    source = _Writer(statements, writes_rd).source()
    namespace: dict[str, object] = {
        "Trap": Trap,
        "quotient": quotient,
        "remainder": remainder,
    }
    # The source comes from the instruction table alone.
    exec(compile(source, "<instruction table>", "exec"), namespace)  # noqa: S102
    return namespace["bind"]  # type: ignore[return-value]


_STATIC = frozenset({"imm", "pc"})
_SIGN = 1 << 31


class _Writer:
    def __init__(self, statements: Sequence[Statement], writes_rd: bool) -> None:
        self._statements = statements
        self._writes_rd = writes_rd
        self._constants: dict[str, str] = {}  # name by source text

    def source(self) -> str:
        body = self._body()
        lines = [
            "def bind(x, bus, pc, imm=0, rd=0, rs1=0, rs2=0):",
            "    load8, load16, load32 = bus.load8, bus.load16, bus.load32",
            "    store8, store16, store32 = bus.store8, bus.store16, bus.store32",
            f"    next_pc = pc + 4 & {WORD}",
            *(f"    {name} = {text}" for text, name in self._constants.items()),
            "    def execute():",
            *(f"        {line}" for line in body),
            "    return execute",
        ]
        return "\n".join(lines)

    def _body(self) -> list[str]:
        """Jump targets first, since they may trap and must see the old registers."""
        lines: list[str] = []
        last = ["return next_pc"]
        for statement in self._statements:
            match statement:
                case SetPc(value, _, None):
                    lines += self._target("target", value)
                    last = ["return target"]
        for statement in self._statements:
            match statement:
                case SetRd(value):
                    target = "x[rd] = " if self._writes_rd else ""
                    lines.append(target + self._word(value))
                case SetPc(value, _, condition) if condition is not None:
                    lines.append(f"if {self._condition(condition)}:")
                    jump = [*self._target("target", value), "return target"]
                    lines += [f"    {line}" for line in jump]
                case Store(target, value):
                    address = self._word(target.address)
                    cut = Binary("&", value, Number((1 << target.bits) - 1))
                    stored = value if target.bits == 32 else cut
                    lines.append(f"store{target.bits}({address}, {self._word(stored)})")
                case RaiseTrap(cause, tval):
                    lines.append(f"raise Trap({cause}, {self._word(tval)})")
        return lines + last

    def _target(self, name: str, value: Expression) -> list[str]:
        misaligned = int(Cause.INSTRUCTION_ADDRESS_MISALIGNED)
        return [
            f"{name} = {self._word(value)}",
            f"if {name} & 3: raise Trap({misaligned}, {name})",
        ]

    def _word(self, expression: Expression) -> str:
        """Return the text of a value that is cut to 32 bits."""
        text = self._text(expression)
        if not _is_word(expression):
            text = f"{text} & {WORD}"
        return self._hoist(expression, text)

    def _text(self, expression: Expression) -> str:
        match expression:
            case Number(value):
                return f"({value})"
            case Name(name):
                return f"x[{name}]" if name in ("rs1", "rs2") else name
            case Signed(bits, value):
                sign = 1 << (bits - 1)
                text = f"(({self._cut(value, bits)} ^ {sign}) - {sign})"
            case Memory(bits, address):
                text = f"load{bits}({self._word(address)})"
            case Choice(condition, then, otherwise):
                condition_text = self._condition(condition)
                text = f"({self._text(then)} if {condition_text} else {self._text(otherwise)})"
            case Binary(operator, _, _) if operator in COMPARISONS:
                text = f"(1 if {self._condition(expression)} else 0)"
            case Binary("/" | "%" as operator, left, right):
                if _is_word(left) and _is_word(right):
                    sign_text = "//" if operator == "/" else "%"
                    text = f"({self._text(left)} {sign_text} {self._text(right)})"
                else:
                    function = "quotient" if operator == "/" else "remainder"
                    text = f"{function}({self._text(left)}, {self._text(right)})"
            case Binary(operator, left, right):
                text = f"({self._text(left)} {operator} {self._text(right)})"
        return self._hoist(expression, text)

    def _cut(self, value: Expression, bits: int) -> str:
        if _is_word(value) and bits == 32:
            return self._text(value)
        if isinstance(value, Memory) and value.bits == bits:
            return self._text(value)
        return f"({self._text(value)} & {(1 << bits) - 1})"

    def _condition(self, expression: Expression) -> str:
        match expression:
            case Binary(operator, Signed(32, left), Signed(32, right)) if operator in COMPARISONS:
                # Both sides moved by 2**31 compare alike, and cheaper.
                flipped = (Binary("^", side, Number(_SIGN)) for side in (left, right))
                return f" {operator} ".join(self._text(side) for side in flipped)
            case Binary(operator, left, right) if operator in COMPARISONS:
                return f"{self._text(left)} {operator} {self._text(right)}"
        return self._text(expression)

    def _hoist(self, expression: Expression, text: str) -> str:
        """Compute once, when binding, what depends on the fields and the address alone."""
        if isinstance(expression, Name | Number) or not uses(expression) <= _STATIC:
            return text
        if text in self._constants.values():
            return text
        return self._constants.setdefault(text, f"k{len(self._constants)}")


def _is_word(expression: Expression) -> bool:
    """Say whether a value is sure to lie in 0 .. 2**32 - 1."""
    match expression:
        case Number(value):
            return 0 <= value <= WORD
        case Name() | Memory():
            return True
        case Signed():
            return False
        case Choice(_, then, otherwise):
            return _is_word(then) and _is_word(otherwise)
        case Binary("&", left, right):
            return _is_word(left) or _is_word(right)
        case Binary("|" | "^" | "/" | "%", left, right):
            return _is_word(left) and _is_word(right)
        case Binary(">>", left, _):
            return _is_word(left)
        case Binary(operator, _, _):
            return operator in COMPARISONS
