"""A machine's state as bytes.

A snapshot is an archive (``archive.py``) with the magic ``VLMS`` whose head is a state:

    {"memory_bytes", "max_output_bytes", "pc", "instret": numbers, "registers": 32 numbers,
     "output": text of one character (U+0000..U+00FF) for each byte,
     "stop": null or {"reason", "message", "exit_code", "cause", "tval"},
     "pages": [[offset in RAM, index of the page], ...], pages that are all zero left out}
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from courseware.machine.archive import PagePool, pack, unpack
from courseware.machine.fields import Fields
from courseware.machine.state import (
    MAX_MEMORY_BYTES,
    MAX_OUTPUT_BYTES,
    PAGE_BYTES,
    MachineLimits,
    State,
)
from courseware.machine.stop import Stop, StopReason

_MAGIC = b"VLMS"
_WORD = 0xFFFF_FFFF
_MAX_COUNT = (1 << 63) - 1
# Output may take two bytes a character in UTF-8, six as an escape; the rest of a head is small.
_MAX_BYTES = MAX_MEMORY_BYTES + 6 * MAX_OUTPUT_BYTES + 1024 * 1024


def to_bytes(state: State) -> bytes:
    """Return the snapshot of a state."""
    pool = PagePool()
    return pack(_MAGIC, state_head(state, pool), pool)


def from_bytes(data: bytes) -> State:
    """Return the state of a snapshot. Raises ValueError for damaged data."""
    head, pages = unpack(_MAGIC, data, _MAX_BYTES)
    return state_from(head, pages)


def state_head(state: State, pool: PagePool) -> dict[str, Any]:
    """Return a state as JSON data, its pages put into the pool."""
    return {
        "memory_bytes": state.limits.memory_bytes,
        "max_output_bytes": state.limits.max_output_bytes,
        "pc": state.pc,
        "instret": state.instret,
        "registers": list(state.registers),
        "output": state.output.decode("latin-1"),
        "stop": stop_json(state.stop),
        "pages": [[offset, pool.index(page)] for offset, page in state.pages.items()],
    }


def state_from(head: Fields, pool: Sequence[bytes]) -> State:
    """Return the state of ``state_head``. Raises ValueError for anything else."""
    limits = MachineLimits(head.integer("memory_bytes"), head.integer("max_output_bytes"))
    registers = tuple(head.integers("registers", 0, _WORD))
    if len(registers) != 32 or registers[0] != 0:
        raise ValueError("registers: 32 numbers were expected, the first of them 0")
    output = head.text("output").encode("latin-1")
    if len(output) > limits.max_output_bytes:
        raise ValueError("output: longer than its limit")
    return State(
        limits,
        head.integer("pc", 0, _WORD),
        registers,
        head.integer("instret", 0, _MAX_COUNT),
        output,
        stop_from(head),
        _pages(head, pool, limits.memory_bytes),
    )


def _pages(head: Fields, pool: Sequence[bytes], memory_bytes: int) -> Mapping[int, bytes]:
    pages: dict[int, bytes] = {}
    for item in head.items("pages"):
        place = Fields({"place": item}).integers("place", 0, memory_bytes - PAGE_BYTES)
        if len(place) != 2 or place[0] % PAGE_BYTES or place[1] >= len(pool):
            raise ValueError("pages: an offset or an index is wrong")
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
