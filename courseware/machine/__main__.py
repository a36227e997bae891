"""``python -m courseware.machine``: run, assemble, disassemble and debug programs."""

import sys

from courseware.machine.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
