"""``python -m courseware.cpuinfo [FILE|-] [--json] [--lang ja|en]``: the report on a text.

``python -m courseware.cpuinfo compare A B …`` compares hosts (``comparison/command.py``).
"""

import argparse
import json
import os
import sys
from pathlib import Path

from courseware.cpuinfo import parse, report
from courseware.cpuinfo.as_json import as_json
from courseware.cpuinfo.as_text import as_text
from courseware.cpuinfo.texts import DEFAULT_LANGUAGE, LANGUAGES, say, speaking


def main(arguments: list[str] | None = None) -> int:
    """Print the report, or the comparison; return the exit status (2 when a file is unreadable)."""
    try:
        status = _obey(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Whoever read the output has enough. What is left in the buffer goes nowhere at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _obey(arguments: list[str]) -> int:
    if arguments[:1] == ["compare"]:
        from courseware.cpuinfo.comparison import command

        return command.main(arguments[1:])
    options = _parser().parse_args(arguments)
    with speaking(options.lang):
        raw = _read(options.file)
    if raw is None:
        return 2
    result = report(parse(raw, language=options.lang))
    if options.json:
        print(json.dumps(as_json(result), ensure_ascii=False, indent=2))
    else:
        print(as_text(result), end="")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m courseware.cpuinfo",
        description=say("report.command_line"),
        epilog=say("report.command_line_compare"),
    )
    parser.add_argument("file", nargs="?", default="/proc/cpuinfo", help=say("report.option_file"))
    parser.add_argument("--json", action="store_true", help=say("report.option_json"))
    parser.add_argument(
        "--lang", choices=LANGUAGES, default=DEFAULT_LANGUAGE, help=say("report.option_lang")
    )
    return parser


def _read(file: str) -> bytes | None:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        print(say("report.unreadable", file=file, reason=error.strerror), file=sys.stderr)
        return None


if __name__ == "__main__":
    sys.exit(main())
