"""A Markdown file with YAML front matter: split it, and keep where each thing stands."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from courseware.markup.characters import FORBIDDEN, character_problems, forbidden
from courseware.markup.errors import ContentError, Problem

FENCE = "---"
YAML_ADVICE = (
    ("mapping values are not allowed", "値の中にコロンがあるなら、値を引用符で囲んでください。"),
    ("could not find expected ':'", "名前のあとに「: 」 (コロンと空白) がありません。"),
    ("expected <block end>", "字下げが前の行とそろっていないか、「: 」か「- 」が抜けています。"),
    ("expected '<document start>'", "字下げが前の行とそろっていません。"),
    ("sequence entries are not allowed", "一覧の「- 」は、名前の次の行に書いてください。"),
    ("invalid indentation or unclosed", "字下げを直すか、「[」「{」を閉じてください。"),
    ("expected ',' or", "「[」「{」を閉じるか、値の間に「,」を入れてください。"),
    ("found unexpected end of stream", "引用符が閉じられていません。"),
    ("found unexpected document separator", "引用符が閉じられていません。"),
    ("found unknown escape character", "二重引用符の中の \\ は \\\\ と書いてください。"),
    (
        "found character",
        "この文字では値を始められません。タブは空白にし、記号は引用符で囲んでください。",
    ),
    ("found duplicate anchor", "YAML の印 (&名前) は使えません。"),
    ("could not determine a constructor", "YAML の型 (!名前) は使えません。"),
    ("found undefined tag handle", "YAML の型 (!名前) は使えません。"),
    ("found unhashable key", "名前には文字列を書いてください。"),
    ("expected a single document", "「---」で区切った二つ目の文書は書けません。"),
)
YAML_DEPTH = 20  # of lists and mappings in each other
OPENING = (
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
)
CLOSING = (yaml.BlockEndToken, yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken)


@dataclass(frozen=True)
class Document:
    """Front matter and body of one file, with 1-based line numbers of the file."""

    meta: dict[str, Any]
    key_lines: dict[str, int]
    body: str
    body_line: int
    path: str = ""

    def problem(self, where: str | int, message: str) -> Problem:
        """Return a problem at a front matter key (or at its start, if absent) or at a line."""
        line = where if isinstance(where, int) else self.key_lines.get(where, 1)
        return Problem(self.path, line, 1, message)


def read_text(file: Path, path: str) -> str:
    """Return the text of a file that problems call ``path``.

    Raises ContentError when there is no such file, it is not UTF-8, or it has a character
    that no text may have.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise _error(path, 1, "ファイルがありません。") from None
    except UnicodeDecodeError as error:
        message = f"UTF-8 として読めません ({error.start + 1} バイト目)。"
        raise _error(path, 1, message) from None
    _refuse(character_problems(text, path))
    return text


def parse_document(text: str, path: str = "") -> Document:
    """Return the parts of a file.

    Raises ContentError with line and column when the front matter is missing, is not
    closed, is not YAML, or is not a mapping with text keys, each at most once, and where
    the text has a character that no text may have.
    """
    _refuse(character_problems(text, path))
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].rstrip() != FENCE:
        raise _error(path, 1, "ファイルの先頭に「---」で囲んだ前書き (front matter) が必要です。")
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE), None)
    if end is None:
        raise _error(path, 1, "前書きを閉じる「---」の行がありません。")
    meta, key_lines = _load_mapping("\n".join(lines[1:end]), path)
    return Document(meta, key_lines, "\n".join(lines[end + 1 :]) + "\n", end + 2, path)


def _load_mapping(source: str, path: str) -> tuple[dict[str, Any], dict[str, int]]:
    node, meta = load_yaml(source, path, first_line=2)
    if not isinstance(node, yaml.MappingNode):
        raise _error(path, 2, "前書きは「名前: 値」の並びで書いてください。")
    key_lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 2
        if key.tag != "tag:yaml.org,2002:str":
            raise _error(path, line, f"名前「{key.value}」は文字列で書いてください。")
        if key.value in key_lines:
            raise _error(path, line, f"「{key.value}」が二度書かれています。")
        key_lines[key.value] = line
    return meta, key_lines


