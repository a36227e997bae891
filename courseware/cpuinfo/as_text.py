"""A report as Japanese plain text, for a terminal."""

from collections.abc import Iterator

from courseware.cpuinfo.facts import facts
from courseware.cpuinfo.findings import Finding
from courseware.cpuinfo.reporting import Report
from courseware.cpuinfo.words import CERTAINTY, STATE


def as_text(report: Report) -> str:
    """Return the report as lines of text, the most important first."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    host = report.host
    yield "■ 結論"
    yield from (f"  {sentence}" for sentence in report.conclusion.sentences)
    if report.conclusion.command:
        yield f"    $ {report.conclusion.command.line}"
    yield f"\n■ CPU ({host.family_label})"
    for row in facts(report):
        yield f"  {row.label}: {row.value} [{CERTAINTY[row.fact.certainty]}]"
    yield from (f"  注意: {warning}" for warning in (*host.repairs, *host.warnings))
    yield "\n■ 仮想化について分かること"
    for finding in report.findings:
        yield from _finding(finding)
    yield "\n■ この本文からは分からないこと"
    for item in report.cannot_tell:
        yield f"  {item.title}: {item.reason}\n    $ {item.command.line}"
    if host.unread:
        yield f"\n■ 読めなかった行 ({host.unread_total} 行)"
        yield from (f"  {line.line} 行目: {line.text} ({line.reason})" for line in host.unread)


def _finding(finding: Finding) -> Iterator[str]:
    yield f"  [{STATE[finding.state]}] {finding.title}: {finding.summary}"
    yield f"    理由: {finding.reason}"
    yield from (f"    {item.line} 行目: {item.text}" for item in finding.evidence)
    yield from (f"    $ {command.line}  # {command.meaning}" for command in finding.commands)
