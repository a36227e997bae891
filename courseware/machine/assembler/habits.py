"""What people write out of habit: words of other architectures, of other extensions, other signs.

The nearest spelling misleads here: who writes ``push`` does not want ``sh``.
"""

import re

from courseware.machine.assembler.lexer import Kind, Token
from courseware.machine.assembler.problems import Problem, clip
from courseware.machine.registers import REGISTER_NUMBERS

_MEANT: dict[str, str] = {
    "mov movl movq movz": "レジスターの値を移すには mv、数を入れるには li を使います。",
    "push": "スタックに積むには、addi sp, sp, -4 と sw a0, 0(sp) のように書きます。",
    "pop": "スタックから取り出すには、lw a0, 0(sp) と addi sp, sp, 4 のように書きます。",
    "b bra br jmp goto": "無条件に飛ぶには j を使います。",
    "bl bal jsr": "関数を呼ぶには call を使います。",
    "bx blr": "関数から戻るには ret、レジスターの番地に飛ぶには jr を使います。",
    "subi": "数を引くには、addi a0, a0, -1 のように、addi で負の数を足します。",
    "subu": "引き算は sub です。符号の有無で命令は分かれません。",
    "addu addiu": "足し算は add と addi です。符号の有無で命令は分かれません。",
    "inc": "1 を足すには、addi a0, a0, 1 のように書きます。",
    "dec": "1 を引くには、addi a0, a0, -1 のように書きます。",
    "imul": "掛け算は mul です。",
    "idiv udiv sdiv": "割り算は div と divu です。",
    "ldr load": "メモリーから 32 ビットを読むには、lw a0, 0(a1) のように書きます。",
    "ldrb": "メモリーから 8 ビットを読むには、lbu a0, 0(a1) のように書きます。",
    "ldrh": "メモリーから 16 ビットを読むには、lhu a0, 0(a1) のように書きます。",
    "str store": "メモリーに 32 ビットを書くには、sw a0, 0(a1) のように書きます。",
    "strb": "メモリーに 8 ビットを書くには、sb a0, 0(a1) のように書きます。",
    "strh": "メモリーに 16 ビットを書くには、sh a0, 0(a1) のように書きます。",
    "lea adr": "ラベルの番地をレジスターに入れるには la を使います。",
    "cmp cmn test tst": "RISC-V に比べた結果のフラグはありません。"
    "beq、bne、blt、bge などの分岐が、自分で二つのレジスターを比べます。",
    "je jz": "等しいときに飛ぶには beq、0 のときに飛ぶには beqz を使います。",
    "jne jnz": "等しくないときに飛ぶには bne、0 でないときに飛ぶには bnez を使います。",
    "jl jb": "小さいときに飛ぶには blt (符号なしは bltu) を使います。",
    "jg ja": "大きいときに飛ぶには bgt (符号なしは bgtu) を使います。",
    "jle jbe": "以下のときに飛ぶには ble (符号なしは bleu) を使います。",
    "jge jae": "以上のときに飛ぶには bge (符号なしは bgeu) を使います。",
    "shl sal lsl": "左にずらすには sll か slli を使います。",
    "shr lsr": "右にずらすには srl か srli を使います。",
    "sar asr": "符号を保って右にずらすには sra か srai を使います。",
    "int syscall svc swi": "環境を呼び出すには ecall を使います。",
    "vmcall vmmcall hvc smc hypercall": "ハイパーバイザーを呼び出すには ecall を使います。",
    "iret eret rfe": "トラップから戻るには mret か sret を使います。",
    "hlt halt": "割り込みを待つには wfi を使います。",
}
_MEANT_BY_WORD = {word: text for words, text in _MEANT.items() for word in words.split()}

