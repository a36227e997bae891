"""The A extension: atomic memory operations. Source: unprivileged specification, "A Extension"."""

from courseware.machine.isa.encoding import AMO, LOAD_RESERVED
from courseware.machine.isa.instruction import Instruction


def _amo(mnemonic: str, funct5: int, value: str, what: str) -> Instruction:
    return Instruction(
        mnemonic,
        AMO,
        funct5 << 27 | 0b010 << 12 | 0b0101111,
        "rd, rs2, (rs1)",
        f"rd = amo(rs1, {value})",
        "{address} 番地の値{result}を {rd} に入れ、同じ番地に、"
        f"{what}を書くことを、分けられない一つの操作として行い",
    )


ATOMIC: tuple[Instruction, ...] = (
    Instruction("lr.w", LOAD_RESERVED, 0b00010 << 27 | 0b010 << 12 | 0b0101111, "rd, (rs1)",
                "rd = load_reserved(rs1)",
                "{rs1:x} 番地から 4 バイトを読み、その値{result}を {rd} に入れて、"
                "この番地を予約し"),
    Instruction("sc.w", AMO, 0b00011 << 27 | 0b010 << 12 | 0b0101111, "rd, rs2, (rs1)",
                "rd = store_conditional(rs1, rs2)",
                "予約が続いていれば {rs2} を {rs1:x} 番地に 4 バイトで書き、"
                "書けたら 0、書けなければ 1 という値{result}を {rd} に入れ"),
    _amo("amoswap.w", 0b00001, "rs2", "{rs2} "),
    _amo("amoadd.w", 0b00000, "old + rs2", "{rs2} との和"),
    _amo("amoxor.w", 0b00100, "old ^ rs2", "{rs2:x} とのビットごとの排他的論理和"),
    _amo("amoand.w", 0b01100, "old & rs2", "{rs2:x} とのビットごとの論理積"),
    _amo("amoor.w", 0b01000, "old | rs2", "{rs2:x} とのビットごとの論理和"),
    _amo("amomin.w", 0b10000, "if signed(old) < signed(rs2) then old else rs2",
         "符号付きで見て {rs2} と小さい方"),
    _amo("amomax.w", 0b10100, "if signed(old) < signed(rs2) then rs2 else old",
         "符号付きで見て {rs2} と大きい方"),
    _amo("amominu.w", 0b11000, "if old < rs2 then old else rs2",
         "符号なしで見て {rs2:u} と小さい方"),
    _amo("amomaxu.w", 0b11100, "if old < rs2 then rs2 else old",
         "符号なしで見て {rs2:u} と大きい方"),
)  # fmt: skip
