"""``.insn``: an instruction given by its number, or by the numbers of its fields."""

from functools import partial

from courseware.machine.assembler.lexer import Token
from courseware.machine.assembler.operands import Operand
from courseware.machine.assembler.problems import Problem
from courseware.machine.assembler.target import Target, constant_of

_SIZES = (2, 4)


def insert(target: Target, token: Token, operands: list[Operand]) -> None:
    """Obey ``.insn VALUE`` and ``.insn BYTES, VALUE``."""
    if len(operands) not in (1, 2):
        raise Problem(
            token.place, f"「{token.text} 値」か「{token.text} バイト数, 値」の形で書いてください。"
        )
    value = constant_of(target, token, operands[-1], 0, (1 << 32) - 1)
    size = 4 if value & 0b11 == 0b11 else 2
    said = constant_of(target, token, operands[0]) if len(operands) == 2 else size
    if said != size or value >> 8 * size:
        raise Problem(
            operands[-1][0].place,
            f"値 {value:#x} の下位 2 ビットが示す命令の大きさは {size} バイトです。"
            "値とバイト数を合わせてください。",
        )
    target.layout.emit(token.place, size, partial(value.to_bytes, size, "little"))
