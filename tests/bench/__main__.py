"""Speeds (``make bench``): ``machine`` for the machine, ``web`` for the rest, or both."""

import argparse
import sys


def main() -> int:
    """Run the comparisons asked for; return 1 when an engine computed something wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=("machine", "web"), help="one of the two only")
    part = parser.parse_args().part
    is_right = True
    if part != "web":
        from tests.bench import machine

        is_right = machine.main()
    if part != "machine":
        from tests.bench import web

        web.main()
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
