"""Directives that put data, or room for data, into the present section."""

from functools import partial

from courseware.machine.assembler.expressions import Expression
from courseware.machine.assembler.lexer import Kind, Token
from courseware.machine.assembler.operands import Operand
from courseware.machine.assembler.problems import Problem
from courseware.machine.assembler.sections import MAX_ALIGNMENT_BITS, Location
from courseware.machine.assembler.spaces import Alignment, Gap, Origin, padding
from courseware.machine.assembler.target import Directive, Target, constant_of, expression_of

_MAX_COUNT = 1 << 32
_FILL_VALUE_BYTES = 4  # GNU as leaves the bytes behind at 0
_MAX_FILL_BYTES = 8


def _data(size: int) -> Directive:
    def directive(target: Target, token: Token, operands: list[Operand]) -> None:
        if not operands:
            raise Problem(token.place, f"「{token.text}」の後に値を書いてください。")
        for operand in operands:
            expression, location = expression_of(target, operand)
            make = partial(_number, target, token, expression, location, size)
            target.layout.emit(token.place, size, make)

    return directive


def _number(
    target: Target, token: Token, expression: Expression, location: Location, size: int
) -> bytes:
    low, high = -(1 << (8 * size - 1)), (1 << 8 * size) - 1
    value = target.layout.value(expression, location)
    if not low <= value <= high:
        raise Problem(
            expression.place,
            f"{value} は {token.text} の {size} バイトに収まりません。"
            f"{low} から {high} までの値にしてください。{expression.advice}",
        )
    return (value & high).to_bytes(size, "little")


def _string(ending: bytes) -> Directive:
    def directive(target: Target, token: Token, operands: list[Operand]) -> None:
        if not operands:
            raise Problem(token.place, f'「{token.text}」の後に "文字列" を書いてください。')
        for operand in operands:
            if any(part.kind != Kind.STRING for part in operand):
                raise Problem(
                    operand[0].place, f'「{token.text}」には "…" で囲んだ文字列を書いてください。'
                )
            data = b"".join(part.data for part in operand) + ending
            target.layout.emit(token.place, len(data), partial(bytes, data))

    return directive


def _space(target: Target, token: Token, operands: list[Operand]) -> None:
    if len(operands) not in (1, 2):
        raise Problem(token.place, f"「{token.text} 大きさ」の形で書いてください。")
    fill = constant_of(target, token, operands[1], -128, 255) if len(operands) == 2 else 0
    expression, location = expression_of(target, operands[0])
    layout = target.layout
    size = layout.constant(expression)
    if size is None:
        gap = Gap(target, token, expression, location, fill)
        layout.end_fragment(token.place, gap)
        return
    size = constant_of(target, token, operands[0], 0, _MAX_COUNT)
    if fill:
        layout.emit(token.place, size, lambda: bytes([fill & 0xFF]) * size)
    else:
        layout.reserve(token.place, size)


def _fill(target: Target, token: Token, operands: list[Operand]) -> None:
    """Obey ``.fill COUNT, SIZE, VALUE``."""
    if len(operands) not in (1, 2, 3):
        raise Problem(token.place, f"「{token.text} 個数, バイト数, 値」の形で書いてください。")
    count = constant_of(target, token, operands[0], 0, _MAX_COUNT)
    size = constant_of(target, token, operands[1], 0, 1 << 31) if len(operands) > 1 else 1
    value = constant_of(target, token, operands[2]) if len(operands) > 2 else 0
    size = min(size, _MAX_FILL_BYTES)
    unit = (value & 0xFFFF_FFFF).to_bytes(_FILL_VALUE_BYTES, "little").ljust(size, b"\0")[:size]
    if any(unit):
        target.layout.emit(token.place, count * size, lambda: unit * count)
    else:
        target.layout.reserve(token.place, count * size)


def _align_to_power(fill_size: int) -> Directive:
    def directive(target: Target, token: Token, operands: list[Operand]) -> None:
        _expect_alignment(token, operands, f"{token.text} n")
        if not operands:
            return
        advice = f"{token.text} の値は、2 の何乗かです。バイト数で書くときは .balign を使います。"
        bits = constant_of(target, token, operands[0], 0, MAX_ALIGNMENT_BITS, advice)
        _align(target, token, 1 << bits, operands[1:], fill_size)

    return directive


