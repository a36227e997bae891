"""``python -m courseware.cpuinfo compare A B ...``: hosts compared, in a terminal."""

import argparse
import json
import sys
from pathlib import Path

from courseware.cpuinfo.comparison import as_json, as_text
from courseware.cpuinfo.comparison.comparing import MAX_HOSTS, MIN_HOSTS, Entry, compare
from courseware.cpuinfo.parsing import parse
from courseware.cpuinfo.texts import DEFAULT_LANGUAGE, LANGUAGES, say, speaking


def main(arguments: list[str]) -> int:
    """Print the comparison; return the exit status (2 when it cannot be made)."""
    parser = argparse.ArgumentParser(
        prog="python -m courseware.cpuinfo compare", description="ホストを比べます。"
    )
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help=f"{MIN_HOSTS} 個から {MAX_HOSTS} 個まで"
    )
    parser.add_argument(
        "--json", action="store_true", help="JSON (courseware.cpuinfo.comparison.as_json)"
    )
    parser.add_argument("--lang", choices=LANGUAGES, default=DEFAULT_LANGUAGE)
    options = parser.parse_args(arguments)
    try:
        entries = _entries(options.files, options.lang)
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


def _entries(files: list[str], language: str) -> list[Entry]:
    return [Entry(file, parse(Path(file).read_bytes(), language=language)) for file in files]
