"""The debugger: one program on one machine, forwards and backwards.

Going back is restoring a checkpoint and executing again up to the wanted instruction. That is
exact because nothing outside decides what the machine does; who writes into ``machine`` from
outside loses it.

A session (``to_bytes``) is an archive (``archive.py``) with the magic ``VLDS`` and the head

    {"program": as Program.to_json, "now": a state, "checkpoints": states, oldest first,
     "changed": register numbers, "last": null or the members of a Step}

where states are as in ``snapshot.py``.
"""

from collections.abc import Callable, Collection
from dataclasses import asdict
from itertools import pairwise

from courseware.machine.archive import PagePool, pack, unpack
from courseware.machine.fields import Fields
from courseware.machine.machine import POLL_CYCLES, Machine, Step
from courseware.machine.program import Program
from courseware.machine.ram import PAGE_BYTES
from courseware.machine.snapshot import state_from, state_head, stop_from
from courseware.machine.state import DEFAULT_LIMITS, MAX_MEMORY_BYTES, MachineLimits, State
from courseware.machine.stop import Stop, StopReason

MAX_CHECKPOINTS = 16
# Different pages that the checkpoints of a stored session may hold.
MAX_CHECKPOINT_BYTES = 1024 * 1024

_MAGIC = b"VLDS"
_MAX_BYTES = MAX_MEMORY_BYTES + 32 * 1024 * 1024
_WORD = 0xFFFF_FFFF
# Stops of an instruction that did not retire: going back takes back the stop alone.
_UNRETIRED = (StopReason.TRAP, StopReason.OUTPUT_LIMIT)


class Debugger:
    """A session: ``machine`` now, ``last`` what a step did, ``changed`` what the action changed.

    ``last`` is None after any other action than a step. ``changed`` holds the numbers of the
    registers that differ from what they were before the last action. Actions may replace
    ``machine``; ask for it anew.
    """

    def __init__(self, program: Program, limits: MachineLimits = DEFAULT_LIMITS) -> None:
        """Start at the program's entry. Raises ValueError when it does not fit into memory."""
        self.program = program
        self.machine = Machine(program, limits)
        self.last: Step | None = None
        self.changed: frozenset[int] = frozenset()
        self._checkpoints: list[State] = []

    def step(self) -> Step | None:
        """Execute one instruction and return what it did; None after a stop for good."""
        if self.machine.stop is not None:
            return None
        self._keep_checkpoint()
        self.last = self.machine.step()
        self.changed = frozenset(self.last.changed_registers)
        return self.last

    def run(
        self,
        max_instructions: int,
        until: Collection[int] = (),
        deadline: Callable[[], bool] | None = None,
    ) -> Stop:
        """Run as ``Machine.run`` does, keeping checkpoints on the way."""

        def poll() -> bool:
            self._keep_checkpoint()
            return deadline is not None and deadline()

        before = list(self.machine.registers)
        stop = self.machine.run(max_instructions, until, poll)
        self._note_changes(before)
        return stop

    def step_back(self) -> bool:
        """Take back the last instruction, or the trap that stopped it; False at the start."""
        stop = self.machine.stop
        retired = stop is None or stop.reason not in _UNRETIRED
        target = self.machine.cycle - retired
        if target < 0:
            return False
        before = list(self.machine.registers)
        self._rewind(target)
        self._note_changes(before)
        return True

    def reset(self) -> None:
        """Go back to the start."""
        self.machine = Machine(self.program, self.machine.limits)
        self.last, self.changed = None, frozenset()
        self._checkpoints = []

    def _note_changes(self, before: list[int]) -> None:
        self.last = None
        after = self.machine.registers
        self.changed = frozenset(n for n in range(32) if before[n] != after[n])

    # --- checkpoints ---

    def _rewind(self, target: int) -> None:
        """Bring the machine to the moment when it had retired ``target`` instructions."""
        limits = self.machine.limits
        self._checkpoints = [c for c in self._checkpoints if c.cycle <= target]
        if self._checkpoints:
            self.machine = Machine.from_state(self._checkpoints[-1])
        else:
            self.machine = Machine(self.program, limits)
        while self.machine.cycle < target:
            self._keep_checkpoint()
            self.machine.advance(min(POLL_CYCLES, target - self.machine.cycle))

    def _keep_checkpoint(self) -> None:
        """Keep the present state when the newest checkpoint is old enough."""
        newest = self._checkpoints[-1].cycle if self._checkpoints else 0
        if self.machine.cycle - newest < POLL_CYCLES:
            return
        self._checkpoints.append(self.machine.state())
        if len(self._checkpoints) > MAX_CHECKPOINTS:
            _thin(self._checkpoints)

    # --- storing ---

    def to_bytes(self) -> bytes:
        """Return the whole session, with as many checkpoints as their size allows."""
        checkpoints = list(self._checkpoints)
        while _different_bytes(checkpoints) > MAX_CHECKPOINT_BYTES:
            _thin(checkpoints)
        pool = PagePool()
        head = {
            "program": self.program.to_json(),
            "now": state_head(self.machine.state(), pool),
            "checkpoints": [state_head(state, pool) for state in checkpoints],
            "changed": sorted(self.changed),
            "last": None if self.last is None else asdict(self.last),
        }
        return pack(_MAGIC, head, pool)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Debugger":
        """Return the session of ``to_bytes``. Raises ValueError for damaged data."""
        head, pages = unpack(_MAGIC, data, _MAX_BYTES)
        program = Program.from_json(head.mapping("program").members)
        now = state_from(head.mapping("now"), pages)
        checkpoints = [state_from(Fields(item), pages) for item in head.items("checkpoints")]
        times = [0, *(state.cycle for state in checkpoints), now.cycle]
        if len(checkpoints) > MAX_CHECKPOINTS or any(a > b for a, b in pairwise(times)):
            raise ValueError("checkpoints: too many or in disorder")
        if any(state.limits != now.limits or state.stop for state in checkpoints):
            raise ValueError("checkpoints: not of this session")
        session = cls(program, now.limits)
        session.machine = Machine.from_state(now)
        session.last = _step_from(head)
        session.changed = frozenset(head.integers("changed", 0, 31))
        session._checkpoints = checkpoints
        return session


def _thin(checkpoints: list[State]) -> None:
    """Drop the checkpoint that is missed least: the older, the wider the gaps may be."""
    now = checkpoints[-1].cycle + POLL_CYCLES
    times = [0, *(state.cycle for state in checkpoints), now]

    def gap_for_its_age(index: int) -> float:
        before, after = times[index], times[index + 2]
        return (after - before) / (now - before)

    del checkpoints[min(range(len(checkpoints)), key=gap_for_its_age)]


def _different_bytes(states: list[State]) -> int:
    return PAGE_BYTES * len({page for state in states for page in state.pages.values()})


def _step_from(head: Fields) -> Step | None:
    if not head.has("last"):
        return None
    fields = head.mapping("last")
    written = [
        Fields({"pair": pair}).integers("pair", 0, _WORD) for pair in fields.items("written")
    ]
    if any(len(pair) != 2 for pair in written):
        raise ValueError("written: pairs of address and size were expected")
    return Step(
        fields.integer("address", 0, _WORD),
        fields.integer("word", 0, _WORD),
        fields.text("text"),
        tuple(fields.integers("changed_registers", 0, 31)),
        tuple((address, size) for address, size in written),
        fields.text("explanation"),
        stop_from(fields),
    )
