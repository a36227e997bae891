"""``debug``: a debugger that reads one command a line."""

import sys

from courseware.machine.cli.arguments import Arguments, Command, Option, number
from courseware.machine.cli.console import DEFAULT_MAX_CYCLES, Console
from courseware.machine.cli.files import program_of
from courseware.machine.cli.power_on import DISK, ENGINE, MEMORY, disk_image, limits_for
from courseware.machine.debugger import Debugger

_PROMPT = "(vlab) "
_LEAVE = "\n終わるときは、quit か Ctrl-D を入力してください。"


def run(arguments: Arguments) -> int:
    """Do the commands on standard input until ``quit`` or its end; return 0."""
    program = program_of(arguments["file"])
    debugger = Debugger(
        program,
        limits_for(program, arguments),
        disk=disk_image(arguments),
        engine=arguments["engine"],
    )
    console = Console(debugger, sys.stdout, arguments["max_instructions"])
    console.show_place()
    is_terminal = sys.stdin.isatty()
    while not console.is_done:
        try:
            line = _read_line(is_terminal)
        except KeyboardInterrupt:
            if not is_terminal:
                raise
            print(_LEAVE)
            continue
        if not line:
            break
        console.do(line)
    return 0


def _read_line(is_terminal: bool) -> str:
    """Return the next line, or "" at the end of the input."""
    if is_terminal:
        print(_PROMPT, end="", flush=True)
    line = sys.stdin.readline()
    if is_terminal and not line:
        print()  # whatever comes next on the terminal begins a line
    return line


COMMAND = Command(
    "debug",
    "プログラムを 1 命令ずつ調べます。標準入力から命令を読みます (help で一覧が出ます)。",
    run,
    (
        ENGINE,
        Option(
            "--max-instructions",
            "continue、next、finish の 1 回で実行する命令数の上限。"
            f"既定は {DEFAULT_MAX_CYCLES:,} です。",
            "数",
            number,
            DEFAULT_MAX_CYCLES,
        ),
        MEMORY,
        DISK,
    ),
)
