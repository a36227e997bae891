"""From source text to lines of one statement each: without comments, in half-width characters.

Full-width characters are reported where they are, and then read as their half-width ones, so that
the rest of the text is checked in the same pass. In comments and strings they are plain text.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from courseware.machine.assembler.problems import AssemblyLimits, Call, Place, Problems, clip

# What a Japanese input method or a word processor makes of the ASCII characters.
_HALF_WIDTH: dict[int, str | int | None] = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **str.maketrans("\u3000\u00a0、。−“”‘’×÷", "  ,.-\"\"''*/"),
}
_LINE_END = re.compile(r"\r\n|\n|\r")
_PLAIN = re.compile(r"[^\"'#/;]+")
_CHARACTER = re.compile(r"'(?:\\(?:x[0-9A-Fa-f]+|[0-7]{1,3}|.)|[^\\])('?)", re.DOTALL)
_MARKED_NUMBER = re.compile(r"#[-+]?[0-9]")
_MAX_TOLD_RUNS = 4
_WORD = re.compile(r"\w")


@dataclass(frozen=True)
class Piece:
    """From ``start`` on, a line's text stands in the source at ``column`` and further right.

    What was put in for a macro's parameter stands where the parameter is (``moves`` is false).
    """

    start: int
    column: int
    moves: bool = True


@dataclass(frozen=True)
class Line:
    """One statement, and where it stands in the source."""

    text: str
    number: int
    pieces: tuple[Piece, ...] = (Piece(0, 1),)
    call: Call | None = None

    @property
    def semicolon_advice(self) -> str:
        """Return what to say of a ``;`` in front of what cannot be read, if one is there."""
        if self.pieces[0].column == 1:
            return ""
        return "「;」は文の区切りで、コメントの始まりではありません。"

    def place(self, index: int) -> Place:
        """Return where the character at an index stands."""
        at = bisect_right(self.pieces, index, key=lambda piece: piece.start) - 1
        piece = self.pieces[max(at, 0)]
        column = piece.column + (index - piece.start if piece.moves else 0)
        return Place(self.number, column, self.call)


def split(source: str, limits: AssemblyLimits, problems: Problems) -> list[Line]:
    """Return the statements of a source text. One that is too long is not read at all."""
    if len(source) > limits.max_characters:
        problems.add(
            _place_of(source, limits.max_characters),
            f"プログラムの長さが上限の {limits.max_characters:,} 文字を超えています。"
            "使っていない部分を消してください。",
        )
        return []
    lines = _LINE_END.split(source)
    if len(lines) > limits.max_lines:
        problems.add(
            Place(limits.max_lines + 1, 1),
            f"プログラムの行数が上限の {limits.max_lines:,} 行を超えています。"
            "空の行や使っていない部分を消してください。",
        )
        return []
    return _Splitter(problems).split(lines)


def _place_of(source: str, index: int) -> Place:
    before = _LINE_END.split(source[:index])
    return Place(len(before), len(before[-1]) + 1)


class _Splitter:
    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._statements: list[Line] = []
        self._block: Place | None = None  # where the open /* stands

    def split(self, lines: list[str]) -> list[Line]:
        for number, line in enumerate(lines, start=1):
            narrow = line if line.isascii() else line.translate(_HALF_WIDTH)
            wide: list[int] = []
            for start, text in self._parts(number, line, narrow, wide):
                if text.strip():
                    self._statements.append(Line(text, number, (Piece(0, start + 1),)))
            self._report_wide(number, line, narrow, wide)
        if self._block is not None:
            self._problems.add(
                self._block,
                "コメントの始まり「/*」に対する「*/」がありません。「*/」で閉じてください。",
            )
        return self._statements

    def _parts(
        self, number: int, line: str, narrow: str, wide: list[int]
    ) -> Iterator[tuple[int, str]]:
        """Yield a line's statements and their beginnings; note the full-width characters."""
        start = position = 0
        parts: list[str] = []
        while position < len(line):
            character = narrow[position]
            begin, code_end = position, position + 1
            if self._block is not None:
                position = code_end = self._skip_block(narrow, position)
                parts.append(" " * (position - begin))
                continue
            if match := _PLAIN.match(narrow, position):
                position = code_end = match.end()
                parts.append(match[0])
            elif _is_number_mark(narrow, position, parts):
                self._problems.add(
                    Place(number, position + 1),
                    "数の前に「#」は付けません (「#」から行末まではコメントになります)。"
                    "「#」を消してください。",
                )
                position = code_end
                parts.append(" ")
            elif character == "#" or narrow.startswith("//", position):
                position = len(line)
            elif narrow.startswith("/*", position):
                self._block = Place(number, position + 1)
                position = code_end = position + 2
                parts.append("  ")
            elif character in "\"'":
                position = quoted_end(line, narrow, position)
                parts.append(_quoted(line[begin:position], narrow[begin:position]))
            else:
                position += 1
                parts.append(character)
            if line is not narrow:
                wide += (i for i in range(begin, code_end) if line[i] != narrow[i])
            if character == ";":
                yield start, "".join(parts[:-1])
                start, parts = position, []
        yield start, "".join(parts)

    def _skip_block(self, narrow: str, position: int) -> int:
        end = narrow.find("*/", position)
        if end < 0:
            return len(narrow)
        self._block = None
        return end + 2

    def _report_wide(self, number: int, line: str, narrow: str, wide: list[int]) -> None:
        """Name a line's full-width characters and what to write instead, in one message."""
        found = list(runs(wide, lambda i: narrow[i] == " "))
        if not found:
            return
        pairs = dict.fromkeys(_wide_and_narrow(line, narrow, *run) for run in found)
        told = list(pairs)[:_MAX_TOLD_RUNS]
        all_wide = "、".join(pair[0] for pair in told)
        all_narrow = "、".join(pair[1] for pair in told)
        rest = " など" if len(pairs) > len(told) else ""
        count = f" (この行の {len(found)} か所)" if len(found) > 1 else ""
        self._problems.add(
            Place(number, found[0][0] + 1),
            f"全角の{all_wide}{rest}があります{count}。半角の{all_narrow}{rest}に直してください。",
        )


