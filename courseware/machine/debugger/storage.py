"""A debugging session as bytes.

A session is an archive (``archive.py``) with the magic ``VLDS`` and the head

    {"program": as Program.to_json, "now": a state, "seen": number of the inputs that it has seen,
     "checkpoints": [{"inputs": number of those that it has seen, "state": a state}, ...],
     oldest first, "inputs": [[cycle, traps, console, text], ...], "traps": as in ``timeline.py``,
     "breakpoints": addresses, "watchpoints": [[address, size], ...],
     "changed": register numbers, "last": null or the members of a Step}

where states are as in ``snapshot.py`` and an input's text has one character (U+0000..U+00FF) for
each byte.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from courseware.machine.archive import PagePool, pack, unpack
from courseware.machine.debugger.history import (
    MAX_CHECKPOINTS,
    MAX_INPUT_BYTES,
    MAX_INPUTS,
    Checkpoint,
    Input,
    Position,
    thin,
)
from courseware.machine.debugger.timeline import Timeline, record_from, record_json
from courseware.machine.fields import Fields
from courseware.machine.machine import Console, Machine, Step
from courseware.machine.program import Program
from courseware.machine.ram import PAGE_BYTES
from courseware.machine.snapshot import state_from, state_head, stop_from
from courseware.machine.state import MAX_MEMORY_BYTES, State
from courseware.machine.watch import Watchpoint

# Different pages that the checkpoints of a stored session may hold.
MAX_CHECKPOINT_BYTES = 1024 * 1024

_MAGIC = b"VLDS"
_MAX_HEAD_BYTES = 32 * 1024 * 1024
_MAX_PAGES = (2 * MAX_MEMORY_BYTES + MAX_CHECKPOINT_BYTES) // PAGE_BYTES
_WORD = 0xFFFF_FFFF
_MAX_COUNT = (1 << 63) - 1


@dataclass(frozen=True)
class Session:
    """What is stored of a session."""

    program: Program
    now: State
    checkpoints: Sequence[Checkpoint]
    inputs: Sequence[Input]
    seen: int
    timeline: Timeline
    breakpoints: tuple[int, ...]
    watchpoints: tuple[Watchpoint, ...]
    changed: frozenset[int]
    last: Step | None


def to_bytes(session: Session) -> bytes:
    """Return the session, with as many checkpoints as their size allows."""
    checkpoints = list(session.checkpoints)
    while _different_bytes(checkpoints) > MAX_CHECKPOINT_BYTES:
        thin(checkpoints)
    pool = PagePool()
    head = {
        "program": session.program.to_json(),
        "now": state_head(session.now, pool),
        "seen": session.seen,
        "checkpoints": [
            {"inputs": checkpoint.inputs, "state": state_head(checkpoint.state, pool)}
            for checkpoint in checkpoints
        ],
        "inputs": [
            [*item.position, item.console, item.data.decode("latin-1")] for item in session.inputs
        ],
        "traps": session.timeline.to_json(),
        "breakpoints": list(session.breakpoints),
        "watchpoints": [[point.address, point.size] for point in session.watchpoints],
        "changed": sorted(session.changed),
        "last": _step_json(session.last),
    }
    return pack(_MAGIC, head, pool)


def from_bytes(data: bytes) -> Session:
    """Return the session of ``to_bytes``. Raises ValueError for damaged data."""
    head, pages = unpack(_MAGIC, data, _MAX_HEAD_BYTES, _MAX_PAGES)
    now = state_from(head.mapping("now"), pages)
    inputs = _inputs(head)
    checkpoints = [
        _checkpoint(Fields(item), pages, len(inputs)) for item in head.items("checkpoints")
    ]
    _check_order(checkpoints, now)
    return Session(
        Program.from_json(head.mapping("program").members),
        now,
        checkpoints,
        inputs,
        head.integer("seen", 0, len(inputs)),
        Timeline.from_json(head, "traps", now.traps),
        tuple(head.integers("breakpoints", 0, _WORD)),
        tuple(Watchpoint(*pair) for pair in _pairs(head, "watchpoints")),
        frozenset(head.integers("changed", 0, 31)),
        _step_from(head),
    )


def _inputs(head: Fields) -> list[Input]:
    rows = head.items("inputs")
    if len(rows) > MAX_INPUTS:
        raise ValueError(f"inputs: more than {MAX_INPUTS}")
    inputs = []
    for row in rows:
        if not isinstance(row, list) or len(row) != 4:
            raise ValueError("inputs: rows of four were expected")
        fields = Fields(dict(zip(("cycle", "traps", "console", "text"), row, strict=True)))
        position = Position(
            fields.integer("cycle", 0, _MAX_COUNT), fields.integer("traps", 0, _MAX_COUNT)
        )
        console = fields.choice("console", Console)
        inputs.append(Input(position, console, fields.text("text").encode("latin-1")))
    if any(a.position > b.position for a, b in pairwise(inputs)):
        raise ValueError("inputs: in disorder")
    if sum(len(item.data) for item in inputs) > MAX_INPUT_BYTES:
        raise ValueError(f"inputs: more than {MAX_INPUT_BYTES} bytes")
    return inputs


def _checkpoint(fields: Fields, pages: list[bytes], inputs: int) -> Checkpoint:
    state = state_from(fields.mapping("state"), pages)
    Machine.from_state(state)  # raises ValueError for an impossible one
    return Checkpoint(
        Position(state.cycle, state.traps), fields.integer("inputs", 0, inputs), state
    )


def _check_order(checkpoints: list[Checkpoint], now: State) -> None:
    times = [0, *(checkpoint.position.cycle for checkpoint in checkpoints), now.cycle]
    if len(checkpoints) > MAX_CHECKPOINTS or any(a > b for a, b in pairwise(times)):
        raise ValueError("checkpoints: too many or in disorder")
    for checkpoint in checkpoints:
        state = checkpoint.state
        if state.stop or (state.limits, state.options, state.disk) != (
            now.limits,
            now.options,
            now.disk,
        ):
            raise ValueError("checkpoints: not of this session")


def _different_bytes(checkpoints: list[Checkpoint]) -> int:
    pages: set[bytes] = set()
    for checkpoint in checkpoints:
        pages.update(checkpoint.state.pages.values(), checkpoint.state.disk_pages.values())
    return PAGE_BYTES * len(pages)


def _step_json(step: Step | None) -> dict[str, Any] | None:
    if step is None:
        return None
    # asdict leaves the members of a NamedTuple as they are.
    return asdict(step) | {"trap": None if step.trap is None else record_json(step.trap)}


def _pairs(fields: Fields, name: str) -> list[list[int]]:
    pairs = [Fields({name: pair}).integers(name, 0, _WORD) for pair in fields.items(name)]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError(f"{name}: pairs of address and size were expected")
    return pairs


def _step_from(head: Fields) -> Step | None:
    if not head.has("last"):
        return None
    fields = head.mapping("last")
    return Step(
        fields.integer("address", 0, _WORD),
        fields.integer("word", 0, _WORD),
        fields.text("text"),
        tuple(fields.integers("changed_registers", 0, 31)),
        tuple((address, size) for address, size in _pairs(fields, "written")),
        fields.text("explanation"),
        stop_from(fields),
        record_from(fields, "trap") if fields.has("trap") else None,
    )
