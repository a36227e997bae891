"""Traps: exceptions and interrupts of the privileged specification.

Source: RISC-V privileged specification, tables "Machine cause (mcause) register values after
trap" and "... when the hypervisor extension is implemented".
"""

from enum import IntEnum

INTERRUPT_BIT = 1 << 31  # of mcause


class Cause(IntEnum):
    """Exception codes."""

    INSTRUCTION_ADDRESS_MISALIGNED = 0
    INSTRUCTION_ACCESS_FAULT = 1
    ILLEGAL_INSTRUCTION = 2
    BREAKPOINT = 3
    LOAD_ADDRESS_MISALIGNED = 4
    LOAD_ACCESS_FAULT = 5
    STORE_ADDRESS_MISALIGNED = 6
    STORE_ACCESS_FAULT = 7
    ECALL_FROM_U = 8
    ECALL_FROM_S = 9
    ECALL_FROM_VS = 10
    ECALL_FROM_M = 11
    INSTRUCTION_PAGE_FAULT = 12
    LOAD_PAGE_FAULT = 13
    STORE_PAGE_FAULT = 15
    INSTRUCTION_GUEST_PAGE_FAULT = 20
    LOAD_GUEST_PAGE_FAULT = 21
    VIRTUAL_INSTRUCTION = 22
    STORE_GUEST_PAGE_FAULT = 23


class Interrupt(IntEnum):
    """Interrupt codes: the bit in mip and mie."""

    SUPERVISOR_SOFTWARE = 1
    VIRTUAL_SUPERVISOR_SOFTWARE = 2
    MACHINE_SOFTWARE = 3
    SUPERVISOR_TIMER = 5
    VIRTUAL_SUPERVISOR_TIMER = 6
    MACHINE_TIMER = 7
    SUPERVISOR_EXTERNAL = 9
    VIRTUAL_SUPERVISOR_EXTERNAL = 10
    MACHINE_EXTERNAL = 11


# Several at once are taken in this order (privileged specification, "Machine Interrupt
# Registers"; with the virtual ones as in "H Extension").
INTERRUPT_PRIORITY = (
    Interrupt.MACHINE_EXTERNAL,
    Interrupt.MACHINE_SOFTWARE,
    Interrupt.MACHINE_TIMER,
    Interrupt.SUPERVISOR_EXTERNAL,
    Interrupt.SUPERVISOR_SOFTWARE,
    Interrupt.SUPERVISOR_TIMER,
    Interrupt.VIRTUAL_SUPERVISOR_EXTERNAL,
    Interrupt.VIRTUAL_SUPERVISOR_SOFTWARE,
    Interrupt.VIRTUAL_SUPERVISOR_TIMER,
)


class Trap(Exception):
    """An instruction could not complete. It has changed nothing but what the trap will.

    ``tval`` is what xtval will read. For a guest page fault ``guest_page`` is the guest physical
    address >> 2 (htval, mtval2) and ``pseudoinstruction`` what htinst says of an implicit access,
    or 0. ``is_virtual`` says whether the access that failed was one with V=1; None: as the hart.
    """

    def __init__(
        self,
        cause: int,
        tval: int = 0,
        *,
        guest_page: int = 0,
        pseudoinstruction: int = 0,
        is_virtual: bool | None = None,
    ) -> None:
        super().__init__(cause, tval)
        self.cause = int(cause)
        self.tval = tval
        self.guest_page = guest_page
        self.pseudoinstruction = pseudoinstruction
        self.is_virtual = is_virtual
