"""A short typed answer, read tolerantly."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from courseware.grading.errors import InvalidResponse, NotAnswered
from courseware.grading.folding import fold
from courseware.grading.model import (
    ANSWER,
    NO_DATA,
    Data,
    Grade,
    Presentation,
    Question,
    Response,
    Text,
)
from courseware.grading.registry import register
from courseware.grading.source import Source
from courseware.grading.variants import Value, as_text, fill

# Characters of a typed answer, and of each accepted form. The page shows it.
MAX_CHARACTERS = 200


@dataclass(frozen=True)
class Typed(Presentation):
    """One field: what is in it, and the most characters that it takes."""

    value: str
    max_length: int


@dataclass(frozen=True)
class KnownAnswer:
    """Wrong answers that are foreseen, and what to tell whoever gives one."""

    answers: tuple[str, ...]
    text: Text


def typed(instruction: str, data: Data) -> Typed:
    """Return the presentation of a question with one field."""
    return Typed(instruction, (data.get(ANSWER) or ("",))[0], MAX_CHARACTERS)


def read_text(data: Data, name: str = ANSWER) -> str:
    """Return the text of a field as typed, without white space around it.

    Raises NotAnswered for a blank one, InvalidResponse for one that is too long and for one
    with control characters.
    """
    values = data.get(name, ())
    if len(values) > 1:
        raise InvalidResponse("答えは一つだけ送ってください。")
    text = values[0].strip() if values else ""
    if len(text) > MAX_CHARACTERS:
        raise InvalidResponse(
            f"答えは {MAX_CHARACTERS} 文字以内で入力してください (今は {len(text)} 文字)。"
        )
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\r\n" for c in text):
        raise InvalidResponse("答えに制御文字が含まれています。取り除いてください。")
    if not fold(text):
        raise NotAnswered("答えを入力してから採点してください。")
    return text


@register("short-text", "短く書く")
@dataclass(frozen=True)
class ShortTextQuestion(Question):
    """Full marks when the answer folds to the same text as an accepted form, else none.

    ``courseware.grading.folding.fold`` says what counts as the same.
    """

    accept: tuple[str, ...]
    known: tuple[KnownAnswer, ...]

    own_keys = frozenset({"accept", "feedback"})
    shape = "typed"

    def own_variant(self, drawn: Mapping[str, Value]) -> dict[str, Any]:
        """Return the accepted forms with the drawn values in them."""
        values = {name: as_text(value) for name, value in drawn.items()}
        return {"accept": tuple(fill(form, values) for form in self.accept)}

    def present(self, seed: int, data: Data = NO_DATA) -> Typed:
        """Return the field; the seed changes nothing."""
        return typed(
            "答えを入力してください。全角と半角、大文字と小文字、"
            "ひらがなとカタカナは区別しません。",
            data,
        )

    def read(self, seed: int, data: Data) -> Response:
        """Return the text as typed, without white space around it."""
        return Response(texts=(read_text(data),))

    def grade(self, response: Response) -> Grade:
        """Return ``points`` for an accepted form, else 0 with the feedback that is foreseen."""
        answer = fold(response.texts[0])
        right = answer in map(fold, self.accept)
        return Grade(
            score=Fraction(self.points if right else 0),
            max_score=self.points,
            feedback="" if right else self._feedback(answer),
            expected=self.accept,
        )

    def _feedback(self, answer: str) -> str:
        for i, known in enumerate(self.known):
            if answer in map(fold, known.answers):
                return f"feedback-{i}"
        return ""

    def own_texts(self) -> Iterator[tuple[str, Text]]:
        """Yield the feedback for each foreseen wrong answer."""
        for i, known in enumerate(self.known):
            yield f"feedback-{i}", known.text

    def own_to_json(self) -> dict[str, Any]:
        """Return accepted forms and foreseen wrong answers."""
        return {
            "accept": list(self.accept),
            "feedback": [
                {"answers": list(known.answers), "text": known.text.markdown}
                for known in self.known
            ],
        }

    @classmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return accepted forms and foreseen wrong answers."""
        return {
            "accept": tuple(data["accept"]),
            "known": tuple(
                KnownAnswer(tuple(known["answers"]), Text(known["text"]))
                for known in data["feedback"]
            ),
        }

    @classmethod
    def parse_own(cls, source: Source) -> dict[str, Any]:
        """Return the fields; note options, unusable forms, and answers in two places."""
        if source.options:
            source.problem(
                source.options[0].line,
                "短く書く問題に選択肢は書けません。選ばせるなら「type: single」にしてください。",
            )
        accept = source.take(
            "accept",
            _are_answers,
            f"認める答えの一覧 (例: [vmx]。それぞれ {MAX_CHARACTERS} 文字以内の文字列で、"
            "数は引用符で囲む)",
        )
        written = source.take(
            "feedback",
            lambda value: isinstance(value, list) and all(map(_is_known_answer, value)),
            "「- answers: [誤答]」と「text: 説明」の組の一覧",
            default=[],
        )
        line = source.line_of("feedback")
        known = [KnownAnswer(tuple(w["answers"]), Text(w["text"], line)) for w in written or []]
        _note_repeated(source, accept or [], known)
        return {"accept": tuple(accept or ()), "known": tuple(known)}


def _are_answers(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(answer, str) and len(answer) <= MAX_CHARACTERS and fold(answer)
            for answer in value
        )
    )


def _is_known_answer(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"answers", "text"}
        and _are_answers(value["answers"])
        and isinstance(value["text"], str)
        and bool(value["text"].strip())
    )


def _note_repeated(source: Source, accept: list[str], known: list[KnownAnswer]) -> None:
    """Note a wrong answer that is accepted, or that two feedback texts are written for."""
    accepted = set(map(fold, accept))
    explained: set[str] = set()
    for item in known:
        forms = set(map(fold, item.answers))
        for form in sorted(forms & accepted):
            source.problem("feedback", f"「{form}」は正解としても誤答としても書かれています。")
        for form in sorted(forms & explained):
            source.problem("feedback", f"誤答「{form}」への説明が二つあります。")
        explained |= forms
