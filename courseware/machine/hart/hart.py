"""The hart: its state, and what instructions ask of it beyond registers and memory.

Every step, whether an instruction retires or traps, is one cycle. Engines execute steps until
the cycle ``horizon``; whatever may concern the next instruction in another way than by registers
and memory (an interrupt that may be due, a mode that changed, a device that was written) sets the
horizon to 0 (``look_up``), so that engines need to look at nothing else.
"""

from collections.abc import Callable
from typing import Protocol

from courseware.machine.bus import Bus
from courseware.machine.hart import csrs, traps
from courseware.machine.hart.access import MACHINE, SUPERVISOR, USER, View
from courseware.machine.hart.csrs import (
    HU,
    MPP_SHIFT,
    MPRV,
    MPV,
    MXR,
    SPVP,
    SUM,
    TVM,
    TW,
    VTVM,
    VTW,
    Csrs,
)
from courseware.machine.hart.mmu import Mmu
from courseware.machine.hart.pmp import Pmp
from courseware.machine.hart.tlb import Entry, Space
from courseware.machine.hart.walk import G
from courseware.machine.isa.csr_numbers import CSR_NUMBERS
from courseware.machine.stop import Exited
from courseware.machine.trap import Cause, Trap

_MODE = 1 << 31  # of satp, vsatp, hgatp
_ASID_SHIFT, _ASID_MASK = 22, 0x1FF
_VMID_MASK = 0x7F
_COUNT = (1 << 64) - 1


class Engine(Protocol):
    """Executes instructions."""

    def execute(self) -> None:
        """Execute until the hart's horizon, or until an instruction raises Trap."""
        ...


class Waiting(Exception):
    """WFI waits for an interrupt, and nothing in the machine will ever cause one."""


class Unhandled(Exception):
    """A trap to M mode while mtvec is 0: nobody has said who handles it."""

    def __init__(self, trap: Trap) -> None:
        super().__init__(trap)
        self.trap = trap


