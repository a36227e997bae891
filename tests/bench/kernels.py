"""The programs that engines are measured on, with what they must compute.

Each is a procedure ``kernel`` in ``programs/`` that returns a checksum in a0, put behind one of two
starts: ``bare.s`` calls it in M mode, ``sv32.s`` in S mode behind page tables. Constants in front
say how much is to be done. The expectations are computed here, in Python, by other means where
there are any. Every program ends with the ebreak at ``finish``.
"""

import random
import shutil
import subprocess
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from courseware.machine import INSTRUCTIONS, Program, Segment, assemble
from courseware.machine.memory_map import RAM_BASE

MEMORY_BYTES = 4 * 1024 * 1024
_WORD = 0xFFFF_FFFF
_PROGRAMS = Path(__file__).parent / "programs"

# Where things are, and the linear congruential generator that makes data.
_CONSTANTS = {
    "RAM": RAM_BASE,
    "DATA": RAM_BASE + 0x10_0000,
    "STACK": RAM_BASE + 0x30_0000,
    "ROOT": RAM_BASE + 0x30_0000,
    "LEAF": RAM_BASE + 0x30_1000,
    "SEED": 2_463_534_242,
    "MULTIPLIER": 1_664_525,
    "INCREMENT": 1_013,
}

_COMPILER = "riscv64-unknown-elf-gcc"
_COMPILER_OPTIONS = (
    "-march=rv32im -mabi=ilp32 -O2 -ffreestanding -fno-builtin -fno-section-anchors "
    "-msmall-data-limit=0 -fno-asynchronous-unwind-tables -mno-riscv-attribute -S -o -"
).split()

Sizes = Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Kernel:
    """A procedure to measure: its sizes in the table and in a test, and what it returns.

    ``needs_paging`` says that it makes sense behind page tables only.
    """

    name: str
    sizes: Sizes
    small: Sizes
    expect: Callable[[Sizes], int]
    needs_paging: bool = False

    def program(self, sizes: Sizes, *, paged: bool) -> Program:
        """Return the whole program."""
        constants = {**_CONSTANTS, **sizes}
        return assemble(
            "".join(f".equ {name}, {value:#x}\n" for name, value in constants.items())
            + _text("sv32" if paged else "bare")
            + _text(self.name)
        )


