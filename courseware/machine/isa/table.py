"""The instruction table: RV32IMA, Zicsr, Zifencei, privileged and hypervisor instructions.

Adding an instruction is adding an entry. The 16-bit instructions of C stand for these; they are
in ``compressed``.

Source: RISC-V unprivileged specification 20240411, chapters "RV32I Base Integer Instruction Set"
and "M Extension", and its table of opcodes.
"""

from courseware.machine.isa.atomic import ATOMIC
from courseware.machine.isa.encoding import FENCE, FIXED, SHIFT, B, Format, I, J, R, S, U
from courseware.machine.isa.instruction import Instruction
from courseware.machine.isa.system import HYPERVISOR, PRIVILEGED, ZICSR, ZIFENCEI

Notes = tuple[tuple[str, str], ...]


def _register(
    mnemonic: str, funct7: int, funct3: int, semantics: str, description: str, notes: Notes = ()
) -> Instruction:
    match = funct7 << 25 | funct3 << 12 | 0b0110011
    return Instruction(mnemonic, R, match, "rd, rs1, rs2", semantics, description, notes=notes)


def _immediate(
    mnemonic: str,
    funct3: int,
    semantics: str,
    description: str,
    format: Format = I,
    funct7: int = 0,
) -> Instruction:
    match = funct7 << 25 | funct3 << 12 | 0b0010011
    return Instruction(mnemonic, format, match, "rd, rs1, imm", semantics, description)


def _load(mnemonic: str, funct3: int, semantics: str, description: str) -> Instruction:
    match = funct3 << 12 | 0b0000011
    return Instruction(mnemonic, I, match, "rd, imm(rs1)", semantics, description)


def _store(mnemonic: str, funct3: int, semantics: str, description: str) -> Instruction:
    match = funct3 << 12 | 0b0100011
    return Instruction(mnemonic, S, match, "rs2, imm(rs1)", semantics, description)


def _branch(mnemonic: str, funct3: int, comparison: str, condition: str) -> Instruction:
    match = funct3 << 12 | 0b1100011
    semantics = f"when {comparison} then pc = pc + imm"
    return Instruction(
        mnemonic, B, match, "rs1, rs2, target", semantics, "{target} 番地へ移り", condition
    )


_DIVISION_NOTES = (
    ("rs2 == 0", "0 で割ったときの商は、全ビットが 1 の値と決められています"),
    (
        "(signed(rs1) == -2147483648) & (signed(rs2) == -1)",
        "商 2147483648 は符号付き 32 ビットに収まらないので、-2147483648 と決められています",
    ),
)
_REMAINDER_NOTES = (("rs2 == 0", "0 で割ったときの余りは、割られる数と決められています"),)

