"""A report as plain text, for a terminal."""

from collections.abc import Iterator

from courseware.cpuinfo import words
from courseware.cpuinfo.facts import facts
from courseware.cpuinfo.findings import Finding
from courseware.cpuinfo.reporting import Report
from courseware.cpuinfo.texts import listing, say, speaking


def as_text(report: Report) -> str:
    """Return the report as lines of text, the most important first, in the host's language."""
    with speaking(report.host.language):
        return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    host = report.host
    yield "■ " + say("report.heading_conclusion")
    yield from (f"  {sentence}" for sentence in report.conclusion.sentences)
    if report.conclusion.command:
        yield f"    $ {report.conclusion.command.line}"
    yield "\n■ " + say("report.heading_cpu", family=words.family(host))
    for row in facts(report):
        yield f"  {row.label}: {row.value} [{words.certainty(row.fact.certainty)}]"
    notes = (*host.repairs, *host.warnings, *removed(report))
    yield from (f"  {say('report.note', text=note)}" for note in notes)
    yield "\n■ " + say("report.heading_findings")
    for finding in report.findings:
        yield from _finding(finding)
    yield "\n■ " + say("report.heading_cannot_tell")
    for item in report.cannot_tell:
        yield f"  {item.title}: {item.reason}\n    $ {item.command.line}"
    if host.unread:
        yield "\n■ " + say("report.heading_unread", total=host.unread_total)
        for line in host.unread:
            yield f"  {say('report.line', line=line.line, text=line.text)} ({line.reason})"


def _finding(finding: Finding) -> Iterator[str]:
    yield f"  [{words.state(finding.state)}] {finding.title}: {finding.summary}"
    yield f"    {say('report.reason', text=finding.reason)}"
    for item in finding.evidence:
        yield f"    {say('report.line', line=item.line, text=item.text)}"
    yield from (f"    $ {command.line}  # {command.meaning}" for command in finding.commands)


def removed(report: Report) -> tuple[str, ...]:
    """Return a note on the lines whose serial numbers were dropped; none when there are none."""
    lines = [str(line) for line in report.host.removed_lines]
    if not lines:
        return ()
    more = "…" * (len(lines) > _LINES_LISTED)
    return (say("report.removed", lines=listing(lines[:_LINES_LISTED]) + more),)


_LINES_LISTED = 4
