"""From the statements of a source text to those that are assembled, one after another.

This is where macros are defined and called, where text is repeated, and where conditions decide
what is read. Statements come out one at a time, since a condition may ask for what those in front
of it have defined.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import NoReturn, Protocol

from courseware.machine.assembler import conditionals
from courseware.machine.assembler.conditionals import Conditions
from courseware.machine.assembler.lexer import Token, tokenize
from courseware.machine.assembler.macros import (
    Macro,
    TooLong,
    arguments,
    read_argument,
    read_head,
    read_list,
    skip_separator,
    squeeze,
    substitute,
)
from courseware.machine.assembler.problems import (
    AssemblyLimits,
    Call,
    Place,
    Problem,
    Problems,
    clip,
)
from courseware.machine.assembler.source import Line, separate

_LABELS = re.compile(r"\s*(?:(?:[A-Za-z_.$][\w.$]*|[0-9]+)\s*:\s*)*", re.ASCII)
_HEAD = re.compile(r"[A-Za-z_.$][\w.$]*", re.ASCII)
_ASSIGNMENT = re.compile(r"\s*=")
_CHARACTER_REPEATS = (".irpc", ".irepc")
_REPEATS = (".rept", ".rep", ".irp", ".irep", *_CHARACTER_REPEATS)
_MACRO_ENDS = (".endm", ".endmacro")

DIRECTIVES = (*sorted(conditionals.ALL), ".end", ".macro", ".endm", ".exitm", ".purgem",
              ".rept", ".irp", ".irpc", ".endr")  # fmt: skip


class Values(Protocol):
    """What conditions ask for."""

    def number(self, tokens: list[Token], place: Place, directive: str) -> int:
        """Return the value of an expression that must be known now."""
        ...

    def is_defined(self, name: str) -> bool:
        """Say whether a name has been defined in front."""
        ...


@dataclass
class _Input:
    """Statements that are being read. ``depth`` conditions were open before."""

    lines: Sequence[Line]
    depth: int
    macro: str = ""
    next: int = 0

    @property
    def is_at_end(self) -> bool:
        return self.next >= len(self.lines)


class _TooMuch(Exception):
    """A limit is exceeded: nothing more is read."""


@dataclass(frozen=True)
class _Statement:
    """A statement whose first word, behind the labels, is one of the reader's."""

    line: Line
    start: int  # where the word begins
    word: str

    @property
    def place(self) -> Place:
        return self.line.place(self.start)

    @property
    def text(self) -> str:
        """Return what stands behind the word."""
        return self.line.text[self.start + len(self.word) :]

    @property
    def operands(self) -> Line:
        return _cut(self.line, self.start + len(self.word), len(self.line.text))


