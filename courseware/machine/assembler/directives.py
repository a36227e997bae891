"""Directives: sections, data, alignment and names."""

from collections.abc import Callable
from typing import Protocol

from courseware.machine.assembler.expressions import Expression, parse
from courseware.machine.assembler.layout import SECTION_NAMES, Layout, Location
from courseware.machine.assembler.lexer import Kind, Token
from courseware.machine.assembler.operands import Operand, split
from courseware.machine.assembler.problems import Problem, clip

_NOP = (0x13).to_bytes(4, "little")  # addi zero, zero, 0
_MAX_ALIGNMENT_BITS = 12


class Target(Protocol):
    """What directives act on."""

    layout: Layout

    def emit(self, token: Token, size: int, make: Callable[[], bytes]) -> None:
        """Add bytes to the present section."""
        ...

    def reserve(self, token: Token, size: int) -> None:
        """Add zeroes to the present section."""
        ...

    def define_constant(self, name: Token, operand: Operand) -> None:
        """Give an expression a name."""
        ...


Directive = Callable[[Target, Token, list[Operand]], None]


def _section(target: Target, token: Token, operands: list[Operand]) -> None:
    """``.section NAME, "flags", @type``; the names imply the flags and types, whatever they say."""
    name = operands[0][0] if operands else token
    if name.text not in SECTION_NAMES or len(operands[0]) != 1:
        names = "、".join(SECTION_NAMES)
        raise Problem(name.place, f"セクションには {names} のどれかを書いてください。")
    attributes = ((Kind.STRING, '"ax"'), (Kind.SECTION_TYPE, "@progbits"))
    for operand, (kind, example) in zip(operands[1:], attributes, strict=False):
        if len(operand) != 1 or operand[0].kind != kind:
            raise Problem(
                operand[0].place,
                f"セクションの属性「{clip(operand[0].text)}」を読めません。{example} のような形で"
                f"書くか、{name.text} の後を消してください。",
            )
    target.layout.current = target.layout.sections[name.text]


def _named_section(target: Target, token: Token, operands: list[Operand]) -> None:
    _expect(token, operands, 0, token.text)
    target.layout.current = target.layout.sections[token.text]


def _global(target: Target, token: Token, operands: list[Operand]) -> None:
    """There is one source file: every name is known in all of it."""
    if not operands:
        raise Problem(token.place, f"「{token.text}」の後にラベルの名前を書いてください。")
    for operand in operands:
        if len(operand) != 1 or operand[0].kind != Kind.NAME:
            raise Problem(
                operand[0].place, f"「{token.text}」の後にはラベルの名前だけを書いてください。"
            )


def _data(size: int) -> Directive:
    low, high = -(1 << (8 * size - 1)), (1 << 8 * size) - 1

    def directive(target: Target, token: Token, operands: list[Operand]) -> None:
        if not operands:
            raise Problem(token.place, f"「{token.text}」の後に値を書いてください。")
        for operand in operands:
            expression, location = _expression(target, operand)
            target.emit(token, size, _number(target, token, expression, location))

    def _number(
        target: Target, token: Token, expression: Expression, location: Location
    ) -> Callable[[], bytes]:
        def make() -> bytes:
            value = target.layout.value(expression, location)
            if not low <= value <= high:
                raise Problem(
                    expression.place,
                    f"{value} は {token.text} の {size} バイトに収まりません。"
                    f"{low} から {high} までの値にしてください。",
                )
            return (value & high).to_bytes(size, "little")

        return make

    return directive


def _string(ending: bytes) -> Directive:
    def directive(target: Target, token: Token, operands: list[Operand]) -> None:
        if not operands:
            raise Problem(token.place, f'「{token.text}」の後に "文字列" を書いてください。')
        for operand in operands:
            if len(operand) != 1 or operand[0].kind != Kind.STRING:
                raise Problem(
                    operand[0].place, f'「{token.text}」には "…" で囲んだ文字列を書いてください。'
                )
            data = operand[0].data + ending
            target.emit(token, len(data), lambda data=data: data)  # type: ignore[misc]

    return directive


