"""What a program is tested for, and what it finds around it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

DEFAULT_BUDGET = 100_000  # cycles of one test
# Of contents, as a learner reads them
SHOWN_VALUES = 64
SHOWN_CHARACTERS = 200
SIZES = {"words": 4, "halves": 2, "bytes": 1, "text": 1}


@dataclass(frozen=True)
class Block:
    """Contents of memory: numbers of one size, or the bytes of a UTF-8 text."""

    unit: str  # a key of SIZES
    values: tuple[int, ...]

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Return a text's bytes."""
        return cls("text", tuple(text.encode()))

    @property
    def data(self) -> bytes:
        """The numbers as little-endian bytes."""
        size = SIZES[self.unit]
        mask = (1 << 8 * size) - 1
        return b"".join((value & mask).to_bytes(size, "little") for value in self.values)

    def of(self, data: bytes) -> "Block":
        """Return bytes as a block of this unit, signed where this one has signs."""
        size = SIZES[self.unit]
        signed = any(value < 0 for value in self.values)
        numbers = (
            int.from_bytes(data[at : at + size], "little", signed=signed)
            for at in range(0, len(data), size)
        )
        return Block(self.unit, tuple(numbers))

    def __str__(self) -> str:
        """Return the contents as a learner reads them."""
        if self.unit == "text":
            text = bytes(self.values).decode(errors="replace")
            shown = "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)
            return f"「{_clip(shown)}」"
        return f"[{', '.join(map(number_text, self.values[:SHOWN_VALUES]))}{self._rest}]"

    @property
    def _rest(self) -> str:
        rest = len(self.values) - SHOWN_VALUES
        return f", … ほか {rest:,} 個" if rest > 0 else ""


def number_text(value: int) -> str:
    """Return a number as a learner reads it: an address (of 32 bits) in hexadecimal."""
    return f"{value:#010x}" if value >= 1 << 31 else str(value)


def _clip(text: str) -> str:
    rest = len(text) - SHOWN_CHARACTERS
    return f"{text[:SHOWN_CHARACTERS]}… (ほか {rest:,} 文字)" if rest > 0 else text


@dataclass(frozen=True)
class Part:
    """An image that is loaded beside the program: a guest, a firmware.

    ``file`` is a key of ``ProgramTests.sources``. It is loaded at one address and linked for
    another, which may be the same.
    """

    file: str
    at: int
    linked: int

    @property
    def name(self) -> str:
        """The name by which its labels are told from the program's."""
        return part_name(self.file)


def part_name(file: str) -> str:
    """Return the part's name: its file's, without folder and extension."""
    return file.rpartition("/")[2].partition(".")[0]


@dataclass(frozen=True)
class Setup:
    """The machine that a program runs on, and what is on it.

    ``memory`` is in bytes, None for the usual size. ``disk`` is the file whose bytes are the
    disk, ``console`` what the UART is given before the start, ``untrapped`` what does not trap
    in U mode, ``start`` the part's label where the hart starts. ``define`` are constants for
    the parts, ``data`` what is put at labels before the start, ``needs`` labels that the
    program must have.
    """

    memory: int | None = None
    parts: tuple[Part, ...] = ()
    disk: str = ""
    console: str = ""
    untrapped: tuple[str, ...] = ()
    start: str = ""
    define: Mapping[str, int] = field(default_factory=dict)
    data: Mapping[str, Block] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """JSON of the setup: the same for equal ones."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Setup":
        """Return the setup of ``asdict``."""
        return cls(
            **{
                **data,
                "parts": tuple(Part(**part) for part in data["parts"]),
                "data": _blocks(data["data"]),
                "untrapped": tuple(data["untrapped"]),
                "needs": tuple(data["needs"]),
            }
        )


@dataclass(frozen=True)
class Call:
    """A call of a function, and what must be so when it has returned.

    ``after`` are the blocks that the function changes; the others must stay as they were.
    """

    function: str
    arguments: tuple[int | str, ...]  # a number, or the name of a block (its address)
    returns: int | None
    blocks: Mapping[str, Block] = field(default_factory=dict)
    after: Mapping[str, Block] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Call":
        """Return the call of ``asdict``."""
        return cls(
            data["function"],
            tuple(data["arguments"]),
            data["returns"],
            _blocks(data["blocks"]),
            _blocks(data["after"]),
        )


@dataclass(frozen=True)
class Check:
    """Something to look at when the program has ended.

    ``source`` says what: "output", "register", "csr", "memory", "count", "share" (of the first
    place in the sum of all, in percent) or "disk"; ``of`` which ones. It must be between ``low``
    and ``high``; or the counter ``counter`` give or take ``within``; or these ``contents``;
    or ``size`` bytes the same as at ``same_as``. ``otherwise`` is told when it is not so.
    """

    source: str
    of: tuple[str | int, ...] = ()
    low: int | None = None
    high: int | None = None
    counter: str = ""
    within: int = 0
    contents: Block | None = None
    same_as: str | int = ""
    size: int = 0
    otherwise: str = ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Check":
        """Return the check of ``asdict``."""
        contents = data["contents"] and _block(data["contents"])
        return cls(**{**data, "of": tuple(data["of"]), "contents": contents})


@dataclass(frozen=True)
class Case:
    """One test: a call of a function, or (``call`` is None) a run of the whole program.

    ``shown`` tests tell their values to the learner; of the others only the name is told, and
    that (and why) they fail; the first of them that fails tells its values, too. ``ends`` are
    the stop reasons (and ``exit_code`` the exit code) with which a whole program may end.
    """

    name: str
    shown: bool
    setup: Setup
    call: Call | None = None
    checks: tuple[Check, ...] = ()
    budget: int = DEFAULT_BUDGET  # cycles
    ends: tuple[str, ...] = ()
    exit_code: int = 0

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Case":
        """Return the case of ``asdict``."""
        return cls(
            **{
                **data,
                "setup": Setup.from_json(data["setup"]),
                "call": data["call"] and Call.from_json(data["call"]),
                "checks": tuple(map(Check.from_json, data["checks"])),
                "ends": tuple(data["ends"]),
            }
        )


@dataclass(frozen=True)
class ProgramTests:
    """All tests of a lab, and the sources of the parts and disks that they name."""

    cases: tuple[Case, ...]
    sources: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the tests as plain JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ProgramTests":
        """Return the tests that ``to_json`` described."""
        return cls(tuple(map(Case.from_json, data["cases"])), dict(data["sources"]))

    @property
    def trial(self) -> Case:
        """The case whose setup a learner's own runs have at first: the first shown one."""
        return next(case for case in self.cases if case.shown)

    def case(self, name: str) -> Case | None:
        """Return the case of a name; None where there is none."""
        return next((case for case in self.cases if case.name == name), None)


def _block(data: Mapping[str, Any]) -> Block:
    return Block(data["unit"], tuple(data["values"]))


def _blocks(data: Mapping[str, Any]) -> dict[str, Block]:
    return {name: _block(block) for name, block in data.items()}
