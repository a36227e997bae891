"""The trap timeline: which traps have been taken, up to now."""

from dataclasses import dataclass

from courseware.machine.fields import Fields
from courseware.machine.hart.traps import TrapRecord
from courseware.machine.narration.trap import handler_mode_name, trap_sentence
from courseware.machine.privilege import mode_name
from courseware.machine.stop import trap_name
from courseware.machine.trap import INTERRUPT_BIT, Cause, Interrupt

MAX_TRAP_EVENTS = 1_000

_WORD = 0xFFFF_FFFF
_MAX_COUNT = (1 << 63) - 1
_LEVELS = ("M", "HS", "VS")
_CAUSES = frozenset(map(int, Cause)) | {code | INTERRUPT_BIT for code in Interrupt}


@dataclass(frozen=True)
class TrapEvent:
    """A trap that was taken: the ``number``-th since reset."""

    number: int
    record: TrapRecord

    @property
    def name(self) -> str:
        """Return the trap's Japanese name, with the English one."""
        return trap_name(self.record.cause)

    @property
    def source(self) -> str:
        """Return the name of the mode that it came from."""
        return mode_name(self.record.mode, self.record.virtual)

    @property
    def destination(self) -> str:
        """Return the name of the mode that handles it."""
        return handler_mode_name(self.record)

    @property
    def sentence(self) -> str:
        """Return one Japanese sentence on what happened."""
        return trap_sentence(self.record)


class Timeline:
    """The last MAX_TRAP_EVENTS traps, in order."""

    def __init__(self) -> None:
        self._events: list[TrapEvent] = []

    @property
    def events(self) -> tuple[TrapEvent, ...]:
        """Return the traps, oldest first."""
        return tuple(self._events)

    def add(self, number: int, record: TrapRecord) -> None:
        """Note the trap of this number, unless it is known from before a step back."""
        if not self._events or number > self._events[-1].number:
            self._events.append(TrapEvent(number, record))
            del self._events[:-MAX_TRAP_EVENTS]

    def cut(self, number: int) -> None:
        """Forget what came after the trap of this number."""
        while self._events and self._events[-1].number > number:
            self._events.pop()

    def to_json(self) -> list[list[int]]:
        """Return the events as rows: the number, then what ``record_json`` returns."""
        return [[event.number, *record_json(event.record)] for event in self._events]

    @classmethod
    def from_json(cls, fields: Fields, name: str, last: int) -> "Timeline":
        """Return the timeline of a member. Raises ValueError for what none can have been.

        ``last`` is how many traps have been taken.
        """
        rows = fields.items(name)
        if len(rows) > MAX_TRAP_EVENTS:
            raise ValueError(f"{name}: more than {MAX_TRAP_EVENTS}")
        timeline = cls()
        for row in rows:
            if not isinstance(row, list):
                raise ValueError(f"{name}: rows were expected")
            number = Fields({name: row[:1]}).integers(name, 1, last)
            if not number or (timeline._events and number[0] <= timeline._events[-1].number):
                raise ValueError(f"{name}: in disorder")
            timeline._events.append(
                TrapEvent(number[0], record_from(Fields({name: row[1:]}), name))
            )
        return timeline


def record_json(record: TrapRecord) -> list[int]:
    """Return a trap as numbers: its members in their order, the level by its place in _LEVELS."""
    return [_LEVELS.index(m) if isinstance(m, str) else int(m) for m in record]


def record_from(fields: Fields, name: str) -> TrapRecord:
    """Return the trap of ``record_json``. Raises ValueError for what is none."""
    row = fields.integers(name, 0, _MAX_COUNT)
    if len(row) != len(TrapRecord._fields):
        raise ValueError(f"{name}: {len(TrapRecord._fields)} numbers were expected")
    cycle, pc, cause, tval, mode, virtual, level, handler = row
    is_word = all(value <= _WORD for value in (pc, tval, handler))
    if not is_word or cause not in _CAUSES or level >= len(_LEVELS):
        raise ValueError(f"{name}: no trap")
    if (mode, virtual) not in ((0, 0), (1, 0), (3, 0), (0, 1), (1, 1)):
        raise ValueError(f"{name}: no mode")
    return TrapRecord(cycle, pc, cause, tval, mode, bool(virtual), _LEVELS[level], handler)