def _wide_and_narrow(line: str, narrow: str, start: int, end: int) -> tuple[str, str]:
    """Return how a message shows a run of full-width characters, and what to write for it."""
    if narrow[start] == " ":
        return f"空白 (U+{ord(line[start]):04X})", "空白"
    return f"「{clip(line[start:end])}」", f"「{clip(narrow[start:end])}」"


def _is_number_mark(text: str, position: int, parts: list[str]) -> bool:
    """Say whether a ``#`` is meant to mark a number, as for ARM, where an operand is missing."""
    is_mark = _MARKED_NUMBER.match(text, position) is not None
    return is_mark and "".join(parts).rstrip().endswith(",")


def separate(line: Line) -> Iterator[Line]:
    """Yield the statements of a line into which an argument of a macro may have put ``;``."""
    text = line.text
    start = position = 0
    while position < len(text):
        if text[position] in "\"'":
            position = quoted_end(text, text, position)
            continue
        if text[position] == ";":
            yield _part(line, start, position)
            start = position + 1
        position += 1
    yield _part(line, start, position) if start else line


def _part(line: Line, start: int, end: int) -> Line:
    first = bisect_right(line.pieces, start, key=lambda piece: piece.start) - 1
    behind = bisect_left(line.pieces, end, key=lambda piece: piece.start)
    pieces = tuple(
        Piece(max(piece.start - start, 0), line.place(max(piece.start, start)).column, piece.moves)
        for piece in line.pieces[first : max(behind, first + 1)]
    )
    return Line(line.text[start:end], line.number, pieces, line.call)


def quoted_end(line: str, narrow: str, start: int) -> int:
    """Return where the text goes on behind the string or character that begins at ``start``.

    A full-width opening quote may be closed by either kind, a half-width one by its own alone.
    A character needs no closing quote.
    """
    quote = narrow[start]
    if quote == "'" and (match := _CHARACTER.match(narrow, start)):
        is_followed = _WORD.match(narrow, match.end()) is not None
        if match[1] or not is_followed or "'" not in narrow[match.end() :]:
            return match.end()
    text = line if line[start] == quote else narrow
    end = start + 1
    while end < len(text) and text[end] != quote:
        end += 2 if text[end] == "\\" else 1
    return min(end + 1, len(text))


def _quoted(text: str, narrow: str) -> str:
    """Return the text of a string with half-width quotes around it."""
    closing = narrow[-1] if len(text) > 1 and narrow[-1] == narrow[0] else text[-1]
    return narrow[0] + text[1:-1] + closing if len(text) > 1 else narrow


def runs(positions: list[int], key: Callable[[int], bool]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of neighbouring positions for which ``key`` is the same."""
    numbered = enumerate(positions)
    for _, group in groupby(numbered, lambda pair: (pair[1] - pair[0], key(pair[1]))):
        run = [position for _, position in group]
        yield run[0], run[-1] + 1