# Instructions of RV64I, M, A and C that RV32 does not have, and what RV32 has instead.
_RV64 = re.compile(
    r"(?P<load>ld|lwu)|(?P<store>sd)|(?P<copy>sext\.w|zext\.w)"
    r"|(?P<base>add|addi|sub|sll|slli|srl|srli|sra|srai|neg|mul|div|divu|rem|remu)w"
    r"|(?P<atomic>lr|sc|amo\w+)\.d(?P<order>\.\w+)?|c\.(?:ldsp|ld|sdsp|sd|addiw|addw|subw)"
    r"|hlv\.wu|hlv\.d|hsv\.d"
)
_EXTENSIONS = (
    (
        re.compile(
            r"f(?:n?madd|n?msub|add|sub|mul|div|sqrt|min|max|sgnjn?x?|eq|lt|le|class|mv|neg|abs"
            r"|cvt|li|round)\.[\w.]+|(?:c\.)?f[ls][hwdq](?:sp)?|f[rs](?:csr|rm|flags)"
        ),
        "浮動小数点の命令 (F 拡張と D 拡張)",
        "整数の命令で計算してください。",
    ),
    (
        re.compile(r"czero\.(?:eqz|nez)"),
        "条件付きの命令 (Zicond 拡張)",
        "beqz や bnez の分岐で書いてください。",
    ),
    (
        re.compile(
            r"andn|orn|xnor|clz|ctz|cpop|maxu?|minu?|rol|rori?|orc\.b|rev8|sh[123]add"
            r"|(?:bclr|bset|binv|bext)i?|clmul[hr]?|pack|packh|brev8|zip|unzip"
        ),
        "ビット操作の命令 (Zba 拡張、Zbb 拡張など)",
        "and、or、sll、srl などを組み合わせてください。",
    ),
    (
        re.compile(r"vseti?vli?|v[a-z]\w*\.[vwxims]\w*(?:\.\w+)?"),
        "ベクトルの命令 (V 拡張)",
        "一つずつ計算するループで書いてください。",
    ),
    (
        re.compile(r"pause"),
        "待つ間のヒントの命令 (Zihintpause 拡張)",
        "nop に替えるか、消してください。",
    ),
    (
        re.compile(r"cbo\.\w+|prefetch\.\w+"),
        "キャッシュを操作する命令 (Zicbom 拡張など)",
        "この行を消してください。",
    ),
)
_OTHER_REGISTERS = (
    (re.compile(r"x(?:3[2-9]|[4-9]\d|[1-9]\d{2,})"), "番号は 31 までです。"),
    (
        re.compile(r"f(?:[ats]?\d+)"),
        "浮動小数点のレジスター (F 拡張と D 拡張) は、この仮想マシンにありません。",
    ),
    (re.compile(r"v\d+"), "ベクトルのレジスター (V 拡張) は、この仮想マシンにありません。"),
    (re.compile(r"pc"), "pc は書けません。今の番地は auipc で得られます。"),
    (re.compile(r"lr"), "戻り先の番地は ra にあります。"),
    (
        re.compile(r"[er]?[abcd]x|[er]?[sd]i|[er][sb]p|[abcd][lh]|[rw]\d+"),
        "ほかのアーキテクチャーのレジスターです。",
    ),
)
_VALUES = (Kind.NAME, Kind.NUMBER, Kind.LOCAL)


def advice_on_instruction(word: str) -> str:
    """Return what to write for an instruction that RV32IMAC does not have; "" for a strange one."""
    word = word.lower()
    if word in _MEANT_BY_WORD:
        return _MEANT_BY_WORD[word]
    if match := _RV64.fullmatch(word):
        return (
            "64 ビットの RISC-V (RV64) だけの命令で、この仮想マシンは 32 ビット (RV32) です。"
            + _instead(match)
        )
    for words, extension, instead in _EXTENSIONS:
        if words.fullmatch(word):
            return f"{extension} は、この仮想マシンにありません。{instead}"
    return ""


def _instead(rv64: re.Match[str]) -> str:
    """Return what to say of the instruction that RV32 has instead, if it has one."""
    match rv64.lastgroup:
        case "load":
            word = "lw"
        case "store":
            word = "sw"
        case "copy":
            return "レジスターの値はいつも 32 ビットなので、mv にするか、この行を消してください。"
        case "base":
            word = rv64["base"]
        case "atomic" | "order":
            word = f"{rv64['atomic']}.w{rv64['order'] or ''}"
        case _:
            return "32 ビットの命令に直してください。"
    return f"{word} を使います。"


def advice_on_register(word: str) -> str:
    """Return what to say of the name of a register that there is not; "" for a strange one."""
    word = word.lower()
    return next((text for names, text in _OTHER_REGISTERS if names.fullmatch(word)), "")


def check_operands(operands: list[list[Token]], form: str) -> None:
    """Raise Problem for operands with the signs of other assemblers, or without commas.

    ``form`` is how the instruction is written.
    """
    for operand in operands:
        before: Token | None = None
        depth = 0
        for token in operand:
            if token.kind == Kind.OPERATOR and token.text in "[]":
                raise Problem(
                    token.place,
                    f"「{token.text}」は使いません。メモリーの場所は、"
                    "4(a1) のように「オフセット(レジスター)」の形で書きます。",
                )
            if _is_marked(before, token):
                name = token.text.lstrip("$")
                raise Problem(
                    before.place if before and before.text == "%" else token.place,
                    "RISC-V では、レジスターの名前に % や $ を付けません。"
                    f"「{name}」のように書いてください。",
                )
            if before and depth == 0 and _lacks_comma(before, token):
                raise Problem(
                    token.place,
                    f"「{clip(before.text)}」と「{clip(token.text)}」の間に「,」がありません。"
                    f"オペランドを「,」で区切って、「{form}」の形で書いてください。",
                )
            if token.kind == Kind.OPERATOR:
                depth += (token.text == "(") - (token.text == ")")
            before = token


def _is_marked(before: Token | None, token: Token) -> bool:
    """Say whether a register has a sign in front, as in other assemblers."""
    if token.text in REGISTER_NUMBERS:
        return before is not None and before.kind == Kind.OPERATOR and before.text == "%"
    return token.text.startswith("$") and token.text[1:] in REGISTER_NUMBERS


def _lacks_comma(before: Token, token: Token) -> bool:
    """Say whether two neighbours can only be parts of two operands."""
    if before.text in REGISTER_NUMBERS:
        return True  # registers are in no expression
    ends_operand = before.kind in _VALUES or before.text == ")"
    return ends_operand and token.kind in (*_VALUES, Kind.MODIFIER)
