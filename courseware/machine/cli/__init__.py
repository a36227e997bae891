"""The command line of the machine: ``python -m courseware.machine COMMAND FILE``."""

import os
import sys
from pathlib import Path

from courseware.machine.assembler.problems import AssemblyError
from courseware.machine.cli import assemble_file, debug, disassemble_file, run_file
from courseware.machine.cli.arguments import Command, UsageError, half_width, parse, usage
from courseware.machine.cli.files import STANDARD_OUTPUT, FileProblem, writing
from courseware.machine.loaders import LoadError

_COMMANDS = {
    command.name: command
    for command in (
        run_file.COMMAND,
        assemble_file.COMMAND,
        disassemble_file.COMMAND,
        debug.COMMAND,
    )
}
_HELP = ("--help", "-h", "help")
_BAD_USE = 2
_INTERRUPTED = 130  # 128 + SIGINT, as shells count


def main(arguments: list[str]) -> int:
    """Do what the arguments say; return the exit status.

    It is 2 for bad arguments and files that cannot be read or written, with a Japanese message
    on standard error; otherwise each command says what it is.
    """
    try:
        with writing(STANDARD_OUTPUT):  # the commands tell of their other files themselves
            status = _obey(arguments)
            sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Whoever read the output has enough.
        _discard_output()
        return 1
    except FileProblem as error:
        if error.what == STANDARD_OUTPUT:
            _discard_output()
        return _fail(str(error))
    except KeyboardInterrupt:
        return _INTERRUPTED


def _obey(arguments: list[str]) -> int:
    name, rest = (half_width(arguments[0]), arguments[1:]) if arguments else (_HELP[0], [])
    if name in _HELP and (not rest or half_width(rest[0]) not in _COMMANDS):
        print(_help())
        return 0 if arguments else _BAD_USE
    if name in _HELP:
        name, rest = half_width(rest[0]), ["--help"]
    command = _COMMANDS.get(name)
    if command is None:
        names = "、".join(_COMMANDS)
        return _fail(
            f"「{name}」という命令はありません。{names} のどれかを指定してください。",
            "使い方は python -m courseware.machine --help で出ます。",
        )
    if _asks_for_help(rest):
        print(usage(command))
        return 0
    return _do(command, rest)


def _asks_for_help(rest: list[str]) -> bool:
    """Say whether the help of a command is wanted; a file may be called help, too."""
    words = [half_width(word) for word in rest]
    is_alone = words == ["help"] and not Path(rest[0]).exists()
    return is_alone or "-h" in words or "--help" in words


def _do(command: Command, rest: list[str]) -> int:
    file = "ファイル"
    try:
        arguments = parse(command, rest)
        file = str(arguments["file"])
        return command.run(arguments)
    except UsageError as error:
        hint = f"使い方は python -m courseware.machine {command.name} --help で出ます。"
        return _fail(str(error), hint)
    except LoadError as error:
        return _fail(f"{file}: {error}")
    except AssemblyError as error:
        lines = (f"{file}:{p.line}:{p.column}: {p.message}" for p in error.problems)
        return _fail("\n".join(lines))


def _discard_output() -> None:
    """Write nothing to standard output any more, at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(*messages: str) -> int:
    print(*messages, sep="\n", file=sys.stderr)
    return _BAD_USE


def _help() -> str:
    commands = "\n".join(f"  {command.name:<8}{command.summary}" for command in _COMMANDS.values())
    return (
        "使い方: python -m courseware.machine 命令 ファイル [オプション]\n\n"
        f"命令:\n{commands}\n\n"
        "ファイルは ELF (RV32)、アセンブリー言語 (.s、.S、.asm)、"
        "または RAM の先頭に置くバイナリーです。\n"
        "命令ごとのオプションは、命令の後に --help を付けると出ます。"
    )
