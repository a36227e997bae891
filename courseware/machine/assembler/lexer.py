"""From source text to statements of tokens.

Full-width characters are reported where they are, and then read as their half-width ones, so that
the rest of the text is checked in the same pass. In comments and strings they are plain text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from courseware.machine.assembler.problems import AssemblyLimits, Place, Problems, clip


class Kind(StrEnum):
    """What a token is."""

    NAME = "name"
    NUMBER = "number"
    LOCAL = "local"  # 1b, 1f
    MODIFIER = "modifier"  # %hi and the like, in front of a parenthesis
    SECTION_TYPE = "section_type"  # @progbits, @nobits
    STRING = "string"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Token:
    """A word of the source, with its value when it is a number or a string."""

    kind: Kind
    text: str
    place: Place
    number: int = 0
    data: bytes = b""

    def at(self, place: Place) -> "Token":
        """Return the same token at another place."""
        return replace(self, place=place)


Statement = list[Token]

# What a Japanese input method or a word processor makes of the ASCII characters.
_HALF_WIDTH: dict[int, str | int | None] = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **str.maketrans("\u3000\u00a0、。−“”‘’×÷", "  ,.-\"\"''*/"),
}

_LINE_END = re.compile(r"\r\n|\n|\r")
_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\f\v]+)
    | (?P<comment>\#.*|//.*)
    | (?P<block>/\*)
    | (?P<quote>")
    | (?P<apostrophe>')
    | (?P<local>[0-9]+[bf](?![\w.$]))
    | (?P<number>[0-9][\w.$]*)
    | (?P<modifier>%(?:hi|lo|pcrel_hi|pcrel_lo)(?=\s*\())
    | (?P<section_type>@(?:progbits|nobits)(?![\w.$]))
    | (?P<name>[A-Za-z_.$][\w.$]*)
    | (?P<operator><<|>>|[-+*/%&|^~()=:,])
    | (?P<end>;)
    | (?P<unknown>.)
    """,
    re.VERBOSE | re.ASCII,
)
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,16}|0[bB][01]{1,64}|0[0-7]{0,22}|[1-9][0-9]{0,19}")
_BACKSLASH = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|(.))")
_ESCAPES = {
    "n": 10, "t": 9, "r": 13, "b": 8, "f": 12, "v": 11, "\\": 92, '"': 34, "'": 39,
}  # fmt: skip
_LARGEST = (1 << 64) - 1


def read(source: str, limits: AssemblyLimits, problems: Problems) -> list[Statement]:
    """Return the statements of a source text. One that is too long is not read at all."""
    lines = _LINE_END.split(source)
    if len(source) > limits.max_characters:
        problems.add(
            _place_of(source, limits.max_characters),
            f"プログラムの長さが上限の {limits.max_characters:,} 文字を超えています。"
            "使っていない部分を消してください。",
        )
        return []
    if len(lines) > limits.max_lines:
        problems.add(
            Place(limits.max_lines + 1, 1),
            f"プログラムの行数が上限の {limits.max_lines:,} 行を超えています。"
            "空の行や使っていない部分を消してください。",
        )
        return []
    return _Lexer(problems).read(lines)


def _place_of(source: str, index: int) -> Place:
    before = _LINE_END.split(source[:index])
    return Place(len(before), len(before[-1]) + 1)