_BASE: tuple[Instruction, ...] = (
    # RV32I: constants
    Instruction("lui", U, 0b0110111, "rd, imm", "rd = imm << 12",
                "{imm:x} を 12 ビット左へずらした値{result:x}を {rd} に入れ"),
    Instruction("auipc", U, 0b0010111, "rd, imm", "rd = pc + (imm << 12)",
                "{imm:x} を 12 ビット左へずらして pc に足した値{result:x}を {rd} に入れ"),
    # RV32I: jumps and branches
    Instruction("jal", J, 0b1101111, "rd, target", "rd = next; pc = pc + imm",
                "次の命令の番地{result:x}を {rd} に入れ、{target} 番地へ移り"),
    Instruction("jalr", I, 0b1100111, "rd, imm(rs1)", "rd = next; pc = (rs1 + imm) & ~1",
                "次の命令の番地{result:x}を {rd} に入れ、{target} 番地へ移り"),
    _branch("beq", 0b000, "rs1 == rs2", "{rs1} と {rs2} が等しい"),
    _branch("bne", 0b001, "rs1 != rs2", "{rs1} と {rs2} が等しくない"),
    _branch("blt", 0b100, "signed(rs1) < signed(rs2)", "符号付きで {rs1} が {rs2} より小さい"),
    _branch("bge", 0b101, "signed(rs1) >= signed(rs2)", "符号付きで {rs1} が {rs2} 以上である"),
    _branch("bltu", 0b110, "rs1 < rs2", "符号なしで {rs1:u} が {rs2:u} より小さい"),
    _branch("bgeu", 0b111, "rs1 >= rs2", "符号なしで {rs1:u} が {rs2:u} 以上である"),
    # RV32I: memory
    _load("lb", 0b000, "rd = signed8(mem8[rs1 + imm])",
          "{address} 番地から 1 バイトを読み、符号拡張した値{result}を {rd} に入れ"),
    _load("lh", 0b001, "rd = signed16(mem16[rs1 + imm])",
          "{address} 番地から 2 バイトを読み、符号拡張した値{result}を {rd} に入れ"),
    _load("lw", 0b010, "rd = mem32[rs1 + imm]",
          "{address} 番地から 4 バイトを読み、その値{result}を {rd} に入れ"),
    _load("lbu", 0b100, "rd = mem8[rs1 + imm]",
          "{address} 番地から 1 バイトを読み、ゼロ拡張した値{result}を {rd} に入れ"),
    _load("lhu", 0b101, "rd = mem16[rs1 + imm]",
          "{address} 番地から 2 バイトを読み、ゼロ拡張した値{result}を {rd} に入れ"),
    _store("sb", 0b000, "mem8[rs1 + imm] = rs2",
           "{rs2:x} の下位 1 バイトを {address} 番地に書き"),
    _store("sh", 0b001, "mem16[rs1 + imm] = rs2",
           "{rs2:x} の下位 2 バイトを {address} 番地に書き"),
    _store("sw", 0b010, "mem32[rs1 + imm] = rs2",
           "{rs2} を {address} 番地に 4 バイトで書き"),
    # RV32I: arithmetic with an immediate
    _immediate("addi", 0b000, "rd = rs1 + imm", "{rs1} と {imm} の和{result}を {rd} に入れ"),
    _immediate("slti", 0b010, "rd = signed(rs1) < signed(imm)",
               "符号付きで {rs1} が {imm} より小さければ 1、"
               "そうでなければ 0 という値{result}を {rd} に入れ"),
    _immediate("sltiu", 0b011, "rd = rs1 < imm",
               "符号なしで {rs1:u} が {imm:u} より小さければ 1、"
               "そうでなければ 0 という値{result}を {rd} に入れ"),
    _immediate("xori", 0b100, "rd = rs1 ^ imm",
               "{rs1:x} と {imm:x} のビットごとの排他的論理和{result:x}を {rd} に入れ"),
    _immediate("ori", 0b110, "rd = rs1 | imm",
               "{rs1:x} と {imm:x} のビットごとの論理和{result:x}を {rd} に入れ"),
    _immediate("andi", 0b111, "rd = rs1 & imm",
               "{rs1:x} と {imm:x} のビットごとの論理積{result:x}を {rd} に入れ"),
    _immediate("slli", 0b001, "rd = rs1 << imm",
               "{rs1:x} を左へ {imm} ビットずらした値{result:x}を {rd} に入れ", SHIFT),
    _immediate("srli", 0b101, "rd = rs1 >> imm",
               "{rs1:x} を右へ {imm} ビットずらし、上を 0 で埋めた値{result:x}を {rd} に入れ",
               SHIFT),
    _immediate("srai", 0b101, "rd = signed(rs1) >> imm",
               "{rs1:x} を右へ {imm} ビットずらし、上を符号で埋めた値{result:x}を {rd} に入れ",
               SHIFT, 0b0100000),
    # RV32I: arithmetic between registers
    _register("add", 0, 0b000, "rd = rs1 + rs2", "{rs1} と {rs2} の和{result}を {rd} に入れ"),
    _register("sub", 0b0100000, 0b000, "rd = rs1 - rs2",
              "{rs1} から {rs2} を引いた差{result}を {rd} に入れ"),
    _register("sll", 0, 0b001, "rd = rs1 << (rs2 & 31)",
              "{rs1:x} を左へ、{rs2} の下位 5 ビットの数だけずらした値{result:x}を {rd} に入れ"),
    _register("slt", 0, 0b010, "rd = signed(rs1) < signed(rs2)",
              "符号付きで {rs1} が {rs2} より小さければ 1、"
              "そうでなければ 0 という値{result}を {rd} に入れ"),
    _register("sltu", 0, 0b011, "rd = rs1 < rs2",
              "符号なしで {rs1:u} が {rs2:u} より小さければ 1、"
              "そうでなければ 0 という値{result}を {rd} に入れ"),
    _register("xor", 0, 0b100, "rd = rs1 ^ rs2",
              "{rs1:x} と {rs2:x} のビットごとの排他的論理和{result:x}を {rd} に入れ"),
    _register("srl", 0, 0b101, "rd = rs1 >> (rs2 & 31)",
              "{rs1:x} を右へ、{rs2} の下位 5 ビットの数だけずらし、"
              "上を 0 で埋めた値{result:x}を {rd} に入れ"),
    _register("sra", 0b0100000, 0b101, "rd = signed(rs1) >> (rs2 & 31)",
              "{rs1:x} を右へ、{rs2} の下位 5 ビットの数だけずらし、"
              "上を符号で埋めた値{result:x}を {rd} に入れ"),
    _register("or", 0, 0b110, "rd = rs1 | rs2",
              "{rs1:x} と {rs2:x} のビットごとの論理和{result:x}を {rd} に入れ"),
    _register("and", 0, 0b111, "rd = rs1 & rs2",
              "{rs1:x} と {rs2:x} のビットごとの論理積{result:x}を {rd} に入れ"),
    # RV32I: order and environment. Memory is always in order here, so FENCE has nothing to do.
    Instruction("fence", FENCE, 0b0001111, "pred, succ", "",
                "前後のメモリー操作 ({pred}, {succ}) の順序を保ち"),
    Instruction("ecall", FIXED, 0x0000_0073, "", "environment_call()", "実行環境を呼び出し"),
    Instruction("ebreak", FIXED, 0x0010_0073, "", "trap(3, pc)",
                "この番地でプログラムを止め"),
)  # fmt: skip

