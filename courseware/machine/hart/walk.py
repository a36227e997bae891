"""Walks through page tables: Sv32, and Sv32x4 for the second stage.

Sources: privileged specification, "Sv32: Page-Based 32-bit Virtual-Memory Systems" (steps 1 to 10
of "Virtual Address Translation Process"), and "H Extension", "Two-Stage Address Translation".
A and D bits are set by hardware.
"""

from dataclasses import dataclass
from typing import NoReturn

from courseware.machine.bus import Bus
from courseware.machine.hart.access import (
    ACCESS_FAULT,
    GUEST_PAGE_FAULT,
    PAGE_FAULT,
    SUPERVISOR,
    USER,
    Access,
    View,
)
from courseware.machine.hart.pmp import Pmp
from courseware.machine.hart.tlb import A, D, Entry
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.trap import Trap

V, R, W, X, U, G = (1 << bit for bit in range(6))
_PTE_BYTES = 4
_PPN_MASK = (1 << 22) - 1
_SUPERPAGE_MASK = (1 << 10) - 1  # page numbers inside a 4-MiB page

# htinst for an implicit access of the first stage that failed in the second (RV32).
_PSEUDO_LOAD, _PSEUDO_STORE = 0x0000_2000, 0x0000_2020


@dataclass(frozen=True)
class WalkStep:
    """One page table entry that a walk read.

    ``stage`` is 1 or 2; ``level`` 1 is the root. ``address`` is where the entry lies: in the
    first stage of a guest a guest physical address. ``fault`` is why the walk ended here, or "".
    """

    stage: int
    level: int
    address: int
    pte: int
    fault: str = ""


class Walker:
    """Walks page tables in physical memory.

    ``loads`` and ``guest_loads`` count the entries read in each stage.
    """

    def __init__(self, bus: Bus, pmp: Pmp) -> None:
        self._bus = bus
        self._pmp = pmp
        self.loads = 0
        self.guest_loads = 0

    def walk(
        self, address: int, access: Access, view: View, steps: list[WalkStep] | None = None
    ) -> Entry:
        """Return the translation of a page for an access. Raises Trap when there is none.

        With ``steps`` the entries read are noted there, and neither A and D bits nor counters
        change: a look, no access.
        """
        walk = _Walk(self, address, access, view, steps)
        try:
            return walk.entry()
        finally:
            if steps is None:
                self.loads += walk.loads
                self.guest_loads += walk.guest_loads

    def read_pte(self, address: int) -> int | None:
        """Return the word at a physical address; None when there is none, or PMP forbids it."""
        offset = self._bus.ram_offset(address, _PTE_BYTES)
        if offset is None or not self._pmp.allows(address, _PTE_BYTES, Access.LOAD, SUPERVISOR):
            return None
        return self._bus.ram.words[offset >> 2]

    def write_pte(self, address: int, pte: int) -> bool:
        """Write the word at a physical address where one was read; say whether PMP allows it."""
        if not self._pmp.allows(address, _PTE_BYTES, Access.STORE, SUPERVISOR):
            return False
        self._bus.ram.write(address - RAM_BASE, pte.to_bytes(_PTE_BYTES, "little"))
        return True


def allows(flags: int | None, access: Access, view: View, is_guest_stage: bool = False) -> bool:
    """Say whether a leaf's flags allow an access, dirty bit included; None allows all."""
    if flags is None:
        return True
    if is_guest_stage:
        if not flags & U:  # the second stage treats all accesses as those of user mode
            return False
        mxr = view.guest_mxr
    else:
        if flags & U:
            if view.mode == SUPERVISOR and (access == Access.FETCH or not view.sum):
                return False
        elif view.mode == USER:
            return False
        mxr = view.mxr or view.guest_mxr
    if access == Access.STORE:
        return flags & (W | D) == W | D
    if access == Access.FETCH or view.executable:
        return bool(flags & X)
    return bool(flags & R or (mxr and flags & X))


def allows_both(entry: Entry, access: Access, view: View) -> bool:
    """Say whether both stages of a translation allow an access."""
    return allows(entry.flags, access, view) and allows(
        entry.guest_flags, access, view, is_guest_stage=True
    )


