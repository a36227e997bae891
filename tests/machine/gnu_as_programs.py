"""Seeded random programs in the syntax of GNU as, one a line with ``; `` for line ends."""

from collections.abc import Iterator, Mapping
from random import Random

from courseware.machine import INSTRUCTIONS, PSEUDO_INSTRUCTIONS, REGISTER_NAMES
from courseware.machine.isa.compressed import COMPRESSED, Compressed
from courseware.machine.isa.csr_numbers import CSR_NUMBERS
from courseware.machine.isa.encoding import AQRL_SUFFIXES, CSR_IMMEDIATE, Field, I
from courseware.machine.isa.instruction import Instruction

_LINES = 24
_REGISTERS = ("rd", "rs1", "rs2", "rt")
_EDGES = (-2049, -2048, -33, -32, -1, 0, 1, 4, 16, 31, 32, 60, 124, 252, 255, 2047, 2048)
_PSEUDO_FIELDS = {**I.fields, **CSR_IMMEDIATE.fields}


def generated_programs(random: Random) -> Iterator[str]:
    """Yield programs of every kind."""
    for option in ("norvc", "rvc"):
        yield from _batches(f".option {option}", list(_instructions(random)))
        yield from _batches(f".option {option}", list(_pseudo_instructions(random)))
        for _ in range(3):
            yield f".option {option}; {_branches(random)}"
    yield from _batches(".option rvc", list(_compressed(random)))
    yield _expressions(random)
    yield _data(random)
    yield _macros(random)
    yield _conditions(random)


def _batches(first: str, lines: list[str]) -> Iterator[str]:
    for start in range(0, len(lines), _LINES):
        yield "; ".join([first, "x:", *lines[start : start + _LINES], "y: nop"])


# --- instructions ---


def _instructions(random: Random) -> Iterator[str]:
    for instruction in INSTRUCTIONS:
        yield _instruction(random, instruction)


def _instruction(random: Random, instruction: Instruction) -> str:
    fields = instruction.format.fields
    suffix = random.choice(AQRL_SUFFIXES) if "aqrl" in fields else ""
    words = instruction.operands.split(", ")
    is_near = random.random() < 0.6
    operands = ", ".join(_operand(random, word, fields, is_near) for word in words)
    return f"{instruction.mnemonic}{suffix} {operands}".rstrip()


def _operand(random: Random, word: str, fields: Mapping[str, Field], is_near: bool) -> str:
    """Return text for a word of a syntax. Near registers are those that 16 bits can name."""
    match word:
        case "imm(rs1)":
            return f"{_number(random, fields['imm'])}({_register(random, is_near)})"
        case "(rs1)":
            return f"{random.choice(('', '0'))}({_register(random, is_near)})"
        case "csr":
            return random.choice([*CSR_NUMBERS, str(random.randrange(4096))])
        case "pred" | "succ":
            return "".join(letter for letter in "iorw" if random.random() < 0.5) or "iorw"
        case "target" | "symbol":
            return random.choice("xy")
        case "imm" | "zimm":
            return _number(random, fields[word])
    return _register(random, is_near) if word in _REGISTERS else word


def _register(random: Random, is_near: bool) -> str:
    number = random.choice((0, 1, 2, *range(8, 16))) if is_near else random.randrange(32)
    return random.choice((REGISTER_NAMES[number], f"x{number}"))


def _number(random: Random, field: Field) -> str:
    values = [edge for edge in _EDGES if field.minimum <= edge <= field.maximum]
    values += [random.randint(field.minimum, field.maximum) for _ in range(6)]
    return random.choice((str, hex))(random.choice(values))


def _pseudo_instructions(random: Random) -> Iterator[str]:
    for pseudo in PSEUDO_INSTRUCTIONS:
        words = pseudo.operands.split(", ") if pseudo.operands else []
        is_near = random.random() < 0.6
        if pseudo.mnemonic == "li":
            # To x0 GNU as loads more than it needs to.
            register = random.choice(REGISTER_NAMES[1:])
            operands = [register, _constant(random)]
        else:
            operands = [_operand(random, word, _PSEUDO_FIELDS, is_near) for word in words]
        if "symbol" in words and {"zero", "x0"} & set(operands):
            continue  # GNU as wants a register that can be written
        yield f"{pseudo.mnemonic} {', '.join(operands)}".rstrip()


