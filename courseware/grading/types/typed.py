"""What the kinds with typed answers share: a field, reading it, foreseen wrong answers."""

import unicodedata
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courseware.grading.errors import InvalidResponse, NotAnswered
from courseware.grading.folding import fold
from courseware.grading.model import ANSWER, Data, Presentation, Text
from courseware.grading.source import Source

# Characters of a typed answer, and of each accepted form. The page shows it.
MAX_CHARACTERS = 200


@dataclass(frozen=True)
class Typed(Presentation):
    """One field: what is in it, the most characters that it takes, and the unit after it."""

    value: str
    max_length: int
    unit: str = ""


@dataclass(frozen=True)
class KnownAnswer:
    """Wrong answers that are foreseen, and what to tell whoever gives one."""

    answers: tuple[str, ...]
    text: Text


def typed(instruction: str, data: Data, max_length: int = MAX_CHARACTERS, unit: str = "") -> Typed:
    """Return the presentation of a question with one field."""
    return Typed(instruction, value_of(data), max_length, unit)


def value_of(data: Data, name: str = ANSWER) -> str:
    """Return what a field holds, empty when nothing was posted for it."""
    return (data.get(name) or ("",))[0]


def read_text(data: Data, name: str = ANSWER, max_length: int = MAX_CHARACTERS) -> str:
    """Return the text of a field as typed, without white space around it.

    Raises NotAnswered for a blank one, InvalidResponse for one that is too long and for one
    with control characters.
    """
    values = data.get(name, ())
    if len(values) > 1:
        raise InvalidResponse("答えは一つだけ送ってください。")
    text = values[0].strip() if values else ""
    if len(text) > max_length:
        raise InvalidResponse(
            f"答えは {max_length} 文字以内で入力してください (今は {len(text)} 文字)。"
        )
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\r\n" for c in text):
        raise InvalidResponse("答えに制御文字が含まれています。取り除いてください。")
    if not fold(text):
        raise NotAnswered("答えを入力してから採点してください。")
    return text


def are_answers(value: Any, max_length: int = MAX_CHARACTERS) -> bool:
    """Return whether an author's value is a list of texts that somebody can answer."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(answer, str) and len(answer) <= max_length and bool(fold(answer))
            for answer in value
        )
    )


def are_known_answers(value: Any, max_length: int = MAX_CHARACTERS) -> bool:
    """Return whether an author's value is a list of ``answers`` with their ``text``."""
    return isinstance(value, list) and all(
        isinstance(item, dict)
        and set(item) == {"answers", "text"}
        and are_answers(item["answers"], max_length)
        and is_text(item["text"])
        for item in value
    )


def is_text(value: Any) -> bool:
    """Return whether an author's value is a text that says something."""
    return isinstance(value, str) and bool(value.strip())


KNOWN_ANSWERS = "「- answers: [誤答]」と「text: 説明」の組の一覧"


def known_from(written: Iterable[Mapping[str, Any]], line: int = 0) -> tuple[KnownAnswer, ...]:
    """Return the foreseen wrong answers of an author's list, or of ``known_to_json``."""
    return tuple(KnownAnswer(tuple(w["answers"]), Text(w["text"], line)) for w in written)


def known_to_json(known: Iterable[KnownAnswer]) -> list[dict[str, Any]]:
    """Return the foreseen wrong answers as plain JSON data."""
    return [{"answers": list(item.answers), "text": item.text.markdown} for item in known]


def known_texts(known: Iterable[KnownAnswer], prefix: str = "") -> Iterator[tuple[str, Text]]:
    """Yield the text for each foreseen wrong answer with its key."""
    for i, item in enumerate(known):
        yield f"{prefix}feedback-{i}", item.text


def known_feedback(
    known: Iterable[KnownAnswer], is_given: Callable[[str], bool], prefix: str = ""
) -> str:
    """Return the key of the text for the foreseen wrong answer that was given, or empty."""
    for i, item in enumerate(known):
        if any(map(is_given, item.answers)):
            return f"{prefix}feedback-{i}"
    return ""


def note_repeated(
    source: Source,
    where: str,
    accept: Sequence[str],
    known: Iterable[KnownAnswer],
    meaning: Callable[[str], Hashable] = fold,
) -> None:
    """Note a wrong answer that is accepted, or that two feedback texts are written for.

    Answers with one ``meaning`` are the same.
    """
    accepted = set(map(meaning, accept))
    explained: set[Hashable] = set()
    for item in known:
        forms = {meaning(answer): answer for answer in reversed(item.answers)}
        for form, answer in sorted(forms.items(), key=lambda pair: pair[1]):
            if form in accepted:
                source.problem(where, f"「{answer}」は正解としても誤答としても書かれています。")
            if form in explained:
                source.problem(where, f"誤答「{answer}」への説明が二つあります。")
        explained |= set(forms)