class _Lexer:
    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._statements: list[Statement] = []
        self._block: Place | None = None  # where the open /* stands

    def read(self, lines: list[str]) -> list[Statement]:
        for number, line in enumerate(lines, start=1):
            statement: Statement = []
            self._statements.append(statement)
            for token in self._line(number, line):
                if token is None:
                    statement = []
                    self._statements.append(statement)
                else:
                    statement.append(token)
        if self._block is not None:
            self._problems.add(
                self._block,
                "コメントの始まり「/*」に対する「*/」がありません。「*/」で閉じてください。",
            )
        return [statement for statement in self._statements if statement]

    def _line(self, number: int, line: str) -> Iterator[Token | None]:
        """Yield the line's tokens, and None between two statements."""
        narrow = line.translate(_HALF_WIDTH)
        wide: list[int] = []
        unknown: list[int] = []
        position = 0
        while position < len(line):
            if self._block is not None:
                position = self._skip_block(narrow, position)
                continue
            match = _TOKEN.match(narrow, position)
            assert match is not None  # noqa: S101 - the last alternative takes any character
            kind, text, end = match.lastgroup, match[0], match.end()
            place = Place(number, position + 1)
            read_end = position + 1 if kind == "comment" else end
            wide += (i for i in range(position, read_end) if line[i] != narrow[i])
            match kind:
                case "comment":
                    break
                case "block":
                    self._block = place
                case "quote" | "apostrophe":
                    token, end = self._quoted(line, narrow, position, place)
                    yield token
                case "number":
                    yield Token(Kind.NUMBER, text, place, self._number(text, place))
                case "end":
                    yield None
                case "unknown":
                    unknown.append(position)
                case "space":
                    pass
                case _:
                    yield Token(Kind(str(kind)), text, place)
            position = end
        self._report_wide(number, line, narrow, wide)
        self._report_unknown(number, line, unknown)

    def _skip_block(self, narrow: str, position: int) -> int:
        end = narrow.find("*/", position)
        if end < 0:
            return len(narrow)
        self._block = None
        return end + 2

    def _number(self, text: str, place: Place) -> int:
        if not _NUMBER.fullmatch(text):
            self._problems.add(
                place,
                f"「{clip(text)}」は数として読めません。"
                "10 進 (12)、16 進 (0x1f)、2 進 (0b101)、8 進 (017) のどれかで、"
                "64 ビットに収まるように書いてください。",
            )
            return 0
        is_octal = text.isdigit() and text[0] == "0"
        value = int(text, 8) if is_octal else int(text, 0)
        if value > _LARGEST:
            self._problems.add(place, f"「{clip(text)}」は 64 ビットに収まりません。")
            return 0
        return value

    def _quoted(self, line: str, narrow: str, start: int, place: Place) -> tuple[Token, int]:
        """Return the token of a string or character, and where the text goes on."""
        quote = narrow[start]
        closing = quote if line[start] == quote else quote + line[start]
        end = start + 1
        while (
            end < len(line)
            and line[end] not in closing
            and (len(closing) == 1 or narrow[end] != quote)
        ):
            end += 2 if line[end] == "\\" else 1
        text = line[start + 1 : end]
        if end >= len(line):
            self._problems.add(
                place, f"「{quote}」に対する閉じの「{quote}」がこの行にありません。閉じてください。"
            )
        data = self._characters(text, Place(place.line, place.column + 1))
        shown = line[start : end + 1]
        if quote == '"':
            return Token(Kind.STRING, shown, place, data=data), end + 1
        if len(data) != 1 and end < len(line):
            self._problems.add(
                place,
                f"文字定数 {clip(shown)} は 1 バイトではありません。"
                "半角の 1 文字を書くか、.asciz で文字列にしてください。",
            )
        return Token(Kind.NUMBER, shown, place, data[0] if data else 0), end + 1

    def _characters(self, text: str, place: Place) -> bytes:
        """Return the bytes of a string's text: UTF-8, with escapes resolved."""
        data = bytearray()
        position = 0
        while position < len(text):
            here = Place(place.line, place.column + position)
            match = _BACKSLASH.match(text, position)
            if match is None:
                data += self._utf8(text[position], here)
                position += 1
                continue
            hexadecimal, octal, letter = match.groups()
            if letter is None:
                data.append(int(hexadecimal, 16) if hexadecimal else int(octal, 8) & 0xFF)
            elif letter in _ESCAPES:
                data.append(_ESCAPES[letter])
            else:
                self._problems.add(
                    here,
                    f"「\\{letter}」という書き方はありません。"
                    '\\n、\\t、\\\\、\\"、\\0、\\x41 などが使えます。',
                )
            position = match.end()
        return bytes(data)

    def _utf8(self, character: str, place: Place) -> bytes:
        try:
            return character.encode()
        except UnicodeEncodeError:
            self._report_character(character, place)
            return b"?"

    def _report_wide(self, number: int, line: str, narrow: str, wide: list[int]) -> None:
        """Name each run of full-width characters and what to write instead."""
        for start, end in _runs(wide, lambda i: narrow[i] == " "):
            place = Place(number, start + 1)
            if narrow[start] == " ":
                code = f"U+{ord(line[start]):04X}"
                self._problems.add(
                    place, f"全角の空白 ({code}) があります。半角の空白に直してください。"
                )
            else:
                self._problems.add(
                    place,
                    f"全角の「{clip(line[start:end])}」があります。"
                    f"半角の「{clip(narrow[start:end])}」に直してください。",
                )

    def _report_unknown(self, number: int, line: str, unknown: list[int]) -> None:
        for start, end in _runs(unknown, lambda i: line[i].isprintable()):
            place = Place(number, start + 1)
            if not line[start].isprintable():
                self._report_character(line[start], place)
            else:
                self._problems.add(
                    place,
                    f"「{clip(line[start:end])}」は、命令やラベルに使えない文字です。"
                    "説明を書くときは、前に # を置いてコメントにしてください。",
                )

    def _report_character(self, character: str, place: Place) -> None:
        self._problems.add(
            place, f"使えない文字 (U+{ord(character):04X}) があります。消してください。"
        )


def _runs(positions: list[int], key: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of neighbouring positions for which ``key`` is the same."""
    numbered = enumerate(positions)
    for _, group in groupby(numbered, lambda pair: (pair[1] - pair[0], key(pair[1]))):
        run = [position for _, position in group]
        yield run[0], run[-1] + 1
