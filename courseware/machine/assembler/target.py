"""What directives act on, and how they read their operands."""

from collections.abc import Callable
from typing import Protocol

from courseware.machine.assembler.expressions import Expression, parse
from courseware.machine.assembler.instructions import Instructions, Options
from courseware.machine.assembler.layout import Layout
from courseware.machine.assembler.lexer import Kind, Token
from courseware.machine.assembler.operands import Operand
from courseware.machine.assembler.problems import Place, Problem, Problems
from courseware.machine.assembler.sections import Location


class Target(Protocol):
    """The program that is being assembled."""

    layout: Layout
    problems: Problems
    options: Options
    instructions: Instructions


Directive = Callable[[Target, Token, list[Operand]], None]


def expect(token: Token, operands: list[Operand], count: int, form: str) -> None:
    """Raise Problem unless there are so many operands."""
    if len(operands) != count:
        raise Problem(token.place, f"「{form}」の形で書いてください。")


def name_of(token: Token, operand: Operand) -> Token:
    """Return the one name that an operand is. Raises Problem when it is none."""
    if len(operand) != 1 or operand[0].kind != Kind.NAME:
        raise Problem(
            operand[0].place, f"「{token.text}」のここには、英字で始まる名前を書いてください。"
        )
    return operand[0]


def expression_of(target: Target, operand: Operand) -> tuple[Expression, Location]:
    """Return an operand's expression, read from the present place."""
    layout = target.layout
    return layout.symbols.settle(parse(operand, operand[0].place)), layout.here


def constant_of(
    target: Target,
    token: Token,
    operand: Operand,
    low: int = -(1 << 63),
    high: int = 1 << 63,
    advice: str = "",
) -> int:
    """Return a value that must be known now. Raises Problem when it is not, or is out of range."""
    expression = parse(operand, operand[0].place)
    return constant(target.layout, expression, token.text, low, high, advice)


def constant(
    layout: Layout, expression: Expression, directive: str, low: int, high: int, advice: str = ""
) -> int:
    """Return an expression's value here, which must be known now.

    ``advice`` is added to what is said of a value out of range.
    """
    value = layout.constant(expression)
    if value is None:
        raise undecided(directive, expression.place)
    if not low <= value <= high:
        raise Problem(
            expression.place,
            f"「{directive}」の値 {value} が範囲にありません。"
            f"{low} から {high} までにしてください。{advice}",
        )
    return value


def undecided(directive: str, place: Place) -> Problem:
    """Return the problem that a value would be needed now."""
    return Problem(
        place,
        f"「{directive}」の値がこの時点では決まりません。"
        "数か、これより前の .equ で定義した名前を使ってください。",
    )
