"""Expressions of the assembler: parsed once, evaluated when their symbols are known.

Operators bind as in GNU as (its manual, "Infix Operators"): first ``* / % << >>``, then
``| & ^ !``, then ``+ -``, then the comparisons, then ``&&``, then ``||``. A comparison that holds
is -1, as in GNU as. Numbers are 64-bit two's complement; ``>>`` brings in zeroes,
so that ``-8 >> 1`` fits in no 32 bits. GNU as warns and cuts it; here it is a mistake that is
explained, for the low bits of ``~0 >> 4`` are not what its author wants. An expression is
kept in postfix order, so that neither parsing nor evaluating recurses, however deeply it is nested.

While addresses are not known, a value is a number plus whole multiples of *bases*: things that
will be numbers, like the place where a section begins. They can be added and subtracted; where the
bases cancel, the value is known at once, as that of the distance between two labels.
"""

import operator
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

from courseware.machine.assembler.lexer import Kind, Token
from courseware.machine.assembler.problems import Place, Problem, clip
from courseware.machine.isa.semantics import quotient, remainder
from courseware.machine.registers import REGISTER_NUMBERS

_PRECEDENCE = {
    "||": 1,
    "&&": 2,
    **dict.fromkeys(("==", "!=", "<>", "<", "<=", ">", ">="), 3),
    **dict.fromkeys("+-", 4),
    **dict.fromkeys("|&^!", 5),
    **dict.fromkeys(("*", "/", "%", "<<", ">>"), 6),
}
_UNARY = frozenset("-~+!")
_UNARY_PRECEDENCE = 7
_OPEN = "("
_MASK = (1 << 64) - 1
_NO_BASES: Mapping[Any, int] = MappingProxyType({})


class Value(NamedTuple):
    """A number plus multiples of bases."""

    number: int
    bases: Mapping[Any, int] = _NO_BASES

    def plus(self, other: "Value", factor: int = 1) -> "Value":
        """Return the sum with a multiple of another value."""
        number = _wrap(self.number + factor * other.number)
        if not other.bases:
            return Value(number, self.bases)
        bases = dict(self.bases)
        for base, count in other.bases.items():
            bases[base] = bases.get(base, 0) + factor * count
        return Value(number, {base: count for base, count in bases.items() if count})


def on_base(base: Hashable, number: int) -> Value:
    """Return a base plus a number."""
    return Value(number, {base: 1})


Resolve = Callable[[Token], Value]


@dataclass(frozen=True)
class Operation:
    """An operator in postfix order: unary when ``unary``."""

    name: str
    place: Place
    unary: bool


class NotConstant(Problem):
    """A value that is not known yet meets an operator that needs a number."""


@dataclass(frozen=True)
class Expression:
    """Postfix items; ``place`` is where the expression begins in the source."""

    items: tuple[Token | Operation, ...]
    place: Place

    @property
    def advice(self) -> str:
        """Return what to say when the value is too large, if ``>>`` may be why."""
        if not any(isinstance(item, Operation) and item.name == ">>" for item in self.items):
            return ""
        return (
            "式は 64 ビットで計算され、>> は負の数でも上位に 0 を入れます。"
            "負の数を割るには / を使い、32 ビットの値としてずらすには、"
            "先に (値 & 0xffffffff) とします。"
        )

    def evaluate(self, resolve: Resolve) -> Value:
        """Return the value. ``resolve`` gives a symbol's; Problem for what has none."""
        stack: list[Value] = []
        for item in self.items:
            if isinstance(item, Token):
                is_number = item.kind == Kind.NUMBER
                stack.append(Value(_wrap(item.number)) if is_number else resolve(item))
            elif item.unary:
                stack.append(_unary(item, stack.pop()))
            else:
                right, left = stack.pop(), stack.pop()
                stack.append(_binary(item, left, right))
        return stack.pop()