def load_yaml(source: str, path: str, first_line: int = 1) -> tuple[yaml.Node | None, Any]:
    """Return the node tree and the value of a YAML text, parsed with the safe loader.

    ``first_line`` is the file's line at which ``source`` starts. Aliases are refused, for
    nested ones grow without bound. Raises ContentError with line and column.
    """
    try:
        _check_tokens(source, path, first_line)
        node = yaml.compose(source, Loader=yaml.SafeLoader)
        _refuse(_escaped_characters(node, path, first_line))
        return node, yaml.safe_load(source)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        message = f"YAML として読めません。{_yaml_advice(error.problem or '')}"
        raise ContentError([Problem(path, line + first_line, column + 1, message)]) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        message = f"YAML として読めません。{_yaml_advice('')}"
        raise _error(path, first_line, message) from None


def _yaml_advice(problem: str) -> str:
    """Return what to do about what PyYAML found, by the start of its English words."""
    found = (advice for start, advice in YAML_ADVICE if problem.startswith(start))
    return next(found, "コロンや # を含む値は引用符で囲み、字下げをそろえてください。")


def _check_tokens(source: str, path: str, first_line: int) -> None:
    """Refuse aliases, and nesting so deep that the library's time or stack would run out."""
    depth = 0
    for token in yaml.scan(source, Loader=yaml.SafeLoader):
        message = ""
        if isinstance(token, yaml.AliasToken):
            message = "YAML の別名 (*名前) は使えません。値をそのまま書いてください。"
        elif isinstance(token, OPENING):
            depth += 1
            if depth > YAML_DEPTH:
                message = f"YAML の入れ子は {YAML_DEPTH} 段までです。"
        elif isinstance(token, CLOSING):
            depth -= 1
        if message:
            mark = token.start_mark
            raise ContentError([Problem(path, mark.line + first_line, mark.column + 1, message)])


def _escaped_characters(node: yaml.Node | None, path: str, first_line: int) -> Iterator[Problem]:
    """Yield what YAML's escapes in quoted texts make: a "\\0" is written in good characters."""
    if isinstance(node, yaml.ScalarNode):
        found = FORBIDDEN.search(node.value)
        if found:
            mark = node.start_mark
            message = forbidden(found[0])
            yield Problem(path, mark.line + first_line, mark.column + 1, message)
    elif node is not None:
        for child in node.value:
            for part in child if isinstance(child, tuple) else (child,):
                yield from _escaped_characters(part, path, first_line)


def _refuse(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise ContentError(found)


def _error(path: str, line: int, message: str) -> ContentError:
    return ContentError([Problem(path, line, 1, message)])


@dataclass(frozen=True)
class Field:
    """What a front matter key must be: its test, the words for it, and its default."""

    accepts: Callable[[Any], bool]
    expected: str
    required: bool = True
    default: Any = None

    def words(self) -> str:
        """Return ``expected`` as it follows Japanese text: a space before a number."""
        return f" {self.expected}" if self.expected[0].isascii() else self.expected


def text_field(limit: int = 200, **options: Any) -> Field:
    """Return a field for one non-empty text of at most ``limit`` characters."""
    return Field(
        lambda value: isinstance(value, str) and 0 < len(value.strip()) <= limit,
        f"{limit} 文字以内の文字列",
        **options,
    )


def integer_field(low: int, high: int, **options: Any) -> Field:
    """Return a field for an integer from ``low`` to ``high``."""
    return Field(
        lambda value: type(value) is int and low <= value <= high,
        f"{low} から {high} までの整数",
        **options,
    )


def text_list_field(**options: Any) -> Field:
    """Return a field for a non-empty list of non-empty texts."""
    return Field(
        lambda value: (
            isinstance(value, list)
            and bool(value)
            and all(isinstance(item, str) and item.strip() for item in value)
        ),
        "文字列の一覧 (各行を「- 」で始める)",
        **options,
    )


@dataclass(frozen=True)
class Schema:
    """The keys that a kind of file has in its front matter."""

    fields: dict[str, Field] = field(default_factory=dict)

    def read(self, document: Document) -> dict[str, Any]:
        """Return the values with defaults; raise ContentError with every problem found."""
        problems = list(self._problems(document))
        if problems:
            raise ContentError(problems)
        return {name: document.meta.get(name, f.default) for name, f in self.fields.items()}

    def _problems(self, document: Document) -> Iterable[Problem]:
        for name in document.meta:
            if name not in self.fields:
                known = "、".join(self.fields)
                yield document.problem(
                    name, f"「{name}」という項目はありません。使える項目: {known}"
                )
        for name, spec in self.fields.items():
            if name not in document.meta:
                if spec.required:
                    yield document.problem(
                        name, f"「{name}」がありません。{spec.expected}を書いてください。"
                    )
            elif not spec.accepts(document.meta[name]):
                yield document.problem(name, f"「{name}」には{spec.words()}を書いてください。")
