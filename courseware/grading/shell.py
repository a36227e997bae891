"""Typed commands: read as a POSIX shell reads them, and compared by what they mean.

Nothing is executed or expanded. The grammar is that of the Shell Command Language (POSIX.1-2024,
XCU 2.2 quoting, 2.3 token recognition, 2.7 redirection) for lists of simple commands, and
options are read by the Utility Syntax Guidelines (XBD 12.2) with the GNU long options.
"""

import re
import shlex
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

# What NFKC leaves, and Japanese input or copied text has in place of ASCII. A dash of one
# length stands for "-"; the long one is what word processors make of "--".
SPELLINGS = str.maketrans(
    {**dict.fromkeys("‐‑‒–―−ー", "-"), "—": "--", "“": '"', "”": '"', "‘": "'", "’": "'"}
    | {"〜": "~", "¥": "\\"}
)
CONTROL = re.compile(r"\|&|\|\||&&|[|&;()]")
REDIRECTION = re.compile(r"[0-9]*(?:<<<|<<|<&|<>|>>|>&|>\||[<>])|&>>?")
PART = re.compile(r"'[^']*'|\"(?:[^\"\\]|\\.)*\"|\\.|[^\s'\"\\|&;()<>]+", re.DOTALL)
# What means more than itself when it is not quoted, and within double quotes.
SPECIAL = re.compile(r"[$`*?\[\]~{}!#\\]")
IN_DOUBLE_QUOTES = re.compile(r"\\([$`\"\\\n])|([*?\[\]~{}!#\\])", re.DOTALL)
PROMPT = re.compile(r"\A\s*[$#]\s+")


class ShellError(ValueError):
    """A text is no command line. The Japanese message says where and why."""


@dataclass(frozen=True)
class Option:
    """An option: all its names, whether a value follows, whether it may be left out."""

    names: tuple[str, ...]
    takes_value: bool = False
    may_be_missing: bool = False


# The options by the words after which they may stand: ("virsh", "migrate").
Options = Mapping[tuple[str, ...], tuple[Option, ...]]


@dataclass(frozen=True)
class Scope:
    """Words in order, and the options between them by name (of one name: in order)."""

    words: tuple[str, ...]
    options: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Command:
    """A simple command: a scope for the program, one for its subcommand; redirections."""

    scopes: tuple[Scope, ...]
    redirections: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CommandLine:
    """What a line means: two lines that are the same here do the same."""

    commands: tuple[Command, ...]
    operators: tuple[str, ...]


def read_command_line(text: str, options: Options, *, optional_sudo: bool = False) -> CommandLine:
    """Return what a command line means. Raises ShellError.

    ``optional_sudo`` leaves "sudo" before a command out.
    """
    groups, operators = _split(_tokens(_plain(text)))
    if operators and not groups[-1] and operators[-1] == ";":  # ends the line, and adds nothing
        groups, operators = groups[:-1], operators[:-1]
    _check_commands(groups, operators)
    commands = (_command(tokens, options, optional_sudo) for tokens in groups)
    return CommandLine(tuple(commands), tuple(operators))


def _plain(text: str) -> str:
    """Return a text in the characters of a shell, without the prompt that it was copied with."""
    shown = "".join(c for c in text if unicodedata.category(c) != "Cf")
    plain = unicodedata.normalize("NFKC", shown.translate(SPELLINGS)).translate(SPELLINGS)
    return PROMPT.sub("", plain.replace("\r\n", "\n").replace("\\\n", ""))


@dataclass(frozen=True)
class _Token:
    kind: str  # "word", "control" or "redirection"
    text: str


def _tokens(text: str) -> list[_Token]:
    tokens = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
        elif operator := REDIRECTION.match(text, position):
            tokens.append(_Token("redirection", operator[0]))
            position = operator.end()
        elif operator := CONTROL.match(text, position):
            tokens.append(_Token("control", operator[0]))
            position = operator.end()
        else:
            word, position = _word(text, position)
            tokens.append(_Token("word", word))
    return tokens


def _word(text: str, position: int) -> tuple[str, int]:
    """Return the word at a position, and where it ends.

    Quotes are gone, and a character that means itself only because it was quoted has a
    backslash: all spellings of a word become one.
    """
    parts = []
    while part := PART.match(text, position):
        parts.append(_unquoted(part[0]))
        position = part.end()
    if position < len(text) and text[position] in "'\"":
        raise ShellError(
            f"{position + 1} 文字目の引用符 ( {text[position]} ) が閉じられていません。"
            "同じ引用符で閉じるか、取り除いてください。"
        )
    if position < len(text) and text[position] == "\\":
        raise ShellError("終わりの「\\」の後に文字がありません。取り除いてください。")
    return "".join(parts), position


