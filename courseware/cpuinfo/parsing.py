"""``parse``: from any text to a ``Host``; ``parse_all``: to all the machines in it."""

from collections.abc import Iterator
from dataclasses import replace

from courseware.cpuinfo import blocks, capabilities, readers, text
from courseware.cpuinfo.blocks import Blocks
from courseware.cpuinfo.model import Host, Limits, UnreadLine, clip
from courseware.cpuinfo.text import Source
from courseware.cpuinfo.texts import DEFAULT_LANGUAGE, say, speaking

DEFAULT_LIMITS = Limits()


def parse(
    raw: str | bytes, limits: Limits = DEFAULT_LIMITS, language: str = DEFAULT_LANGUAGE
) -> Host:
    """Return what a text about a machine's CPUs tells: /proc/cpuinfo, lscpu, virsh capabilities.

    ``raw`` may be anything: damaged, cut, another file, empty. Nothing is raised for it;
    ``Host.unread`` and ``Host.warnings`` say what was not understood. Of several machines the
    first is returned, and a warning says so. Time is linear in the text. Serial numbers are
    dropped here and are in no part of the result. ``language`` (ja or en) is that of the
    sentences; ValueError is raised for another.
    """
    return parse_all(raw, limits, language)[0]


def parse_all(
    raw: str | bytes, limits: Limits = DEFAULT_LIMITS, language: str = DEFAULT_LANGUAGE
) -> tuple[Host, ...]:
    """Return a host for each machine in the text, in order; see ``parse``. Never empty."""
    with speaking(language):
        source = text.read(raw, limits)
        hosts = [
            replace(
                host,
                language=language,
                lines=len(source.lines) - (not source.lines[-1]),
                repairs=source.repairs,
                warnings=source.warnings + _of_other_outputs(source.lines) + host.warnings,
            )
            for host in _hosts(source, limits)
        ]
        if len(hosts) > 1:
            warning = say("reading.several_machines", count=len(hosts))
            hosts[0] = replace(hosts[0], warnings=(*hosts[0].warnings, warning))
        return tuple(replace(host, machines=len(hosts)) for host in hosts)


def _hosts(source: Source, limits: Limits) -> Iterator[Host]:
    if capabilities.is_in(source.lines):
        yield capabilities.read(source.lines, limits)
        return
    machines = blocks.split(source.lines, limits, source.cut)
    if not machines:
        yield Host()
    for found in machines:
        yield _host(found, limits)


# What is mistaken for the texts that are read; by what one of its first lines begins with.
_OTHER_OUTPUTS = {
    "<domaincapabilities": "is_domcapabilities",
    "cpu node socket core": "is_lscpu_table",
    "cpu socket core": "is_lscpu_table",
    "# the following is the parsable format": "is_lscpu_table",
}
_LINES_LOOKED_AT = 40


def _of_other_outputs(lines: list[str]) -> tuple[str, ...]:
    for line in lines[:_LINES_LOOKED_AT]:
        words = " ".join(line[:200].split()).lower()
        for begins, key in _OTHER_OUTPUTS.items():
            if words.startswith(begins):
                return (say(f"reading.{key}"),)
    return ()


def _host(found: Blocks, limits: Limits) -> Host:
    reader = readers.choose(found.blocks)
    host = reader.read(found) if reader else Host()
    unread, unread_total = _unread(found, reader, limits)
    return replace(
        host,
        empty=False,
        warnings=tuple(found.warnings) + _of_cut_flags(host) + host.warnings,
        removed_lines=tuple(found.removed_lines),
        unread=unread,
        unread_total=unread_total,
    )


def _of_cut_flags(host: Host) -> tuple[str, ...]:
    is_cut = host.flags.present and not host.flags.complete
    return (say("reading.flags_line_cut"),) if is_cut else ()


def _unread(
    found: Blocks, reader: readers.Reader | None, limits: Limits
) -> tuple[tuple[UnreadLine, ...], int]:
    """Return the lines not understood, in order, at most ``limits.max_unread``; and their count."""
    unread, total = list(found.unread), found.unread_total
    reason = say("reading.unknown_key" if reader else "reading.not_cpuinfo")
    for block in found.blocks:
        if reader and block.lines.keys() <= reader.known_keys:
            continue
        for key, (value, line) in block.lines.items():
            if reader and reader.knows(key):
                continue
            total += 1
            if len(unread) < 2 * limits.max_unread:
                unread.append(UnreadLine(line, clip(f"{key} : {value}"), reason))
    unread.sort(key=lambda line: line.line)
    return tuple(unread[: limits.max_unread]), total
