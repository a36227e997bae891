"""``parse``: from any text to a ``Host``."""

from dataclasses import replace

from courseware.cpuinfo import blocks, readers, text
from courseware.cpuinfo.model import Host, Limits, UnreadLine, clip

DEFAULT_LIMITS = Limits()


def parse(raw: str | bytes, limits: Limits = DEFAULT_LIMITS) -> Host:
    """Return what a /proc/cpuinfo text tells about its machine.

    ``raw`` may be anything: damaged, cut, another file, empty. Nothing is raised for it;
    ``Host.unread`` and ``Host.warnings`` say what was not understood. Time is linear in
    the text. Serial numbers are dropped here and are in no part of the result.
    """
    source = text.read(raw, limits)
    found = blocks.split(source.lines, limits, source.cut)
    if found.empty:
        return Host(repairs=source.repairs, warnings=source.warnings)
    reader = readers.choose(found.blocks)
    host = reader.read(found) if reader else Host()
    unread, unread_total = _unread(found, reader, limits)
    return replace(
        host,
        empty=False,
        lines=len(source.lines) - (not source.lines[-1]),
        repairs=source.repairs,
        warnings=source.warnings + tuple(found.warnings) + host.warnings,
        removed_lines=tuple(found.removed_lines),
        unread=unread,
        unread_total=unread_total,
    )


def _unread(
    found: blocks.Blocks, reader: readers.Reader | None, limits: Limits
) -> tuple[tuple[UnreadLine, ...], int]:
    """Return the lines not understood, in order, at most ``limits.max_unread``; and their count."""
    unread, total = list(found.unread), found.unread_total
    if reader is None or reader.explained:
        known = reader.known_keys if reader else frozenset()
        reason = "知らない項目名です。" if reader else "/proc/cpuinfo の項目として読めません。"
        for block in found.blocks:
            for entry in block.entries.values():
                if entry.key in known:
                    continue
                total += 1
                if len(unread) < 2 * limits.max_unread:
                    shown = clip(f"{entry.key} : {entry.value}")
                    unread.append(UnreadLine(entry.line, shown, reason))
    unread.sort(key=lambda line: line.line)
    return tuple(unread[: limits.max_unread]), total
