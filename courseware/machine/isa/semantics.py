"""The language in which the instruction table says what an instruction does.

    rd = signed(rs1) >> (rs2 & 31)
    rd = pc + 4; pc = rs1 + imm & ~1
    when rs1 == rs2 then pc = pc + imm
    mem8[rs1 + imm] = rs2
    rd = if rs2 == 0 then -1 else signed(rs1) / signed(rs2)
    rd = amo(rs1, old + rs2)
    rd = csr_write(csr, rs1, rd_number)
    pc = return_from_machine()
    trap(3, pc)

Numbers are mathematical integers. The names ``rs1``, ``rs2``, ``imm`` and ``pc`` and the memory
``mem8``, ``mem16``, ``mem32`` read as unsigned, ``next`` is the address behind the instruction;
``signed8``, ``signed16`` and ``signed`` reread the low 8, 16 or 32 bits as two's complement.
``csr``, ``zimm``, ``rd_number``, ``rs1_number``, ``rs2_number`` are the fields themselves.
``amo(address, value)`` gives what memory held, ``old`` in the value, and puts the value in its
place. Other names with parentheses are services of the hart: what an instruction does to more
than registers and memory. Division truncates towards zero. What is assigned, and the address of
a memory access, is cut to its width. All right-hand sides of an instruction are read before
anything is written. Operators bind as in Python.

Only the text of the instruction table is ever parsed here, never a student's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: int


@dataclass(frozen=True)
class Name:
    """One of NAMES."""

    name: str


@dataclass(frozen=True)
class Binary:
    """An operator between two expressions."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True)
class Signed:
    """The low bits of a value, reread as two's complement."""

    bits: int
    value: "Expression"


@dataclass(frozen=True)
class Memory:
    """What memory holds at an address, unsigned; or where a store writes."""

    bits: int
    address: "Expression"
    address_text: str  # as the table spells it, for descriptions


@dataclass(frozen=True)
class Choice:
    """``if … then … else …``."""

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"


@dataclass(frozen=True)
class Amo:
    """What a word of memory held; ``value`` takes its place in the same step."""

    address: "Expression"
    address_text: str  # as the table spells it, for descriptions
    value: "Expression"


@dataclass(frozen=True)
class Service:
    """What a method of the hart returns."""

    name: str
    arguments: tuple["Expression", ...]


Expression = Number | Name | Binary | Signed | Memory | Choice | Amo | Service


@dataclass(frozen=True)
class SetRd:
    """``rd = …``."""

    value: Expression


@dataclass(frozen=True)
class SetPc:
    """``pc = …``, always or when a condition holds."""

    value: Expression
    text: str  # as the table spells it, for descriptions
    condition: Expression | None = None


@dataclass(frozen=True)
class Store:
    """``mem8[…] = …`` and the like."""

    target: Memory
    value: Expression


@dataclass(frozen=True)
class RaiseTrap:
    """``trap(cause, tval)``."""

    cause: int
    tval: Expression


@dataclass(frozen=True)
class Perform:
    """A service whose result is not used."""

    service: Service


Statement = SetRd | SetPc | Store | RaiseTrap | Perform

NAMES = frozenset("rs1 rs2 imm pc next csr zimm rd_number rs1_number rs2_number old".split())
SERVICES = frozenset(
    "csr_write csr_set csr_clear environment_call return_from_machine return_from_supervisor"
    " wait_for_interrupt load_reserved store_conditional synchronize_code fence_addresses"
    " fence_guest_virtual fence_guest_physical guest_load guest_load_executable guest_store".split()
)
WORD = 0xFFFF_FFFF
COMPARISONS = frozenset({"==", "!=", "<", ">="})
_PRECEDENCE = {
    **dict.fromkeys(COMPARISONS, 1),
    "|": 2,
    "^": 3,
    "&": 4,
    "<<": 5,
    ">>": 5,
    "+": 6,
    "-": 6,
    "*": 7,
    "/": 7,
    "%": 7,
}
_SIGNED = {"signed8": 8, "signed16": 16, "signed": 32}
_MEMORY = {"mem8": 8, "mem16": 16, "mem32": 32}
_TOKEN = re.compile(r"\s*(\d+|\w+|==|!=|>=|<<|>>|[-+*/%&|^~<=()\[\];,])")


def parse(text: str) -> tuple[Statement, ...]:
    """Return the statements. Raises ValueError for text that is not of the language."""
    return _Parser(text).statements()


def parse_condition(text: str) -> Expression:
    """Return a lone expression. Raises ValueError for text that is not of the language."""
    parser = _Parser(text)
    expression = parser.expression()
    parser.expect("")
    return expression


def uses(expression: Expression) -> frozenset[str]:
    """Return the names that an expression reads; ``mem`` stands for memory
    and ``hart`` for the services of the hart.
    """
    match expression:
        case Number():
            return frozenset()
        case Name(name):
            return frozenset({name})
        case Binary(_, left, right):
            return uses(left) | uses(right)
        case Signed(_, value):
            return uses(value)
        case Memory(_, address):
            return uses(address) | {"mem"}
        case Choice(condition, then, otherwise):
            return uses(condition) | uses(then) | uses(otherwise)
        case Amo(address, _, value):
            return uses(address) | uses(value) | {"mem"}
        case Service(_, arguments):
            return frozenset({"hart"}).union(*map(uses, arguments))


