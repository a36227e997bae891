"""RAM: bytes, and what has to be noticed about writes to them.

Every line of 16 bytes has a guard: 0 when a store may simply be done, else flags of what else is
to happen. Both engines look at the guard at each store, so that one look serves the tracking of
dirty pages, the translated code that a store makes stale, and words that are watched. Lines are
short so that data beside code does not slow down.
"""

import sys
from collections.abc import Callable

PAGE_BYTES = 4_096
PAGE_SHIFT = 12
LINE_SHIFT = 4

# Guard flags of a line.
UNTOUCHED = 1  # its page was not written since it was last counted or copied
CODE = 2  # the translator has made functions of instructions here
WATCHED = 4  # somebody wants to hear of each store

# Flags of a page.
_CLEAN = 1  # not written since dirty pages were last counted
_SAVED = 2  # not written since the pages were last copied (``copy_changed``)

_LINES_A_PAGE = 1 << (PAGE_SHIFT - LINE_SHIFT)
_TOUCH = bytes(flags & ~UNTOUCHED for flags in range(256))
_UNTOUCH = bytes(flags | UNTOUCHED for flags in range(256))
_ZERO_PAGE = bytes(PAGE_BYTES)

# Hears of a write: its offset and size.
Watcher = Callable[[int, int], None]

if sys.byteorder != "little":
    raise ImportError("courseware.machine views RAM in the host's byte order: little-endian only")


class Ram:
    """``size`` bytes, a power of two and at least a page, all zero.

    ``bytes``, ``halves`` and ``words`` are views of the same memory in units of 8, 16 and 32 bits.
    ``on_code_write`` is called with the offsets of the first and last line before CODE lines are
    written.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.bytes = bytearray(size)
        self.halves = memoryview(self.bytes).cast("H")
        self.words = memoryview(self.bytes).cast("I")
        self.guard = bytearray([UNTOUCHED]) * (size >> LINE_SHIFT)
        self._pages = bytearray([_CLEAN]) * (size >> PAGE_SHIFT)
        self.dirty_count = 0  # pages that were written, counted once for each time cleaned
        self.on_code_write: Callable[[int, int], None] = lambda offset, size: None
        self._watchers: list[tuple[int, int, Watcher]] = []  # first line, last line

    def read(self, offset: int, size: int) -> bytes:
        """Return the bytes at an offset, which lie in RAM."""
        return bytes(self.bytes[offset : offset + size])

    def write(self, offset: int, data: bytes) -> None:
        """Write bytes at an offset, where they fit, with all that the guards ask for."""
        last = offset + len(data) - 1
        for page in range(offset >> PAGE_SHIFT, (last >> PAGE_SHIFT) + 1):
            if self._pages[page]:
                self._touch(page)
        flags = self.flags(offset >> LINE_SHIFT, last >> LINE_SHIFT)
        if flags & CODE:
            self.on_code_write(offset, len(data))
        self.bytes[offset : last + 1] = data
        if flags & WATCHED:
            self._tell(offset, len(data))

    def flags(self, first: int, last: int) -> int:
        """Return the guard flags that any line from the first to the last has."""
        found = 0
        for line in set(self.guard[first : last + 1]):
            found |= line
        return found

    def _touch(self, page: int) -> None:
        self.dirty_count += self._pages[page] & _CLEAN
        self._pages[page] = 0
        self._translate(page, _TOUCH)

    def _translate(self, page: int, table: bytes) -> None:
        lines = slice(page * _LINES_A_PAGE, (page + 1) * _LINES_A_PAGE)
        self.guard[lines] = self.guard[lines].translate(table)

    # --- watched lines ---

    def watch(self, offset: int, size: int, watcher: Watcher) -> None:
        """Have a watcher called with offset and size after each write near some bytes."""
        first, last = offset >> LINE_SHIFT, offset + size - 1 >> LINE_SHIFT
        self._watchers.append((first, last, watcher))
        self._guard_watched(first, last)

    def unwatch(self, watcher: Watcher) -> None:
        """Call a watcher no more."""
        for first, last, other in self._watchers:
            if other == watcher:
                for line in range(first, last + 1):
                    self.guard[line] &= ~WATCHED
        self._watchers = [entry for entry in self._watchers if entry[2] != watcher]
        for first, last, _ in self._watchers:
            self._guard_watched(first, last)

    def _guard_watched(self, first: int, last: int) -> None:
        for line in range(first, last + 1):
            self.guard[line] |= WATCHED

    def _tell(self, offset: int, size: int) -> None:
        first, last = offset >> LINE_SHIFT, offset + size - 1 >> LINE_SHIFT
        near = [w for start, end, w in self._watchers if start <= last and first <= end]
        for watcher in dict.fromkeys(near):
            watcher(offset, size)

    # --- dirty pages ---

    def dirty_pages(self) -> list[int]:
        """Return the numbers of the pages that were written since ``clean``."""
        return [page for page, flags in enumerate(self._pages) if not flags & _CLEAN]

    def clean(self) -> None:
        """Begin to track anew."""
        self._pages[:] = bytes(flags | _CLEAN for flags in self._pages)
        self.guard[:] = self.guard.translate(_UNTOUCH)

    def mark_dirty(self, page: int) -> None:
        """Take a page as written, of a stored machine."""
        self._pages[page] &= ~_CLEAN

    def copy_changed(self, copies: dict[int, bytes]) -> None:
        """Bring copies of the pages that are not all zero, by offset, up to the present."""
        for page, flags in enumerate(self._pages):
            if not flags & _SAVED:
                start = page << PAGE_SHIFT
                data = self.read(start, PAGE_BYTES)
                if data == _ZERO_PAGE:
                    copies.pop(start, None)
                else:
                    copies[start] = data
                self._pages[page] = flags | _SAVED
                self._translate(page, _UNTOUCH)