def _unquoted(part: str) -> str:
    if part[0] == '"':
        return IN_DOUBLE_QUOTES.sub(_kept_in_double_quotes, part[1:-1])
    literal = shlex.split(part)[0] if part[0] in "'\\" else None
    return part if literal is None else SPECIAL.sub(r"\\\g<0>", literal)


def _kept_in_double_quotes(match: re.Match[str]) -> str:
    escaped, special = match.groups()
    if escaped == "\n":
        return ""
    if escaped == '"':
        return '"'
    return f"\\{escaped or special}"


def _split(tokens: Iterable[_Token]) -> tuple[list[list[_Token]], list[str]]:
    """Return the tokens of each command, and the operators between them."""
    groups: list[list[_Token]] = [[]]
    operators = []
    for token in tokens:
        if token.kind == "control":
            operators.append(token.text)
            groups.append([])
        else:
            groups[-1].append(token)
    return groups, operators


def _check_commands(groups: list[list[_Token]], operators: list[str]) -> None:
    """Raise ShellError when no command stands on a side of an operator that needs one."""
    if {"(", ")"} & set(operators):
        return
    if operators and not groups[-1] and operators[-1] == "&":
        groups = groups[:-1]
    if not all(groups):
        operator = operators[max(groups.index([]) - 1, 0)] if operators else ""
        raise ShellError(f"「{operator}」の前か後にコマンドがありません。")


def _command(tokens: list[_Token], options: Options, optional_sudo: bool) -> Command:
    words: list[str] = []
    redirections: list[tuple[str, str]] = []
    rest = iter(tokens)
    for token in rest:
        if token.kind == "redirection":
            target = next(rest, None)
            if target is None or target.kind != "word":
                raise ShellError(f"「{token.text}」の後にファイルの名前がありません。")
            redirections.append((token.text, target.text))
        else:
            words.append(token.text)
    if optional_sudo and words[:1] == ["sudo"]:
        words = words[1:]
    return Command(tuple(_scopes(words, options)), tuple(redirections))


def _scopes(words: list[str], options: Options) -> list[Scope]:
    """Return the words with their options, by the subcommands that have options declared."""
    scopes = []
    path: tuple[str, ...] = ()
    operands: list[str] = []
    found: list[tuple[str, str | None]] = []
    reader = _OptionReader(())
    rest = iter(words)
    for word in rest:
        if word == "--" and reader.known:
            operands += rest
            break
        read = reader.read(word, rest)
        if read is not None:
            found += read
            continue
        operands.append(word)
        longer = (*path, word)
        if any(key[: len(longer)] == longer for key in options):
            path = longer
            if longer in options:
                scopes.append(_scope(operands, found, reader))
                operands, found, reader = [], [], _OptionReader(options[longer])
    scopes.append(_scope(operands, found, reader))
    return scopes


class _OptionReader:
    """Reads the options that a scope declares."""

    def __init__(self, options: tuple[Option, ...]) -> None:
        self.known = {name: option for option in options for name in option.names}
        # With long options of one hyphen, as QEMU has, letters cannot be run together.
        self._letters_join = not any(
            len(name) > 2 and not name.startswith("--") for name in self.known
        )

    def read(self, word: str, rest: Iterator[str]) -> list[tuple[str, str | None]] | None:
        """Return the options in a word, the next word being a value; None for another word."""
        option = self.known.get(word)
        if option:
            value = next(rest, None) if option.takes_value else None
            return [(option.names[0], value)]
        name, equals, value = word.partition("=")
        option = self.known.get(name) if name.startswith("--") and equals else None
        if option:
            return [(option.names[0], value)] if option.takes_value else None
        if self._letters_join and re.match("-[^-]", word):
            return self._letters(word[1:], rest)
        return None

    def _letters(self, letters: str, rest: Iterator[str]) -> list[tuple[str, str | None]] | None:
        found: list[tuple[str, str | None]] = []
        for place, letter in enumerate(letters, 1):
            option = self.known.get(f"-{letter}")
            if option is None:
                return None
            if option.takes_value:
                attached = letters[place:]
                return [*found, (option.names[0], attached or next(rest, None))]
            found.append((option.names[0], None))
        return found

    def must_be_there(self, name: str) -> bool:
        """Return whether an option makes a difference."""
        return not self.known[name].may_be_missing


def _scope(
    operands: list[str], found: list[tuple[str, str | None]], reader: _OptionReader
) -> Scope:
    needed = (pair for pair in found if reader.must_be_there(pair[0]))
    return Scope(tuple(operands), tuple(sorted(needed, key=lambda pair: pair[0])))
