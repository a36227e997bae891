"""Pseudo-instructions: other names and forms for one or two real instructions.

Source: RISC-V Assembly Programmer's Manual, "pseudoinstructions"; expansions as GNU as makes them
for RV32 without linker relaxation. In an expansion the words of ``operands`` stand for what the
program wrote there. ``. - 4`` is the address of the auipc in front.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

_Expansion = tuple[str, ...]
# The lines for a value, and the numbers that words in them stand for.
_Choice = tuple[_Expansion, Mapping[str, int]]


@dataclass(frozen=True)
class Pseudo:
    """A mnemonic, its operands, and the lines that it stands for.

    ``choose`` gives the lines where they depend on the value of the last operand, which is None
    while it is not known. ``short`` is the only 16-bit instruction that is taken instead, under
    ``.option rvc``, where it can be; without it the lines are shortened as others are.
    """

    mnemonic: str
    operands: str
    expansion: _Expansion = ()
    choose: Callable[[int | None], _Choice] | None = None
    short: str = ""


def _li(value: int | None) -> _Choice:
    if value is None or not -(1 << 31) <= value < 1 << 32:
        return ("lui rd, %hi(imm)", "addi rd, rd, %lo(imm)"), {}
    return _constant(value)


def _la(value: int | None) -> _Choice:
    return (_ADDRESS, {}) if value is None else _constant(value)


def _constant(value: int) -> _Choice:
    """Return the lines that load a 32-bit value."""
    low = (value & 0xFFF ^ 0x800) - 0x800
    high = (value - low) >> 12 & 0xFFFFF
    numbers = {"high": high, "low": low}
    if -2048 <= _signed(value) <= 2047:
        return ("addi rd, zero, low",), numbers
    if low == 0:
        return ("lui rd, high",), numbers
    return ("lui rd, high", "addi rd, rd, low"), numbers


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


def _address(mnemonic: str) -> Pseudo:
    return Pseudo(mnemonic, "rd, symbol", _ADDRESS, choose=_la)


def _csr_write(letter: str, mnemonic: str) -> tuple[Pseudo, ...]:
    """Return the pseudo-instructions that write a CSR and do not want its old value."""
    return (
        Pseudo(f"csr{letter}", "csr, rs1", (f"{mnemonic} zero, csr, rs1",)),
        Pseudo(f"csr{letter}", "csr, zimm", (f"{mnemonic}i zero, csr, zimm",)),
        Pseudo(f"csr{letter}i", "csr, zimm", (f"{mnemonic}i zero, csr, zimm",)),
        Pseudo(mnemonic, "rd, csr, zimm", (f"{mnemonic}i rd, csr, zimm",)),
    )


def _counter(name: str) -> Pseudo:
    return Pseudo(f"rd{name}", "rd", (f"csrrs rd, {name}, zero",))


def _far(mnemonic: str, operands: str, link: str, base: str) -> Pseudo:
    """Return a jump to anywhere through ``base``."""
    return Pseudo(
        mnemonic,
        operands,
        (f"auipc {base}, %pcrel_hi(symbol)", f"jalr {link}, %pcrel_lo(. - 4)({base})"),
    )


def _extension(mnemonic: str, shift_back: str, amount: int) -> Pseudo:
    return Pseudo(
        mnemonic, "rd, rs1", (f"slli rd, rs1, {amount}", f"{shift_back} rd, rd, {amount}")
    )


PSEUDO_INSTRUCTIONS: tuple[Pseudo, ...] = (
    Pseudo("nop", "", ("addi zero, zero, 0",)),
    Pseudo("li", "rd, imm", choose=_li),
    *map(_address, ("la", "lla")),
    Pseudo("mv", "rd, rs1", ("addi rd, rs1, 0",), short="c.mv rd, rs1"),
    Pseudo("move", "rd, rs1", ("addi rd, rs1, 0",), short="c.mv rd, rs1"),
    Pseudo("not", "rd, rs1", ("xori rd, rs1, -1",)),
    Pseudo("neg", "rd, rs1", ("sub rd, zero, rs1",)),
    Pseudo("zext.b", "rd, rs1", ("andi rd, rs1, 255",)),
    _extension("zext.h", "srli", 16),
    _extension("sext.b", "srai", 24),
    _extension("sext.h", "srai", 16),
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
    Pseudo("j", "target", ("jal zero, target",), short="c.j target"),
    Pseudo("jal", "target", ("jal ra, target",)),
    Pseudo("jr", "rs1", ("jalr zero, 0(rs1)",), short="c.jr rs1"),
    Pseudo("jr", "imm(rs1)", ("jalr zero, imm(rs1)",)),
    Pseudo("jr", "rs1, imm", ("jalr zero, imm(rs1)",)),
    Pseudo("jalr", "rs1", ("jalr ra, 0(rs1)",), short="c.jalr rs1"),
    Pseudo("jalr", "imm(rs1)", ("jalr ra, imm(rs1)",)),
    Pseudo("jalr", "rs1, imm", ("jalr ra, imm(rs1)",)),
    Pseudo("jalr", "rd, rs1", ("jalr rd, 0(rs1)",)),
    Pseudo("jalr", "rd, rs1, imm", ("jalr rd, imm(rs1)",)),
    Pseudo("ret", "", ("jalr zero, 0(ra)",), short="c.jr ra"),
    _far("call", "symbol", "ra", "ra"),
    _far("call", "rd, symbol", "rd", "t1"),
    _far("tail", "symbol", "zero", "t1"),
    _far("jump", "symbol, rt", "zero", "rt"),
    Pseudo("fence", "", ("fence iorw, iorw",)),
    Pseudo("unimp", "", ("csrrw zero, cycle, zero",), short="c.unimp"),
    Pseudo("sbreak", "", ("ebreak",)),
    Pseudo("scall", "", ("ecall",)),
    Pseudo("csrr", "rd, csr", ("csrrs rd, csr, zero",)),
    *_csr_write("w", "csrrw"),
    *_csr_write("s", "csrrs"),
    *_csr_write("c", "csrrc"),
    *map(_counter, ("cycle", "time", "instret", "cycleh", "timeh", "instreth")),
    Pseudo("sfence.vma", "", ("sfence.vma zero, zero",)),
    Pseudo("sfence.vma", "rs1", ("sfence.vma rs1, zero",)),
    Pseudo("hfence.vvma", "", ("hfence.vvma zero, zero",)),
    Pseudo("hfence.vvma", "rs1", ("hfence.vvma rs1, zero",)),
    Pseudo("hfence.gvma", "", ("hfence.gvma zero, zero",)),
    Pseudo("hfence.gvma", "rs1", ("hfence.gvma rs1, zero",)),
    *map(_relative_load, ("lb", "lh", "lw", "lbu", "lhu")),
    *map(_relative_store, ("sb", "sh", "sw")),
)
