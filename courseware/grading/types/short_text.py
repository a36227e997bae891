"""A short typed answer, read tolerantly."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from courseware.grading import patterns as regular
from courseware.grading.folding import fold
from courseware.grading.model import NO_DATA, Data, Grade, Question, Response, Text
from courseware.grading.registry import register
from courseware.grading.source import Source
from courseware.grading.types.typed import (
    KNOWN_ANSWERS,
    MAX_CHARACTERS,
    KnownAnswer,
    Typed,
    are_answers,
    are_known_answers,
    is_text,
    known_feedback,
    known_from,
    known_texts,
    known_to_json,
    note_repeated,
    read_text,
    typed,
)
from courseware.grading.variants import PLACEHOLDER, Value, as_text, fill


@register("short-text", "短く書く")
@dataclass(frozen=True)
class ShortTextQuestion(Question):
    """Full marks for an accepted answer, else none.

    Accepted is what folds to the same text as a form of ``accept``, and what matches one of
    ``patterns`` as a whole when folded. ``courseware.grading.folding.fold`` says what counts as
    the same.
    """

    accept: tuple[str, ...]
    known: tuple[KnownAnswer, ...]
    patterns: tuple[str, ...] = field(default=(), kw_only=True)

    own_keys = frozenset({"accept", "feedback", "patterns"})
    shape = "typed"

    def own_variant(self, drawn: Mapping[str, Value]) -> dict[str, Any]:
        """Return the accepted forms and patterns with the drawn values in them."""
        values = {name: as_text(value) for name, value in drawn.items()}
        literals = {name: regular.literal(fold(value)) for name, value in values.items()}
        return {
            "accept": tuple(fill(form, values) for form in self.accept),
            "patterns": tuple(fill(pattern, literals) for pattern in self.patterns),
        }

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
        """Return ``points`` for an accepted answer, else 0 with the feedback that is foreseen."""
        answer = fold(response.texts[0])
        right = answer in map(fold, self.accept) or any(
            regular.matches(pattern, answer) for pattern in self.patterns
        )
        feedback = known_feedback(self.known, lambda known: fold(known) == answer)
        return Grade(
            score=Fraction(self.points if right else 0),
            max_score=self.points,
            feedback="" if right else feedback,
            expected=self.accept,
        )

    def own_texts(self) -> Iterator[tuple[str, Text]]:
        """Yield the feedback for each foreseen wrong answer."""
        return known_texts(self.known)

    def own_to_json(self) -> dict[str, Any]:
        """Return accepted forms, patterns where there are any, and foreseen wrong answers."""
        return {
            "accept": list(self.accept),
            **({"patterns": list(self.patterns)} if self.patterns else {}),
            "feedback": known_to_json(self.known),
        }

    @classmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return accepted forms, patterns and foreseen wrong answers."""
        return {
            "accept": tuple(data["accept"]),
            "patterns": tuple(data.get("patterns", ())),
            "known": known_from(data["feedback"]),
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
            are_answers,
            f"認める答えの一覧 (例: [vmx]。それぞれ {MAX_CHARACTERS} 文字以内の文字列で、"
            "数は引用符で囲む)",
        )
        written = source.take("feedback", are_known_answers, KNOWN_ANSWERS, default=[])
        known = known_from(written or [], source.line_of("feedback"))
        note_repeated(source, "feedback", accept or [], known)
        patterns = _patterns(source, known)
        return {"accept": tuple(accept or ()), "known": known, "patterns": patterns}


def _patterns(source: Source, known: tuple[KnownAnswer, ...]) -> tuple[str, ...]:
    """Return the patterns; note unusable ones, and those that accept a foreseen wrong answer."""
    written = source.take(
        "patterns",
        lambda value: (
            isinstance(value, list)
            and len(value) <= regular.MAX_PATTERNS
            and all(map(is_text, value))
        ),
        f"答え全体に合う正規表現の、{regular.MAX_PATTERNS} 個までの一覧"
        " (例: ['vm[- ]?exits?']。引用符は ' を使う)",
        default=[],
    )
    for number, pattern in enumerate(written or [], 1):
        example = PLACEHOLDER.sub("0", pattern)
        try:
            regular.check(example)
        except regular.PatternError as error:
            source.problem("patterns", f"{number} 番目: {error}")
            continue
        for answer in (answer for item in known for answer in item.answers):
            if regular.matches(example, fold(answer)):
                source.problem(
                    "patterns", f"{number} 番目の正規表現は、誤答「{answer}」にも合います。"
                )
    return tuple(written or ())
