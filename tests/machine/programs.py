"""Random RV32IMA programs that end, for the property tests: without CSRs and traps."""

from hypothesis import strategies as st

from courseware.machine import Program, Segment
from courseware.machine.isa.encoding import Field
from courseware.machine.isa.instruction import Instruction
from courseware.machine.isa.semantics import SERVICES
from courseware.machine.isa.table import INSTRUCTIONS
from courseware.machine.memory_map import RAM_BASE

BY_MNEMONIC = {instruction.mnemonic: instruction for instruction in INSTRUCTIONS}
EBREAK = BY_MNEMONIC["ebreak"].match
DATA = RAM_BASE + 0x2000  # what loads and stores touch, on either side
_DATA_BYTES = 128
_DATA_BASE = 31  # the register that holds DATA
_CODE_BASE = 30  # the register that holds RAM_BASE, for jalr

# Values where arithmetic is most likely to go wrong.
_EDGES = (0, 1, 2, 31, 32, 0x7FF, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFF)
values = st.sampled_from(_EDGES) | st.integers(0, 0xFFFF_FFFF)

_MEMORY = tuple(i for i in INSTRUCTIONS if "mem" in i.semantics)
_ATOMIC = tuple(i for i in INSTRUCTIONS if "aqrl" in i.format.fields)
_WITHOUT_LR = tuple(i for i in _ATOMIC if i.mnemonic != "lr.w")
_NOT_PLAIN = ("mem", "amo", "pc = ", "trap", *SERVICES)
_PLAIN = tuple(i for i in INSTRUCTIONS if not any(word in i.semantics for word in _NOT_PLAIN))
_BRANCHES = tuple(i for i in INSTRUCTIONS if i.condition)
_KINDS = ("plain", "plain", "plain", "memory", "atomic", "branch", "jal", "jalr")


def field_values(field: Field) -> st.SearchStrategy[int]:
    """Return the values that a field can hold."""
    steps = st.integers(field.minimum // field.step, field.maximum // field.step)
    return steps.map(lambda number: number * field.step)


@st.composite
def instructions(draw: st.DrawFn) -> tuple[Instruction, dict[str, int]]:
    """Return any instruction of the table with any fields."""
    instruction = draw(st.sampled_from(INSTRUCTIONS))
    fields = instruction.format.fields
    return instruction, {name: draw(field_values(field)) for name, field in fields.items()}


@st.composite
def programs(draw: st.DrawFn, max_length: int = 40, reserves: bool = True) -> Program:
    """Return a program of any instructions that jumps forwards only and ends in an ebreak.

    It begins with values for all registers. Loads, stores and indirect jumps go through
    registers of their own, memory accesses to addresses of any alignment around DATA. Without
    ``reserves`` no SC finds a reservation.
    """
    words: list[int] = []
    constants = draw(st.lists(values, min_size=2, max_size=8))
    for register in range(1, _CODE_BASE):
        words += _load_constant(register, constants[register % len(constants)])
    words += _load_constant(_CODE_BASE, RAM_BASE) + _load_constant(_DATA_BASE, DATA)
    end = len(words) + draw(st.integers(1, max_length))
    while len(words) < end:
        words.append(draw(_next(len(words), end, _ATOMIC if reserves else _WITHOUT_LR)))
    words.append(EBREAK)
    data = (draw(st.binary(min_size=1, max_size=32)) * _DATA_BYTES)[: 2 * _DATA_BYTES]
    code = b"".join(word.to_bytes(4, "little") for word in words)
    return Program((Segment(RAM_BASE, code), Segment(DATA - _DATA_BYTES, data)), RAM_BASE, {}, {})


def _load_constant(register: int, value: int) -> list[int]:
    low = (value & 0xFFF ^ 0x800) - 0x800
    high = (value - low >> 12) & 0xFFFFF
    lui, addi = BY_MNEMONIC["lui"], BY_MNEMONIC["addi"]
    return [
        lui.encode({"rd": register, "imm": high}),
        addi.encode({"rd": register, "rs1": register, "imm": low}),
    ]


@st.composite
def _next(draw: st.DrawFn, index: int, end: int, atomic: tuple[Instruction, ...]) -> int:
    """Return the instruction at an index; a jump leads to a later one, up to the end."""
    destinations = st.integers(0, _CODE_BASE - 1)
    sources = st.integers(0, 31)
    fields = {"rd": draw(destinations), "rs1": draw(sources), "rs2": draw(sources)}
    target = draw(st.integers(index + 1, end))
    match draw(st.sampled_from(_KINDS)):
        case "memory":
            instruction = draw(st.sampled_from(_MEMORY))
            fields |= {"rs1": _DATA_BASE, "imm": draw(st.integers(-_DATA_BYTES, _DATA_BYTES - 4))}
        case "atomic":
            instruction = draw(st.sampled_from(atomic))
            fields |= {"rs1": _DATA_BASE, "aqrl": draw(st.integers(0, 3))}
        case "branch":
            instruction = draw(st.sampled_from(_BRANCHES))
            fields["imm"] = 4 * (target - index)
        case "jal":
            instruction = BY_MNEMONIC["jal"]
            fields["imm"] = 4 * (target - index)
        case "jalr":
            instruction = BY_MNEMONIC["jalr"]
            odd = draw(st.integers(0, 1))  # bit 0 is cleared by the machine
            fields |= {"rs1": _CODE_BASE, "imm": 4 * target + odd}
        case _:
            instruction = draw(st.sampled_from(_PLAIN))
            for name, field in instruction.format.fields.items():
                if name not in fields:
                    fields[name] = draw(field_values(field))
    return instruction.encode({name: fields[name] for name in instruction.format.fields})
