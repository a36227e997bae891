"""What a report says about one question: shown, shown absent, or cannot be told."""

from dataclasses import dataclass
from enum import StrEnum

from courseware.cpuinfo.model import Evidence


class State(StrEnum):
    """What the text proves."""

    SHOWN = "shown"  # the text shows it
    ABSENT = "absent"  # the text shows that it is not there
    UNKNOWN = "unknown"  # the text cannot tell


@dataclass(frozen=True)
class Command:
    """A command that settles the question, and what its answer means (Japanese)."""

    line: str
    meaning: str


@dataclass(frozen=True)
class Finding:
    """One question about the machine, answered as far as the text goes. Texts are Japanese."""

    name: str
    title: str
    state: State
    summary: str
    reason: str
    evidence: tuple[Evidence, ...] = ()
    commands: tuple[Command, ...] = ()


@dataclass(frozen=True)
class CannotTell:
    """Something that no /proc/cpuinfo says, why, and what to type instead."""

    title: str
    reason: str
    command: Command
