"""Address translation and PMP, written down once more from the specification, for comparison.

It shares nothing with the machine and is made to be read: one access at a time, no TLB.
Sources: privileged specification 20240411, "Virtual Address Translation Process" (steps 1 to 10),
"Two-Stage Address Translation", "Physical Memory Protection CSRs".
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """An access, and its causes: access fault, page fault, guest page fault."""

    FETCH = (1, 12, 20)
    LOAD = (5, 13, 21)
    STORE = (7, 15, 23)


class Fault(Exception):
    """``guest`` is the guest physical address, ``pseudo`` the pseudoinstruction, or 0."""

    def __init__(self, cause: int, guest: int = 0, pseudo: int = 0) -> None:
        super().__init__(cause, guest, pseudo)
        self.cause = cause
        self.guest = guest
        self.pseudo = pseudo


V, R, W, X, U, _, A, D = (1 << bit for bit in range(8))
_RV32_READ, _RV32_WRITE = 0x2000, 0x2020


@dataclass
class Context:
    """Who accesses memory: the privilege and the registers that matter.

    ``memory`` gives the word at a physical address, or None where there is no memory.
    """

    memory: Callable[[int], int | None]
    supervisor: bool  # or user
    virtual: bool = False
    satp: int = 0  # vsatp when virtual
    hgatp: int = 0
    sum: bool = False  # of vsstatus when virtual
    mxr: bool = False  # likewise
    host_mxr: bool = False  # of the HS-level sstatus
    written: dict[int, int] = field(default_factory=dict)

    def translate(self, address: int, kind: Kind) -> int:
        """Return the physical address. Raises Fault."""
        guest = address
        if self.satp >> 31:
            guest = self._first(address, kind)
        return self._second(guest, kind, kind, 0) if self.virtual else guest

    def _first(self, address: int, kind: Kind) -> int:
        base = (self.satp & 0x3FFFFF) << 12
        for level in (1, 0):
            place = base + 4 * (address >> 12 + 10 * level & 0x3FF)
            pte = self._load(self._of_table(place, kind, Kind.LOAD), kind)
            if not pte & V or (pte & W and not pte & R):
                raise Fault(kind.value[1])
            if pte & (R | X):
                break
            if level == 0 or pte & (A | D | U):
                raise Fault(kind.value[1])
            base = (pte >> 10) << 12
        mxr = self.mxr or self.host_mxr
        allowed = {
            Kind.FETCH: pte & X,
            Kind.LOAD: pte & R or (mxr and pte & X),
            Kind.STORE: pte & W,
        }[kind]
        if pte & U:
            allowed = allowed and (not self.supervisor or (self.sum and kind != Kind.FETCH))
        else:
            allowed = allowed and self.supervisor
        if not allowed or (level and pte >> 10 & 0x3FF):
            raise Fault(kind.value[1])
        wanted = pte | A | (D if kind == Kind.STORE else 0)
        if wanted != pte:
            self.written[self._of_table(place, kind, Kind.STORE)] = wanted
        offset = (1 << 12 + 10 * level) - 1
        return (pte >> 10) << 12 & ~offset | address & offset

    def _of_table(self, place: int, original: Kind, kind: Kind) -> int:
        """Return where a PTE of the first stage lies, for a read or an update of it."""
        if not self.virtual:
            return place
        return self._second(place, original, kind, _RV32_READ if kind == Kind.LOAD else _RV32_WRITE)

    def _second(self, guest: int, original: Kind, kind: Kind, pseudo: int) -> int:
        """Translate a guest physical address for ``kind``; faults are those of ``original``."""
        if not self.hgatp >> 31:
            return guest
        base = (self.hgatp & 0x3FFFFC) << 12
        for level in (1, 0):
            index = guest >> 22 if level else guest >> 12 & 0x3FF
            place = base + 4 * index
            pte = self._load(place, original)
            if not pte & V or (pte & W and not pte & R):
                raise Fault(original.value[2], guest, pseudo)
            if pte & (R | X):
                break
            if level == 0 or pte & (A | D | U):
                raise Fault(original.value[2], guest, pseudo)
            base = (pte >> 10) << 12
        mxr = self.host_mxr and not pseudo  # implicit accesses are not made executable-readable
        allowed = {
            Kind.FETCH: pte & X,
            Kind.LOAD: pte & R or (mxr and pte & X),
            Kind.STORE: pte & W,
        }[kind]
        if not allowed or not pte & U or (level and pte >> 10 & 0x3FF):
            raise Fault(original.value[2], guest, pseudo)
        wanted = pte | A | (D if kind == Kind.STORE else 0)
        if wanted != pte:
            self.written[place] = wanted
        offset = (1 << 12 + 10 * level) - 1
        return (pte >> 10) << 12 & ~offset | guest & offset

    def _load(self, place: int, kind: Kind) -> int:
        word = self.written.get(place, self.memory(place))
        if word is None:
            raise Fault(kind.value[0])
        return word


def pmp_allows(
    config: list[int], address: list[int], first: int, size: int, kind: Kind, machine: bool
) -> bool:
    """Say whether an access to bytes of physical memory is allowed."""
    for index, flags in enumerate(config):
        matched = [_matches(config, address, index, first + i) for i in range(size)]
        if not any(matched):
            continue
        if not all(matched):
            return False
        bit = {Kind.LOAD: 1, Kind.STORE: 2, Kind.FETCH: 4}[kind]
        return bool(flags & bit) or (machine and not flags & 0x80)
    return machine


def _matches(config: list[int], address: list[int], index: int, byte: int) -> bool:
    word = byte >> 2  # what pmpaddr counts
    match config[index] >> 3 & 3:
        case 0:
            return False
        case 1:
            return (address[index - 1] if index else 0) <= word < address[index]
        case 2:
            return word == address[index]
    ignored = address[index] ^ (address[index] + 1)  # the trailing ones and the zero above
    return word & ~ignored == address[index] & ~ignored
