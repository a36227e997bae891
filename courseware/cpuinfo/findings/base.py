"""What a report says about one question: shown, shown absent, or cannot be told.

A module for each architecture decides which case a text is; the case's sentences, state and
commands are in ``data/findings``. A case that is ``like`` another has only what differs.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from courseware.cpuinfo.knowledge import load
from courseware.cpuinfo.model import Evidence, FlagSet, Host
from courseware.cpuinfo.texts import choose


class State(StrEnum):
    """What the text proves."""

    SHOWN = "shown"  # the text shows it
    ABSENT = "absent"  # the text shows that it is not there
    UNKNOWN = "unknown"  # the text cannot tell


@dataclass(frozen=True)
class Command:
    """A command that settles the question, and what its answer means."""

    line: str
    meaning: str


@dataclass(frozen=True)
class Finding:
    """One question about the machine, answered as far as the text goes.

    ``conclusion`` and ``certainty`` are what the answer means for running virtual machines, and
    how sure that is; only hardware virtualization has them.
    """

    name: str
    title: str
    state: State
    summary: str
    reason: str
    evidence: tuple[Evidence, ...] = ()
    commands: tuple[Command, ...] = ()
    conclusion: str = ""
    certainty: str = ""


@dataclass(frozen=True)
class CannotTell:
    """Something that no /proc/cpuinfo says, why, and what to type instead."""

    title: str
    reason: str
    command: Command


@dataclass(frozen=True)
class Verdict:
    """Which case a text is, with what is filled in there.

    ``shared`` names a question of ``common.toml`` whose case it is; ``commands`` are further
    ones.
    """

    case: str
    evidence: tuple[Evidence, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)
    shared: str = ""
    commands: tuple[str, ...] = ()


Rule = Callable[[Host], Verdict]
Rules = Mapping[str, Rule]  # question to rule, in the order in which a learner should read


def answer(family: str, rules: Rules, host: Host) -> Iterator[Finding]:
    """Return the findings of a family's rules, in their order."""
    for name, rule in rules.items():
        yield _finding(family, name, rule(host))


def command(name: str) -> Command:
    """Return a command of ``data/commands.toml``."""
    entry = _commands()[name]
    return Command(entry["line"], choose(entry))


def always(_: Host) -> Verdict:
    """The rule of a question that no text of the architecture answers differently."""
    return Verdict("always")


def quoted(flags: FlagSet, *names: str) -> tuple[Evidence, ...]:
    """Return a flags line as evidence of names that are there, or are not."""
    return (flags.quote(*names),) if flags.present else ()


def _finding(family: str, name: str, verdict: Verdict) -> Finding:
    source = "common" if verdict.shared else family
    question = _questions(source)[verdict.shared or name]
    case = question["cases"][verdict.case]
    if "like" in case:
        case = question["cases"][case["like"]] | case
    own = _questions(family).get(name, question)
    values = verdict.values
    commands = [entry.format(**values) for entry in case.get("commands", ())]
    return Finding(
        name=name,
        title=choose(case.get("title") or own["title"]),
        state=State(case["state"]),
        summary=choose(case["summary"], **values).rstrip(),
        reason=choose(case["reason"], **values).rstrip(),
        evidence=verdict.evidence,
        commands=tuple(command(entry) for entry in (*commands, *verdict.commands)),
        conclusion=choose(case["conclusion"], **values) if "conclusion" in case else "",
        certainty=choose(case["certainty"], **values) if "certainty" in case else "",
    )


@cache
def _questions(source: str) -> dict[str, dict]:
    return load(f"findings/{source}.toml")


@cache
def _commands() -> dict[str, dict[str, str]]:
    return load("commands.toml")