_MULTIPLICATION: tuple[Instruction, ...] = (
    _register("mul", 1, 0b000, "rd = rs1 * rs2",
              "{rs1} と {rs2} の積の下位 32 ビット{result}を {rd} に入れ"),
    _register("mulh", 1, 0b001, "rd = signed(rs1) * signed(rs2) >> 32",
              "{rs1} と {rs2} の積の上位 32 ビット{result}を {rd} に入れ"),
    _register("mulhsu", 1, 0b010, "rd = signed(rs1) * rs2 >> 32",
              "{rs1} と、符号なしの {rs2:u} の積の上位 32 ビット{result}を {rd} に入れ"),
    _register("mulhu", 1, 0b011, "rd = rs1 * rs2 >> 32",
              "符号なしで {rs1:u} と {rs2:u} の積の上位 32 ビット{result:u}を {rd} に入れ"),
    _register("div", 1, 0b100, "rd = if rs2 == 0 then -1 else signed(rs1) / signed(rs2)",
              "{rs1} を {rs2} で割った商{result}を {rd} に入れ", _DIVISION_NOTES),
    _register("divu", 1, 0b101, "rd = if rs2 == 0 then 4294967295 else rs1 / rs2",
              "符号なしで {rs1:u} を {rs2:u} で割った商{result:u}を {rd} に入れ",
              _DIVISION_NOTES[:1]),
    _register("rem", 1, 0b110, "rd = if rs2 == 0 then rs1 else signed(rs1) % signed(rs2)",
              "{rs1} を {rs2} で割った余り{result}を {rd} に入れ", _REMAINDER_NOTES),
    _register("remu", 1, 0b111, "rd = if rs2 == 0 then rs1 else rs1 % rs2",
              "符号なしで {rs1:u} を {rs2:u} で割った余り{result:u}を {rd} に入れ",
              _REMAINDER_NOTES),
)  # fmt: skip

# The instructions by the extension that they belong to, with its Japanese name.
INSTRUCTION_GROUPS: dict[str, tuple[Instruction, ...]] = {
    "RV32I: 基本の整数命令": _BASE,
    "M 拡張: 掛け算と割り算": _MULTIPLICATION,
    "A 拡張: 不可分 (atomic) なメモリー操作": ATOMIC,
    "Zicsr 拡張: CSR (制御・状態レジスター) の読み書き": ZICSR,
    "Zifencei 拡張: 命令の書き換え": ZIFENCEI,
    "特権命令 (privileged instructions)": PRIVILEGED,
    "H 拡張: ハイパーバイザー": HYPERVISOR,
}
INSTRUCTIONS: tuple[Instruction, ...] = tuple(
    instruction for group in INSTRUCTION_GROUPS.values() for instruction in group
)