def _align_to_bytes(fill_size: int) -> Directive:
    def directive(target: Target, token: Token, operands: list[Operand]) -> None:
        _expect_alignment(token, operands, f"{token.text} バイト数")
        if not operands:
            return
        alignment = constant_of(target, token, operands[0], 0, 1 << MAX_ALIGNMENT_BITS) or 1
        if alignment & (alignment - 1):
            raise Problem(
                operands[0][0].place, "バイト数は 2 の累乗 (1、2、4、8 など) にしてください。"
            )
        _align(target, token, alignment, operands[1:], fill_size)

    return directive


def _expect_alignment(token: Token, operands: list[Operand], form: str) -> None:
    """Raise Problem for operands of no form; none at all ask for nothing, as in GNU as."""
    if len(operands) > 3 or (operands and not operands[0]):
        raise Problem(token.place, f"「{form}」の形で書いてください。")


def _align(
    target: Target, token: Token, alignment: int, rest: list[Operand], fill_size: int
) -> None:
    """Obey an alignment: ``rest`` is the value to fill with, and how many bytes at most."""
    layout = target.layout
    high = (1 << 8 * fill_size) - 1
    fill: bytes | None = None
    if rest and rest[0]:
        value = constant_of(target, token, rest[0], -high - 1, high)
        fill = (value & high).to_bytes(fill_size, "little")
    most = constant_of(target, token, rest[1], 0, _MAX_COUNT) if len(rest) > 1 and rest[1] else 0
    unit = 2 if target.options.rvc else 4
    if fill is not None or not layout.section.is_code:
        fill, unit = fill or b"\0", 0
    layout.section.alignment = max(layout.section.alignment, alignment)
    tail = Alignment(token.place, alignment, fill, most, unit)
    if not layout.section.is_settled:
        layout.end_fragment(token.place, tail)
        return
    size = tail.size_at(layout.here.offset)
    if layout.section.is_empty or fill == b"\0":
        layout.reserve(token.place, size)
    elif size:
        layout.emit(token.place, size, partial(padding, size, fill, token.place))


def _org(target: Target, token: Token, operands: list[Operand]) -> None:
    if len(operands) not in (1, 2):
        raise Problem(token.place, f"「{token.text} 場所」の形で書いてください。")
    fill = constant_of(target, token, operands[1], -128, 255) if len(operands) == 2 else 0
    expression, location = expression_of(target, operands[0])
    origin = Origin(target, token, expression, location, fill)
    if target.layout.section.is_empty and fill:
        raise Problem(token.place, "すべて 0 のセクションを、ほかの値で埋めることはできません。")
    target.layout.end_fragment(token.place, origin)


def _refuse_file(target: Target, token: Token, operands: list[Operand]) -> None:
    raise Problem(
        token.place,
        f"「{token.text}」でほかのファイルを読み込むことはできません。"
        "内容をこのプログラムに書き写してください。",
    )


DATA_DIRECTIVES: dict[str, Directive] = {
    ".byte": _data(1),
    **dict.fromkeys((".half", ".2byte", ".short", ".hword"), _data(2)),
    **dict.fromkeys((".word", ".4byte", ".long", ".int"), _data(4)),
    **dict.fromkeys((".dword", ".8byte", ".quad"), _data(8)),
    ".dc.b": _data(1),
    **dict.fromkeys((".dc", ".dc.w"), _data(2)),
    **dict.fromkeys((".dc.a", ".dc.l"), _data(4)),
    ".ascii": _string(b""),
    **dict.fromkeys((".asciz", ".string"), _string(b"\0")),
    **dict.fromkeys((".space", ".zero", ".skip"), _space),
    ".fill": _fill,
    **dict.fromkeys((".align", ".p2align"), _align_to_power(1)),
    ".p2alignw": _align_to_power(2),
    ".p2alignl": _align_to_power(4),
    ".balign": _align_to_bytes(1),
    ".balignw": _align_to_bytes(2),
    ".balignl": _align_to_bytes(4),
    ".org": _org,
    **dict.fromkeys((".include", ".incbin"), _refuse_file),
}
