"""A machine's state as bytes.

A snapshot is an archive (``archive.py``) with the magic ``VLMS`` whose head is a state:

    {"memory_bytes", "max_output_bytes": numbers, "untrapped": names,
     "tohost", "fromhost": an address or null,
     "hart": as in hart/state.py, "devices": the state of each device by its name,
     "output": text of one character (U+0000..U+00FF) for each byte,
     "stop": null or {"reason", "message", "exit_code", "cause", "tval"},
     "pages": [[offset in RAM, index of the page], ...], pages that are all zero left out,
     "dirty": numbers of pages, "dirty_count": number,
     "disk_bytes": number, "disk": [[page of the image, index], ...] likewise,
     "disk_pages": [[page written since, index], ...]}

An incremental snapshot has the magic ``VLMD``. Its head has, for "pages", "disk" and
"disk_pages", only what is not in an earlier state, the base, and as members more

    "base": SHA-256 of the base's whole snapshot before compression, in hexadecimal,
    "gone": offsets of pages of RAM that are all zero now

A base has the same disk image, since a machine's never changes.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from courseware.machine.archive import PagePool, body_of, pack, unpack
from courseware.machine.devices.disk import MAX_DISK_BYTES
from courseware.machine.fields import Fields
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.ram import PAGE_BYTES
from courseware.machine.state import (
    MAX_MEMORY_BYTES,
    MAX_OUTPUT_BYTES,
    MachineLimits,
    MachineOptions,
    State,
)
from courseware.machine.stop import Stop, StopReason

_MAGIC, _DELTA_MAGIC = b"VLMS", b"VLMD"
_WORD = 0xFFFF_FFFF
_MAX_COUNT = (1 << 63) - 1
_MAX_NAMES = 256
# Output may take two bytes a character in UTF-8, six as an escape; the rest of a head is smaller
# than 4 MiB even with a full TLB and every page listed.
MAX_HEAD_BYTES = 6 * MAX_OUTPUT_BYTES + 4 * 1024 * 1024
_MAX_PAGES = (MAX_MEMORY_BYTES + 2 * MAX_DISK_BYTES) // PAGE_BYTES


def to_bytes(state: State, base: State | None = None) -> bytes:
    """Return the snapshot of a state: an incremental one with a base."""
    pool = PagePool()
    if base is None:
        return pack(_MAGIC, state_head(state, pool), pool)
    changed = replace(
        state,
        pages=_changed(state.pages, base.pages),
        disk=b"",
        disk_pages=_changed(state.disk_pages, base.disk_pages),
    )
    head = state_head(changed, pool) | {
        "disk_bytes": len(state.disk),
        "base": _digest(base),
        "gone": [offset for offset in base.pages if offset not in state.pages],
    }
    return pack(_DELTA_MAGIC, head, pool)


def from_bytes(data: bytes, base: State | None = None) -> State:
    """Return the state of a snapshot, which needs the base that it was made with.

    Raises ValueError for damaged data and for another base.
    """
    if base is None:
        return state_from(*unpack(_MAGIC, data, MAX_HEAD_BYTES, _MAX_PAGES))
    head, pool = unpack(_DELTA_MAGIC, data, MAX_HEAD_BYTES, _MAX_PAGES)
    if head.text("base") != _digest(base):
        raise ValueError("base: the snapshot was made with another one")
    if head.integer("disk_bytes", 0, MAX_DISK_BYTES) != len(base.disk):
        raise ValueError("disk_bytes: not those of the base")
    changed = state_from(head, pool)
    gone = set(head.integers("gone", 0, changed.limits.memory_bytes - PAGE_BYTES))
    kept = {offset: page for offset, page in base.pages.items() if offset not in gone}
    if changed.limits != base.limits:
        raise ValueError("memory_bytes: not those of the base")
    return replace(
        changed,
        pages=kept | dict(changed.pages),
        disk=base.disk,
        disk_pages={**base.disk_pages, **changed.disk_pages},
    )


def _changed(pages: Mapping[int, bytes], old: Mapping[int, bytes]) -> dict[int, bytes]:
    return {place: page for place, page in pages.items() if old.get(place) != page}


def _digest(state: State) -> str:
    pool = PagePool()
    return hashlib.sha256(body_of(state_head(state, pool), pool)).hexdigest()


def state_head(state: State, pool: PagePool) -> dict[str, Any]:
    """Return a state as JSON data, its pages put into the pool."""
    return {
        "memory_bytes": state.limits.memory_bytes,
        "max_output_bytes": state.limits.max_output_bytes,
        "untrapped": sorted(state.options.untrapped),
        "tohost": state.tohost,
        "fromhost": state.fromhost,
        "hart": dict(state.hart),
        "devices": dict(state.devices),
        "output": state.output.decode("latin-1"),
        "stop": stop_json(state.stop),
        "pages": [[offset, pool.index(page)] for offset, page in sorted(state.pages.items())],
        "dirty": list(state.dirty),
        "dirty_count": state.dirty_count,
        "disk_bytes": len(state.disk),
        "disk": [
            [start // PAGE_BYTES, pool.index(page)]
            for start, page in _image_pages(state.disk)
            if any(page)
        ],
        "disk_pages": [
            [number, pool.index(page)] for number, page in sorted(state.disk_pages.items())
        ],
    }


def _image_pages(image: bytes) -> Iterator[tuple[int, bytes]]:
    for start in range(0, len(image), PAGE_BYTES):
        yield start, image[start : start + PAGE_BYTES].ljust(PAGE_BYTES, b"\0")


def state_from(head: Fields, pool: Sequence[bytes]) -> State:
    """Return the state of ``state_head``. Raises ValueError for anything else."""
    limits = MachineLimits(head.integer("memory_bytes"), head.integer("max_output_bytes"))
    output = head.text("output").encode("latin-1")
    if len(output) > limits.max_output_bytes:
        raise ValueError("output: longer than its limit")
    pages = _pages(head, "pages", pool, limits.memory_bytes - PAGE_BYTES, PAGE_BYTES)
    disk_bytes = head.integer("disk_bytes", 0, MAX_DISK_BYTES)
    last_page = max(0, disk_bytes - 1) // PAGE_BYTES
    return State(
        limits,
        MachineOptions(frozenset(_names(head, "untrapped"))),
        _address(head, "tohost", limits),
        _address(head, "fromhost", limits),
        head.mapping("hart").members,
        head.mapping("devices").members,
        output,
        stop_from(head),
        pages,
        tuple(head.integers("dirty", 0, limits.memory_bytes // PAGE_BYTES - 1)),
        head.integer("dirty_count", 0, _MAX_COUNT),
        _image(_pages(head, "disk", pool, last_page, 1), disk_bytes),
        _pages(head, "disk_pages", pool, last_page, 1),
    )


def _names(head: Fields, name: str) -> list[str]:
    names = head.items(name)
    if len(names) > _MAX_NAMES or not all(isinstance(item, str) for item in names):
        raise ValueError(f"{name}: at most {_MAX_NAMES} names were expected")
    return names


def _address(head: Fields, name: str, limits: MachineLimits) -> int | None:
    if not head.has(name):
        return None
    return head.integer(name, RAM_BASE, RAM_BASE + limits.memory_bytes - 8)


def _image(pages: Mapping[int, bytes], size: int) -> bytes:
    image = bytearray(-(-size // PAGE_BYTES) * PAGE_BYTES)
    for number, page in pages.items():
        image[number * PAGE_BYTES : (number + 1) * PAGE_BYTES] = page
    return bytes(image[:size])


def _pages(
    head: Fields, name: str, pool: Sequence[bytes], last: int, step: int
) -> Mapping[int, bytes]:
    """Return pages by their place: a multiple of ``step``, at most ``last``."""
    pages: dict[int, bytes] = {}
    for item in head.items(name):
        place = Fields({name: item}).integers(name, 0, max(last, len(pool)))
        if len(place) != 2 or place[0] % step or place[0] > last or place[1] >= len(pool):
            raise ValueError(f"{name}: a place or an index is wrong")
        pages[place[0]] = pool[place[1]]
    return pages


def stop_json(stop: Stop | None) -> dict[str, Any] | None:
    """Return a stop as JSON data."""
    return None if stop is None else asdict(stop)


def stop_from(parent: Fields) -> Stop | None:
    """Return the member ``stop`` of a JSON object. Raises ValueError for what is no stop."""
    if not parent.has("stop"):
        return None
    fields = parent.mapping("stop")
    numbers = {
        name: fields.integer(name, 0, _WORD) if fields.has(name) else None
        for name in ("exit_code", "cause", "tval")
    }
    return Stop(fields.choice("reason", StopReason), fields.text("message"), **numbers)
