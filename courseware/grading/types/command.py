"""A typed command, compared by what it means to a shell. Nothing is executed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from courseware.grading.errors import InvalidResponse
from courseware.grading.model import NO_DATA, Data, Grade, Question, Response, Text
from courseware.grading.registry import register
from courseware.grading.shell import (
    CommandLine,
    Option,
    Options,
    ShellError,
    read_command_line,
)
from courseware.grading.source import Source
from courseware.grading.types.typed import (
    KNOWN_ANSWERS,
    KnownAnswer,
    Typed,
    are_answers,
    are_known_answers,
    known_feedback,
    known_from,
    known_texts,
    known_to_json,
    note_repeated,
    read_text,
    typed,
)
from courseware.grading.variants import Value, as_text, fill

MAX_COMMAND_CHARACTERS = 500
SUDO = {"optional": True, "as-written": False}
# As a manual's synopsis has it: "-n, --name NAME", and in brackets what may be left out.
NAME = r"--?[A-Za-z0-9][\w.-]*"
OPTION = re.compile(
    rf"(?P<open>\[)?(?P<names>{NAME}(?:, ?{NAME})*)(?:[ =](?P<value>[^\s\[\]]+))?(?(open)\])",
    re.ASCII,
)


@register("command", "コマンドを書く")
@dataclass(frozen=True)
class CommandQuestion(Question):
    """Full marks for a command that means the same as an accepted one, else none.

    ``courseware.grading.shell`` says what means the same. ``options`` are the words that may
    move, by the program (and subcommand) after which they stand; every other word stays where
    it is written.
    """

    accept: tuple[str, ...]
    options: Options
    optional_sudo: bool
    known: tuple[KnownAnswer, ...]

    own_keys = frozenset({"accept", "options", "sudo", "feedback"})
    shape = "typed"

    def own_variant(self, drawn: Mapping[str, Value]) -> dict[str, Any]:
        """Return the accepted commands with the drawn values in them."""
        values = {name: as_text(value) for name, value in drawn.items()}
        accept = tuple(fill(command, values) for command in self.accept)
        for command in accept:
            self._meaning(command)
        return {"accept": accept}

    def present(self, seed: int, data: Data = NO_DATA) -> Typed:
        """Return the field; the seed changes nothing."""
        return typed(
            "コマンドを一行で入力してください。オプションの順序とまとめ方 (-a -b と -ab など)、"
            "空白の数、引用符の付け方、全角と半角は、意味が同じなら区別しません。"
            "大文字と小文字は区別します。",
            data,
            MAX_COMMAND_CHARACTERS,
        )

    def read(self, seed: int, data: Data) -> Response:
        """Return the command as typed; one that a shell cannot read is refused."""
        text = read_text(data, max_length=MAX_COMMAND_CHARACTERS)
        try:
            self._meaning(text)
        except ShellError as error:
            raise InvalidResponse(f"コマンドとして読めません。{error}") from None
        return Response(texts=(text,))

    def grade(self, response: Response) -> Grade:
        """Return ``points`` for an accepted command, else 0 with the feedback that is foreseen."""
        answer = self._meaning(response.texts[0])
        right = answer in map(self._meaning, self.accept)
        feedback = known_feedback(self.known, lambda known: self._meaning(known) == answer)
        return Grade(
            score=Fraction(self.points if right else 0),
            max_score=self.points,
            feedback="" if right else feedback,
            expected=self.accept,
        )

    def _meaning(self, command: str) -> CommandLine:
        return read_command_line(command, self.options, optional_sudo=self.optional_sudo)

    def own_texts(self) -> Iterator[tuple[str, Text]]:
        """Yield the feedback for each foreseen wrong answer."""
        return known_texts(self.known)

    def own_to_json(self) -> dict[str, Any]:
        """Return accepted commands, options and foreseen wrong answers."""
        return {
            "accept": list(self.accept),
            "options": [
                {"after": list(words), "options": [vars(option) for option in options]}
                for words, options in self.options.items()
            ],
            "optional_sudo": self.optional_sudo,
            "feedback": known_to_json(self.known),
        }

    @classmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return accepted commands, options and foreseen wrong answers."""
        return {
            "accept": tuple(data["accept"]),
            "options": {
                tuple(scope["after"]): tuple(
                    Option(tuple(o["names"]), o["takes_value"], o["may_be_missing"])
                    for o in scope["options"]
                )
                for scope in data["options"]
            },
            "optional_sudo": data["optional_sudo"],
            "known": known_from(data["feedback"]),
        }

    @classmethod
    def parse_own(cls, source: Source) -> dict[str, Any]:
        """Return the fields; note unreadable commands and options, and answers in two places."""
        if source.options:
            source.problem(
                source.options[0].line,
                "コマンドを書く問題に選択肢は書けません。"
                "選ばせるなら「type: single」にしてください。",
            )
        accept = source.take(
            "accept",
            lambda value: are_answers(value, MAX_COMMAND_CHARACTERS),
            f"認めるコマンドの一覧 (それぞれ {MAX_COMMAND_CHARACTERS} 文字以内の文字列)",
        )
        written = source.take(
            "feedback",
            lambda value: are_known_answers(value, MAX_COMMAND_CHARACTERS),
            KNOWN_ANSWERS,
            default=[],
        )
        sudo = source.take(
            "sudo",
            lambda value: isinstance(value, str) and value in SUDO,
            " optional (sudo は付けても付けなくてもよい) か as-written (accept のとおり)",
            default="as-written",
        )
        own: dict[str, Any] = {
            "accept": tuple(accept or ()),
            "options": _options(source),
            "optional_sudo": SUDO.get(sudo, False),
            "known": known_from(written or [], source.line_of("feedback")),
        }
        _check(source, **own)
        return own