def parse(tokens: list[Token], place: Place) -> Expression:
    """Return the expression that the tokens are. Raises Problem when they are none."""
    output: list[Token | Operation] = []
    waiting: list[tuple[str, int, Operation]] = []  # (symbol, precedence, operation)

    def settle(precedence: int) -> None:
        while waiting and waiting[-1][0] != _OPEN and waiting[-1][1] >= precedence:
            output.append(waiting.pop()[2])

    wants_value = True
    for token in tokens:
        operation = Operation(token.text, token.place, wants_value)
        if wants_value:
            if token.kind in (Kind.NUMBER, Kind.LOCAL, Kind.NAME):
                output.append(_value(token))
                wants_value = False
            elif token.kind == Kind.OPERATOR and token.text in _UNARY:
                waiting.append((token.text, _UNARY_PRECEDENCE, operation))
            elif token.kind == Kind.OPERATOR and token.text == _OPEN:
                waiting.append((_OPEN, 0, operation))
            else:
                raise _unexpected(token, "数、文字、またはラベル")
        elif token.text == ")" and token.kind == Kind.OPERATOR:
            settle(0)
            if not waiting:
                raise Problem(token.place, "「)」に対する「(」がありません。")
            waiting.pop()
        elif token.kind == Kind.OPERATOR and token.text in _PRECEDENCE:
            settle(_PRECEDENCE[token.text])
            waiting.append((token.text, _PRECEDENCE[token.text], operation))
            wants_value = True
        else:
            raise _unexpected(token, "演算子か「,」")
    if wants_value:
        end = tokens[-1].place if tokens else place
        raise Problem(end, "式が途中で終わっています。数、文字、またはラベルを続けてください。")
    settle(0)
    if waiting:
        raise Problem(waiting[-1][2].place, "「(」に対する「)」がありません。")
    return Expression(tuple(output), tokens[0].place)


def _value(token: Token) -> Token:
    if token.text in REGISTER_NUMBERS:
        raise Problem(
            token.place,
            f"数またはラベルを書く場所に、レジスター「{token.text}」があります。"
            "レジスターは式の中では使えません。",
        )
    return token


def _unexpected(token: Token, wanted: str) -> Problem:
    return Problem(
        token.place, f"式の中の「{clip(token.text)}」を読めません。ここには{wanted}を書きます。"
    )


def _unary(operation: Operation, value: Value) -> Value:
    match operation.name:
        case "-":
            return Value(0).plus(value, -1)
        case "~":
            return Value(~_number(operation, value))
        case "!":
            return Value(int(not _number(operation, value)))
    return value


def _number(operation: Operation, value: Value) -> int:
    if value.bases:
        raise NotConstant(
            operation.place,
            f"「{operation.name}」の計算に使う値が、この時点では決まりません。"
            "ここで使えるのは、数、定義済みの定数、同じ場所にあるラベルどうしの差です。",
        )
    return value.number


_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _binary(operation: Operation, left: Value, right: Value) -> Value:
    match operation.name:
        case "+":
            return left.plus(right)
        case "-":
            return left.plus(right, -1)
        case name if name in _COMPARISONS:
            return Value(-int(_COMPARISONS[name](*_comparable(operation, left, right))))
    numbers = _number(operation, left), _number(operation, right)
    return Value(_wrap(_calculate(operation, *numbers)))


def _comparable(operation: Operation, left: Value, right: Value) -> tuple[int, int]:
    """Return two numbers in the same order; places on one base compare before it is known."""
    if left.bases == right.bases:
        return left.number, right.number
    return _number(operation, left), _number(operation, right)


def _calculate(operation: Operation, left: int, right: int) -> int:
    match operation.name:
        case "*":
            return left * right
        case "&":
            return left & right
        case "|":
            return left | right
        case "^":
            return left ^ right
        case "!":
            return left | ~right
        case "&&":
            return int(bool(left) and bool(right))
        case "||":
            return int(bool(left) or bool(right))
        case "/" | "%":
            if right == 0:
                raise Problem(operation.place, "0 で割る式です。割る数を確かめてください。")
            return (quotient if operation.name == "/" else remainder)(left, right)
    if not 0 <= right < 64:
        raise Problem(
            operation.place, f"{right} ビットのシフトはできません。0 から 63 までで書いてください。"
        )
    return left << right if operation.name == "<<" else (left & _MASK) >> right


def _wrap(value: int) -> int:
    return ((value + (1 << 63)) & _MASK) - (1 << 63)
