"""``debug``: a debugger that reads one command a line."""

import sys

from courseware.machine.cli.arguments import Arguments, Command
from courseware.machine.cli.console import Console
from courseware.machine.cli.files import program_of
from courseware.machine.cli.power_on import DISK, ENGINE, MEMORY, disk_image, limits_for
from courseware.machine.debugger import Debugger

_PROMPT = "(vlab) "


def run(arguments: Arguments) -> int:
    """Do the commands on standard input until ``quit`` or its end; return 0."""
    program = program_of(arguments["file"])
    debugger = Debugger(
        program,
        limits_for(program, arguments),
        disk=disk_image(arguments),
        engine=arguments["engine"],
    )
    console = Console(debugger, sys.stdout)
    console.show_place()
    is_terminal = sys.stdin.isatty()
    while not console.is_done:
        if is_terminal:
            print(_PROMPT, end="", flush=True)
        line = sys.stdin.readline()
        if not line:
            break
        console.do(line)
    return 0


COMMAND = Command(
    "debug",
    "プログラムを 1 命令ずつ調べます。標準入力から命令を読みます (help で一覧が出ます)。",
    run,
    (ENGINE, MEMORY, DISK),
)