def _constant(random: Random) -> str:
    bits = random.randrange(33)
    value = random.getrandbits(bits) if bits else 0
    return random.choice(
        (str(value), hex(value), str(-(value >> 1)), str(value & ~0xFFF), hex(value & 0x1F000))
    )


def _compressed(random: Random) -> Iterator[str]:
    for short in COMPRESSED:
        words = short.operands
        for name in short.format.fields:
            value = _short_value(random, short, name)
            text = REGISTER_NAMES[value] if name in _REGISTERS else str(value)
            words = words.replace(name, text, 1)
        yield f"{short.mnemonic} {words.replace('target', random.choice('xy'))}".rstrip()


def _short_value(random: Random, short: Compressed, name: str) -> int:
    field = short.format.fields[name]
    values = range(field.minimum, field.maximum + 1, field.step)
    if field.maximum > 0xFFFF:  # the immediate of c.lui
        values = random.choice((range(1, 32), range(0xFFFE0, 0x100000)))
    return random.choice([v for v in values if v not in short.banned.get(name, ())])


# --- branches and alignments ---

_BRANCHES = (
    "beqz a0, {0}", "bnez s1, {0}", "bne a2, x0, {0}", "beq a0, a1, {0}", "bltz t0, {0}",
    "bgeu a3, a4, {0}", "j {0}", "jal {0}", "jal t0, {0}", "beqz t3, {0}", "bgt a0, a1, {0}",
    "call {0}", "la a0, {0}", "lw a1, {0}",
)  # fmt: skip
_FILLERS = (
    "nop", "addi a0, a0, 1", "lw a0, 4(sp)", "add a0, a1, a2", "li a0, 0x12345", ".word {0} - .",
    ".space {1}", ".space {1}", ".balign 4", ".p2align 3", ".align 4", "l{2}: nop",
    ".p2align 4,,5",
)  # fmt: skip


def _branches(random: Random) -> str:
    """Return a program of branches about as far as they reach."""
    count = random.randint(3, 14)
    sizes = (2, 4, 40, 100, 220, 250, 254, 256, 1000, 2030, 2040, 4000, 4080, 4090)
    lines: list[str] = []
    for number in range(count):
        for _ in range(random.randrange(3)):
            target = f"k{random.randrange(count)}"
            lines.append(random.choice(_BRANCHES).format(target))
        filler = random.choice(_FILLERS)
        size = random.choice(sizes) & ~1
        lines.append(filler.format(f"k{random.randrange(count)}", size, number))
        lines.append(f"k{number}: nop")
        if random.random() < 0.2:
            target = f"k{number}"
            lines.append(f"beqz a{number % 6}, {target} + {2 * random.randrange(8)}")
    middle = f"k{count // 2}"
    lines.append(f".data; .space ({middle} - k0) / 2; .word {middle} - k0, . - {middle}; .byte 1")
    return "; ".join(lines)


# --- data ---

_OPERATORS = ("+", "-", "*", "&", "|", "^", "<<", ">>", "==", "!=", "<", ">", "<=", ">=",
              "&&", "||", "/", "%", "!")  # fmt: skip


def _expression(random: Random, depth: int) -> str:
    if depth == 0:
        return random.choice((str(random.getrandbits(8)), hex(random.getrandbits(31)), "n", "m",
                              "'A'", "(z - w)", "0b101", "017"))  # fmt: skip
    operator = random.choice(_OPERATORS)
    left = _expression(random, depth - 1)
    match operator:
        case "<<" | ">>":
            return f"({left}) {operator} {random.randrange(24)}"
        case "/" | "%":
            return f"({left}) {operator} {random.randint(1, 99)}"
    sign = random.choice(("", "", "-", "~", "!" if operator != "!" else ""))  # !! is ^
    right = _expression(random, random.randrange(depth))
    return f"{left} {operator} {sign}{right}" if depth < 2 else f"({left}) {operator} {right}"


def _expressions(random: Random) -> str:
    lines = [".equ n, 5", "m = -3", ".data", "w: .space 6", "z:"]
    lines += [f".quad {_expression(random, random.randint(1, 3))}" for _ in range(20)]
    return "; ".join(lines)


