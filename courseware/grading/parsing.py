"""From an author's file, or from stored JSON, to a Question."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from courseware.grading import registry
from courseware.grading.errors import QuestionError, QuestionProblem
from courseware.grading.model import Question, Text
from courseware.grading.source import Source
from courseware.grading.variants import (
    NO_VARIANTS,
    PLACEHOLDER,
    Variants,
    parse_derived,
    parse_parameters,
)

T = TypeVar("T")
COMMON_KEYS = ("id", "type", "lesson", "objective", "points", "parameters", "let")
SAMPLED_SEEDS = 200  # whose variants are tried when a question is read
IDENTIFIER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
MAX_IDENTIFIER = 64
MAX_POINTS = 100


def parse_question(
    meta: Mapping[str, Any],
    key_lines: Mapping[str, int],
    body: str,
    body_line: int,
    figures: Mapping[str, str] | None = None,
) -> Question:
    """Return the question that a file describes.

    ``meta`` is the front matter and ``key_lines`` the file's line of each of its keys;
    ``body_line`` is the file's line at which ``body`` starts; ``figures`` are the SVG texts that
    a question may be about, by name. Raises QuestionError, and nothing else, with all problems.
    """
    source = Source(meta, key_lines, body, body_line, figures)
    fields = _common(source)
    cls = _type(source)
    if cls is not None:
        _refuse_unknown_keys(source, cls)
        fields |= cls.parse_own(source)
    if cls is None or source.problems:
        raise QuestionError(source.problems)
    question = cls(**fields)
    source.problems += _problems_of_variants(question, source)
    if source.problems:
        raise QuestionError(source.problems)
    return question


def _problems_of_variants(question: Question, source: Source) -> Iterator[QuestionProblem]:
    """Yield what is wrong with names in the texts, and with the first variant that fails."""
    names = set(question.variants.names)
    for text in question.texts().values():
        for name in PLACEHOLDER.findall(text.markdown):
            if names and name not in names:
                message = (
                    f"「{{{{{name}}}}}」という名前の値はありません。"
                    f"使える名前: {'、'.join(sorted(names))}"
                )
                yield QuestionProblem(text.line or 1, 1, message)
    if not names:
        return
    try:
        for seed in range(SAMPLED_SEEDS):
            question.variant(seed)
    except ValueError as error:
        yield QuestionProblem(source.line_of("parameters"), 1, str(error))


def question_from_json(data: Mapping[str, Any]) -> Question:
    """Return the question that ``Question.to_json`` described.

    Raises KeyError for data of an unknown kind.
    """
    cls = registry.get(data["type"])
    return cls(
        id=data["id"],
        lesson=data["lesson"],
        objective=data["objective"],
        points=data["points"],
        prompt=Text(data["prompt"]),
        explanation=Text(data["explanation"]),
        variants=Variants.from_json(data["variants"]) if "variants" in data else NO_VARIANTS,
        **cls.own_from_json(data),
    )


def _common(source: Source) -> dict[str, Any]:
    identifier = f"半角の英小文字、数字、ハイフンでできた {MAX_IDENTIFIER} 文字以内の識別子"
    return {
        "id": source.take("id", _is_identifier, identifier),
        "lesson": source.take("lesson", _is_identifier, f"レッスンの識別子 ({identifier})"),
        "objective": source.take(
            "objective",
            lambda value: isinstance(value, str) and 0 < len(value.strip()) <= 32,
            '試験範囲の番号 (引用符で囲む。例: "351.1")',
        ),
        "points": source.take(
            "points",
            lambda value: type(value) is int and 1 <= value <= MAX_POINTS,
            f"1 から {MAX_POINTS} までの整数",
            default=1,
        ),
        "prompt": source.prompt,
        "explanation": source.explanation,
        "variants": Variants(
            _parsed(source, "parameters", parse_parameters), _parsed(source, "let", parse_derived)
        ),
    }


def _parsed(source: Source, key: str, parse: Callable[[Any], tuple[T, ...]]) -> tuple[T, ...]:
    """Return what ``parse`` makes of a key's value; note what it refuses."""
    try:
        return parse(source.meta.get(key, {}))
    except ValueError as error:
        source.problem(key, str(error))
        return ()


def _is_identifier(value: Any) -> bool:
    return (
        isinstance(value, str)
        and len(value) <= MAX_IDENTIFIER
        and bool(IDENTIFIER.fullmatch(value))
    )


def _type(source: Source) -> type[Question] | None:
    known = registry.labels()
    words = "、".join(f"{name} ({label})" for name, label in known.items())
    name = source.take(
        "type",
        lambda value: isinstance(value, str) and value in known,
        f"問題の種類 {words} のどれか",
    )
    return None if name is None else registry.get(name)


def _refuse_unknown_keys(source: Source, cls: type[Question]) -> None:
    usable = [*COMMON_KEYS, *sorted(cls.own_keys)]
    for key in source.meta:
        if key not in usable:
            source.problem(
                key,
                f"「{key}」という項目は、種類「{cls.type_name}」の問題では使えません。"
                f"使える項目: {'、'.join(usable)}",
            )
