"""From the text of one statement to its tokens."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from courseware.machine.assembler.problems import Place, Problems, clip
from courseware.machine.assembler.source import Line, quoted_end, runs


class Kind(StrEnum):
    """What a token is."""

    NAME = "name"
    NUMBER = "number"
    LOCAL = "local"  # 1b, 1f
    MODIFIER = "modifier"  # %hi and the like, in front of a parenthesis
    TYPE = "type"  # @progbits, @function
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


_TOKEN = re.compile(
    r"""
      (?P<space>[ \t\f\v]+)
    | (?P<quote>["'])
    | (?P<local>[0-9]+[bf](?![\w.$]))
    | (?P<number>[0-9][\w.$]*)
    | (?P<modifier>%(?:hi|lo|pcrel_hi|pcrel_lo)(?=\s*\())
    | (?P<type>@(?:progbits|nobits|note|init_array|fini_array|preinit_array
                  |function|object|common|notype|tls_object|gnu_unique_object
                  |gnu_indirect_function)(?![\w.$]))
    | (?P<name>[A-Za-z_.$][\w.$]*)
    | (?P<operator><<|>>|==|!=|<>|<=|>=|&&|\|\||[-+*/%&|^~()=:,<>!\[\]])
    | (?P<unknown>.)
    """,
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]{1,16}|0[bB][01]{1,64}|0[0-7]{0,22}|[1-9][0-9]{0,19}")
_BACKSLASH = re.compile(r"\\(?:x([0-9A-Fa-f]+)|([0-7]{1,3})|(.))")
_ESCAPES = {
    "n": 10, "t": 9, "r": 13, "b": 8, "f": 12, "v": 11, "\\": 92, '"': 34, "'": 39,
}  # fmt: skip
_LARGEST = (1 << 64) - 1


def tokenize(line: Line, problems: Problems) -> list[Token]:
    """Return a statement's tokens; what cannot be one is reported and left out."""
    return _Lexer(line, problems).tokens()


class _Lexer:
    def __init__(self, line: Line, problems: Problems) -> None:
        self._line = line
        self._problems = problems

    def tokens(self) -> list[Token]:
        text = self._line.text
        tokens: list[Token] = []
        unknown: list[int] = []
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            assert match is not None  # noqa: S101 - the last alternative takes any character
            kind, word, end = str(match.lastgroup), match[0], match.end()
            match kind:
                case "space":
                    pass
                case "unknown":
                    unknown.append(position)
                case "quote":
                    end = quoted_end(text, text, position)
                    tokens.append(self._quoted(text[position:end], position))
                case "number":
                    place = self._line.place(position)
                    tokens.append(Token(Kind.NUMBER, word, place, self._number(word, place)))
                case _:
                    tokens.append(Token(Kind(kind), word, self._line.place(position)))
            position = end
        self._report_unknown(unknown)
        return tokens

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

    def _quoted(self, shown: str, start: int) -> Token:
        """Return the token of a string or a character."""
        quote, place = shown[0], self._line.place(start)
        is_closed = len(shown) > 1 and shown[-1] == quote
        data = self._characters(shown[1:-1] if is_closed else shown[1:], start + 1)
        if quote == '"':
            if not is_closed:
                self._report_open(quote, place)
            return Token(Kind.STRING, shown, place, data=data)
        if not data:
            self._report_open(quote, place)
        elif len(data) != 1:
            self._problems.add(
                place,
                f"文字定数 {clip(shown)} は 1 バイトではありません。"
                "半角の 1 文字を書くか、.asciz で文字列にしてください。",
            )
        return Token(Kind.NUMBER, shown, place, data[0] if data else 0)

    def _report_open(self, quote: str, place: Place) -> None:
        self._problems.add(
            place, f"「{quote}」に対する閉じの「{quote}」がこの行にありません。閉じてください。"
        )

    def _characters(self, text: str, start: int) -> bytes:
        """Return the bytes of a string's text: UTF-8, with escapes resolved."""
        data = bytearray()
        position = 0
        while position < len(text):
            match = _BACKSLASH.match(text, position)
            if match is None:
                data += self._utf8(text[position], start + position)
                position += 1
                continue
            hexadecimal, octal, letter = match.groups()
            if letter is None:
                data.append((int(hexadecimal, 16) if hexadecimal else int(octal, 8)) & 0xFF)
            elif letter in _ESCAPES:
                data.append(_ESCAPES[letter])
            elif letter == "e":
                self._problems.add(
                    self._line.place(start + position),
                    "「\\e」は GNU as では文字の e になってしまうので、使えません。"
                    "ESC は「\\033」と書いてください。",
                )
            else:
                self._problems.add(
                    self._line.place(start + position),
                    f"「\\{letter}」という書き方はありません。"
                    '\\n、\\t、\\\\、\\"、\\0、\\x41 などが使えます。',
                )
            position = match.end()
        return bytes(data)

    def _utf8(self, character: str, index: int) -> bytes:
        try:
            return character.encode()
        except UnicodeEncodeError:
            self._report_character(character, self._line.place(index))
            return b"?"

    def _report_unknown(self, unknown: list[int]) -> None:
        text = self._line.text
        for start, end in self._joined(runs(unknown, lambda i: text[i].isprintable())):
            place = self._line.place(start)
            if not text[start].isprintable():
                self._report_character(text[start], place)
            else:
                self._problems.add(
                    place,
                    f"「{clip(text[start:end])}」は、命令やラベルに使えない文字です。"
                    f"{self._line.semicolon_advice}"
                    "説明を書くときは、前に # を置いてコメントにしてください。",
                )

    def _joined(self, found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return runs, those of a text with spaces in it as one."""
        text = self._line.text
        joined: list[tuple[int, int]] = []
        for start, end in found:
            is_text = joined and text[joined[-1][0]].isprintable() and text[start].isprintable()
            if is_text and text[joined[-1][1] : start].isspace():
                joined[-1] = joined[-1][0], end
            else:
                joined.append((start, end))
        return joined

    def _report_character(self, character: str, place: Place) -> None:
        self._problems.add(
            place, f"使えない文字 (U+{ord(character):04X}) があります。消してください。"
        )
