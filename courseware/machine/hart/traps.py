"""Entering and leaving traps, and choosing the interrupt to take.

Source: privileged specification, "Machine-Level ISA" (Privilege and Global Interrupt-Enable
Stack, Trap-Return), and "H Extension" (Traps, Trap Entry, Trap Return).
"""

from typing import TYPE_CHECKING, NamedTuple

from courseware.machine.hart.access import MACHINE, SUPERVISOR, USER
from courseware.machine.hart.csrs import (
    GVA,
    HSTATUS_GVA,
    MIE,
    MPIE,
    MPP,
    MPP_SHIFT,
    MPRV,
    MPV,
    SIE,
    SPIE,
    SPP,
    SPV,
    SPVP,
    TSR,
    VTSR,
)
from courseware.machine.hart.transformed import transformed_instruction
from courseware.machine.trap import INTERRUPT_BIT, INTERRUPT_PRIORITY, Cause, Trap

if TYPE_CHECKING:
    from courseware.machine.hart.hart import Hart

# Exceptions whose tval is an address; with V=1 a guest's virtual one (GVA).
_WITH_ADDRESS = frozenset(
    {
        Cause.INSTRUCTION_ADDRESS_MISALIGNED,
        Cause.INSTRUCTION_ACCESS_FAULT,
        Cause.BREAKPOINT,
        Cause.LOAD_ADDRESS_MISALIGNED,
        Cause.LOAD_ACCESS_FAULT,
        Cause.STORE_ADDRESS_MISALIGNED,
        Cause.STORE_ACCESS_FAULT,
        Cause.INSTRUCTION_PAGE_FAULT,
        Cause.LOAD_PAGE_FAULT,
        Cause.STORE_PAGE_FAULT,
        Cause.INSTRUCTION_GUEST_PAGE_FAULT,
        Cause.LOAD_GUEST_PAGE_FAULT,
        Cause.STORE_GUEST_PAGE_FAULT,
    }
)


class TrapRecord(NamedTuple):
    """A trap that was taken: when, where, why, and from which privilege to which.

    ``cause`` is as mcause reads; ``level`` is "M", "HS" or "VS"; ``handler`` is the address that
    the trap leads to.
    """

    cycle: int
    pc: int
    cause: int
    tval: int
    mode: int
    virtual: bool
    level: str
    handler: int


def enter(hart: "Hart", trap: Trap) -> None:
    """Take an exception of the instruction at pc."""
    cause = trap.cause
    if hart.mode < MACHINE and hart.csr.medeleg >> cause & 1:
        level = "VS" if hart.virtual and hart.csr.hedeleg >> cause & 1 else "HS"
    else:
        level = "M"
    _enter(hart, level, cause, trap)


def take_interrupt(hart: "Hart") -> bool:
    """Take the interrupt that is pending, enabled and first; say whether there was one."""
    csr = hart.csr
    pending = csr.pending & csr.mie
    if not pending:
        return False
    supervisor = pending & csr.mideleg
    guest = supervisor & csr.hideleg
    for level, waiting, enabled in (
        ("M", pending & ~csr.mideleg, hart.mode < MACHINE or csr.mstatus & MIE),
        ("HS", supervisor & ~guest, _supervisor_enabled(hart)),
        ("VS", guest, hart.virtual and (hart.mode == USER or csr.vsstatus & SIE)),
    ):
        if waiting and enabled:
            code = next(code for code in INTERRUPT_PRIORITY if waiting >> code & 1)
            _enter(hart, level, code | INTERRUPT_BIT, Trap(code))
            return True
    return False


def _supervisor_enabled(hart: "Hart") -> bool:
    if hart.mode == MACHINE:
        return False
    return hart.virtual or hart.mode == USER or bool(hart.csr.mstatus & SIE)


def _enter(hart: "Hart", level: str, cause: int, trap: Trap) -> None:
    handler = _handler(hart, level, cause)
    hart.note_trap(
        TrapRecord(hart.cycle, hart.pc, cause, trap.tval, hart.mode, hart.virtual, level, handler)
    )
    match level:
        case "M":
            _enter_machine(hart, cause, trap)
        case "HS":
            _enter_supervisor(hart, cause, trap)
        case _:
            _enter_guest(hart, _guest_cause(cause), trap)
    hart.pc = handler
    hart.update_views()


def _handler(hart: "Hart", level: str, cause: int) -> int:
    match level:
        case "M":
            return _vector(hart.csr.mtvec, cause)
        case "HS":
            return _vector(hart.csr.stvec, cause)
    return _vector(hart.csr.vstvec, _guest_cause(cause))


def _guest_cause(cause: int) -> int:
    """Return the cause as a guest sees it: its interrupts have the supervisor's numbers."""
    return cause - 1 if cause & INTERRUPT_BIT else cause


