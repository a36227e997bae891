"""What an access to memory is: its kind, and with which privilege it is done."""

from enum import IntEnum
from typing import NamedTuple

from courseware.machine.trap import Cause

# Privilege modes: their encodings in mstatus.MPP.
USER, SUPERVISOR, MACHINE = 0, 1, 3


class Access(IntEnum):
    """Kinds of access. An AMO counts as a STORE."""

    FETCH = 0
    LOAD = 1
    STORE = 2


ACCESS_FAULT = (
    Cause.INSTRUCTION_ACCESS_FAULT,
    Cause.LOAD_ACCESS_FAULT,
    Cause.STORE_ACCESS_FAULT,
)
PAGE_FAULT = (
    Cause.INSTRUCTION_PAGE_FAULT,
    Cause.LOAD_PAGE_FAULT,
    Cause.STORE_PAGE_FAULT,
)
GUEST_PAGE_FAULT = (
    Cause.INSTRUCTION_GUEST_PAGE_FAULT,
    Cause.LOAD_GUEST_PAGE_FAULT,
    Cause.STORE_GUEST_PAGE_FAULT,
)


class View(NamedTuple):
    """Everything that decides how an address is translated and what may be done there.

    ``atp`` is satp, or vsatp when ``virtual``; ``gatp`` is hgatp, or 0. Both are 0 where nothing
    is translated. ``sum`` and ``mxr`` are those of the first stage; ``guest_mxr`` is the
    hypervisor's MXR, which holds in both stages. ``executable``: HLVX, which asks for X in
    place of R.
    """

    mode: int
    virtual: bool = False
    atp: int = 0
    gatp: int = 0
    sum: bool = False
    mxr: bool = False
    guest_mxr: bool = False
    executable: bool = False

    @property
    def space(self) -> tuple[bool, int, int]:
        """Return the address space that the TLB keeps a translation under."""
        return self.virtual, self.atp, self.gatp

    @property
    def is_translated(self) -> bool:
        """Say whether any stage translates."""
        return bool(self.atp or self.gatp)
