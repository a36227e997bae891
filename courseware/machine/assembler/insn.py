"""``.insn``: an instruction given by its number, or by the numbers of its fields.

Source: GNU as, "RISC-V Instruction Formats"; of its formats, those of 32 bits with integer
registers. Opcodes have the names of the unprivileged specification's "Opcode Map".
"""

from dataclasses import dataclass
from functools import partial

from courseware.machine.assembler.forms import Form, Real, Word
from courseware.machine.assembler.habits import check_operands
from courseware.machine.assembler.lexer import Kind, Token
from courseware.machine.assembler.operands import Operand
from courseware.machine.assembler.problems import Problem, clip
from courseware.machine.assembler.target import Target, constant_of
from courseware.machine.isa.encoding import R4, B, Format, I, J, R, S, U

_OPCODES = {
    "LOAD": 0x03, "LOAD_FP": 0x07, "CUSTOM_0": 0x0B, "MISC_MEM": 0x0F, "OP_IMM": 0x13,
    "AUIPC": 0x17, "OP_IMM_32": 0x1B, "STORE": 0x23, "STORE_FP": 0x27, "CUSTOM_1": 0x2B,
    "AMO": 0x2F, "OP": 0x33, "LUI": 0x37, "OP_32": 0x3B, "MADD": 0x43, "MSUB": 0x47,
    "NMSUB": 0x4B, "NMADD": 0x4F, "OP_FP": 0x53, "CUSTOM_2": 0x5B, "BRANCH": 0x63, "JALR": 0x67,
    "JAL": 0x6F, "SYSTEM": 0x73, "CUSTOM_3": 0x7B,
}  # fmt: skip
_FUNCT2, _FUNCT3, _FUNCT7 = (2, 25), (3, 12), (7, 25)  # width and lowest bit
_NAMES = {_FUNCT2: "funct2", _FUNCT3: "funct3", _FUNCT7: "funct7"}


@dataclass(frozen=True)
class _Shape:
    """Operands that a format may have behind its opcode: numbers, then those of ``syntax``."""

    format: Format
    numbers: tuple[tuple[int, int], ...]
    syntax: str

    @property
    def count(self) -> int:
        return len(self.numbers) + len(self.syntax.split(", "))


_R4 = _Shape(R4, (_FUNCT3, _FUNCT2), "rd, rs1, rs2, rs3")
_BRANCH = (_Shape(B, (_FUNCT3,), "rs1, rs2, target"),)
_JUMP = (_Shape(J, (), "rd, target"),)
_SHAPES: dict[str, tuple[_Shape, ...]] = {
    "r": (_Shape(R, (_FUNCT3, _FUNCT7), "rd, rs1, rs2"), _R4),
    "r4": (_R4,),
    "i": (_Shape(I, (_FUNCT3,), "rd, rs1, imm"), _Shape(I, (_FUNCT3,), "rd, imm(rs1)")),
    "s": (_Shape(S, (_FUNCT3,), "rs2, imm(rs1)"),),
    **dict.fromkeys(("b", "sb"), _BRANCH),
    "u": (_Shape(U, (), "rd, imm"),),
    **dict.fromkeys(("j", "uj"), _JUMP),
}


def insert(target: Target, token: Token, operands: list[Operand]) -> None:
    """Obey ``.insn VALUE``, ``.insn BYTES, VALUE`` and ``.insn FORMAT OPCODE, ...``."""
    if operands and _is_format(operands[0]):
        _insert_fields(target, token, operands)
        return
    if len(operands) not in (1, 2):
        raise Problem(
            token.place,
            f"「{token.text} 値」、「{token.text} バイト数, 値」、または"
            f"「{token.text} r 0x33, 0, 0, a0, a1, a2」のような形で書いてください。",
        )
    _insert_number(target, token, operands)


def _is_format(operand: Operand) -> bool:
    """Say whether a name and an opcode stand there, or a format's name at least."""
    return operand[0].kind == Kind.NAME and (len(operand) > 1 or operand[0].text in _SHAPES)


def _insert_number(target: Target, token: Token, operands: list[Operand]) -> None:
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


def _insert_fields(target: Target, token: Token, operands: list[Operand]) -> None:
    name, *first = operands[0]
    if name.text not in _SHAPES:
        raise Problem(
            name.place,
            f"「{clip(name.text)}」という命令の形式はありません。"
            f"使えるのは {'、'.join(_SHAPES)} です。",
        )
    shapes = _SHAPES[name.text]
    given = [first, *operands[1:]]
    check_operands(given, _spelling(token, name, shapes[0]))
    fitting = [shape for shape in shapes if 1 + shape.count == len(given)]
    if not fitting:
        spellings = "、または ".join(f"「{_spelling(token, name, shape)}」" for shape in shapes)
        raise Problem(token.place, f"オペランドの数が違います。{spellings}の形で書いてください。")
    bits = _opcode(target, token, first)
    numbers = fitting[0].numbers
    for (width, lowest), operand in zip(numbers, given[1:], strict=False):
        bits |= constant_of(target, token, operand, 0, (1 << width) - 1) << lowest
    forms: list[Form] = [
        Real(token.text, shape.syntax, Word(bits, shape.format)) for shape in fitting
    ]
    target.instructions.read_as(token, forms, given[1 + len(numbers) :])


def _opcode(target: Target, token: Token, operand: Operand) -> int:
    if len(operand) == 1 and operand[0].text in _OPCODES:
        return _OPCODES[operand[0].text]
    opcode = constant_of(target, token, operand, 0, 0x7F)
    if opcode & 0b11 != 0b11:
        raise Problem(
            operand[0].place,
            f"{opcode:#x} は 32 ビットの命令の opcode ではありません。下位 2 ビットが 11 の"
            "番号か、OP や SYSTEM などの名前で書いてください。",
        )
    return opcode


def _spelling(token: Token, name: Token, shape: _Shape) -> str:
    """Return how a message shows a shape."""
    numbers = ", ".join(_NAMES[number] for number in shape.numbers)
    operands = ", ".join(filter(None, ("opcode", numbers, shape.syntax)))
    return f"{token.text} {name.text} {operands}"
