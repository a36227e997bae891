"""What was read: a ``Host`` made of facts, each with its certainty and its lines."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from courseware.cpuinfo.texts import listing, say

T = TypeVar("T")

QUOTE_CHARACTERS = 160


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
    max_machines: int = 16  # in one text


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


class Entry(NamedTuple):
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
    """The lines of one logical CPU (or of the machine, before or after its CPUs)."""

    lines: dict[str, tuple[str, int]] = field(default_factory=dict)  # key to value and number

    def entry(self, key: str) -> Entry | None:
        """Return the line with that key, or None."""
        found = self.lines.get(key)
        return Entry(key, *found) if found is not None else None

    def get(self, *keys: str) -> Entry | None:
        """Return the first of the keys that has a value, or None."""
        for key in keys:
            found = self.lines.get(key)
            if found is not None and found[0]:
                return Entry(key, *found)
        return None

    def value(self, key: str) -> str:
        """Return the value of a key, empty when it is not there."""
        found = self.lines.get(key)
        return found[0] if found is not None else ""


@dataclass(frozen=True)
class CoreType:
    """CPUs of one kind, in a machine whose CPUs may differ."""

    name: str
    threads: int
    evidence: Evidence | None = None


@dataclass(frozen=True)
class CoreShape:
    """So many cores that have so many logical CPUs each."""

    threads: int
    cores: int


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
    continued: "FlagSet | None" = None  # a second line with some of these names (isa-ext)

    @property
    def present(self) -> bool:
        """Say whether the text has such a line at all."""
        return self.line > 0

    def __contains__(self, name: object) -> bool:
        return name in self.common or name in self.some

    def quote(self, *names: str) -> Evidence:
        """Return the line as evidence: the names in question, or that they are missing."""
        found = [name for name in names if name in self]
        if self.continued and found and all(name in self.continued for name in found):
            return self.continued.quote(*names)
        if found:
            text = f"{self.key} : … {' … '.join(found)} …"
        else:
            missing = listing(list(names))
            text = say("reading.not_among", key=self.key, count=len(self.order), names=missing)
        return Evidence(self.line, text)


@dataclass(frozen=True)
class UnreadLine:
    """A line that was not understood, and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Host:
    """A machine, as far as a text about its CPUs tells. Sentences are in ``language``."""

    family: str = ""  # the reader: x86, arm, riscv, ...; empty when not recognized
    source: str = "cpuinfo"  # what the text is: cpuinfo, lscpu (its output), virsh (capabilities)
    language: str = "ja"
    architecture: Fact[str] = field(default_factory=unknown)
    vendor: Fact[str] = field(default_factory=unknown)
    vendor_id: str = ""
    model_name: Fact[str] = field(default_factory=unknown)
    cpu_family: Fact[str] = field(default_factory=unknown)
    model: Fact[str] = field(default_factory=unknown)
    stepping: Fact[str] = field(default_factory=unknown)
    machine: Fact[str] = field(default_factory=unknown)  # board name, where it is printed
    platform: Fact[str] = field(default_factory=unknown)  # what the kernel runs on, if it says so
    hypervisor: Fact[bool] = field(default_factory=unknown)  # true when shown, never false
    kvm: Fact[bool] = field(default_factory=unknown)  # libvirt says that KVM works here
    iommu: Fact[bool] = field(default_factory=unknown)  # libvirt says so; cpuinfo never does
    mmu: Fact[str] = field(default_factory=unknown)
    sockets: Fact[int] = field(default_factory=unknown)
    cores: Fact[int] = field(default_factory=unknown)
    threads: Fact[int] = field(default_factory=unknown)
    smt: Fact[bool] = field(default_factory=unknown)
    missing_of: int = 0  # logical CPUs that a socket says it has, when the text shows fewer
    core_types: tuple[CoreType, ...] = ()
    core_shapes: tuple[CoreShape, ...] = ()  # empty when cores cannot be told apart
    heterogeneous: Fact[bool] = field(default_factory=unknown)
    flags: FlagSet = FlagSet()
    vmx_flags: FlagSet = FlagSet()
    bugs: FlagSet = FlagSet()
    facilities: FlagSet = FlagSet()  # of IBM Z, by number
    part: str = ""  # ARM "CPU part" of the first CPU
    lines: int = 0
    empty: bool = True
    repairs: tuple[str, ...] = ()  # what was mended before reading
    warnings: tuple[str, ...] = ()  # what the reader should know about this text
    machines: int = 1  # in the text; the host is one of them
    removed_lines: tuple[int, ...] = ()  # serial numbers, dropped while reading
    unread: tuple[UnreadLine, ...] = ()
    unread_total: int = 0

    @property
    def explained(self) -> bool:
        """Say whether the architecture was recognized: then the report explains it."""
        return bool(self.family)


def clip(text: str) -> str:
    """Return the text, shortened to what fits a quotation."""
    return text if len(text) <= QUOTE_CHARACTERS else text[: QUOTE_CHARACTERS - 1] + "…"
