"""Damaged texts of all example machines: ``python -m tests.cpuinfo.fuzz [N] [--seed S]``.

A case is made from its seed alone, so that it can be had again. The run ends at the first text
that makes something raise, or breaks what every report keeps to; its seed is printed.
"""

import argparse
import html
import json
import random
import sys
import traceback
from collections.abc import Callable

from courseware.cpuinfo import Report, parse_all, report
from courseware.cpuinfo.as_json import as_json
from courseware.cpuinfo.as_text import as_text
from courseware.cpuinfo.model import QUOTE_CHARACTERS
from courseware.cpuinfo.texts import LANGUAGES
from tests.cpuinfo.dumps import TEXTS

_ODD = [":", " : ", "\t", "\n", "\n\n", "\r", "\0", "…", "...", "\x1b[1m", "&amp;", "<b>", "９",
        "：", "-1", "0x", "9" * 30, "²", "processor : 0\n", "flags : ", "# processors : 1\n", "ﷺ",
        "\udcff", "isa : rv64", "<capabilities>", "Serial : 1\n", "$ ", "{}"]  # fmt: skip
_LINES_KEPT = 400
_EDITS = 6


def case(seed: int) -> str | bytes:
    """Return the text of a seed."""
    pick = random.Random(seed)
    text = pick.choice(list(TEXTS.values()))
    for _ in range(pick.randrange(_EDITS)):
        text = pick.choice(_DAMAGES)(text, pick)
    if pick.random() < 0.2:
        return text.encode(pick.choice(["utf-8", "utf-16", "utf-16-le", "cp932"]), "replace")
    return text


def _cut(text: str, pick: random.Random) -> str:
    return text[: pick.randrange(len(text) + 1)]


def _remove(text: str, pick: random.Random) -> str:
    start = pick.randrange(len(text) + 1)
    return text[:start] + text[start + pick.randrange(300) :]


def _insert(text: str, pick: random.Random) -> str:
    start = pick.randrange(len(text) + 1)
    return text[:start] + pick.choice(_ODD) * pick.choice([1, 1, 1, 40]) + text[start:]


def _letter(text: str, pick: random.Random) -> str:
    start = pick.randrange(len(text) + 1)
    return text[:start] + chr(pick.randrange(0x3100)) + text[start + 1 :]


def _swap_lines(text: str, pick: random.Random) -> str:
    lines = text.split("\n")
    here, there = pick.randrange(len(lines)), pick.randrange(len(lines))
    lines[here], lines[there] = lines[there], lines[here]
    return "\n".join(lines)


def _splice(text: str, pick: random.Random) -> str:
    other = pick.choice(list(TEXTS.values()))
    start = pick.randrange(len(text) + 1)
    kept = "\n".join(other.split("\n")[:_LINES_KEPT])
    return text[:start] + kept[pick.randrange(len(kept) + 1) :] + text[start:]


def _wrap(text: str, pick: random.Random) -> str:
    width = pick.randrange(10, 120)
    return "\n".join(text[start : start + width] for start in range(0, len(text), width))


_DAMAGES: list[Callable[[str, random.Random], str]] = [
    _cut,
    _remove,
    _insert,
    _insert,
    _letter,
    _letter,
    _swap_lines,
    _splice,
    _wrap,
    lambda text, _: html.escape(text),
    lambda text, _: text.replace("\n", "\r\n"),
    lambda text, _: text.upper(),
    lambda text, _: "".join(f"{n}\t{line}\n" for n, line in enumerate(text.split("\n"))),
]


def check(raw: str | bytes) -> None:
    """Raise AssertionError, or what the package raises, when a text is not reported well."""
    for language in LANGUAGES:
        for host in parse_all(raw, language=language):
            result = report(host)
            as_text(result).encode()
            json.dumps(as_json(result), ensure_ascii=False).encode()
            _keeps_to_its_word(result)


def _keeps_to_its_word(result: Report) -> None:
    host = result.host
    assert result.cannot_tell
    assert host.family == "" or result.findings
    assert host.unread_total >= len(host.unread)
    for finding in result.findings:
        assert finding.summary
        assert finding.reason
        assert finding.evidence or finding.commands
        for item in finding.evidence:
            assert 1 <= item.line <= host.lines + 1
            assert len(item.text) <= 3 * QUOTE_CHARACTERS
    for fact in (host.sockets, host.cores, host.threads, host.vendor, host.model_name):
        assert fact.known == (fact.value is not None)


def main() -> int:
    """Run the cases; return 1 when one fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.cpuinfo.fuzz", description=__doc__)
    parser.add_argument("cases", nargs="?", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0, help="of the first case")
    options = parser.parse_args()
    for seed in range(options.seed, options.seed + options.cases):
        try:
            check(case(seed))
        except Exception:
            traceback.print_exc()
            print(f"failed: --seed {seed} 1", file=sys.stderr)
            return 1
    print(f"{options.cases} texts: nothing raised")
    return 0


if __name__ == "__main__":
    sys.exit(main())