def _text(name: str) -> str:
    """Return a file of ``programs``; from C where there is a compiler, else as compiled before."""
    c_file = _PROGRAMS / f"{name}.c"
    if c_file.exists() and (compiler := shutil.which(_COMPILER)):
        command = [compiler, *_COMPILER_OPTIONS, str(c_file)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return (_PROGRAMS / f"{name}.s").read_text()


# --- what the kernels compute ---


def _generated(count: int) -> list[int]:
    """Return words of the generator."""
    words, state = [], _CONSTANTS["SEED"]
    for _ in range(count):
        state = (state * _CONSTANTS["MULTIPLIER"] + _CONSTANTS["INCREMENT"]) & _WORD
        words.append(state)
    return words


def _hash(words: list[int], value: int = 0) -> int:
    for word in words:
        value = (value * 31 + word) & _WORD
    return value


def _sieve(sizes: Sizes) -> int:
    limit = sizes["LIMIT"]
    return sum(all(n % d for d in range(2, int(n**0.5) + 1)) for n in range(2, limit))


def _crc32(sizes: Sizes) -> int:
    data = bytes(word >> 24 for word in _generated(sizes["SIZE"]))
    return zlib.crc32(data * sizes["ROUNDS"])


def _quicksort(sizes: Sizes) -> int:
    count, value = sizes["COUNT"], 0
    words = _generated(count * sizes["ROUNDS"])
    for start in range(0, len(words), count):
        value = _hash(sorted(words[start : start + count]), value)
    return value


def _matrix(sizes: Sizes) -> int:
    side = sizes["SIDE"]
    words = _generated(2 * side * side)
    rows = [words[start : start + side] for start in range(0, len(words), side)]
    a, columns = rows[:side], list(zip(*rows[side:], strict=True))
    for _ in range(sizes["ROUNDS"]):
        a = [
            [sum(x * y for x, y in zip(row, column, strict=True)) & _WORD for column in columns]
            for row in a
        ]
    return _hash([element for row in a for element in row])


def _search(sizes: Sizes) -> int:
    text = "".join("abcd"[word >> 30] for word in _generated(sizes["SIZE"]))
    length = sizes["LENGTH"]
    words = (text[start : start + length] for start in range(sizes["ROUNDS"]))
    return sum(text.startswith(word, place) for word in words for place in range(len(text)))


def _fib(sizes: Sizes) -> int:
    a, b = 0, 1
    for _ in range(sizes["N"]):
        a, b = b, a + b
    return a


def _dhrystone(sizes: Sizes) -> int:
    kinds = [i % 4 for i in range(10)]
    stock = [50 * i for i in range(10)]
    prices = [3 + 7 * i for i in range(10)]
    sales = [0] * 32
    checksum = 0
    for turn in range(sizes["ROUNDS"]):
        part = turn % 11
        if part == 10:
            checksum ^= turn
            continue
        wanted = turn % 13
        sold = min(wanted, stock[part])
        stock[part] -= sold
        sales[kinds[part] * 8 + wanted % 8] += sold
        checksum = (checksum * 31 + sold * prices[part]) & _WORD
        if kinds[part] == 0:
            stock[part] += 100
        elif kinds[part] == 1:
            prices[part] = prices[part] * 9 // 8 % 1000 + 1
        elif kinds[part] == 2:
            stock[part] += turn % 7 if stock[part] < 10 else 0
        else:
            kinds[part] = 0 if turn % 2 else 3
    return _hash(sales, checksum)


def _paging(sizes: Sizes) -> int:
    pages, per_page = sizes["PAGES"], 4096 // sizes["STRIDE"]
    frames = [[0] * per_page for _ in range(pages)]
    value = 1
    for turn in range(sizes["ROUNDS"]):
        for page in range(pages):
            frame = frames[(page + turn) % pages]
            for place in range(per_page):
                value = frame[place] = (value + frame[place]) & _WORD
    return value


# About ten million instructions each, in many rounds of some 100,000: an engine that gets through
# a small part only sees the same mix.
KERNELS = (
    Kernel("sieve", {"LIMIT": 8_192, "ROUNDS": 90}, {"LIMIT": 100, "ROUNDS": 2}, _sieve),
    Kernel("crc32", {"SIZE": 4_096, "ROUNDS": 250}, {"SIZE": 64, "ROUNDS": 2}, _crc32),
    Kernel("quicksort", {"COUNT": 1_024, "ROUNDS": 110}, {"COUNT": 50, "ROUNDS": 2}, _quicksort),
    Kernel("matrix", {"SIDE": 24, "ROUNDS": 100}, {"SIDE": 4, "ROUNDS": 2}, _matrix),
    Kernel(
        "search",
        {"SIZE": 8_192, "LENGTH": 6, "ROUNDS": 300},
        {"SIZE": 300, "LENGTH": 3, "ROUNDS": 3},
        _search,
    ),
    Kernel("fib", {"N": 28}, {"N": 9}, _fib),
    Kernel("dhrystone", {"ROUNDS": 9_300}, {"ROUNDS": 30}, _dhrystone),
    Kernel(
        "paging",
        {"PAGES": 256, "STRIDE": 256, "ROUNDS": 430},
        {"PAGES": 8, "STRIDE": 1024, "ROUNDS": 3},
        _paging,
        needs_paging=True,
    ),
)


# --- code that runs once ---

_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "xor": lambda a, b: a ^ b,
    "or": lambda a, b: a | b,
    "and": lambda a, b: a & b,
    "sll": lambda a, b: a << (b & 31),
    "srl": lambda a, b: a >> (b & 31),
    "sltu": lambda a, b: int(a < b),
    "mul": lambda a, b: a * b,
    "mulhu": lambda a, b: a * b >> 32,
    "addi": lambda a, b: a + b,
    "xori": lambda a, b: a ^ b,
    "lui": lambda _, b: b << 12,
}


def cold(count: int) -> tuple[Program, int]:
    """Return a program of ``count`` random instructions in a row, and a0 at their end."""
    chance = random.Random(count)
    by_mnemonic = {instruction.mnemonic: instruction for instruction in INSTRUCTIONS}
    mnemonics = list(_OPERATIONS)
    registers = [0] * 32
    registers[2] = RAM_BASE + MEMORY_BYTES
    words = []
    for _ in range(count):
        mnemonic = chance.choice(mnemonics)
        instruction = by_mnemonic[mnemonic]
        fields = {
            name: chance.randint(field.minimum, field.maximum)
            for name, field in instruction.format.fields.items()
        }
        words.append(instruction.encode(fields))
        second = fields["imm"] if "imm" in fields else registers[fields["rs2"]]
        value = _OPERATIONS[mnemonic](registers[fields.get("rs1", 0)], second) & _WORD
        if fields["rd"]:
            registers[fields["rd"]] = value
    words.append(by_mnemonic["ebreak"].encode({}))
    code = b"".join(word.to_bytes(4, "little") for word in words)
    finish = RAM_BASE + 4 * count
    return Program((Segment(RAM_BASE, code),), RAM_BASE, {"finish": finish}, {}), registers[10]
