"""``python -m courseware.cpuinfo [FILE|-] [--json]``: the report on a text, in a terminal."""

import argparse
import json
import sys
from pathlib import Path

from courseware.cpuinfo import parse, report
from courseware.cpuinfo.as_json import as_json
from courseware.cpuinfo.as_text import as_text


def main(arguments: list[str] | None = None) -> int:
    """Print the report; return the exit status (2 when the file cannot be read)."""
    parser = argparse.ArgumentParser(prog="python -m courseware.cpuinfo", description=__doc__)
    parser.add_argument("file", nargs="?", default="/proc/cpuinfo", help="- は標準入力です")
    parser.add_argument("--json", action="store_true", help="JSON (courseware.cpuinfo.as_json)")
    options = parser.parse_args(arguments)
    try:
        raw = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
    except OSError as error:
        print(f"{options.file} を読めません: {error.strerror}", file=sys.stderr)
        return 2
    result = report(parse(raw))
    if options.json:
        print(json.dumps(as_json(result), ensure_ascii=False, indent=2))
    else:
        print(as_text(result), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
