"""Zicsr, Zifencei, and the instructions of the privileged specification.

Sources: unprivileged specification, "Zicsr" and "Zifencei"; privileged specification,
"Machine-Level ISA", "Supervisor-Level ISA" and "H Extension".
"""

from courseware.machine.isa.encoding import (
    ADDRESS_FENCE,
    CSR,
    CSR_IMMEDIATE,
    FENCE_I,
    FIXED,
    GUEST_LOAD,
    GUEST_STORE,
    Format,
)
from courseware.machine.isa.instruction import Instruction

_SYSTEM = 0b1110011


def _csr(mnemonic: str, funct3: int, semantics: str, what: str) -> tuple[Instruction, Instruction]:
    """Return the form with a register and the form with an immediate."""

    def form(suffix: str, kind: Format, bit: int, source: str, number: str) -> Instruction:
        return Instruction(
            mnemonic + suffix,
            kind,
            (funct3 | bit) << 12 | _SYSTEM,
            f"rd, csr, {source}",
            semantics.format(source=source, number=number),
            "CSR {csr} の元の値{result}を {rd} に入れ、" + what.replace("SOURCE", source),
        )

    return (
        form("", CSR, 0, "rs1", "rs1_number"),
        form("i", CSR_IMMEDIATE, 0b100, "zimm", "zimm"),
    )


def _guest_load(mnemonic: str, funct7: int, rs2: int, semantics: str, what: str) -> Instruction:
    match = funct7 << 25 | rs2 << 20 | 0b100 << 12 | _SYSTEM
    description = "ゲストの仮想アドレス {rs1:x} から" + what + "値{result}を {rd} に入れ"
    return Instruction(mnemonic, GUEST_LOAD, match, "rd, (rs1)", semantics, description)


def _guest_store(mnemonic: str, funct7: int, size: int) -> Instruction:
    match = funct7 << 25 | 0b100 << 12 | _SYSTEM
    return Instruction(
        mnemonic, GUEST_STORE, match, "rs2, (rs1)", f"guest_store({8 * size}, rs1, rs2)",
        "{rs2:x} の下位 " f"{size}" " バイトを、ゲストの仮想アドレス {rs1:x} に書き",
    )  # fmt: skip


ZICSR: tuple[Instruction, ...] = (
    *_csr("csrrw", 0b001, "rd = csr_write(csr, {source}, rd_number)", "{SOURCE} を CSR に書き"),
    *_csr("csrrs", 0b010, "rd = csr_set(csr, {source}, {number})",
          "{SOURCE:x} で 1 のビットを CSR で 1 にし"),
    *_csr("csrrc", 0b011, "rd = csr_clear(csr, {source}, {number})",
          "{SOURCE:x} で 1 のビットを CSR で 0 にし"),
)  # fmt: skip

ZIFENCEI: tuple[Instruction, ...] = (
    Instruction("fence.i", FENCE_I, 0b001 << 12 | 0b0001111, "", "synchronize_code()",
                "書き換えたメモリーが、この後の命令の読み出しに現れるようにし"),
)  # fmt: skip

PRIVILEGED: tuple[Instruction, ...] = (
    Instruction("mret", FIXED, 0x3020_0073, "", "pc = return_from_machine()",
                "M モードのトラップから、mstatus の MPP が示すモードの {target} 番地へ戻り"),
    Instruction("sret", FIXED, 0x1020_0073, "", "pc = return_from_supervisor()",
                "S モードのトラップから、sstatus の SPP が示すモードの {target} 番地へ戻り"),
    Instruction("wfi", FIXED, 0x1050_0073, "", "wait_for_interrupt()",
                "割り込みが来るまで待ち"),
    Instruction("sfence.vma", ADDRESS_FENCE, 0b0001001 << 25 | _SYSTEM, "rs1, rs2",
                "fence_addresses(rs1, rs2, rs1_number, rs2_number)",
                "{rs1:x} の番地と {rs2} のアドレス空間 (ASID) について (zero はすべて)、"
                "ページ表の書き換えが、この後のアドレス変換に現れるようにし"),
)  # fmt: skip

HYPERVISOR: tuple[Instruction, ...] = (
    Instruction("hfence.vvma", ADDRESS_FENCE, 0b0010001 << 25 | _SYSTEM, "rs1, rs2",
                "fence_guest_virtual(rs1, rs2, rs1_number, rs2_number)",
                "{rs1:x} の番地と {rs2} のアドレス空間 (ASID) について (zero はすべて)、"
                "ゲストのページ表 (VS 段) の書き換えが、この後の変換に現れるようにし"),
    Instruction("hfence.gvma", ADDRESS_FENCE, 0b0110001 << 25 | _SYSTEM, "rs1, rs2",
                "fence_guest_physical(rs1, rs2, rs1_number, rs2_number)",
                "{rs1:x} の 4 倍の番地と {rs2} の仮想マシン (VMID) について (zero はすべて)、"
                "G 段のページ表の書き換えが、この後の変換に現れるようにし"),
    _guest_load("hlv.b", 0b0110000, 0, "rd = signed8(guest_load(8, rs1))",
                " 1 バイトを読み、符号拡張した"),
    _guest_load("hlv.bu", 0b0110000, 1, "rd = guest_load(8, rs1)", " 1 バイトを読み、ゼロ拡張した"),
    _guest_load("hlv.h", 0b0110010, 0, "rd = signed16(guest_load(16, rs1))",
                " 2 バイトを読み、符号拡張した"),
    _guest_load("hlv.hu", 0b0110010, 1, "rd = guest_load(16, rs1)",
                " 2 バイトを読み、ゼロ拡張した"),
    _guest_load("hlvx.hu", 0b0110010, 3, "rd = guest_load_executable(16, rs1)",
                " 2 バイトを、実行できるページとして読み、ゼロ拡張した"),
    _guest_load("hlv.w", 0b0110100, 0, "rd = guest_load(32, rs1)", " 4 バイトを読み、その"),
    _guest_load("hlvx.wu", 0b0110100, 3, "rd = guest_load_executable(32, rs1)",
                " 4 バイトを、実行できるページとして読み、その"),
    _guest_store("hsv.b", 0b0110001, 1),
    _guest_store("hsv.h", 0b0110011, 2),
    _guest_store("hsv.w", 0b0110101, 4),
)  # fmt: skip
