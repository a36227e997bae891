"""The words of the assembly language with what each means, for an editor or a page of reference."""

from dataclasses import dataclass

from courseware.machine.assembler.directive_help import DIRECTIVE_HELP, HELP_BY_NAME
from courseware.machine.assembler.directives import DIRECTIVES
from courseware.machine.assembler.forms import FORMS, Form, Real, spelling
from courseware.machine.assembler.pseudo import Pseudo
from courseware.machine.hart.csrs import NAMES
from courseware.machine.isa.compressed import Compressed
from courseware.machine.isa.csr_numbers import CSR_NUMBERS
from courseware.machine.isa.csr_titles import CSR_TITLES
from courseware.machine.isa.explanation import describe
from courseware.machine.isa.instruction import Instruction
from courseware.machine.registers import REGISTER_NAMES, REGISTER_NUMBERS

# By the bits of the field aqrl; source: unprivileged specification, "Specifying Ordering".
_ORDERS = (
    "",
    "先にあるメモリーの読み書きが、この操作より前に行われます (release)。",
    "後に続くメモリーの読み書きが、この操作より後に行われます (acquire)。",
    "メモリーの読み書きが、この操作をまたいで入れ替わりません (acquire と release)。",
)
# Words of 16 and 32 bits that the assembler knows and the instruction table does not.
_OTHERS = {
    "fence.tso": "前のメモリーの読み書きと後の読み書きの順を守らせます。"
    "ただし、前の書き込みと後の読み出しは入れ替わることがあります。",
    "c.unimp": "必ず不正命令の例外になります。",
}
_VARIES = "値によって、1 命令になることも、2 命令になることもあります。"
_TEMPORARY = "一時的な値 (呼び出しの後に残るとは限りません)"
_SAVED = "保存される値 (使う関数が、元に戻します)"
# By register number; source: RISC-V ELF psABI, "Integer Register Convention".
_ROLES = (
    "常に 0",
    "戻り番地",
    "スタックポインター",
    "グローバルポインター",
    "スレッドポインター",
    *[_TEMPORARY] * 3,
    *[_SAVED] * 2,
    *["引数と戻り値"] * 2,
    *["引数"] * 6,
    *[_SAVED] * 10,
    *[_TEMPORARY] * 4,
)
# By bits 8 and 9 of a CSR's number; source: privileged specification, "CSR Address Mapping".
_LEAST_MODES = ("U", "S", "HS", "M")


@dataclass(frozen=True)
class Usage:
    """A way to write a mnemonic: its form ("add rd, rs1, rs2"), what it does in Japanese, and
    the instructions that it stands for where it is no 32-bit instruction itself."""

    form: str
    description: str
    expansion: tuple[str, ...] = ()


@dataclass(frozen=True)
class AssemblyWords:
    """Every word that means something of its own: usages of mnemonics and directives, and what
    registers and CSRs are, by their names."""

    mnemonics: dict[str, list[Usage]]
    directives: dict[str, Usage]
    registers: dict[str, str]
    csrs: dict[str, str]


def assembly_words() -> AssemblyWords:
    """Return the words of the assembly language; directives may also be written in capitals."""
    return AssemblyWords(
        mnemonics={name: [_usage(form) for form in forms] for name, forms in FORMS.items()},
        directives={name: _directive(name) for name in DIRECTIVES},
        registers={name: _register(name) for name in REGISTER_NUMBERS},
        csrs={name: _csr(name) for name in CSR_NUMBERS},
    )


def _usage(form: Form) -> Usage:
    match form:
        case Pseudo():
            if form.choose:
                return Usage(spelling(form), _VARIES, form.choose(None)[0])
            return Usage(spelling(form), "", form.expansion)
        case Real(code=Compressed() as short):
            return Usage(spelling(form), "", (short.expansion,))
        case Real(code=Instruction() as instruction):
            order = _ORDERS[form.preset.get("aqrl", 0)]
            return Usage(spelling(form), describe(instruction) + order)
        case _:
            return Usage(spelling(form), _OTHERS[form.mnemonic])


def _directive(name: str) -> Usage:
    told = HELP_BY_NAME[name]
    return Usage(told.form, told.summary(name))


def directives_in_full() -> list[tuple[str, list[str]]]:
    """Return how the directives are written and what they do: text and code in turns."""
    return [(told.form, told.description.split("`")) for told in DIRECTIVE_HELP]


def _register(name: str) -> str:
    number = REGISTER_NUMBERS[name]
    return f"x{number} ({REGISTER_NAMES[number]}): {_ROLES[number]}"


def _csr(name: str) -> str:
    number = CSR_NUMBERS[name]
    title = CSR_TITLES[name] if name in NAMES else "この計算機にはありません"
    access = "、読み出し専用" if number >> 10 == 0b11 else ""
    return f"{title} ({number:#05x}、{_LEAST_MODES[number >> 8 & 3]} モード以上{access})"
