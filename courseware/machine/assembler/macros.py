"""Macros and repetitions: text with parameters, put in as GNU as puts it in.

The text of a macro's arguments is prepared as GNU as does it before it looks at them (its
``app.c``): white space is left out except between two words, so that ``m 1 + 2, x`` has the
arguments ``1+2`` and ``x``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from courseware.machine.assembler.problems import Call, Place, Problem, clip
from courseware.machine.assembler.source import Line, Piece, quoted_end

_NAME = re.compile(r"[A-Za-z_.$][\w.$]*", re.ASCII)
_REFERENCE = re.compile(r"\\(?:(\(\))|(@)|([A-Za-z_.$][\w.$]*))", re.ASCII)
_KEYWORD = re.compile(r"([A-Za-z_.$][\w.$]*)=(?!=)", re.ASCII)
_WORD_CHARACTER = re.compile(r"[\w.$\"']")
_WORD_START = re.compile(r"[\w.$\"'\\]")
_QUALIFIER = re.compile(r":(\w*)")


@dataclass(frozen=True)
class Parameter:
    """A macro's parameter. ``takes_rest``: it stands for everything that is left (:vararg)."""

    name: str
    default: str = ""
    is_required: bool = False
    takes_rest: bool = False


@dataclass(frozen=True)
class Macro:
    """A macro: the statements that its name stands for."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Sequence[Line]
    place: Place

    @property
    def form(self) -> str:
        """Return how a message shows a call."""
        return f"{self.name} {', '.join(p.name for p in self.parameters)}".rstrip()


def squeeze(text: str) -> str:
    """Return a statement's operands without white space, except between two words."""
    parts: list[str] = []
    position = 0
    has_space = False
    while position < len(text):
        character = text[position]
        if character in " \t\f\v":
            has_space = True
            position += 1
            continue
        end = position + 1
        if character in "\"'":
            end = quoted_end(text, text, position)
        is_behind_word = parts and _WORD_CHARACTER.match(parts[-1][-1])
        if has_space and is_behind_word and _WORD_START.match(character):
            parts.append(" ")
        parts.append(text[position:end])
        has_space = False
        position = end
    return "".join(parts)


def read_head(text: str, place: Place) -> tuple[str, tuple[Parameter, ...]]:
    """Return the name and the parameters of what stands behind ``.macro``."""
    text = squeeze(text)
    match = _NAME.match(text)
    if match is None:
        raise Problem(place, "「.macro 名前 引数, 引数」の形で書いてください。")
    parameters: list[Parameter] = []
    position = skip_separator(text, match.end())
    while position < len(text):
        parameter, position = _parameter(text, position, place)
        if any(parameter.name == other.name for other in parameters):
            raise Problem(place, f"マクロの引数「{clip(parameter.name)}」が 2 回あります。")
        if parameters and parameters[-1].takes_rest:
            raise Problem(
                place, f":vararg の引数「{clip(parameters[-1].name)}」は最後に書いてください。"
            )
        parameters.append(parameter)
        position = skip_separator(text, position)
    return match[0], tuple(parameters)


def _parameter(text: str, position: int, place: Place) -> tuple[Parameter, int]:
    name = _NAME.match(text, position)
    if name is None:
        raise Problem(
            place,
            f"マクロの引数「{clip(text[position:])}」を読めません。"
            "引数は英字で始まる名前で、「,」で区切って書きます。",
        )
    position = name.end()
    qualifier = _QUALIFIER.match(text, position)
    kind = qualifier[1] if qualifier else ""
    if qualifier:
        position = qualifier.end()
        if kind not in ("req", "vararg"):
            raise Problem(
                place,
                f"マクロの引数「{clip(name[0])}」の後の「{clip(qualifier[0])}」を読めません。"
                ":req (省けない) か :vararg (残り全部) を書いてください。",
            )
    default = ""
    if text.startswith("=", position):
        default, position = read_argument(text, position + 1)
    return Parameter(name[0], default, kind == "req", kind == "vararg"), position


def skip_separator(text: str, position: int) -> int:
    return position + 1 if text[position : position + 1] in (",", " ") else position


