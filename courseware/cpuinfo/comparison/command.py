"""``python -m courseware.cpuinfo compare A B ...``: hosts compared, in a terminal."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from courseware.cpuinfo.comparison import as_json, as_text
from courseware.cpuinfo.comparison.comparing import (
    MAX_HOSTS,
    MIN_HOSTS,
    Entry,
    compare,
)
from courseware.cpuinfo.model import Limits
from courseware.cpuinfo.parsing import parse_all
from courseware.cpuinfo.texts import DEFAULT_LANGUAGE, LANGUAGES, say, speaking

# One machine more than can be compared is read, so that none is left out without a word.
_LIMITS = Limits(max_machines=MAX_HOSTS + 1)


def main(arguments: list[str]) -> int:
    """Print the comparison; return the exit status (2 when it cannot be made)."""
    parser = argparse.ArgumentParser(
        prog="python -m courseware.cpuinfo compare", description="ホストを比べます。"
    )
    parser.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help=f"合わせて {MIN_HOSTS} 台から {MAX_HOSTS} 台まで。"
        "何台分かが一つにあれば、FILE#1、FILE#2 のように分けて比べます",
    )
    parser.add_argument(
        "--json", action="store_true", help="JSON (courseware.cpuinfo.comparison.as_json)"
    )
    parser.add_argument("--lang", choices=LANGUAGES, default=DEFAULT_LANGUAGE)
    options = parser.parse_args(arguments)
    try:
        entries = [entry for file in options.files for entry in _entries(file, options.lang)]
    except OSError as error:
        with speaking(options.lang):
            reason = say("comparison.unreadable", file=error.filename, reason=error.strerror)
        print(reason, file=sys.stderr)
        return 2
    if not MIN_HOSTS <= len(entries) <= MAX_HOSTS:
        with speaking(options.lang):
            number = say("comparison.number", least=MIN_HOSTS, most=MAX_HOSTS, count=len(entries))
        print(number, file=sys.stderr)
        return 2
    comparison = compare(entries, options.lang)
    if options.json:
        print(json.dumps(as_json.as_json(comparison), ensure_ascii=False, indent=2))
    else:
        print(as_text.as_text(comparison, options.lang), end="")
    return 0


def _entries(file: str, language: str) -> Iterator[Entry]:
    """Yield the file's machine under its name, or each of several with its number."""
    hosts = parse_all(Path(file).read_bytes(), _LIMITS, language)
    for number, host in enumerate(hosts, start=1):
        yield Entry(file if len(hosts) == 1 else f"{file}#{number}", host)