class _Walk:
    """One walk for one access."""

    def __init__(
        self,
        walker: Walker,
        address: int,
        access: Access,
        view: View,
        steps: list[WalkStep] | None,
    ) -> None:
        self._walker = walker
        self._address = address
        self._access = access
        self._view = view
        self._steps = steps
        self.loads = 0
        self.guest_loads = 0

    def entry(self) -> Entry:
        view, page = self._view, self._address >> 12
        flags: int | None = None
        is_superpage = False
        if view.atp:
            page, flags, is_superpage = self._first_stage()
        guest_flags: int | None = None
        if view.gatp:
            guest_address = page << 12 | self._address & 0xFFF
            page, guest_flags = self._second_stage(guest_address, self._access, pseudo=0)
        return Entry(page, flags, guest_flags, is_superpage)

    def _first_stage(self) -> tuple[int, int, bool]:
        page = self._address >> 12
        table = (self._view.atp & _PPN_MASK) << 12
        for level in (1, 0):
            where = table + (page >> 10 * level & 0x3FF) * _PTE_BYTES
            physical = where
            if self._view.gatp:
                physical = self._implicit(where, Access.LOAD)
            pte = self._read(physical)
            self.loads += 1
            self._note(1, level, where, pte)
            if not pte & V or pte & (R | W) == W:
                self._page_fault("V=0" if not pte & V else "R=0, W=1")
            if not pte & (R | X):
                if pte & (A | D | U):
                    self._page_fault("A, D, U")
                table = (pte >> 10) << 12
                continue
            if level and pte >> 10 & _SUPERPAGE_MASK:
                self._page_fault("superpage")
            wanted = pte | A | (D if self._access == Access.STORE else 0)
            if not allows(wanted, self._access, self._view):
                self._page_fault("permission")
            if wanted != pte and self._steps is None:
                if self._view.gatp:
                    physical = self._implicit(where, Access.STORE)
                self._write(physical, wanted)
            number = pte >> 10 | (page & _SUPERPAGE_MASK if level else 0)
            return number, wanted & 0xFF, bool(level)
        self._page_fault("pointer")

    def _implicit(self, guest_address: int, access: Access) -> int:
        """Return the host's physical address of a first-stage PTE."""
        pseudo = _PSEUDO_STORE if access == Access.STORE else _PSEUDO_LOAD
        page, _ = self._second_stage(guest_address, access, pseudo)
        return page << 12 | guest_address & 0xFFF

    def _second_stage(self, guest_address: int, access: Access, pseudo: int) -> tuple[int, int]:
        page = guest_address >> 12  # 22 bits
        table = (self._view.gatp & _PPN_MASK & ~3) << 12
        for level in (1, 0):
            index = page >> 10 if level else page & 0x3FF  # 12 bits at the root: Sv32x4
            where = table + index * _PTE_BYTES
            pte = self._read(where)
            self.guest_loads += 1
            self._note(2, level, where, pte)
            if not pte & V or pte & (R | W) == W:
                self._guest_fault(guest_address, pseudo, "V=0" if not pte & V else "R=0, W=1")
            if not pte & (R | X):
                if pte & (A | D | U):
                    self._guest_fault(guest_address, pseudo, "A, D, U")
                table = (pte >> 10) << 12
                continue
            if level and pte >> 10 & _SUPERPAGE_MASK:
                self._guest_fault(guest_address, pseudo, "superpage")
            wanted = pte | A | (D if access == Access.STORE else 0)
            view = self._view if not pseudo else View(SUPERVISOR)
            if not allows(wanted, access, view, is_guest_stage=True):
                self._guest_fault(guest_address, pseudo, "permission")
            if wanted != pte and self._steps is None:
                self._write(where, wanted)
            return pte >> 10 | (page & _SUPERPAGE_MASK if level else 0), wanted & 0xFF
        self._guest_fault(guest_address, pseudo, "pointer")

    def _read(self, address: int) -> int:
        pte = self._walker.read_pte(address)
        if pte is None:
            raise self._access_fault()
        return pte

    def _write(self, address: int, pte: int) -> None:
        if not self._walker.write_pte(address, pte):
            raise self._access_fault()

    def _note(self, stage: int, level: int, address: int, pte: int) -> None:
        if self._steps is not None:
            self._steps.append(WalkStep(stage, level, address, pte))

    def _note_fault(self, why: str) -> None:
        if self._steps:
            last = self._steps.pop()
            self._steps.append(WalkStep(last.stage, last.level, last.address, last.pte, why))

    def _access_fault(self) -> Trap:
        cause = ACCESS_FAULT[self._access]
        return Trap(cause, self._address, is_virtual=self._view.virtual)

    def _page_fault(self, why: str) -> NoReturn:
        self._note_fault(why)
        raise Trap(PAGE_FAULT[self._access], self._address, is_virtual=self._view.virtual)

    def _guest_fault(self, guest_address: int, pseudo: int, why: str) -> NoReturn:
        self._note_fault(why)
        raise Trap(
            GUEST_PAGE_FAULT[self._access],
            self._address,
            guest_page=guest_address >> 2,
            pseudoinstruction=pseudo,
            is_virtual=True,
        )