def quotient(left: int, right: int) -> int:
    """Return left / right, truncated towards zero."""
    magnitude = abs(left) // abs(right)
    return magnitude if (left < 0) == (right < 0) else -magnitude


def remainder(left: int, right: int) -> int:
    """Return what ``quotient`` leaves; it has the sign of left."""
    return left - right * quotient(left, right)


OPERATIONS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": quotient,
    "%": remainder,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "<<": lambda a, b: a << b,
    ">>": lambda a, b: a >> b,
    "==": lambda a, b: int(a == b),
    "!=": lambda a, b: int(a != b),
    "<": lambda a, b: int(a < b),
    ">=": lambda a, b: int(a >= b),
}


def evaluate(expression: Expression, names: Mapping[str, int]) -> int:
    """Return the value of an expression that reads no memory. Raises KeyError for a free name."""
    match expression:
        case Number(value):
            return value
        case Name(name):
            return names[name]
        case Binary(operator, left, right):
            return OPERATIONS[operator](evaluate(left, names), evaluate(right, names))
        case Signed(bits, inner):
            sign = 1 << (bits - 1)
            return ((evaluate(inner, names) & (2 * sign - 1)) ^ sign) - sign
        case Choice(condition, then, otherwise):
            return evaluate(then if evaluate(condition, names) else otherwise, names)
        case Memory() | Amo():
            return names["mem"]
        case Service():
            return names["hart"]


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[str] = []
        self._starts: list[int] = []
        position = 0
        while position < len(text.rstrip()):
            token = _TOKEN.match(text, position)
            if token is None:
                raise ValueError(f"{text!r} at {position}")
            self._tokens.append(token[1])
            self._starts.append(token.start(1))
            position = token.end()
        self._tokens.append("")
        self._starts.append(len(text))
        self._next = 0

    def statements(self) -> tuple[Statement, ...]:
        if self._peek() == "":
            return ()
        found = [self._statement()]
        while self._accept(";"):
            found.append(self._statement())
        self.expect("")
        return tuple(found)

    def _statement(self) -> Statement:
        condition = None
        if self._accept("when"):
            condition = self.expression()
            self.expect("then")
        word = self._take()
        if word == "pc":
            self.expect("=")
            value, text = self._spelled()
            return SetPc(value, text, condition)
        if condition is not None:
            raise ValueError(f"{self._text!r}: only a jump may be conditional")
        if word == "rd":
            self.expect("=")
            return SetRd(self.expression())
        if word == "trap":
            self.expect("(")
            cause = int(self._take())
            self.expect(",")
            tval = self.expression()
            self.expect(")")
            return RaiseTrap(cause, tval)
        if word in SERVICES:
            return Perform(Service(word, self._arguments()))
        target = self._memory(word)
        self.expect("=")
        return Store(target, self.expression())

    def expression(self, minimum: int = 1) -> Expression:
        if self._accept("if"):
            condition = self.expression()
            self.expect("then")
            then = self.expression()
            self.expect("else")
            return Choice(condition, then, self.expression())
        left = self._primary()
        while (precedence := _PRECEDENCE.get(self._peek(), 0)) >= minimum:
            operator = self._take()
            left = Binary(operator, left, self.expression(precedence + 1))
        return left

    def _primary(self) -> Expression:
        token = self._take()
        if token.isdigit():
            return Number(int(token))
        if token == "-":  # noqa: S105 - a minus sign, not a password
            return Binary("-", Number(0), self._primary())
        if token == "~":  # noqa: S105
            return Binary("^", self._primary(), Number(-1))
        if token == "(":  # noqa: S105
            inner = self.expression()
            self.expect(")")
            return inner
        if token in _SIGNED:
            self.expect("(")
            inner = self.expression()
            self.expect(")")
            return Signed(_SIGNED[token], inner)
        if token in NAMES:
            return Name(token)
        if token in SERVICES:
            return Service(token, self._arguments())
        if token == "amo":  # noqa: S105
            self.expect("(")
            address, text = self._spelled()
            self.expect(",")
            value = self.expression()
            self.expect(")")
            return Amo(address, text, value)
        return self._memory(token)

    def _arguments(self) -> tuple[Expression, ...]:
        self.expect("(")
        found: list[Expression] = []
        while not self._accept(")"):
            if found:
                self.expect(",")
            found.append(self.expression())
        return tuple(found)

    def _memory(self, token: str) -> Memory:
        if token not in _MEMORY:
            raise ValueError(f"{self._text!r}: {token!r} is not known")
        self.expect("[")
        address, text = self._spelled()
        self.expect("]")
        return Memory(_MEMORY[token], address, text)

    def _spelled(self) -> tuple[Expression, str]:
        """Return an expression and its spelling."""
        start = self._starts[self._next]
        expression = self.expression()
        return expression, self._text[start : self._starts[self._next]].strip()

    def _peek(self) -> str:
        return self._tokens[self._next]

    def _take(self) -> str:
        token = self._peek()
        self._next += 1
        return token

    def _accept(self, token: str) -> bool:
        if self._peek() != token:
            return False
        self._next += 1
        return True

    def expect(self, token: str) -> None:
        if not self._accept(token):
            raise ValueError(f"{self._text!r}: {token!r} expected at {self._peek()!r}")
