"""Exercises about a given text: what does it show, and which line tells?

The right answers come from the report's findings, so that an exercise cannot disagree with it.
"""

from dataclasses import dataclass

from courseware.cpuinfo import text as source
from courseware.cpuinfo.findings import Finding, State
from courseware.cpuinfo.model import Evidence, FlagSet
from courseware.cpuinfo.parsing import DEFAULT_LIMITS, parse
from courseware.cpuinfo.reporting import report


@dataclass(frozen=True)
class Exercise:
    """One question about a text, and what answers it.

    ``state`` is the right answer: shown, shown absent, or cannot be told. When it is shown,
    ``lines`` are all lines of the text that tell so, and ``names`` the flags there; each is a
    right answer to "which line?". ``reason`` says why, in one or two sentences.
    """

    name: str
    title: str
    state: State
    lines: tuple[int, ...]
    names: tuple[str, ...]
    reason: str


def exercises(text: str) -> tuple[Exercise, ...]:
    """Return an exercise for each of the report's findings on a text; Japanese."""
    read = report(parse(text))
    host = read.host
    lines = source.read(text, DEFAULT_LIMITS).lines  # numbered as the findings' evidence is
    flags = (host.flags, host.vmx_flags)
    return tuple(_exercise(finding, lines, flags) for finding in read.findings)


def exercise(text: str, name: str) -> Exercise | None:
    """Return the exercise on one finding, by its name, or None when the report has none."""
    return next((item for item in exercises(text) if item.name == name), None)


def _exercise(finding: Finding, lines: list[str], flags: tuple[FlagSet, ...]) -> Exercise:
    told: dict[int, None] = {}
    names: dict[str, None] = {}
    if finding.state is State.SHOWN:
        for evidence in finding.evidence:
            shown = _names(evidence, flags)
            names |= dict.fromkeys(shown)
            told |= dict.fromkeys(_telling(lines, evidence.line, shown))
    return Exercise(
        name=finding.name,
        title=finding.title,
        state=finding.state,
        lines=tuple(sorted(told)),
        names=tuple(names),
        reason=finding.reason,
    )


def _names(evidence: Evidence, flags: tuple[FlagSet, ...]) -> list[str]:
    """Return the flags that a quotation names."""
    key, _, words = evidence.text.partition(" : ")
    having = [line for line in flags if line.key == key]
    return [word for word in words.split() if any(word in line for line in having)]


def _telling(lines: list[str], number: int, names: list[str]) -> list[int]:
    """Return the lines that say what a line says: each logical CPU has one."""
    key, _, value = lines[number - 1].partition(":")

    def tells(line: str) -> bool:
        own, _, rest = line.partition(":")
        if own.strip() != key.strip():
            return False
        return set(names) <= set(rest.split()) if names else rest.strip() == value.strip()

    return [place for place, line in enumerate(lines, start=1) if tells(line)]