class Hart:
    """Registers, CSRs, privilege and memory of one RV32IMAC hart with S, U and H.

    ``cycle`` counts steps and the time that WFI waited; ``unretired`` those of them in which no
    instruction retired. ``mode`` and ``virtual`` are the privilege. ``untrapped`` are names of
    CSRs and instructions that do not trap in U mode although they should: reading such a CSR
    gives its value, writing it and such an instruction do nothing.
    """

    def __init__(self, bus: Bus, untrapped: frozenset[str] = frozenset()) -> None:
        self.bus = bus
        self.pmp = Pmp()
        self.csr: Csrs = Csrs()
        self.mmu = Mmu(bus, self.pmp)
        self.pc = 0
        self.registers = [0] * 32
        self.mode = MACHINE
        self.virtual = False
        self.cycle = 0
        self.unretired = 0
        self.counter_offsets = {"cycle": 0, "instret": 0}
        self.time_offset = 0
        self.reservation: int | None = None
        self.waiting = False
        self.exited: Exited | None = None  # by a store that has still to retire
        self.horizon = 0
        self.engine: Engine
        # Does what is due in the machine around; returns the cycle of what comes next, or None.
        self.do_due: Callable[[], int | None] = lambda: None
        self.on_trap: Callable[[traps.TrapRecord], None] | None = None
        self.trap_counts: dict[tuple[str, int], int] = {}
        self._untrapped = untrapped
        self._untrapped_csrs = {number for name, number in CSR_NUMBERS.items() if name in untrapped}
        # Fetches and accesses under translation, up to where the views last changed.
        self.translated_fetches = self.translated_accesses = 0
        self._fetch_mark = self._access_mark = 0
        mmu = self.mmu
        self.load8, self.load16, self.load32 = mmu.load8, mmu.load16, mmu.load32
        self.store8, self.store16, self.store32 = mmu.store8, mmu.store16, mmu.store32
        self.load_for_amo, self.store_of_amo = mmu.load_for_amo, mmu.store32
        mmu.look_up = self.look_up
        mmu.on_exit = self._note_exit

    def start(self) -> None:
        """Go on from registers and CSRs that were set from outside."""
        self._fetch_mark, self._access_mark = self.cycle, self.mmu.accesses
        self.update_views()

    # --- running ---

    def run(self, end: int) -> None:
        """Execute up to the cycle ``end``.

        Raises what devices raise to end a run, Waiting, and Unhandled.
        """
        while self.cycle < end:
            self._attend(end)
            try:
                self.engine.execute()
            except Trap as trap:
                self._take(trap)
            if self.exited is not None:
                exited, self.exited = self.exited, None
                raise exited

    def _attend(self, end: int) -> None:
        """Do what is due, take an interrupt, and set the horizon."""
        due = self.settle()
        self.horizon = end if due is None else min(due, end)
        if self.waiting:
            if due is None:
                raise Waiting
            self.unretired += self.horizon - self.cycle
            self.cycle = self.horizon  # time passes
        elif traps.take_interrupt(self):
            self.horizon = self.cycle  # execute nothing before another look

    def settle(self) -> int | None:
        """Do what is due, and end a wait that is over; return the cycle of what is due next.

        This is done before each run and after it, so that whoever looks at the hart between two
        runs sees the same wherever the one ended and the other began.
        """
        due = self.do_due()
        if self.waiting and traps.is_wakeup(self):
            self.waiting = False
        return due

    def _take(self, trap: Trap) -> None:
        traps.enter(self, trap)
        self.cycle += 1
        self.unretired += 1

    def set_line(self, interrupt: int, level: bool) -> None:
        """Drive a bit of mip from outside."""
        lines = self.csr.lines & ~(1 << interrupt) | level << interrupt
        if lines != self.csr.lines:
            self.csr.lines = lines
            self.look_up()

    def look_up(self) -> None:
        """Let the engine stop before the next instruction, so that what changed takes effect."""
        self.horizon = 0

    def _note_exit(self, exited: Exited) -> None:
        self.exited = exited
        self.look_up()

    def note_trap(self, record: traps.TrapRecord) -> None:
        """Count a trap that is about to be taken. Raises Unhandled when nobody handles it."""
        if record.level == "M" and self.csr.mtvec == 0:
            raise Unhandled(Trap(record.cause, record.tval))
        key = (record.level, record.cause)
        self.trap_counts[key] = self.trap_counts.get(key, 0) + 1
        if self.on_trap:
            self.on_trap(record)

    # --- privilege ---

    def update_views(self) -> None:
        """See memory with the privilege that the hart has now."""
        self._count_translated()
        csr = self.csr
        fetch = data = self.view(self.mode, self.virtual)
        if self.mode == MACHINE and csr.mstatus & MPRV:
            mode = csr.mstatus >> MPP_SHIFT & 3
            data = self.view(mode, mode < MACHINE and bool(csr.mstatush & MPV))
        self.mmu.look_through(fetch, data)
        self.horizon = 0

    def view(self, mode: int, virtual: bool) -> View:
        """Return how memory is seen from a privilege."""
        csr = self.csr
        if mode == MACHINE:
            return View(MACHINE)
        if virtual:
            atp = csr.vsatp if csr.vsatp & _MODE else 0
            gatp = csr.hgatp if csr.hgatp & _MODE else 0
            status, guest_mxr = csr.vsstatus, bool(csr.mstatus & MXR)
        else:
            atp, gatp = (csr.satp if csr.satp & _MODE else 0), 0
            status, guest_mxr = csr.mstatus, False
        if not atp and not gatp:
            return View(mode, virtual)
        sum_ = mode == SUPERVISOR and bool(status & SUM)
        return View(mode, virtual, atp, gatp, sum_, bool(status & MXR), guest_mxr)

    def _count_translated(self) -> None:
        mmu = self.mmu
        if mmu.fetch_view.is_translated:
            self.translated_fetches += self.cycle - self._fetch_mark
        if mmu.data_view.is_translated:
            self.translated_accesses += mmu.accesses - self._access_mark
        self._fetch_mark, self._access_mark = self.cycle, mmu.accesses

    @property
    def translated(self) -> int:
        """Return the number of fetches, loads and stores under translation."""
        self._count_translated()
        return self.translated_fetches + self.translated_accesses

    @property
    def tlb_hits(self) -> int:
        """Return how many translations the TLB knew. An access across pages may miss twice."""
        return max(0, self.translated - self.mmu.tlb_misses)

    def illegal(self) -> Trap:
        """Return the illegal-instruction exception for the instruction at pc."""
        return Trap(Cause.ILLEGAL_INSTRUCTION, self.mmu.peek_instruction(self.pc))

    def virtual_instruction(self) -> Trap:
        """Return the virtual-instruction exception for the instruction at pc."""
        return Trap(Cause.VIRTUAL_INSTRUCTION, self.mmu.peek_instruction(self.pc))

    def _is_untrapped(self, mnemonic: str) -> bool:
        return mnemonic in self._untrapped and self.mode == USER and not self.virtual

    # --- counters ---

    @property
    def instret(self) -> int:
        """Return how many instructions have retired since reset."""
        return self.cycle - self.unretired

    @property
    def mcycle(self) -> int:
        """Return the CSR, 64 bits."""
        return self.cycle + self.counter_offsets["cycle"] & _COUNT

    @property
    def minstret(self) -> int:
        """Return the CSR, 64 bits."""
        return self.instret + self.counter_offsets["instret"] & _COUNT

    def move_counter(self, name: str, by: int) -> None:
        """Move the CSR mcycle or minstret, by the name without its m."""
        self.counter_offsets[name] = self.counter_offsets[name] + by & _COUNT

    def time(self) -> int:
        """Return mtime, 64 bits: cycles, moved by what was written to it."""
        return self.cycle + self.time_offset & _COUNT

    def set_time(self, value: int) -> None:
        """Write mtime."""
        self.time_offset = value - self.cycle

    # --- services: what instructions ask for ---

    def csr_write(self, number: int, value: int, rd: int) -> int:
        """Write a CSR and return what it held; without a destination it is not read."""
        return self._access(number, lambda old: value, is_read=rd != 0)

    def csr_set(self, number: int, bits: int, source: int) -> int:
        """Set bits of a CSR and return what it held; from x0 or 0 it is not written."""
        return self._access(number, (lambda old: old | bits) if source else None)

    def csr_clear(self, number: int, bits: int, source: int) -> int:
        """Clear bits of a CSR and return what it held; from x0 or 0 it is not written."""
        return self._access(number, (lambda old: old & ~bits) if source else None)

    def _access(
        self, number: int, change: Callable[[int], int] | None, is_read: bool = True
    ) -> int:
        if number in self._untrapped_csrs and self.mode == USER and not self.virtual:
            return csrs.REGISTERS[number].read(self)
        register = csrs.find(self, number, is_written=change is not None)
        old = register.read(self) if is_read else 0
        if change is not None:
            modified = register.modified(self) if register.modified else old
            register.write(self, change(modified))
        return old

    def environment_call(self) -> int:
        """Raise the exception of ECALL for the present privilege."""
        if self.virtual and self.mode == SUPERVISOR:
            raise Trap(Cause.ECALL_FROM_VS)
        raise Trap(Cause.ECALL_FROM_U + self.mode)

    def return_from_machine(self) -> int:
        """Do MRET and return the next pc."""
        if self._is_untrapped("mret"):
            return self.pc + 4
        return traps.return_from_machine(self)

    def return_from_supervisor(self) -> int:
        """Do SRET and return the next pc."""
        if self._is_untrapped("sret"):
            return self.pc + 4
        return traps.return_from_supervisor(self)

    def wait_for_interrupt(self) -> None:
        """Do WFI. A mode that may not wait for ever may not wait at all."""
        if self._is_untrapped("wfi"):
            return
        csr = self.csr
        if self.mode < MACHINE:
            if csr.mstatus & TW or (self.mode == USER and not self.virtual):
                raise self.illegal()
            if self.virtual and (self.mode == USER or csr.hstatus & VTW):
                raise self.virtual_instruction()
        self.waiting = True
        self.look_up()

    def synchronize_code(self) -> None:
        """Do FENCE.I: stores into code are noticed at once here."""

    def load_reserved(self, address: int) -> int:
        """Do LR.W and return the word."""
        value, self.reservation = self.mmu.load_reserved(address)
        return value

    def lose_reservation(self, address: int, size: int) -> None:
        """Take note that another than this hart writes to memory."""
        reserved = self.reservation
        if reserved is not None and address < reserved + 4 and reserved < address + size:
            self.reservation = None

    def store_conditional(self, address: int, value: int) -> int:
        """Do SC.W; return 0 when it stored, 1 when the reservation was lost."""
        physical = self.mmu.reservable(address)
        succeeds = self.reservation == physical
        self.reservation = None
        if succeeds:
            self.store_of_amo(address, value)
        return 0 if succeeds else 1

    # --- fences ---

    def fence_addresses(self, address: int, asid: int, has_address: int, has_asid: int) -> None:
        """Do SFENCE.VMA: for the guest's own spaces with V=1."""
        if self._is_untrapped("sfence.vma"):
            return
        csr = self.csr
        if self.virtual:
            if self.mode == USER or csr.hstatus & VTVM:
                raise self.virtual_instruction()
        elif self.mode == USER or (self.mode == SUPERVISOR and csr.mstatus & TVM):
            raise self.illegal()
        self._fence(self.virtual, address if has_address else None, asid if has_asid else None)

    def fence_guest_virtual(self, address: int, asid: int, has_address: int, has_asid: int) -> None:
        """Do HFENCE.VVMA: the first stage of the guest that hgatp names."""
        self._check_hypervisor()
        self._fence(True, address if has_address else None, asid if has_asid else None)

    def fence_guest_physical(
        self, address: int, vmid: int, has_address: int, has_vmid: int
    ) -> None:
        """Do HFENCE.GVMA; entries join both stages, so that an address removes all."""
        self._check_hypervisor()
        if self.mode == SUPERVISOR and self.csr.mstatus & TVM:
            raise self.illegal()

        def is_meant(space: Space, page: int, entry: Entry) -> bool:
            return space[0] and (not has_vmid or _vmid(space[2]) == vmid & _VMID_MASK)

        self.mmu.tlb.remove(is_meant)
        self._forget()

    def _fence(self, virtual: bool, address: int | None, asid: int | None) -> None:
        vmid = _vmid(self.csr.hgatp)

        def is_meant(space: Space, page: int, entry: Entry) -> bool:
            if space[0] != virtual or (virtual and _vmid(space[2]) != vmid):
                return False
            if asid is not None:
                is_global = entry.flags is not None and entry.flags & G
                if is_global or space[1] >> _ASID_SHIFT & _ASID_MASK != asid & _ASID_MASK:
                    return False
            if address is None:
                return True
            shift = 22 if entry.is_superpage else 12
            return page << 12 >> shift == address >> shift

        self.mmu.tlb.remove(is_meant)
        self._forget()

    def _forget(self) -> None:
        self.mmu.forget_maps()
        self.look_up()

    def _check_hypervisor(self) -> None:
        if self.virtual:
            raise self.virtual_instruction()
        if self.mode == USER:
            raise self.illegal()

    # --- loads and stores of a hypervisor in its guest ---

    def guest_load(self, bits: int, address: int) -> int:
        """Do HLV and return the value, unsigned."""
        return self.mmu.read(address, bits // 8, self._guest_view())

    def guest_load_executable(self, bits: int, address: int) -> int:
        """Do HLVX, which asks for execute permission, and return the value, unsigned."""
        view = self._guest_view()._replace(executable=True)
        return self.mmu.read(address, bits // 8, view)

    def guest_store(self, bits: int, address: int, value: int) -> None:
        """Do HSV."""
        cut = value & (1 << bits) - 1
        self.mmu.write(address, bits // 8, cut, self._guest_view())

    def _guest_view(self) -> View:
        if self.virtual:
            raise self.virtual_instruction()
        if self.mode == USER and not self.csr.hstatus & HU:
            raise self.illegal()
        view = self.view(SUPERVISOR if self.csr.hstatus & SPVP else USER, True)
        self.translated_accesses += view.is_translated
        return view


def _vmid(gatp: int) -> int:
    return gatp >> _ASID_SHIFT & _VMID_MASK
