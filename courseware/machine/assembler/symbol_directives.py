"""Directives about names: constants, common blocks, and what matters to a linker alone."""

from courseware.machine.assembler.expressions import parse
from courseware.machine.assembler.lexer import Kind, Token
from courseware.machine.assembler.operands import Operand
from courseware.machine.assembler.problems import Problem
from courseware.machine.assembler.sections import MAX_ALIGNMENT_BITS
from courseware.machine.assembler.target import (
    Directive,
    Target,
    constant_of,
    expect,
    name_of,
)
from courseware.machine.registers import REGISTER_NUMBERS

_DEFAULT_ALIGNMENT = 1


def check_name(token: Token) -> None:
    """Raise Problem when a label or a constant cannot have the name."""
    if token.text in REGISTER_NUMBERS or token.text == ".":
        raise Problem(
            token.place,
            f"「{token.text}」はレジスターなどの名前なので、ラベルにはできません。"
            "別の名前にしてください。",
        )


def define_constant(target: Target, name: Token, operand: Operand, is_new: bool = False) -> None:
    """Give an expression a name."""
    check_name(name)
    expression = parse(operand, name.place)
    target.layout.symbols.define_constant(name, expression, target.layout.here, is_new)


def _equ(is_new: bool) -> Directive:
    def directive(target: Target, token: Token, operands: list[Operand]) -> None:
        expect(token, operands, 2, f"{token.text} 名前, 値")
        if len(operands[0]) != 1 or operands[0][0].kind != Kind.NAME:
            raise Problem(
                operands[0][0].place,
                f"「{token.text} 名前, 値」の名前を、英字で始まる一語にしてください。",
            )
        define_constant(target, operands[0][0], operands[1], is_new)

    return directive


def _global(target: Target, token: Token, operands: list[Operand]) -> None:
    """There is one source file: every name is known in all of it."""
    if not operands:
        raise Problem(token.place, f"「{token.text}」の後にラベルの名前を書いてください。")
    for operand in operands:
        if len(operand) != 1 or operand[0].kind != Kind.NAME:
            raise Problem(
                operand[0].place, f"「{token.text}」の後にはラベルの名前だけを書いてください。"
            )


def _weak(target: Target, token: Token, operands: list[Operand]) -> None:
    """Let a name be 0 when it is not defined."""
    _global(target, token, operands)
    target.layout.symbols.weak.update(operand[0].text for operand in operands)


def _common(target: Target, token: Token, operands: list[Operand]) -> None:
    """Obey ``.comm NAME, SIZE, ALIGNMENT``: room in .bss, at once, for there is no linker."""
    if len(operands) not in (2, 3):
        raise Problem(token.place, f"「{token.text} 名前, 大きさ」の形で書いてください。")
    name = name_of(token, operands[0])
    check_name(name)
    size = constant_of(target, token, operands[1], 0, 1 << 32)
    alignment = _DEFAULT_ALIGNMENT
    if len(operands) == 3:
        alignment = constant_of(target, token, operands[2], 1, 1 << MAX_ALIGNMENT_BITS)
        if alignment & (alignment - 1):
            raise Problem(
                operands[2][0].place, "バイト数は 2 の累乗 (1、2、4、8 など) にしてください。"
            )
    layout = target.layout
    layout.push()
    layout.enter(layout.sections[".bss"])
    layout.align(token.place, alignment)
    layout.symbols.define_label(name, layout.here)
    layout.reserve(token.place, size)
    layout.pop()


def _note(target: Target, token: Token, operands: list[Operand]) -> None:
    """Pass over what is for a linker or a debugger."""


_NOTES = (
    ".file", ".ident", ".attribute", ".type", ".size", ".loc", ".hidden", ".internal",
    ".protected", ".addrsig", ".cfi_sections", ".cfi_startproc", ".cfi_endproc",
    ".cfi_def_cfa", ".cfi_def_cfa_offset", ".cfi_def_cfa_register", ".cfi_adjust_cfa_offset",
    ".cfi_offset", ".cfi_rel_offset", ".cfi_restore", ".cfi_remember_state",
    ".cfi_restore_state", ".cfi_undefined", ".cfi_same_value", ".cfi_return_column",
    ".cfi_signal_frame", ".cfi_personality", ".cfi_lsda",
)  # fmt: skip

SYMBOL_DIRECTIVES: dict[str, Directive] = {
    **dict.fromkeys((".equ", ".set"), _equ(is_new=False)),
    ".equiv": _equ(is_new=True),
    **dict.fromkeys((".globl", ".global", ".local"), _global),
    ".weak": _weak,
    **dict.fromkeys((".comm", ".lcomm"), _common),
    **dict.fromkeys(_NOTES, _note),
}
