"""What the directives do, in Japanese, for the page of reference and the editor.

Source: the GNU as manual, "Assembler Directives" and "RISC-V-Directives"; what this assembler does
differently is said.
"""

import re
from dataclasses import dataclass

_NAME = re.compile(r"\.[a-z0-9_.]*[a-z0-9]")
_SENTENCE = re.compile("[^。]+。")


@dataclass(frozen=True)
class Directives:
    """Directives that are told together: how they are written, and what they do.

    Code in the description is in backquotes; further names may be among it.
    """

    form: str
    description: str

    def summary(self, name: str) -> str:
        """Return what is said first, and what is said of a name that the form does not have."""
        first, *others = _SENTENCE.findall(self.description.replace("`", ""))
        names_it = (sentence for sentence in others if name in _NAME.findall(sentence))
        return first if name in _NAME.findall(self.form) else first + next(names_it, "")


DIRECTIVE_HELP: tuple[Directives, ...] = (
    Directives(
        ".text / .rodata / .data / .bss",
        "これから後を、命令、読むだけのデータ、データ、0 で始まるデータの場所に置きます。"
        "後ろに番号を書くと、番号の小さいものから順に並びます (`.subsection` も同じです)。",
    ),
    Directives(
        '.section 名前, "属性", @種類',
        "任意の名前の場所に置きます。"
        "属性の `x` は命令、種類の `@nobits` は 0 で始まるデータを表します。"
        "RAM には、`.text.init`、`.text` と `.text.*`、`.rodata` と `.srodata`、"
        "`.data` と `.sdata` (それぞれ `.*` の付くものも)、ほかの名前、"
        "`.bss` などの 0 で始まるものの順に並びます。同じ仲間は、書いた順です。"
        "名前 `__global_pointer$` は、`.sdata` (なければ `.data`) の先頭から "
        "0x800 バイト先の番地です。",
    ),
    Directives(
        ".pushsection / .popsection / .previous",
        "一時的に別の場所に移り、元に戻ります。",
    ),
    Directives(
        ".byte / .half / .word / .dword 値, …",
        "8、16、32、64 ビットの数を並べます。`.2byte`、`.short`、`.hword`、"
        "`.4byte`、`.long`、`.int`、`.8byte`、`.quad`、`.dc.b`、`.dc.w`、`.dc` (16 ビット)、"
        "`.dc.l`、`.dc.a` (32 ビット) とも書けます。"
        "式は 64 ビットで計算し、`>>` は上位に 0 を入れます。",
    ),
    Directives(
        '.ascii / .asciz "文字列"',
        "文字列を UTF-8 で置きます。`.asciz` と `.string` は、終わりに 0 のバイトを加えます。",
    ),
    Directives(
        ".space / .zero / .skip 数, 値",
        "その数のバイトを空けます。値で埋めることもできます。",
    ),
    Directives(
        ".fill 個数, バイト数, 値",
        "同じ値を並べます。",
    ),
    Directives(
        ".align / .p2align 数, 値, 上限",
        "番地を 2 の「数」乗の倍数にそろえます。`.balign` は、バイト数で指定します。"
        "64 KiB の境界まで求められます。埋める値が 2 バイトか 4 バイトのときは、"
        "`.p2alignw`、`.p2alignl`、`.balignw`、`.balignl` を使います。",
    ),
    Directives(
        ".org 場所, 値",
        "同じ場所の先頭からそのバイト数まで、または後ろのラベルまで進みます。",
    ),
    Directives(
        ".equ / .set 名前, 値",
        "名前に値を付けます。後から付け直せます。`.equiv` は、付け直しを誤りとします。",
    ),
    Directives(
        ".globl / .global / .local 名前",
        "受け付けますが、プログラムは一つの本文なので、何も変わりません。",
    ),
    Directives(
        ".weak 名前",
        "定義のないときに、値を 0 とします。",
    ),
    Directives(
        ".comm / .lcomm 名前, 大きさ, 境界",
        "`.bss` に場所を取ります。",
    ),
    Directives(
        ".macro 名前 引数, … 〜 .endm",
        r"命令の並びに名前を付けます。本文では `\引数` が呼び出しに書いたものに、"
        r"`\@` が展開ごとの番号に置き換わります。"
        "引数には、省いたときの値 (`=`)、`:req`、`:vararg` を付けられます。"
        "`.exitm` は途中で終わり、`.purgem` は定義を消します。",
    ),
    Directives(
        ".rept 回数 〜 .endr",
        "くり返します。`.irp` は値の並び、`.irpc` は文字の並びの一つずつについてくり返します。",
    ),
    Directives(
        ".if 式 〜 .elseif 式 〜 .else 〜 .endif",
        "条件によって読むところを選びます。"
        "`.ifeq`、`.ifne`、`.ifgt`、`.ifge`、`.iflt`、`.ifle` は 0 と比べ、"
        "`.ifdef`、`.ifndef`、`.ifnotdef` は名前の定義を、`.ifb`、`.ifnb` は空かどうかを、"
        "`.ifc`、`.ifnc`、`.ifeqs`、`.ifnes` は文字列を調べます。",
    ),
    Directives(
        ".option rvc / norvc",
        "`rvc` から後では、できるときに 16 ビットの命令を使います。始めは `norvc` です。"
        "`push` と `pop` で覚えて戻します。",
    ),
    Directives(
        ".insn 値 / .insn 形式 opcode, …",
        "命令を符号で書きます。形式が `r`、`r4`、`i`、`s`、`b`、`u`、`j` のものは、"
        "`.insn r 0x33, 0, 0, a0, a1, a2` のように、"
        "opcode、funct3、funct7 などの数とオペランドでも書けます。"
        "opcode は `OP` や `CUSTOM_0` などの名前でも書けます。",
    ),
    Directives(
        '.err / .error "文章"',
        "誤りとして止めます。`.warning` は何もしません。",
    ),
    Directives(
        ".end",
        "ここから後を読みません。",
    ),
    Directives(
        ".include / .incbin",
        "ほかのファイルは読み込めません。",
    ),
    Directives(
        ".file など",
        "コンパイラーの出力に現れる注釈で、読み飛ばします。"
        "`.ident`、`.attribute`、`.type`、`.size`、`.loc`、`.hidden`、`.internal`、`.protected`、"
        "`.addrsig` も同じです。例外処理のための `.cfi_sections`、"
        "`.cfi_startproc`、`.cfi_endproc`、`.cfi_def_cfa`、`.cfi_def_cfa_offset`、"
        "`.cfi_def_cfa_register`、`.cfi_adjust_cfa_offset`、`.cfi_offset`、"
        "`.cfi_rel_offset`、`.cfi_restore`、`.cfi_remember_state`、"
        "`.cfi_restore_state`、`.cfi_undefined`、`.cfi_same_value`、"
        "`.cfi_return_column`、`.cfi_signal_frame`、`.cfi_personality`、`.cfi_lsda` も同じです。",
    ),
)


def _by_name() -> dict[str, Directives]:
    """Return where each name is told: where it is in the form, or else in the description."""
    found: dict[str, Directives] = {}
    for told in DIRECTIVE_HELP:
        found |= dict.fromkeys(_NAME.findall(told.form), told)
    for told in DIRECTIVE_HELP:
        for name in _NAME.findall(told.description):
            found.setdefault(name, told)
    return found


HELP_BY_NAME = _by_name()
