"""Reading the arguments of a command. (argparse would speak English.)"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Arguments = dict[str, Any]

_EQUALS = re.compile("[=＝]")
_HEXADECIMAL = re.compile("0X[0-9A-F]+")
_UNITS = {"": 1, "K": 1024, "M": 1024**2, "KIB": 1024, "MIB": 1024**2}


class UsageError(Exception):
    """The arguments are wrong; the message says in Japanese what and how to mend it."""


@dataclass(frozen=True)
class Option:
    """An option: ``flag`` as it is typed, ``value`` what the help calls its value.

    An option without ``value`` is a switch. ``read`` makes a value of the text; it raises
    UsageError for a wrong one.
    """

    flag: str
    help: str
    value: str = ""
    read: Callable[[str], Any] = str
    default: Any = None

    @property
    def name(self) -> str:
        """Return the name among the arguments."""
        return self.flag.lstrip("-").replace("-", "_")


@dataclass(frozen=True)
class Command:
    """A command with one file: what it does, and its options."""

    name: str
    summary: str
    run: Callable[[Arguments], int]
    options: tuple[Option, ...]


def parse(command: Command, arguments: list[str]) -> Arguments:
    """Return the values by name, with ``file``. Raises UsageError."""
    options = {option.flag: option for option in command.options}
    values: Arguments = {option.name: option.default for option in command.options}
    files: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        flag, *given = _EQUALS.split(word, maxsplit=1)
        flag = half_width(flag)
        if flag == "--":
            files += rest
            break
        if not flag.startswith("-") or flag == "-":
            files.append(word)
            continue
        option = options.get(flag)
        if option is None:
            raise UsageError(f"{flag} というオプションは {command.name} にありません。")
        if not option.value:
            if given:
                raise UsageError(f"{flag} に値は付けられません。")
            values[option.name] = True
            continue
        if not given and not rest:
            raise UsageError(f"{flag} の後に、{_either(option.value)} を指定してください。")
        value = given[0] if given else rest.pop(0)
        try:
            values[option.name] = option.read(value)
        except UsageError as error:
            raise UsageError(f"{flag} {value}: {error}") from error
    if len(files) != 1:
        raise UsageError(f"ファイルを 1 つ指定してください (今は {len(files)} 個です)。")
    return values | {"file": Path(files[0])}


def usage(command: Command) -> str:
    """Return the help for a command."""
    lines = [
        f"使い方: python -m courseware.machine {command.name} ファイル [オプション]",
        command.summary,
    ]
    for option in command.options:
        lines.append(f"  {f'{option.flag} {option.value}'.rstrip()}\n      {option.help}")
    return "\n".join(lines)


def half_width(text: str) -> str:
    """Return text with the letters, digits and signs of full width as those of half width."""
    return unicodedata.normalize("NFKC", text)


def _either(value: str) -> str:
    return " か ".join(value.split("|"))


def number(text: str) -> int:
    """Return a positive number. Full-width digits and separators between digits are fine."""
    plain = half_width(text).replace(",", "").replace("_", "")
    if not plain.isdecimal() or int(plain) == 0:
        raise UsageError("1 以上の整数を指定してください。")
    return int(plain)


def size(text: str) -> int:
    """Return a number of bytes, with K, M, KiB or MiB behind it or not, or in hexadecimal."""
    plain = half_width(text).upper()
    digits = plain.rstrip("KMIB")
    try:
        if _HEXADECIMAL.fullmatch(plain):
            return int(plain, 16)
        return number(digits) * _UNITS[plain[len(digits) :]]
    except (UsageError, KeyError) as error:
        raise UsageError("大きさは 65536、0x10000、64K、16M のように指定してください。") from error


def choice(*words: str) -> Callable[[str], str]:
    """Return a reader of one of some words."""

    def read(text: str) -> str:
        word = half_width(text)
        if word not in words:
            which = f"{'、'.join(words)} のどれか" if len(words) > 1 else words[0]
            raise UsageError(f"{which} を指定してください。")
        return word

    return read
