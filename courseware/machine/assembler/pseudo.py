"""Pseudo-instructions: other names and forms for one or two real instructions.

Source: RISC-V Assembly Programmer's Manual, "pseudoinstructions"; expansions as GNU as makes them
for RV32 without linker relaxation. In an expansion the words of ``operands`` stand for what the
program wrote there. ``. - 4`` is the address of the auipc in front.
"""

from collections.abc import Callable
from dataclasses import dataclass

_Expansion = tuple[str, ...]


@dataclass(frozen=True)
class Pseudo:
    """A mnemonic, its operands, and the lines that it stands for.

    ``choose`` gives the lines where they depend on the value of ``imm``, which is None while it
    is not known.
    """

    mnemonic: str
    operands: str
    expansion: _Expansion = ()
    choose: Callable[[int | None], _Expansion] | None = None


def _li(value: int | None) -> _Expansion:
    if value is not None:
        if -2048 <= _signed(value) <= 2047:
            return ("addi rd, zero, imm",)
        if value & 0xFFF == 0:
            return ("lui rd, %hi(imm)",)
    return ("lui rd, %hi(imm)", "addi rd, rd, %lo(imm)")


def _signed(value: int) -> int:
    return value - (1 << 32) if 1 << 31 <= value < 1 << 32 else value


def _relative_load(mnemonic: str) -> Pseudo:
    return Pseudo(
        mnemonic,
        "rd, symbol",
        ("auipc rd, %pcrel_hi(symbol)", f"{mnemonic} rd, %pcrel_lo(. - 4)(rd)"),
    )


def _relative_store(mnemonic: str) -> Pseudo:
    return Pseudo(
        mnemonic,
        "rs2, symbol, rt",
        ("auipc rt, %pcrel_hi(symbol)", f"{mnemonic} rs2, %pcrel_lo(. - 4)(rt)"),
    )


_ADDRESS = ("auipc rd, %pcrel_hi(symbol)", "addi rd, rd, %pcrel_lo(. - 4)")

PSEUDO_INSTRUCTIONS: tuple[Pseudo, ...] = (
    Pseudo("nop", "", ("addi zero, zero, 0",)),
    Pseudo("li", "rd, imm", choose=_li),
    Pseudo("la", "rd, symbol", _ADDRESS),
    Pseudo("lla", "rd, symbol", _ADDRESS),
    Pseudo("mv", "rd, rs1", ("addi rd, rs1, 0",)),
    Pseudo("not", "rd, rs1", ("xori rd, rs1, -1",)),
    Pseudo("neg", "rd, rs1", ("sub rd, zero, rs1",)),
    Pseudo("seqz", "rd, rs1", ("sltiu rd, rs1, 1",)),
    Pseudo("snez", "rd, rs1", ("sltu rd, zero, rs1",)),
    Pseudo("sltz", "rd, rs1", ("slt rd, rs1, zero",)),
    Pseudo("sgtz", "rd, rs1", ("slt rd, zero, rs1",)),
    Pseudo("sgt", "rd, rs1, rs2", ("slt rd, rs2, rs1",)),
    Pseudo("sgtu", "rd, rs1, rs2", ("sltu rd, rs2, rs1",)),
    Pseudo("beqz", "rs1, target", ("beq rs1, zero, target",)),
    Pseudo("bnez", "rs1, target", ("bne rs1, zero, target",)),
    Pseudo("blez", "rs1, target", ("bge zero, rs1, target",)),
    Pseudo("bgez", "rs1, target", ("bge rs1, zero, target",)),
    Pseudo("bltz", "rs1, target", ("blt rs1, zero, target",)),
    Pseudo("bgtz", "rs1, target", ("blt zero, rs1, target",)),
    Pseudo("bgt", "rs1, rs2, target", ("blt rs2, rs1, target",)),
    Pseudo("ble", "rs1, rs2, target", ("bge rs2, rs1, target",)),
    Pseudo("bgtu", "rs1, rs2, target", ("bltu rs2, rs1, target",)),
    Pseudo("bleu", "rs1, rs2, target", ("bgeu rs2, rs1, target",)),
    Pseudo("j", "target", ("jal zero, target",)),
    Pseudo("jal", "target", ("jal ra, target",)),
    Pseudo("jr", "rs1", ("jalr zero, 0(rs1)",)),
    Pseudo("jr", "imm(rs1)", ("jalr zero, imm(rs1)",)),
    Pseudo("jalr", "rs1", ("jalr ra, 0(rs1)",)),
    Pseudo("jalr", "imm(rs1)", ("jalr ra, imm(rs1)",)),
    Pseudo("jalr", "rd, rs1", ("jalr rd, 0(rs1)",)),
    Pseudo("jalr", "rd, rs1, imm", ("jalr rd, imm(rs1)",)),
    Pseudo("ret", "", ("jalr zero, 0(ra)",)),
    Pseudo("call", "symbol", ("auipc ra, %pcrel_hi(symbol)", "jalr ra, %pcrel_lo(. - 4)(ra)")),
    Pseudo("tail", "symbol", ("auipc t1, %pcrel_hi(symbol)", "jalr zero, %pcrel_lo(. - 4)(t1)")),
    Pseudo("fence", "", ("fence iorw, iorw",)),
    *map(_relative_load, ("lb", "lh", "lw", "lbu", "lhu")),
    *map(_relative_store, ("sb", "sh", "sw")),
)