def _data(random: Random) -> str:
    lines = [".data", "first:"]
    for number in range(24):
        value = random.getrandbits(7)
        lines.append(random.choice((
            f".byte {value}, -{value}, 'x'",
            f".half {value} * 100, 0x{random.getrandbits(16):x}",
            f".word {random.getrandbits(32)}, first, later - first, . - first",
            f".quad {random.getrandbits(64)}, -{value}",
            f".2byte {value}; .4byte -{value}; .8byte {value}",
            f'.ascii "a{value}", "b" "c"',
            f'.asciz "\\n\\t\\\\\\"\\101\\x7f{value}"',
            f".fill {random.randrange(5)}, {random.randrange(1, 9)}, {random.getrandbits(31)}",
            f".space {random.randrange(9)}, {value}",
            f".zero {random.randrange(9)}",
            f".balign {1 << random.randrange(6)}, {value}",
            f".p2align {random.randrange(5)},,{random.randrange(1, 9)}",
            f".org {64 * (number + 1)} + . - . , {value}" if number > 22 else ".align 2",
            f".section .mine{value % 3}, \"a\"; .word {value}; .previous",
            f".pushsection .rodata; .byte {value}; .popsection",
            f".data {value % 3}; .word {value}; .data",
            f".set v, {value}; .byte v; .set v, v + 1; .byte v & 0x7f",
        )))  # fmt: skip
    return "; ".join([*lines, "later: .byte 1"])


# --- macros and conditions ---


def _macros(random: Random) -> str:
    lines = [
        ".data",
        ".macro put a, b=7, c:req; .byte \\a, \\b, \\c; .endm",
        ".macro all v:vararg; .half \\v; .endm",
        ".macro op name, size; .balign 4; l\\@\\()\\name: l\\size a0, (sp); .endm",
        '.macro text t; .asciz "<\\t>\\n"; .endm',
        ".macro count n; .byte \\n; .if \\n; count \\n - 1; .endif; .endm",
        ".macro outer x; .macro inner y; .byte \\x, \\y; .endm; inner 3; .purgem inner; .endm",
        ".macro some n; .byte 1; .if \\n > 3; .exitm; .endif; .byte 2; .endm",
    ]
    calls = (
        lambda v: f"put {v}, {v + 1}, {v + 2}",
        lambda v: f"put {v},,{v}",
        lambda v: f"put c={v}, a={v + 1}",
        lambda v: f"put {v} + 1, 2 * 3 , ({v} + 4)",
        lambda v: f"put {v} {v + 1} {v + 2}",
        lambda v: f"all {v}, {v} + 1, 3",
        lambda v: f"op {'bcdefghi'[v % 8]} w",
        lambda v: f"count {v % 5}",
        lambda v: f"outer {v}",
        lambda v: f'text "{v} a"; text {v}',
        lambda v: f"some {v % 7}",
        lambda v: f".rept {v % 4}; .byte {v}; .rept 2; .byte 1; .endr; .endr",
        lambda v: f".irp r, {v}, 2 3, 4; .byte \\r; .endr",
        lambda v: f".irpc d, {v}; .byte \\d, 0x\\d\\()1; .endr",
        lambda v: f".balign 4; .irp reg, a0, t{v % 7}, s1; addi \\reg, \\reg, {v}; .endr",
    )
    lines += [random.choice(calls)(random.getrandbits(6)) for _ in range(16)]
    return "; ".join(lines)


def _conditions(random: Random) -> str:
    lines = [".equ n, 3", ".data"]
    for number in range(14):
        value = random.randrange(6)
        condition = random.choice((
            f".if n == {value}", f".if {value}", f".ifeq {value}", f".ifne n - {value}",
            f".ifgt {value} - n", f".ifge {value} - n", f".iflt {value} - n", f".ifle {value} - n",
            ".ifdef n", ".ifndef n", ".ifdef unknown", f".ifc a{value}, a3", f".ifnc {value}, 3",
            ".ifb", f".ifnb {value}", f'.ifeqs "{value}", "3"', f'.ifnes "{value}", "3"',
            f".if n > {value} && n < {value + 3}",
        ))  # fmt: skip
        middle = f".elseif n == {random.randrange(6)}; .byte {number}, 2"
        if random.random() < 0.3:
            middle = ".if 0; .else; .byte 9; .endif"
        lines.append(f"{condition}; .byte {number}, 1; {middle}; .else; .byte {number}, 3; .endif")
    return "; ".join(lines)
