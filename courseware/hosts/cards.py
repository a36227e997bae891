"""A report as the page shows it: rows, words and marks, and lists of bounded length."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from courseware.cpuinfo import Certainty, Report, words
from courseware.cpuinfo.facts import LabelledFact, facts
from courseware.cpuinfo.findings import Finding, State
from courseware.cpuinfo.knowledge import Flag, flags
from courseware.cpuinfo.model import clip
from courseware.cpuinfo.reporting import FlagGroup

# Shapes beside the words, so that no difference is in colour alone.
_CERTAINTY_MARKS = {Certainty.READ: "●", Certainty.DERIVED: "◐", Certainty.UNKNOWN: "○"}
_STATE_MARKS = {State.SHOWN: "✓", State.ABSENT: "✕", State.UNKNOWN: "?"}


@dataclass(frozen=True)
class Mark:
    """How sure something is: a key for the style sheet, a word, and a shape."""

    key: str
    word: str
    shape: str


@dataclass(frozen=True)
class FactRow:
    """One fact of the machine. ``lines`` are line numbers of the text; ``note`` says how."""

    label: str
    value: str
    mark: Mark
    lines: tuple[int, ...]
    note: str


@dataclass(frozen=True)
class FindingRow:
    """One question about virtualization with its answer's mark."""

    finding: Finding
    mark: Mark


@dataclass(frozen=True)
class Names:
    """The first of possibly very many names, and how many there are."""

    shown: tuple[str, ...]
    total: int

    @property
    def hidden(self) -> int:
        """Return how many names are not shown."""
        return self.total - len(self.shown)


@dataclass(frozen=True)
class ReportCard:
    """Everything that the page shows of a report."""

    report: Report
    source: str
    facts: tuple[FactRow, ...]
    findings: tuple[FindingRow, ...]
    virtualization_groups: tuple[FlagGroup, ...]
    other_groups: tuple[FlagGroup, ...]
    unexplained: Names
    bugs: tuple[Flag, ...]
    unexplained_bugs: Names
    others: tuple["OtherMachine", ...] = ()  # that the text has behind this one

    @property
    def has_flags(self) -> bool:
        """Say whether there is any flag to be listed, explained or not."""
        return bool(self.virtualization_groups or self.other_groups or self.unexplained.total)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was mended, dropped or doubtful in the text."""
        host = self.report.host
        removed = "、".join(str(line) for line in host.removed_lines[:4])
        if len(host.removed_lines) > 4:
            removed += " など"
        dropped = (f"シリアル番号の行 ({removed} 行目) は読み捨てました。",) if removed else ()
        return *host.warnings, *host.repairs, *dropped


@dataclass(frozen=True)
class OtherMachine:
    """A further machine of a text: the ``number``-th."""

    number: int
    card: ReportCard

    @property
    def prefix(self) -> str:
        """Return what keeps the ids of its part of the page apart."""
        return f"m{self.number}-"


def cards(reports: Sequence[Report], source: str) -> ReportCard:
    """Return the card of the first report, with the others' below it."""
    first, *others = (card(report, source) for report in reports)
    return replace(first, others=tuple(OtherMachine(n, o) for n, o in enumerate(others, 2)))


def card(report: Report, source: str) -> ReportCard:
    """Return the card of a report; ``source`` says in Japanese what was analysed."""
    groups = report.groups
    bugs = report.host.bugs.order
    known = flags("bugs")
    return ReportCard(
        report=report,
        source=source,
        facts=tuple(map(_row, facts(report))) if report.host.family else (),
        findings=tuple(FindingRow(item, _state(item.state)) for item in report.findings),
        virtualization_groups=tuple(g for g in groups if g.group.virtualization),
        other_groups=tuple(g for g in groups if not g.group.virtualization),
        unexplained=_names(report.unexplained_flags),
        bugs=tuple(known[name] for name in bugs if name in known),
        unexplained_bugs=_names(tuple(name for name in bugs if name not in known)),
    )


def _row(item: LabelledFact) -> FactRow:
    fact = item.fact
    lines = tuple(dict.fromkeys(evidence.line for evidence in fact.evidence))
    mark = Mark(
        fact.certainty.value, words.certainty(fact.certainty), _CERTAINTY_MARKS[fact.certainty]
    )
    return FactRow(item.label, item.value, mark, lines, fact.note)


def _state(state: State) -> Mark:
    return Mark(state.value, words.state(state), _STATE_MARKS[state])


def _names(names: tuple[str, ...]) -> Names:
    shown = tuple(clip(name) for name in names[: settings.CPUINFO_NAMES_SHOWN])
    return Names(shown, len(names))