def _space(target: Target, token: Token, operands: list[Operand]) -> None:
    if len(operands) not in (1, 2):
        raise Problem(token.place, f"「{token.text} 大きさ」の形で書いてください。")
    size = _constant(target, token, operands[0], 0, 1 << 32)
    fill = _constant(target, token, operands[1], -128, 255) if len(operands) == 2 else 0
    if fill == 0:
        target.reserve(token, size)
    else:
        target.emit(token, size, lambda: bytes([fill & 0xFF]) * size)


def _align_to_power(target: Target, token: Token, operands: list[Operand]) -> None:
    _expect(token, operands, 1, f"{token.text} n")
    _align(target, token, 1 << _constant(target, token, operands[0], 0, _MAX_ALIGNMENT_BITS))


def _align_to_bytes(target: Target, token: Token, operands: list[Operand]) -> None:
    _expect(token, operands, 1, f"{token.text} バイト数")
    alignment = _constant(target, token, operands[0], 0, 1 << _MAX_ALIGNMENT_BITS) or 1
    if alignment & (alignment - 1):
        raise Problem(
            operands[0][0].place, "バイト数は 2 の累乗 (1、2、4、8 など) にしてください。"
        )
    _align(target, token, alignment)


def _align(target: Target, token: Token, alignment: int) -> None:
    """Fill up with zeroes; in code, where a whole instruction has room, with nop."""
    section = target.layout.current
    section.alignment = max(section.alignment, alignment)
    size = -section.size % alignment
    if section.name != ".text":
        target.reserve(token, size)
    elif size:
        target.emit(token, size, lambda: bytes(size % 4) + _NOP * (size // 4))


def _equ(target: Target, token: Token, operands: list[Operand]) -> None:
    _expect(token, operands, 2, f"{token.text} 名前, 値")
    if len(operands[0]) != 1 or operands[0][0].kind != Kind.NAME:
        raise Problem(
            operands[0][0].place,
            f"「{token.text} 名前, 値」の名前を、英字で始まる一語にしてください。",
        )
    target.define_constant(operands[0][0], operands[1])


DIRECTIVES: dict[str, Directive] = {
    **dict.fromkeys((".text", ".data", ".bss"), _named_section),
    ".section": _section,
    **dict.fromkeys((".globl", ".global"), _global),
    ".byte": _data(1),
    **dict.fromkeys((".half", ".2byte", ".short"), _data(2)),
    **dict.fromkeys((".word", ".4byte", ".long"), _data(4)),
    ".ascii": _string(b""),
    **dict.fromkeys((".asciz", ".string"), _string(b"\0")),
    **dict.fromkeys((".space", ".zero", ".skip"), _space),
    **dict.fromkeys((".align", ".p2align"), _align_to_power),
    ".balign": _align_to_bytes,
    **dict.fromkeys((".equ", ".set"), _equ),
}


def run(target: Target, token: Token, tokens: list[Token]) -> None:
    """Do what a known directive says. Raises Problem for operands that it cannot take."""
    DIRECTIVES[token.text](target, token, split(tokens))


def _expect(token: Token, operands: list[Operand], count: int, form: str) -> None:
    if len(operands) != count:
        raise Problem(token.place, f"「{form}」の形で書いてください。")


def _expression(target: Target, operand: Operand) -> tuple[Expression, Location]:
    expression = target.layout.settle_locals(parse(operand, operand[0].place))
    return expression, target.layout.here


def _constant(target: Target, token: Token, operand: Operand, low: int, high: int) -> int:
    """Return a value that must be known now, since addresses depend on it."""
    expression, location = _expression(target, operand)
    value = target.layout.constant(expression, location)
    if value is None:
        raise Problem(
            expression.place,
            f"「{token.text}」の値がこの時点では決まりません。"
            "数か、これより前の .equ で定義した名前を使ってください。",
        )
    if not low <= value <= high:
        raise Problem(
            expression.place,
            f"「{token.text}」の値 {value} が範囲にありません。"
            f"{low} から {high} までにしてください。",
        )
    return value