class Reader:
    """Reads one source text."""

    def __init__(self, limits: AssemblyLimits, problems: Problems, values: Values) -> None:
        self._limits = limits
        self._problems = problems
        self._values = values
        self._inputs: list[_Input] = []
        self._conditions = Conditions()
        self._macros: dict[str, Macro] = {}
        self._lines = 0
        self._characters = 0
        self._number = 0  # of the next expansion

    def statements(self, lines: Sequence[Line]) -> Iterator[Line]:
        """Yield the statements to be assembled, in their order."""
        self._inputs.append(_Input(lines, 0))
        while self._inputs:
            source = self._inputs[-1]
            if source.is_at_end:
                self._leave(source)
                continue
            line = source.lines[source.next]
            source.next += 1
            statement = self._own(line)
            if statement is None:
                if self._conditions.is_active:
                    yield line
                continue
            if self._conditions.is_active and line.text[: statement.start].strip():
                yield _cut(line, 0, statement.start)
            try:
                with self._problems.noted():
                    self._obey(statement)
            except _TooMuch:
                return

    def _own(self, line: Line) -> _Statement | None:
        """Return the statement when it is the reader's to obey."""
        labels = _LABELS.match(line.text)
        start = labels.end() if labels else 0
        head = _HEAD.match(line.text, start)
        if head is None:
            return None
        word = head[0].lower()
        is_own = word in _OBEYED or (
            word in self._macros and not _ASSIGNMENT.match(line.text, head.end())
        )
        return _Statement(line, start, word) if is_own else None

    def _obey(self, statement: _Statement) -> None:
        if statement.word in conditionals.ALL:
            self._condition(statement)
        elif not self._conditions.is_active:
            return
        elif statement.word in _OBEYED:
            _OBEYED[statement.word](self, statement)
        else:
            self._call(self._macros[statement.word], statement)

    def _leave(self, source: _Input) -> None:
        """Go on behind the end of a macro, a repetition or the whole text."""
        if self._conditions.depth > source.depth:
            self._problems.add(
                self._conditions.innermost,
                "この「.if」に対する「.endif」がありません。「.endif」で閉じてください。",
            )
            self._conditions.cut(source.depth)
        self._inputs.pop()

    def _end(self, statement: _Statement) -> None:
        """Obey ``.end``: what follows is not read."""
        for source in self._inputs:
            source.next = len(source.lines)

    # --- macros ---

    def _define(self, statement: _Statement) -> None:
        body = self._body(statement, (".macro",), _MACRO_ENDS)
        name, parameters = read_head(statement.text, statement.place)
        key = name.lower()
        if key.startswith(".") and key in _OBEYED:
            raise Problem(
                statement.place, f"「{clip(name)}」は指示の名前なので、マクロにはできません。"
            )
        if key in self._macros:
            line = self._macros[key].place.outer_line
            raise Problem(
                statement.place,
                f"マクロ「{clip(name)}」は {line} 行目でも定義されています。"
                "別の名前にするか、.purgem で先に消してください。",
            )
        self._macros[key] = Macro(name, parameters, body, statement.place)

    def _purge(self, statement: _Statement) -> None:
        for name in squeeze(statement.text).split(","):
            if self._macros.pop(name.lower(), None) is None:
                raise Problem(statement.place, f"マクロ「{clip(name)}」は定義されていません。")

    def _call(self, macro: Macro, statement: _Statement) -> None:
        given = arguments(macro, statement.text, statement.place)
        call = statement.line.call or Call(statement.line.number, macro.name)
        self._expand(statement, macro.body, [given], call, macro.name)

    def _exit(self, statement: _Statement) -> None:
        if not any(source.macro for source in self._inputs):
            raise Problem(statement.place, "「.exitm」は、マクロの中でだけ使えます。")
        source = self._inputs[-1]
        source.next = len(source.lines)
        self._conditions.cut(source.depth)

    # --- repetitions ---

    def _repeat(self, statement: _Statement) -> None:
        body = self._body(statement, _REPEATS, (".endr",))
        tokens = tokenize(statement.operands, self._problems)
        count = self._values.number(tokens, statement.place, statement.word)
        if count < 0:
            raise Problem(statement.place, f"くり返しの回数 {count} は 0 以上にしてください。")
        self._expand(statement, body, repeat({}, count), statement.line.call, times=count)

    def _for_each(self, statement: _Statement) -> None:
        """Obey ``.irp NAME, VALUE, VALUE`` and ``.irpc NAME, CHARACTERS``."""
        body = self._body(statement, _REPEATS, (".endr",))
        text = squeeze(statement.text)
        name = _HEAD.match(text)
        if name is None:
            raise Problem(
                statement.place, f"「{statement.word} 名前, 値, 値」の形で書いてください。"
            )
        position = skip_separator(text, name.end())
        if statement.word in _CHARACTER_REPEATS:
            values = list(read_argument(text, position)[0]) or [""]
        else:
            values = list(read_list(text, position))
        given = ({name[0]: value} for value in values)
        self._expand(statement, body, given, statement.line.call, times=len(values))

    def _body(
        self, statement: _Statement, begins: Sequence[str], ends: Sequence[str]
    ) -> Sequence[Line]:
        """Return the statements up to the matching end, and go on behind it."""
        source = self._inputs[-1]
        first = source.next
        depth = 1
        while not source.is_at_end:
            line = source.lines[source.next]
            source.next += 1
            labels = _LABELS.match(line.text)
            head = _HEAD.match(line.text, labels.end() if labels else 0)
            word = head[0].lower() if head else ""
            depth += (word in begins) - (word in ends)
            if depth == 0:
                return source.lines[first : source.next - 1]
        raise Problem(
            statement.place,
            f"この「{statement.word}」に対する「{ends[0]}」がありません。"
            f"「{ends[0]}」で閉じてください。",
        )

    def _stray(self, statement: _Statement) -> None:
        begin = ".macro" if statement.word in _MACRO_ENDS else ".rept」か「.irp"
        raise Problem(statement.place, f"「{statement.word}」に対する「{begin}」がありません。")

    # --- expansion ---

    def _expand(
        self,
        statement: _Statement,
        body: Sequence[Line],
        given: Iterable[Mapping[str, str]],
        call: Call | None,
        macro: str = "",
        times: int = 1,
    ) -> None:
        """Read a body next, ``times`` times, with what is given to its parameters each time."""
        self._charge(statement, times * (len(body) + 1))
        lines: list[Line] = []
        for values in given:
            room = self._limits.max_expanded_characters - self._characters
            try:
                new = substitute(body, values, self._number, call, room)
            except TooLong:
                self._refuse(
                    statement,
                    "マクロやくり返しを展開した文字数が、"
                    f"上限の {self._limits.max_expanded_characters:,} 文字を超えます。"
                    "回数を減らすか、引数を短くしてください。",
                )
            self._number += 1
            self._characters += sum(len(line.text) for line in new)
            statements = [part for line in new for part in separate(line)]
            self._charge(statement, len(statements) - len(new))
            lines += statements
        self._inputs.append(_Input(lines, self._conditions.depth, macro))

    def _charge(self, statement: _Statement, lines: int) -> None:
        """Count what is put in; refuse what goes beyond the limits."""
        limits = self._limits
        if self._lines + lines > limits.max_expanded_lines:
            self._refuse(
                statement,
                "マクロやくり返しを展開した行数が、"
                f"上限の {limits.max_expanded_lines:,} 行を超えます。"
                "回数を減らすか、実行時のループにしてください。",
            )
        if len(self._inputs) > limits.max_nesting:
            self._refuse(
                statement,
                f"マクロやくり返しの入れ子が上限の {limits.max_nesting:,} 段を超えます。"
                "自分自身を呼び出し続けていないか確かめてください。",
            )
        self._lines += lines

    def _refuse(self, statement: _Statement, message: str) -> NoReturn:
        self._problems.add(statement.place, message)
        raise _TooMuch

    # --- conditions ---

    def _condition(self, statement: _Statement) -> None:
        place = statement.place

        def holds() -> bool:
            return self._holds(statement)

        match statement.word:
            case ".else":
                self._conditions.otherwise(place)
            case ".elseif":
                self._conditions.otherwise_if(place, holds)
            case ".endif":
                self._conditions.close(place)
            case _:
                if self._conditions.depth >= self._limits.max_nesting:
                    self._refuse(
                        statement,
                        f".if の入れ子が上限の {self._limits.max_nesting:,} 段を超えます。",
                    )
                self._conditions.open(place, holds)

    def _holds(self, statement: _Statement) -> bool:
        def number() -> int:
            tokens = tokenize(statement.operands, self._problems)
            return self._values.number(tokens, statement.place, statement.word)

        text = squeeze(statement.text)
        is_defined = self._values.is_defined
        return conditionals.holds(statement.word, text, statement.place, number, is_defined)


def _cut(line: Line, start: int, end: int) -> Line:
    """Return a part of a statement, with its place in the source."""
    if start == 0:
        return Line(line.text[:end], line.number, line.pieces, line.call)
    return Line(" " * start + line.text[start:end], line.number, line.pieces, line.call)


_OBEYED: dict[str, Callable[[Reader, _Statement], None]] = {
    **dict.fromkeys(conditionals.ALL, Reader._condition),
    ".end": Reader._end,
    ".macro": Reader._define,
    **dict.fromkeys(_MACRO_ENDS, Reader._stray),
    ".endr": Reader._stray,
    ".exitm": Reader._exit,
    ".purgem": Reader._purge,
    **dict.fromkeys((".rept", ".rep"), Reader._repeat),
    **dict.fromkeys((".irp", ".irep", *_CHARACTER_REPEATS), Reader._for_each),
}
