"""What htinst and mtinst tell of the instruction that trapped.

Source: privileged specification, "H Extension", "Transformed Instruction or Pseudoinstruction for
mtinst or htinst".
"""

from typing import TYPE_CHECKING

from courseware.machine.isa.decoder import decode
from courseware.machine.trap import Cause, Trap

if TYPE_CHECKING:
    from courseware.machine.hart.hart import Hart

_TRANSFORMED = frozenset(
    {
        Cause.LOAD_ADDRESS_MISALIGNED,
        Cause.LOAD_ACCESS_FAULT,
        Cause.STORE_ADDRESS_MISALIGNED,
        Cause.STORE_ACCESS_FAULT,
        Cause.LOAD_PAGE_FAULT,
        Cause.STORE_PAGE_FAULT,
        Cause.LOAD_GUEST_PAGE_FAULT,
        Cause.STORE_GUEST_PAGE_FAULT,
    }
)
_OPCODES = frozenset({0b0000011, 0b0100011, 0b0101111, 0b1110011})  # LOAD, STORE, AMO, SYSTEM


def transformed_instruction(hart: "Hart", trap: Trap) -> int:
    """Return the load or store at pc with its offset put to 0, or 0 for another instruction.

    In place of rs1 stands how far behind the first byte of the access the fault was.
    """
    if trap.cause not in _TRANSFORMED:
        return 0
    try:
        decoded = decode(hart.mmu.peek_instruction(hart.pc))
    except Trap:  # the access emptied the TLB, and the page has gone from the table
        return 0
    # The access may also have changed the instruction, which was its own page table entry.
    if decoded is None or decoded.instruction.match & 0x7F not in _OPCODES:
        return 0
    fields = dict(decoded.fields)
    start = hart.registers[fields["rs1"]] + fields.get("imm", 0)
    fields["rs1"] = trap.tval - start & 0x1F
    if "imm" in fields:
        fields["imm"] = 0
    word = decoded.instruction.encode(fields)
    return word if decoded.length == 4 else word & ~0b10  # says that it was compressed
