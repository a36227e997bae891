"""Loads, stores and fetches by virtual address.

The fast way is a *page map*: for a virtual page the number to add to an address in it to get an
offset in RAM. Maps hold only pages in which every access of their kind is allowed; all else
(first touch, devices, page crossings, partial PMP entries, misalignment) takes the slow way,
which asks the TLB, walks, checks PMP and fills the map. Maps are a shortcut and no state: they
may be emptied at any time without any difference but in speed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from courseware.machine.bus import Bus
from courseware.machine.devices import BusError
from courseware.machine.hart.access import ACCESS_FAULT, MACHINE, Access, View
from courseware.machine.hart.pmp import Pmp
from courseware.machine.hart.tlb import Tlb
from courseware.machine.hart.walk import Walker, allows_both
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.ram import LINE_SHIFT, PAGE_BYTES, PAGE_SHIFT
from courseware.machine.stop import Exited
from courseware.machine.trap import Cause, Trap

WORD = 0xFFFF_FFFF
# Beyond all RAM: the sum with any address fails the test that every access makes.
FAR = 1 << 40
MAX_VIEWS = 64
_IN_PAGE = PAGE_BYTES - 1


class PageMap(dict[int, int]):
    """What to add to a virtual address to get an offset in RAM, by virtual page."""

    def __missing__(self, page: int) -> int:
        return FAR


@dataclass
class Maps:
    """The page maps of one view, by kind of access."""

    fetch: PageMap = field(default_factory=PageMap)
    load: PageMap = field(default_factory=PageMap)
    store: PageMap = field(default_factory=PageMap)

    def of(self, access: Access) -> PageMap:
        """Return the map for a kind of access."""
        return (self.fetch, self.load, self.store)[access]


class Mmu:
    """Memory as instructions see it.

    ``fetch_view`` and ``data_view`` say with which privilege; ``look_through`` sets them.
    ``mask16`` and ``mask32`` have a bit in common with every offset in RAM that is misaligned or
    outside.
    """

    def __init__(self, bus: Bus, pmp: Pmp) -> None:
        self._bus = bus
        self._ram = bus.ram
        self._pmp = pmp
        self.tlb = Tlb()
        self.walker = Walker(bus, pmp)
        outside = ~(bus.ram.size - 1)
        self.mask8, self.mask16, self.mask32 = outside, outside | 1, outside | 3
        self._maps: dict[View, Maps] = {}
        self.epoch = 0
        self.accesses = 0  # loads and stores, an AMO as both
        self.tlb_misses = 0
        self.look_up: Callable[[], None] = lambda: None  # tells engines to stop
        self.on_exit: Callable[[Exited], None] = lambda exited: None
        self.fetch_view = self.data_view = View(MACHINE)
        self.look_through(self.fetch_view, self.data_view)

    def look_through(self, fetch_view: View, data_view: View) -> None:
        """Fetch, and load and store, with these privileges from now on."""
        if len(self._maps) > MAX_VIEWS:
            self._maps = {}
        self.fetch_view, self.data_view = fetch_view, data_view
        self.fetch_maps, self.data_maps = self._maps_of(fetch_view), self._maps_of(data_view)
        self.fetch_map = self.fetch_maps.fetch
        self.load_map, self.store_map = self.data_maps.load, self.data_maps.store

    def _maps_of(self, view: View) -> Maps:
        maps = self._maps.get(view)
        if maps is None:
            maps = self._maps[view] = Maps()
        return maps

    def forget_maps(self) -> None:
        """Empty the page maps, after a change of what they stand for; ``epoch`` counts it."""
        self.epoch += 1
        self.look_up()
        for maps in self._maps.values():
            maps.fetch.clear()
            maps.load.clear()
            maps.store.clear()

    # --- loads and stores ---

    def load8(self, address: int) -> int:
        """Return a byte. Raises Trap."""
        self.accesses += 1
        offset = address + self.load_map[address >> PAGE_SHIFT]
        if offset & self.mask8:
            return self.read(address, 1, self.data_view)
        return self._ram.bytes[offset]

    def load16(self, address: int) -> int:
        """Return 16 bits, unsigned. Raises Trap."""
        self.accesses += 1
        offset = address + self.load_map[address >> PAGE_SHIFT]
        if offset & self.mask16:
            return self.read(address, 2, self.data_view)
        return self._ram.halves[offset >> 1]

    def load32(self, address: int) -> int:
        """Return a word, unsigned. Raises Trap."""
        self.accesses += 1
        offset = address + self.load_map[address >> PAGE_SHIFT]
        if offset & self.mask32:
            return self.read(address, 4, self.data_view)
        return self._ram.words[offset >> 2]

    def store8(self, address: int, value: int) -> None:
        """Write a byte. Raises Trap."""
        self.accesses += 1
        offset = address + self.store_map[address >> PAGE_SHIFT]
        if offset & self.mask8 or self._ram.guard[offset >> LINE_SHIFT]:
            self.write(address, 1, value, self.data_view)
        else:
            self._ram.bytes[offset] = value

    def store16(self, address: int, value: int) -> None:
        """Write 16 bits. Raises Trap."""
        self.accesses += 1
        offset = address + self.store_map[address >> PAGE_SHIFT]
        if offset & self.mask16 or self._ram.guard[offset >> LINE_SHIFT]:
            self.write(address, 2, value, self.data_view)
        else:
            self._ram.halves[offset >> 1] = value

    def store32(self, address: int, value: int) -> None:
        """Write a word. Raises Trap."""
        self.accesses += 1
        offset = address + self.store_map[address >> PAGE_SHIFT]
        if offset & self.mask32 or self._ram.guard[offset >> LINE_SHIFT]:
            self.write(address, 4, value, self.data_view)
        else:
            self._ram.words[offset >> 2] = value

    # --- atomics ---

    def load_for_amo(self, address: int) -> int:
        """Return the word that an AMO will replace. Raises Trap as a store would."""
        offset = self._atomic_offset(address, Access.STORE, Cause.STORE_ADDRESS_MISALIGNED)
        if not self._pmp.allows(offset + RAM_BASE, 4, Access.LOAD, self.data_view.mode):
            raise self._fault(address, Access.STORE, self.data_view)
        return self._ram.words[offset >> 2]

    def load_reserved(self, address: int) -> tuple[int, int]:
        """Return the word and its physical address. Raises Trap."""
        offset = self._atomic_offset(address, Access.LOAD, Cause.LOAD_ADDRESS_MISALIGNED)
        return self._ram.words[offset >> 2], offset + RAM_BASE

    def reservable(self, address: int) -> int:
        """Return the physical address of a word that may be stored to. Raises Trap."""
        return RAM_BASE + self._atomic_offset(address, Access.STORE, Cause.STORE_ADDRESS_MISALIGNED)

    def _atomic_offset(self, address: int, access: Access, misaligned: Cause) -> int:
        self.accesses += 1
        if address & 3:
            raise Trap(misaligned, address, is_virtual=self.data_view.virtual)
        physical = self._physical(address, 4, access, self.data_view)
        offset = self._bus.ram_offset(physical, 4)
        if offset is None:  # devices take no atomic accesses
            raise self._fault(address, access, self.data_view)
        return offset

    # --- fetches ---

    def fetch(self, pc: int) -> int:
        """Return the instruction at an address: 16 or 32 bits. Raises Trap."""
        low = self._fetch_half(pc)
        if low & 3 != 3:
            return low
        return low | self._fetch_half(pc + 2 & WORD) << 16

    def _fetch_half(self, address: int) -> int:
        offset = address + self.fetch_map[address >> PAGE_SHIFT]
        if not offset & self.mask16:
            return self._ram.halves[offset >> 1]
        view = self.fetch_view
        physical = self._physical(address, 2, Access.FETCH, view)
        found = self._bus.ram_offset(physical, 2)
        if found is None:
            raise self._fault(address, Access.FETCH, view)
        self.remember(address, found, Access.FETCH, view)
        return self._ram.halves[found >> 1]

    # --- looking without a trace ---

    def is_refused(self, address: int, access: Access, view: View) -> bool:
        """Say whether the TLB has a translation that does not allow an access."""
        entry = self.tlb.find(view.space, address >> PAGE_SHIFT)
        return entry is not None and not allows_both(entry, access, view)

    def probe(self, address: int, access: Access, view: View) -> int:
        """Return the physical address as ``translate`` does, but count and change nothing."""
        if not view.is_translated:
            return address
        entry = self.tlb.find(view.space, address >> PAGE_SHIFT)
        if entry is None or not allows_both(entry, access, view):
            entry = self.walker.walk(address, access, view, steps=[])
        return entry.page << PAGE_SHIFT | address & _IN_PAGE

    def peek_instruction(self, pc: int) -> int:
        """Return the instruction at an address as ``fetch`` does, but count and change nothing."""
        low = self._peek_half(pc)
        return low if low & 3 != 3 else low | self._peek_half(pc + 2 & WORD) << 16

    def _peek_half(self, address: int) -> int:
        physical = self.probe(address, Access.FETCH, self.fetch_view)
        offset = self._bus.ram_offset(physical, 2)
        if offset is None:
            raise self._fault(address, Access.FETCH, self.fetch_view)
        return self._ram.halves[offset >> 1]

    # --- the slow way ---

    def read(self, address: int, size: int, view: View) -> int:
        """Return what a load by this view gives, without counting it. Raises Trap."""
        if (address & _IN_PAGE) + size > PAGE_BYTES:
            data = b"".join(
                self.read(part, 1, view).to_bytes(1, "little") for part in _bytes(address, size)
            )
            return int.from_bytes(data, "little")
        physical = self._physical(address, size, Access.LOAD, view)
        offset = self._bus.ram_offset(physical, size)
        if offset is not None:
            self.remember(address, offset, Access.LOAD, view)
            return int.from_bytes(self._ram.bytes[offset : offset + size], "little")
        self.look_up()
        try:
            return self._bus.read_device(physical, size)
        except BusError:
            raise self._fault(address, Access.LOAD, view) from None

    def write(self, address: int, size: int, value: int, view: View) -> None:
        """Store by this view, without counting it. Raises Trap."""
        if (address & _IN_PAGE) + size > PAGE_BYTES:
            self._write_across(address, size, value, view)
            return
        physical = self._physical(address, size, Access.STORE, view)
        offset = self._bus.ram_offset(physical, size)
        if offset is not None:
            self.remember(address, offset, Access.STORE, view)
            self._ram.write(offset, value.to_bytes(size, "little"))
            return
        self.look_up()
        try:
            self._bus.write_device(physical, size, value)
        except Exited as exited:
            self.on_exit(exited)
        except BusError:
            raise self._fault(address, Access.STORE, view) from None

    def _write_across(self, address: int, size: int, value: int, view: View) -> None:
        """Store across a page boundary: only once both pages are known to take it."""
        parts = []
        for part in _bytes(address, size):
            offset = self._bus.ram_offset(self._physical(part, 1, Access.STORE, view), 1)
            if offset is None:
                raise self._fault(part, Access.STORE, view)
            parts.append(offset)
        for offset, byte in zip(parts, value.to_bytes(size, "little"), strict=True):
            self._ram.write(offset, bytes([byte]))

    def _physical(self, address: int, size: int, access: Access, view: View) -> int:
        """Return the physical address for an access inside one page. Raises Trap."""
        physical = self.translate(address, access, view) if view.is_translated else address
        if not self._pmp.allows(physical, size, access, view.mode):
            raise self._fault(address, access, view)
        return physical

    def translate(self, address: int, access: Access, view: View) -> int:
        """Return the physical address by TLB or walk. Raises Trap."""
        space, page = view.space, address >> PAGE_SHIFT
        entry = self.tlb.find(space, page)
        if entry is None or not allows_both(entry, access, view):
            self.tlb_misses += 1
            entry = self.walker.walk(address, access, view)
            if self.tlb.put(space, page, entry):
                self.forget_maps()
        return entry.page << PAGE_SHIFT | address & _IN_PAGE

    def remember(self, address: int, offset: int, access: Access, view: View) -> None:
        """Fill the page map, where every access to the page will be allowed.

        After a load that goes for stores too, if nothing more than the translation is needed.
        """
        if view.executable:
            return
        self._fill(address, offset & ~_IN_PAGE, access, view)
        if access == Access.LOAD and view.is_translated:
            entry = self.tlb.find(view.space, address >> PAGE_SHIFT)
            if entry is not None and allows_both(entry, Access.STORE, view):
                self._fill(address, offset & ~_IN_PAGE, Access.STORE, view)

    def _fill(self, address: int, start: int, access: Access, view: View) -> None:
        if self._pmp.allows(start + RAM_BASE, PAGE_BYTES, access, view.mode):
            page = address >> PAGE_SHIFT
            self._maps_of(view).of(access)[page] = start - (page << PAGE_SHIFT)

    def _fault(self, address: int, access: Access, view: View) -> Trap:
        return Trap(ACCESS_FAULT[access], address, is_virtual=view.virtual)


def _bytes(address: int, size: int) -> list[int]:
    return [address + i & WORD for i in range(size)]
