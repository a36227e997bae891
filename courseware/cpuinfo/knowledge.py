"""The package's facts about flags, ARM cores and their makers, from ``data/``.

Nothing is read before it is asked for, and each file once.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Flag:
    """One flag, as the kernel prints it. Texts are Japanese, except for ``english``."""

    family: str  # the key of the line that prints it, see ``lines()``
    name: str
    group: str
    english: str  # what the name stands for
    title: str
    text: str  # one line: what it is
    guests: str = ""  # what it means for virtual machines or their migration
    since: str = ""  # the first processors, or the year, where that is sure
    more: tuple[str, ...] = ()  # paragraphs, for the flags that are explained at length
    absent: str = ""  # what it means when the flag is missing
    check: str = ""  # how to check or set it
    commands: tuple[str, ...] = ()  # lines to type for that
    see: tuple[str, ...] = ()  # names of related flags, in any line

    @property
    def at_length(self) -> bool:
        """Say whether there is more to read than the one line."""
        return bool(self.more)


@dataclass(frozen=True)
class Group:
    """A group of flags. ``virtualization`` is False for flags that are no such thing."""

    key: str
    title: str
    text: str
    virtualization: bool


@dataclass(frozen=True)
class Line:
    """A line of /proc/cpuinfo that prints flags. ``family`` is its key: x86, vmx, bugs, arm, ..."""

    family: str
    title: str


@dataclass(frozen=True)
class Span:
    """The Linux releases that print a name, of those that were read (see data/flags/names.toml).

    ``before`` is the newest release read that does not print it yet; ``after`` the oldest that
    prints it no more. Each is empty when there is none.
    """

    before: str
    first: str
    last: str
    after: str


@cache
def groups() -> tuple[Group, ...]:
    """Return all groups, in the order of a report."""
    table = load("groups.toml")
    return tuple(
        Group(key, entry["title"], entry["text"], entry["virtualization"])
        for key, entry in table.items()
    )


@cache
def lines() -> tuple[Line, ...]:
    """Return the lines that print flags, in the order in which they are looked up."""
    return tuple(Line(family, entry["title"]) for family, entry in load("lines.toml").items())


@cache
def flags(family: str) -> dict[str, Flag]:
    """Return the flags of a line (``x86``, ``arm``, ``vmx`` for the ``vmx flags`` line), by name.

    They are in ``data/flags/<family>/<group>.toml``, and are read at the first call.
    """
    return {
        name: Flag(family, name, group.key, **_tuples(entry))
        for group in groups()
        for name, entry in _entries(family, group.key).items()
    }


def _entries(family: str, group: str) -> dict[str, dict]:
    path = f"flags/{family}/{group}.toml"
    return load(path) if (DATA / path).is_file() else {}


def _tuples(entry: dict) -> dict:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()}


def flag(name: str) -> Flag | None:
    """Return the flag of that name in the first line that has it, or None."""
    return next(iter(named(name)), None)


def named(name: str) -> tuple[Flag, ...]:
    """Return the flags of that name: several lines may print one, and mean different things."""
    return tuple(flags(line.family)[name] for line in lines() if name in flags(line.family))


def is_part_of_a_name(word: str) -> bool:
    """Say whether the word is no flag's name, but the beginning of one."""
    return word[:1].isalpha() and word in _beginnings()


@cache
def _beginnings() -> frozenset[str]:
    names = {name for line in lines() for name in flags(line.family)}
    return frozenset(name[:end] for name in names for end in range(1, len(name))) - names


def span(flag: Flag) -> Span | None:
    """Return which Linux releases print the flag; None when none of those read does."""
    table = _names()[flag.family]
    if flag.name not in table["names"]:
        return None
    releases, entry = ["", *table["releases"], ""], table["names"][flag.name]
    first, last = releases.index(entry["first"]), releases.index(entry["last"])
    return Span(releases[first - 1], releases[first], releases[last], releases[last + 1])


def kernel_names(family: str) -> tuple[str, ...]:
    """Return the names that Linux prints in that line, by its source (data/flags/names.toml)."""
    return tuple(_names()[family]["names"])


@cache
def _names() -> dict[str, dict]:
    return load("flags/names.toml")


def arm_implementer(number: str) -> str | None:
    """Return the maker for a ``CPU implementer`` number such as 0x41, or None."""
    entry = _arm().get(_hex(number))
    return entry["name"] if entry else None


def arm_part(implementer: str, part: str) -> str | None:
    """Return the core's name for an implementer and ``CPU part`` number, or None."""
    entry = _arm().get(_hex(implementer))
    return entry["parts"].get(_hex(part)) if entry else None


@cache
def _arm() -> dict[str, dict]:
    return load("arm_cores.toml")


def _hex(number: str) -> str:
    """Return one spelling for 0x41, 0X041 and 0x00000041."""
    digits = number.lower().removeprefix("0x").lstrip("0")
    return f"0x{digits or '0'}"


@cache
def load(name: str) -> dict:
    """Return a TOML file of ``data/``, which is not to be changed."""
    with (DATA / name).open("rb") as file:
        return tomllib.load(file)
