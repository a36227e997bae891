"""Speeds (``make bench``): of the machine, of the labs' whole path, of pages and the rest."""

import argparse
import sys


def main() -> int:
    """Run the comparisons asked for; return 1 for a wrong engine, or labs that are too slow."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("part", nargs="?", choices=("machine", "labs", "web"), help="one only")
    part = parser.parse_args().part
    is_right = True
    if part in (None, "machine"):
        from tests.bench import machine

        is_right = machine.main()
    if part in (None, "labs"):
        from tests.bench import labs

        is_right &= labs.main()
    if part in (None, "web"):
        from tests.bench import web

        web.main()
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
