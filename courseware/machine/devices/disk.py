"""A disk: an image that stays as it is, and the pages that were written since.

An overlay is a disk on another disk. As with a qcow2 file and its backing file, the lower disk
is read-only from then on, so that any number of overlays may share it.
"""

from collections.abc import Mapping

from courseware.machine.ram import PAGE_BYTES

SECTOR_BYTES = 512
MAX_DISK_BYTES = 64 * 1024 * 1024
MAX_LAYERS = 16

_SECTORS_A_PAGE = PAGE_BYTES // SECTOR_BYTES


class DiskError(Exception):
    """A sector is outside of the disk, or the disk is read-only. Nothing has changed."""


class Disk:
    """Sectors of 512 bytes, kept in pages of 4,096 bytes and copied on the first write."""

    def __init__(self, base: "bytes | Disk" = b"") -> None:
        """Return a disk over an image, whose last sector is filled up with zeros, or a disk.

        Raises ValueError for more than MAX_DISK_BYTES or MAX_LAYERS.
        """
        self.read_only = False
        self._base = base
        self._changed: dict[int, bytes] = {}
        if isinstance(base, Disk):
            self.sectors: int = base.sectors
            self.layers: int = base.layers + 1
        else:
            self.sectors = -(-len(base) // SECTOR_BYTES)
            self.layers = 1
        if self.sectors * SECTOR_BYTES > MAX_DISK_BYTES:
            raise ValueError(f"a disk of more than {MAX_DISK_BYTES} bytes")
        if self.layers > MAX_LAYERS:
            raise ValueError(f"more than {MAX_LAYERS} disks on one another")
        if isinstance(base, Disk):
            base.read_only = True

    @property
    def changed_pages(self) -> Mapping[int, bytes]:
        """Return the pages of this layer that have been written, by their number."""
        return dict(self._changed)

    def read(self, sector: int, count: int) -> bytes:
        """Return whole sectors. Raises DiskError when not all of them are on the disk."""
        self._check(sector, count)
        start = sector * SECTOR_BYTES
        stop = start + count * SECTOR_BYTES
        pages = range(start // PAGE_BYTES, -(-stop // PAGE_BYTES))
        data = b"".join(map(self._page, pages))
        return data[start % PAGE_BYTES :][: stop - start]

    def write(self, sector: int, data: bytes) -> None:
        """Write whole sectors. Raises DiskError, also for a length that is not whole sectors."""
        count, rest = divmod(len(data), SECTOR_BYTES)
        if rest or self.read_only:
            raise DiskError
        self._check(sector, count)
        position = 0
        while position < len(data):
            page, place = divmod(sector * SECTOR_BYTES + position, PAGE_BYTES)
            part = data[position : position + PAGE_BYTES - place]
            old = self._page(page)
            self._changed[page] = old[:place] + part + old[place + len(part) :]
            position += len(part)

    def restore(self, pages: Mapping[int, bytes]) -> None:
        """Take on ``changed_pages``. Raises ValueError for pages that no such disk has."""
        number = -(-self.sectors // _SECTORS_A_PAGE)
        for page, content in pages.items():
            if not 0 <= page < number or len(content) != PAGE_BYTES:
                raise ValueError("the disk has no such page")
        self._changed = dict(pages)

    def _check(self, sector: int, count: int) -> None:
        if not 0 <= sector <= self.sectors - count:
            raise DiskError

    def _page(self, page: int) -> bytes:
        if page in self._changed:
            return self._changed[page]
        if isinstance(self._base, Disk):
            return self._base._page(page)
        content = self._base[page * PAGE_BYTES : (page + 1) * PAGE_BYTES]
        return content.ljust(PAGE_BYTES, b"\0")
