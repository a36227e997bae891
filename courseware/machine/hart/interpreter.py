"""The interpreter: fetch, decode, execute, one instruction after the other.

It is the reference for what the machine does; the translator does the same, faster.
"""

from typing import TYPE_CHECKING

from courseware.machine.isa.decoder import decode
from courseware.machine.isa.lowering import Execute, arguments
from courseware.machine.trap import Cause, Trap

if TYPE_CHECKING:
    from courseware.machine.hart.hart import Hart

WORD = 0xFFFF_FFFF
_MAX_DECODED = 65_536  # different words kept

# What executes a word: the function, rd, rs1, rs2, imm, and the instruction's length in bytes.
Operation = tuple[Execute, int, int, int, int, int]


class Decoder(dict[int, Operation]):
    """The operations of the words that have been met; decoding depends on the word alone."""

    def __missing__(self, word: int) -> Operation:
        decoded = decode(word)
        if decoded is None:
            raise Trap(Cause.ILLEGAL_INSTRUCTION, word)
        if len(self) >= _MAX_DECODED:
            self.clear()
        rd, rs1, rs2, imm = arguments(decoded.fields)
        operation = (decoded.instruction.execute, rd, rs1, rs2, imm, decoded.length)
        self[word] = operation
        return operation


DECODER = Decoder()


class BreakpointReached(Exception):
    """The next instruction is one that the caller wants to stop before."""


class Interpreter:
    """Executes instructions of a hart. ``until`` are addresses to stop in front of."""

    def __init__(self, hart: "Hart") -> None:
        self._hart = hart
        self.until: frozenset[int] = frozenset()

    def execute(self) -> None:
        """Execute until the hart's horizon.

        Raises Trap for an instruction that does not retire, and BreakpointReached.
        """
        interpret(self._hart, self.until)


def interpret(
    hart: "Hart",
    until: frozenset[int],
    heat: dict[int, int] | None = None,
    hot: int = 0,
) -> None:
    """Execute instructions until the hart's horizon.

    ``heat`` counts how often addresses were jumped back to; when it was so ``hot`` times,
    execution stops there. Raises Trap for an instruction that does not retire, and
    BreakpointReached.
    """
    mmu, registers, operations = hart.mmu, hart.registers, DECODER
    fetch_map, words, mask = mmu.fetch_map, hart.bus.ram.words, mmu.mask32
    while True:  # CPython 3.11 warms up on a backward jump without a condition alone
        if hart.cycle >= hart.horizon:
            return
        pc = hart.pc
        if pc in until:
            raise BreakpointReached
        offset = pc + fetch_map[pc >> 12]
        if offset & mask:
            word = mmu.fetch(pc)
        else:
            word = words[offset >> 2]
            if word & 3 != 3:
                word &= 0xFFFF
        execute, rd, rs1, rs2, imm, length = operations[word]
        hart.pc = target = execute(hart, registers, pc, pc + length & WORD, rd, rs1, rs2, imm)
        registers[0] = 0
        hart.cycle += 1
        if target <= pc and heat is not None:
            heat[target] = count = heat.get(target, 0) + 1
            if count >= hot:
                return