def _options(source: Source) -> Options:
    """Return the declared options; note what is written in another form."""
    written = source.take(
        "options",
        lambda value: (
            isinstance(value, dict)
            and all(isinstance(key, str) and key.split() for key in value)
            and all(isinstance(options, list) for options in value.values())
        ),
        "「コマンド: [オプション]」または「コマンド 副コマンド: [オプション]」の対応",
        default={},
    )
    return {
        tuple(key.split()): tuple(_option(source, option) for option in options)
        for key, options in (written or {}).items()
    }


def _option(source: Source, written: Any) -> Option:
    match = OPTION.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        source.problem(
            "options",
            f"「{written}」をオプションとして読めません。'-v'、'-n, --name 値' の形で、"
            "なくてもよいものは '[-p, --progress]' のように角かっこで囲んで書いてください。",
        )
        return Option(())
    names = tuple(name.strip() for name in match["names"].split(","))
    return Option(names, bool(match["value"]), bool(match["open"]))


def _check(
    source: Source,
    accept: tuple[str, ...],
    options: Options,
    optional_sudo: bool,
    known: tuple[KnownAnswer, ...],
) -> None:
    """Note names declared twice, unreadable commands, options of no command, equal answers."""
    for after, declared in options.items():
        names = [name for option in declared for name in option.names]
        for name in sorted({name for name in names if names.count(name) > 1}):
            source.problem("options", f"「{' '.join(after)}」のオプション {name} が二度あります。")

    def meaning(command: str) -> CommandLine:
        return read_command_line(command, options, optional_sudo=optional_sudo)

    readable = True
    answers = [("feedback", answer) for item in known for answer in item.answers]
    for key, command in [*(("accept", command) for command in accept), *answers]:
        try:
            meaning(command)
        except ShellError as error:
            readable = False
            source.problem(key, f"「{command}」をコマンドとして読めません。{error}")
    if readable:
        note_repeated(source, "feedback", accept, known, meaning)
        _note_unused(source, options, [meaning(command) for command in accept])


def _note_unused(source: Source, options: Options, accepted: list[CommandLine]) -> None:
    """Note options that are declared for what no accepted command has."""
    commands = [
        tuple(word for scope in command.scopes for word in scope.words)
        for line in accepted
        for command in line.commands
    ]
    for after in options:
        if accepted and not any(words[: len(after)] == after for words in commands):
            source.problem(
                "options",
                f"「{' '.join(after)}」で始まるコマンドは「accept」にありません。"
                "名前をそろえてください。",
            )