def read_argument(text: str, position: int) -> tuple[str, int]:
    """Return the argument at a position of a squeezed text, and where the text goes on.

    It ends at a comma, or at a space outside parentheses. One that is a string loses its quotes.
    """
    if text.startswith('"', position):
        return _read_string(text, position)
    start = position
    depth = 0
    while position < len(text) and text[position] != ",":
        character = text[position]
        if character == " " and depth <= 0:
            break
        if character in "\"'":
            position = quoted_end(text, text, position)
            continue
        depth += (character in "([") - (character in ")]")
        position += 1
    return text[start:position], position


def _read_string(text: str, position: int) -> tuple[str, int]:
    end = quoted_end(text, text, position)
    closing = end - 1 if end - position > 1 and text[end - 1] == '"' else end
    return text[position + 1 : closing], end


def read_list(text: str, position: int) -> Iterator[str]:
    """Yield the arguments from a position of a squeezed text on; at least one."""
    while True:
        value, position = read_argument(text, position)
        yield value
        position = skip_separator(text, position)
        if position >= len(text):
            return


def arguments(macro: Macro, text: str, place: Place) -> dict[str, str]:
    """Return what a call gives each parameter. Raises Problem for what does not fit."""
    given: dict[str, str] = {}
    text = squeeze(text)
    position = number = 0
    has_keywords = False
    while position < len(text):
        keyword = _KEYWORD.match(text, position)
        if keyword and (parameter := _find(macro, keyword[1])):
            has_keywords = True
            value, position = read_argument(text, keyword.end())
        else:
            if has_keywords or number >= len(macro.parameters):
                raise _too_many(macro, text[position:], has_keywords, place)
            parameter = macro.parameters[number]
            number += 1
            if parameter.takes_rest:
                value, position = text[position:], len(text)
            else:
                value, position = read_argument(text, position)
        if value:
            given[parameter.name] = value
        position = skip_separator(text, position)
    for parameter in macro.parameters:
        if parameter.is_required and parameter.name not in given:
            raise Problem(
                place,
                f"マクロ「{clip(macro.name)}」の引数「{clip(parameter.name)}」は省けません。"
                f"「{clip(macro.form)}」の形で書いてください。",
            )
        given.setdefault(parameter.name, parameter.default)
    return given


def _find(macro: Macro, name: str) -> Parameter | None:
    return next((p for p in macro.parameters if p.name == name), None)


def _too_many(macro: Macro, text: str, has_keywords: bool, place: Place) -> Problem:
    if has_keywords:
        return Problem(
            place,
            f"「名前=値」の形の引数の後に「{clip(text)}」があります。"
            "名前のない引数は、先に書いてください。",
        )
    return Problem(
        place,
        f"マクロ「{clip(macro.name)}」の引数が多すぎます (余分なものは「{clip(text)}」)。"
        f"「{clip(macro.form)}」の形で書いてください。",
    )


class TooLong(Exception):
    """A body with its arguments put in is longer than allowed."""


def substitute(
    body: Sequence[Line], given: Mapping[str, str], number: int, call: Call | None, room: int
) -> list[Line]:
    """Return a body's lines with the arguments put in. ``number`` is what ``\\@`` stands for.

    Raises TooLong when they have more than ``room`` characters.
    """
    lines: list[Line] = []
    for line in body:
        lines.append(_substitute(line, given, number, call, room))
        room -= len(lines[-1].text)
        if room < 0:
            raise TooLong
    return lines


def _substitute(
    line: Line, given: Mapping[str, str], number: int, call: Call | None, room: int
) -> Line:
    if "\\" not in line.text:
        return Line(line.text, line.number, line.pieces, call) if call else line
    parts: list[str] = []
    pieces: list[Piece] = []
    length = position = 0

    def add(text: str, index: int, moves: bool) -> None:
        nonlocal length
        if text:
            pieces.append(Piece(length, line.place(index).column, moves))
            parts.append(text)
            length += len(text)

    for match in _REFERENCE.finditer(line.text):
        nothing, at, name = match.groups()
        if name is not None and name not in given:
            continue
        add(line.text[position : match.start()], position, moves=True)
        value = "" if nothing else str(number) if at else given[name]
        add(value, match.start(), moves=False)
        position = match.end()
        if length > room:
            raise TooLong
    add(line.text[position:], position, moves=True)
    return Line("".join(parts), line.number, tuple(pieces) or line.pieces, call)
