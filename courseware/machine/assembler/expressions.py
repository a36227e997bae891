"""Expressions of the assembler: parsed once, evaluated when the addresses are known.

Operators bind as in GNU as (its manual, "Infix Operators"): first ``* / % << >>``, then
``| & ^``, then ``+ -``. Numbers are 64-bit two's complement. ``>>`` keeps the sign, so that
``-8 >> 1`` is -4; GNU as brings in zeroes at bit 63, which no 32-bit value shows below a shift by
32. An expression is kept in postfix order, so that neither parsing nor evaluating recurses,
however deeply it is nested.
"""

from collections.abc import Callable
from dataclasses import dataclass

from courseware.machine.assembler.lexer import Kind, Token
from courseware.machine.assembler.problems import Place, Problem, clip
from courseware.machine.isa.semantics import quotient, remainder
from courseware.machine.registers import REGISTER_NUMBERS

_PRECEDENCE = {
    "+": 1, "-": 1, "|": 2, "&": 2, "^": 2, "*": 3, "/": 3, "%": 3, "<<": 3, ">>": 3,
}  # fmt: skip
_UNARY = frozenset("-~+")
_UNARY_PRECEDENCE = 4
_OPEN = "("

Resolve = Callable[[Token], int]


@dataclass(frozen=True)
class Operation:
    """An operator in postfix order: unary when ``unary``."""

    name: str
    place: Place
    unary: bool


@dataclass(frozen=True)
class Expression:
    """Postfix items; ``place`` is where the expression begins in the source."""

    items: tuple[Token | Operation, ...]
    place: Place

    def evaluate(self, resolve: Resolve) -> int:
        """Return the value. ``resolve`` gives a symbol's; Problem for what has none."""
        stack: list[int] = []
        for item in self.items:
            if isinstance(item, Token):
                stack.append(item.number if item.kind == Kind.NUMBER else resolve(item))
            elif item.unary:
                stack.append(_wrap(_unary(item.name, stack.pop())))
            else:
                right, left = stack.pop(), stack.pop()
                stack.append(_wrap(_binary(item, left, right)))
        return _wrap(stack.pop())


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
            raise _unexpected(token, "演算子")
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


def _unary(name: str, value: int) -> int:
    match name:
        case "-":
            return -value
        case "~":
            return ~value
    return value


def _binary(operation: Operation, left: int, right: int) -> int:
    match operation.name:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "&":
            return left & right
        case "|":
            return left | right
        case "^":
            return left ^ right
        case "/" | "%":
            if right == 0:
                raise Problem(operation.place, "0 で割る式です。割る数を確かめてください。")
            return (quotient if operation.name == "/" else remainder)(left, right)
    if not 0 <= right < 64:
        raise Problem(
            operation.place, f"{right} ビットのシフトはできません。0 から 63 までで書いてください。"
        )
    return left << right if operation.name == "<<" else left >> right


def _wrap(value: int) -> int:
    return ((value + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63)