def _enter_machine(hart: "Hart", cause: int, trap: Trap) -> None:
    csr = hart.csr
    csr.mtinst = _instruction(hart, cause, trap)
    csr.mstatush = (MPV if hart.virtual else 0) | (
        GVA if _is_guest_address(hart, cause, trap) else 0
    )
    csr.mstatus = _stacked(csr.mstatus, MIE, MPIE) & ~MPP | hart.mode << MPP_SHIFT
    csr.mepc, csr.mcause, csr.mtval, csr.mtval2 = hart.pc, cause, trap.tval, trap.guest_page
    hart.mode, hart.virtual = MACHINE, False


def _enter_supervisor(hart: "Hart", cause: int, trap: Trap) -> None:
    csr = hart.csr
    csr.htinst = _instruction(hart, cause, trap)
    status = csr.hstatus & ~(SPV | HSTATUS_GVA)
    if hart.virtual:
        status = status & ~SPVP | SPV | (SPVP if hart.mode == SUPERVISOR else 0)
    csr.hstatus = status | (HSTATUS_GVA if _is_guest_address(hart, cause, trap) else 0)
    csr.mstatus = _stacked(csr.mstatus, SIE, SPIE) & ~SPP | (SPP if hart.mode else 0)
    csr.sepc, csr.scause, csr.stval, csr.htval = hart.pc, cause, trap.tval, trap.guest_page
    hart.mode, hart.virtual = SUPERVISOR, False


def _enter_guest(hart: "Hart", cause: int, trap: Trap) -> None:
    csr = hart.csr
    csr.vsstatus = _stacked(csr.vsstatus, SIE, SPIE) & ~SPP | (SPP if hart.mode else 0)
    csr.vsepc, csr.vscause, csr.vstval = hart.pc, cause, trap.tval
    hart.mode = SUPERVISOR


def _stacked(status: int, enable: int, previous: int) -> int:
    """Return the status with the interrupt enable moved to its previous-enable bit."""
    return status & ~(enable | previous) | (previous if status & enable else 0)


def _unstacked(status: int, enable: int, previous: int) -> int:
    return status & ~enable | previous | (enable if status & previous else 0)


def _vector(tvec: int, cause: int) -> int:
    base = tvec & ~3
    is_vectored = tvec & 1 and cause & INTERRUPT_BIT
    return base + 4 * (cause & ~INTERRUPT_BIT) & 0xFFFF_FFFF if is_vectored else base


def _is_guest_address(hart: "Hart", cause: int, trap: Trap) -> bool:
    is_virtual = hart.virtual if trap.is_virtual is None else trap.is_virtual
    return is_virtual and cause in _WITH_ADDRESS


def _instruction(hart: "Hart", cause: int, trap: Trap) -> int:
    """Return what mtinst or htinst tells of the instruction."""
    if cause & INTERRUPT_BIT:
        return 0
    return trap.pseudoinstruction or transformed_instruction(hart, trap)


# --- returning ---


def return_from_machine(hart: "Hart") -> int:
    """Do MRET and return the address to go on at. Raises Trap outside M mode."""
    csr = hart.csr
    if hart.mode < MACHINE:
        raise hart.illegal()
    mode = csr.mstatus >> MPP_SHIFT & 3
    hart.virtual = mode < MACHINE and bool(csr.mstatush & MPV)
    csr.mstatush &= ~MPV
    csr.mstatus = _unstacked(csr.mstatus, MIE, MPIE) & ~MPP
    _drop(hart, mode)
    return csr.mepc


def return_from_supervisor(hart: "Hart") -> int:
    """Do SRET and return the address to go on at. Raises Trap where it is not allowed."""
    csr = hart.csr
    if hart.virtual:
        if hart.mode == USER or csr.hstatus & VTSR:
            raise hart.virtual_instruction()
        mode = SUPERVISOR if csr.vsstatus & SPP else USER
        csr.vsstatus = _unstacked(csr.vsstatus, SIE, SPIE) & ~SPP
        hart.mode = mode
        hart.update_views()
        return csr.vsepc
    if hart.mode == USER or (hart.mode == SUPERVISOR and csr.mstatus & TSR):
        raise hart.illegal()
    mode = SUPERVISOR if csr.mstatus & SPP else USER
    hart.virtual = bool(csr.hstatus & SPV)
    csr.hstatus &= ~SPV
    csr.mstatus = _unstacked(csr.mstatus, SIE, SPIE) & ~SPP
    _drop(hart, mode)
    return csr.sepc


def _drop(hart: "Hart", mode: int) -> None:
    if mode < MACHINE:
        hart.csr.mstatus &= ~MPRV
    hart.mode = mode
    hart.update_views()


def is_wakeup(hart: "Hart") -> bool:
    """Say whether an interrupt is pending that WFI goes on for, enabled globally or not."""
    return bool(hart.csr.pending & hart.csr.mie)
