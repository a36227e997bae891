"""The container of snapshots and sessions: a JSON head and pages of memory, compressed.

Layout, version 2 (what has another version is not read):

    4 bytes   magic, which says what the head describes
    2 bytes   version, big-endian
    rest      zlib stream of: 4 bytes length of the head, big-endian; the head, JSON in UTF-8;
              pages of 4,096 bytes, each different

The zlib stream ends in a checksum. A head refers to pages by their index. Who reads an archive
says how long its head may be and how many pages there may be, so that reading takes bounded
memory and time whatever the bytes are.
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from courseware.machine.fields import Fields
from courseware.machine.ram import PAGE_BYTES

_VERSION = 2
_LEVEL = 6


class PagePool:
    """Different pages by index; equal pages are kept once."""

    def __init__(self) -> None:
        self._indexes: dict[bytes, int] = {}

    def index(self, page: bytes) -> int:
        """Return the page's index, adding it when it is new."""
        return self._indexes.setdefault(page, len(self._indexes))

    @property
    def pages(self) -> list[bytes]:
        """Return the pages in the order of their indexes."""
        return list(self._indexes)


def pack(magic: bytes, head: Mapping[str, Any], pool: PagePool) -> bytes:
    """Return the archive of a head and the pages that it refers to."""
    return magic + _VERSION.to_bytes(2, "big") + zlib.compress(body_of(head, pool), _LEVEL)


def body_of(head: Mapping[str, Any], pool: PagePool) -> bytes:
    """Return what an archive compresses."""
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    return b"".join([len(text).to_bytes(4, "big"), text, *pool.pages])


def unpack(
    magic: bytes, data: bytes, max_head_bytes: int, max_pages: int
) -> tuple[Fields, list[bytes]]:
    """Return an archive's head and pages.

    Raises ValueError for damaged data, another magic or version, and for a longer head or more
    pages.
    """
    if data[:4] != magic or data[4:6] != _VERSION.to_bytes(2, "big"):
        raise ValueError(f"not a {magic.decode()} archive of version {_VERSION}")
    stream = _Stream(data[6:])
    length = int.from_bytes(stream.read(4), "big")
    if length > max_head_bytes:
        raise ValueError("the archive's head is too large")
    head, rest = stream.read(length), stream.read_rest(max_pages * PAGE_BYTES)
    if len(rest) % PAGE_BYTES:
        raise ValueError("the archive's parts have wrong lengths")
    pages = [rest[start : start + PAGE_BYTES] for start in range(0, len(rest), PAGE_BYTES)]
    try:
        return Fields(json.loads(head)), pages
    except RecursionError as error:
        raise ValueError("the archive's head is nested too deeply") from error


class _Stream:
    """A zlib stream that is read in parts. Every method raises ValueError for a damaged one."""

    def __init__(self, data: bytes) -> None:
        self._stream = zlib.decompressobj()
        self._data = data

    def read(self, size: int) -> bytes:
        """Return exactly so many bytes."""
        found = self._decompress(size)
        if len(found) != size:
            raise ValueError("the archive is cut")
        return found

    def read_rest(self, max_bytes: int) -> bytes:
        """Return what is left, if it is no more than so much."""
        found = self._decompress(max_bytes + 1)
        if len(found) > max_bytes or not self._stream.eof or self._stream.unused_data:
            raise ValueError("the archive is cut, too large or followed by other data")
        return found

    def _decompress(self, max_bytes: int) -> bytes:
        found = b""
        try:
            while len(found) < max_bytes and not self._stream.eof:
                part = self._stream.decompress(self._data, max_bytes - len(found))
                self._data = self._stream.unconsumed_tail
                if not part and not self._data:
                    break
                found += part
        except zlib.error as error:
            raise ValueError("the archive is damaged") from error
        return found
