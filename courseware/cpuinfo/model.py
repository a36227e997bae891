"""What was read: a ``Host`` made of facts, each with its certainty and its lines."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")

QUOTE_CHARACTERS = 160
NAMES_LISTED = 4
_PUNCTUATION = "、。「」"
_FIRST_JAPANESE = "\u2e80"  # where Unicode's East Asian letters begin


class Certainty(StrEnum):
    """How a fact is known."""

    READ = "read"  # written in the text
    DERIVED = "derived"  # computed from what is written
    UNKNOWN = "unknown"  # the text does not say


@dataclass(frozen=True)
class Limits:
    """How much of a text is read; what is beyond is reported, not analysed."""

    max_bytes: int = 2 * 1024 * 1024
    max_lines: int = 100_000
    max_blocks: int = 4096
    max_unread: int = 100  # unread lines that are listed; all of them are counted


@dataclass(frozen=True)
class Evidence:
    """A line of the pasted text: its number from 1, and a quotation."""

    line: int
    text: str


@dataclass(frozen=True)
class Fact(Generic[T]):
    """A value with how it is known. ``value`` is None exactly when it is unknown."""

    value: T | None
    certainty: Certainty
    evidence: tuple[Evidence, ...] = ()
    note: str = ""

    @property
    def known(self) -> bool:
        """Say whether there is a value, read or derived."""
        return self.certainty is not Certainty.UNKNOWN


def unknown(note: str = "") -> Fact:
    """Return the fact that the text does not say this."""
    return Fact(None, Certainty.UNKNOWN, (), note)


@dataclass(frozen=True)
class Entry:
    """One ``key : value`` line. ``key`` is lower case with single spaces."""

    key: str
    value: str
    line: int

    @property
    def evidence(self) -> Evidence:
        """Return the line as a quotation of bounded length."""
        return Evidence(self.line, clip(f"{self.key} : {self.value}"))


@dataclass
class Block:
    """The entries of one logical CPU (or of the machine, in a trailing block)."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def get(self, *keys: str) -> Entry | None:
        """Return the first of the keys that has a value, or None."""
        for key in keys:
            entry = self.entries.get(key)
            if entry is not None and entry.value:
                return entry
        return None


@dataclass(frozen=True)
class CoreType:
    """CPUs of one kind, in a machine whose CPUs may differ."""

    name: str
    threads: int
    evidence: Evidence | None = None


@dataclass(frozen=True)
class FlagSet:
    """The flags of all CPUs.

    ``complete`` is False when the line may have been cut, so that a missing name proves nothing.
    """

    common: frozenset[str] = frozenset()
    some: frozenset[str] = frozenset()  # on at least one CPU, but not on all
    order: tuple[str, ...] = ()  # as printed for the first CPU, then the others
    key: str = "flags"
    line: int = 0  # where the first such line is; 0 when there is none
    complete: bool = False

    @property
    def present(self) -> bool:
        """Say whether the text has such a line at all."""
        return self.line > 0

    def __contains__(self, name: object) -> bool:
        return name in self.common or name in self.some

    def quote(self, *names: str) -> Evidence:
        """Return the line as evidence: the names in question, or that they are missing."""
        found = [name for name in names if name in self]
        if found:
            text = f"{self.key} : … {' … '.join(found)} …"
        else:
            text = f"{self.key} : ({len(self.order)} 個。{'、'.join(names)} はない)"
        return Evidence(self.line, text)


@dataclass(frozen=True)
class UnreadLine:
    """A line that was not understood, and why (Japanese)."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Host:
    """A machine, as far as its /proc/cpuinfo tells."""

    family: str = ""  # the reader: x86, arm, riscv, ...; empty when not recognized
    family_label: str = "不明なアーキテクチャー"
    explained: bool = False  # False for an architecture known by name only
    architecture: Fact[str] = field(default_factory=unknown)
    vendor: Fact[str] = field(default_factory=unknown)
    vendor_id: str = ""
    model_name: Fact[str] = field(default_factory=unknown)
    cpu_family: Fact[str] = field(default_factory=unknown)
    model: Fact[str] = field(default_factory=unknown)
    stepping: Fact[str] = field(default_factory=unknown)
    machine: Fact[str] = field(default_factory=unknown)  # board name, where it is printed
    sockets: Fact[int] = field(default_factory=unknown)
    cores: Fact[int] = field(default_factory=unknown)
    threads: Fact[int] = field(default_factory=unknown)
    smt: Fact[bool] = field(default_factory=unknown)
    core_types: tuple[CoreType, ...] = ()
    heterogeneous: Fact[bool] = field(default_factory=unknown)
    flags: FlagSet = FlagSet()
    vmx_flags: FlagSet = FlagSet()
    bugs: FlagSet = FlagSet()
    part: str = ""  # ARM "CPU part" of the first CPU
    lines: int = 0
    empty: bool = True
    repairs: tuple[str, ...] = ()  # Japanese: what was mended before reading
    warnings: tuple[str, ...] = ()  # Japanese: what the reader should know about this text
    removed_lines: tuple[int, ...] = ()  # serial numbers, dropped while reading
    unread: tuple[UnreadLine, ...] = ()
    unread_total: int = 0


def clip(text: str) -> str:
    """Return the text, shortened to what fits a quotation."""
    return text if len(text) <= QUOTE_CHARACTERS else text[: QUOTE_CHARACTERS - 1] + "…"


def listed(names: list[str], separator: str) -> str:
    """Return the names in one sentence's space: the first few, and how many are left."""
    shown = separator.join(names[:NAMES_LISTED])
    left = len(names) - NAMES_LISTED
    return f"{shown} ほか {left} 種類" if left > 0 else shown


def joined(*parts: str) -> str:
    """Return the parts in one line, written as Japanese is beside Latin letters.

    A space stands between two parts, but not between Japanese letters nor beside 「、」 and 「。」.
    """
    text = ""
    for part in parts:
        text += " " * (bool(text and part) and _is_apart(text[-1], part[0])) + part
    return text


def _is_apart(left: str, right: str) -> bool:
    is_punctuation = left in _PUNCTUATION or right in _PUNCTUATION
    return not is_punctuation and (left < _FIRST_JAPANESE or right < _FIRST_JAPANESE)
