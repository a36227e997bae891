"""The container of snapshots and sessions: a JSON head and pages of memory, compressed.

Layout, version 2:

    4 bytes   magic, which says what the head describes
    2 bytes   version, big-endian
    rest      zlib stream of: 4 bytes length of the head, big-endian; the head, JSON in UTF-8;
              pages of 4,096 bytes, each different

The zlib stream ends in a checksum. A head refers to pages by their index.
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
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    body = b"".join([len(text).to_bytes(4, "big"), text, *pool.pages])
    return magic + _VERSION.to_bytes(2, "big") + zlib.compress(body, _LEVEL)


def unpack(magic: bytes, data: bytes, max_bytes: int) -> tuple[Fields, list[bytes]]:
    """Return an archive's head and pages.

    Raises ValueError for damaged data, another magic or version, and for more than max_bytes.
    """
    if data[:4] != magic or data[4:6] != _VERSION.to_bytes(2, "big"):
        raise ValueError(f"not a {magic.decode()} archive of version {_VERSION}")
    body = _decompress(data[6:], max_bytes)
    length = int.from_bytes(body[:4], "big")
    head, rest = body[4 : 4 + length], body[4 + length :]
    if len(body) < 4 or len(head) != length or len(rest) % PAGE_BYTES:
        raise ValueError("the archive's parts have wrong lengths")
    pages = [rest[start : start + PAGE_BYTES] for start in range(0, len(rest), PAGE_BYTES)]
    try:
        return Fields(json.loads(head)), pages
    except RecursionError as error:
        raise ValueError("the archive's head is nested too deeply") from error


def _decompress(data: bytes, max_bytes: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        body = stream.decompress(data, max_bytes)
    except zlib.error as error:
        raise ValueError("the archive is damaged") from error
    if not stream.eof or stream.unused_data:
        raise ValueError("the archive is cut, too large or followed by other data")
    return body
