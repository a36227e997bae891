"""Physical memory protection. Source: privileged specification, "Physical Memory Protection"."""

from dataclasses import dataclass

from courseware.machine.hart.access import MACHINE, Access
from courseware.machine.ram import PAGE_BYTES, PAGE_SHIFT

ENTRIES = 16
_MAX_OPEN_PAGES = 65_536

_R, _W, _X = 1, 2, 4
_A_SHIFT, _L = 3, 1 << 7
_OFF, _TOR, _NA4 = 0, 1, 2
_WRITABLE = 0x9F  # bits 5 and 6 of an entry are 0
_NEEDED = {Access.FETCH: _X, Access.LOAD: _R, Access.STORE: _W}


@dataclass(frozen=True)
class _Entry:
    low: int
    high: int  # one behind the last byte
    config: int


class Pmp:
    """The registers pmpcfg and pmpaddr, and what they allow."""

    def __init__(self) -> None:
        self.config = [0] * ENTRIES
        self.address = [0] * ENTRIES
        self._active: tuple[_Entry, ...] = ()
        self._open_pages: set[tuple[int, Access, int]] = set()  # all of whose bytes are allowed

    def load(self, config: list[int], address: list[int]) -> None:
        """Take over the registers of a stored machine."""
        self.config, self.address = list(config), list(address)
        self._update()

    @property
    def binds_machine_mode(self) -> bool:
        """Say whether an entry is locked, so that M mode may not do everything."""
        return any(entry.config & _L for entry in self._active)

    # --- registers ---

    def read_config(self, register: int) -> int:
        """Return pmpcfg0..3: four entries, the lowest first."""
        return int.from_bytes(self.config[4 * register : 4 * register + 4], "little")

    def write_config(self, register: int, value: int) -> None:
        """Write pmpcfg0..3. Locked entries stay, and so do those where R=0 and W=1 is asked."""
        for index, wanted in enumerate(value.to_bytes(4, "little"), 4 * register):
            is_reserved = wanted & (_R | _W) == _W
            if not self.config[index] & _L and not is_reserved:
                self.config[index] = wanted & _WRITABLE
        self._update()

    def write_address(self, index: int, value: int) -> None:
        """Write pmpaddr, unless it is locked, or is the lower end of a locked TOR entry."""
        following = self.config[index + 1] if index + 1 < ENTRIES else 0
        is_lower_end = following & _L and following >> _A_SHIFT & 3 == _TOR
        if not self.config[index] & _L and not is_lower_end:
            self.address[index] = value
        self._update()

    def _update(self) -> None:
        entries = (self._entry(index) for index in range(ENTRIES))
        self._active = tuple(entry for entry in entries if entry is not None)
        self._open_pages.clear()

    def _entry(self, index: int) -> _Entry | None:
        config, address = self.config[index], self.address[index]
        match config >> _A_SHIFT & 3:
            case 0:
                return None
            case 1:
                low = self.address[index - 1] if index else 0
                return _Entry(low << 2, address << 2, config) if low < address else None
            case 2:
                return _Entry(address << 2, (address << 2) + 4, config)
        ones = (~address & address + 1).bit_length() - 1  # trailing ones
        size = 8 << ones
        low = (address >> ones + 1 << ones + 1) << 2
        return _Entry(low, low + size, config)

    # --- checks ---

    def allows(self, address: int, size: int, access: Access, mode: int) -> bool:
        """Say whether all of an access, which stays in a page, is allowed."""
        page = address >> PAGE_SHIFT, access, mode
        if page in self._open_pages:
            return True
        if self._decide(address & -PAGE_BYTES, PAGE_BYTES, access, mode):
            if len(self._open_pages) >= _MAX_OPEN_PAGES:
                self._open_pages.clear()
            self._open_pages.add(page)
            return True
        return self._decide(address, size, access, mode)

    def _decide(self, address: int, size: int, access: Access, mode: int) -> bool:
        """Return what the lowest entry that an access touches says of it."""
        for entry in self._active:
            if address < entry.high and entry.low < address + size:
                is_whole = entry.low <= address and address + size <= entry.high
                if not is_whole:
                    return False
                if mode == MACHINE and not entry.config & _L:
                    return True
                return bool(entry.config & _NEEDED[access])
        return mode == MACHINE
