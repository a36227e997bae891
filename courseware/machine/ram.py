"""RAM: bytes, and what has to be noticed about writes to them.

Every page has a guard: 0 when a store may simply be done, else flags of what else is to happen.
Both engines look at the guard at each store, so that one look serves the tracking of dirty
pages, the translated code that a store makes stale, and words that are watched.
"""

import sys
from collections.abc import Callable

PAGE_BYTES = 4_096
PAGE_SHIFT = 12

# Guard flags.
CLEAN = 1  # not written since pages were last counted
CODE = 2  # the translator has made functions of instructions in this page
WATCHED = 4  # somebody wants to hear of each store
SAVED = 8  # not written since the pages were last copied (``copy_changed``)

_ZERO_PAGE = bytes(PAGE_BYTES)

if sys.byteorder != "little":
    raise ImportError("courseware.machine views RAM in the host's byte order: little-endian only")


class Ram:
    """``size`` bytes, a power of two and at least a page, all zero.

    ``bytes``, ``halves`` and ``words`` are views of the same memory in units of 8, 16 and 32 bits.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.bytes = bytearray(size)
        self.halves = memoryview(self.bytes).cast("H")
        self.words = memoryview(self.bytes).cast("I")
        self.guard = [CLEAN] * (size >> PAGE_SHIFT)
        self.dirty_count = 0  # pages that were written, counted once for each time cleaned
        self.on_code_write: Callable[[int], None] = lambda page: None
        self.on_watched_write: Callable[[int, int], None] = lambda offset, size: None

    def read(self, offset: int, size: int) -> bytes:
        """Return the bytes at an offset, which lie in RAM."""
        return bytes(self.bytes[offset : offset + size])

    def write(self, offset: int, data: bytes) -> None:
        """Write bytes at an offset, where they fit, with all that the guards ask for."""
        end = offset + len(data)
        for page in range(offset >> PAGE_SHIFT, (end - 1 >> PAGE_SHIFT) + 1):
            self._pass_guard(page)
        self.bytes[offset:end] = data
        if any(
            self.guard[page] & WATCHED
            for page in range(offset >> PAGE_SHIFT, (end - 1 >> PAGE_SHIFT) + 1)
        ):
            self.on_watched_write(offset, len(data))

    def _pass_guard(self, page: int) -> None:
        flags = self.guard[page]
        if flags & CLEAN:
            self.dirty_count += 1
        if flags & CODE:
            self.on_code_write(page)
        self.guard[page] = flags & WATCHED

    # --- dirty pages ---

    def dirty_pages(self) -> list[int]:
        """Return the numbers of the pages that were written since ``clean``."""
        return [page for page, flags in enumerate(self.guard) if not flags & CLEAN]

    def clean(self) -> None:
        """Begin to track anew."""
        self.guard[:] = [flags | CLEAN for flags in self.guard]

    def copy_changed(self, copies: dict[int, bytes]) -> None:
        """Bring copies of the pages that are not all zero, by offset, up to the present."""
        for page, flags in enumerate(self.guard):
            if not flags & SAVED:
                start = page << PAGE_SHIFT
                data = self.read(start, PAGE_BYTES)
                if data == _ZERO_PAGE:
                    copies.pop(start, None)
                else:
                    copies[start] = data
                self.guard[page] = flags | SAVED
