"""The translation lookaside buffer: leaf translations of 4-KiB pages, by address space.

It holds what walks found until a fence removes it, as the specification allows, so a program
that forgets its ``sfence.vma`` sees the old translation. It has no fixed number of entries: when
it grows past MAX_ENTRIES it is emptied.
"""

from collections.abc import Callable
from typing import NamedTuple

MAX_ENTRIES = 4_096

# Bits of a PTE that walks set.
A, D = 1 << 6, 1 << 7

# An address space: V, satp or vsatp, hgatp or 0.
Space = tuple[bool, int, int]


class Entry(NamedTuple):
    """A translation: page number of the host, and the flags of the leaf in each stage.

    ``flags`` are bits 0..7 of the leaf PTE, or None where the stage does not translate.
    ``is_superpage``: the leaf of the first stage maps 4 MiB.
    """

    page: int
    flags: int | None
    guest_flags: int | None
    is_superpage: bool

    def extends(self, older: "Entry") -> bool:
        """Say whether this allows at least what an older entry for its page did, where it did."""
        return self.page == older.page and all(
            new is None or old is None or (new | A | D == old | A | D and not old & ~new)
            for new, old in ((self.flags, older.flags), (self.guest_flags, older.guest_flags))
        )


class Tlb:
    """Entries by address space and virtual page number."""

    def __init__(self) -> None:
        self.spaces: dict[Space, dict[int, Entry]] = {}
        self._count = 0

    @property
    def is_nearly_full(self) -> bool:
        """Say whether one access more may empty it."""
        return self._count >= MAX_ENTRIES - 1

    def find(self, space: Space, page: int) -> Entry | None:
        """Return the entry for a virtual page, if there is one."""
        entries = self.spaces.get(space)
        return entries.get(page) if entries else None

    def put(self, space: Space, page: int, entry: Entry) -> bool:
        """Add or replace an entry; say whether a translation that was there has gone."""
        is_full = self._count >= MAX_ENTRIES
        if is_full:
            self.spaces.clear()
            self._count = 0
        entries = self.spaces.setdefault(space, {})
        older = entries.get(page)
        self._count += older is None
        entries[page] = entry
        return is_full or (older is not None and not entry.extends(older))

    def remove(self, is_meant: Callable[[Space, int, Entry], bool]) -> None:
        """Remove the entries that a fence means."""
        for space, entries in self.spaces.items():
            for page in [p for p, entry in entries.items() if is_meant(space, p, entry)]:
                del entries[page]
        self.spaces = {space: entries for space, entries in self.spaces.items() if entries}
        self._count = sum(map(len, self.spaces.values()))
