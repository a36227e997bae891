"""A number, with a unit where the question has one."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from courseware.grading import units
from courseware.grading.errors import InvalidResponse
from courseware.grading.model import NO_DATA, Data, Grade, Question, Response, Text
from courseware.grading.quantities import NotANumber, Written, read_quantity
from courseware.grading.registry import register
from courseware.grading.source import Source
from courseware.grading.types.typed import Typed, is_text, read_text, typed
from courseware.grading.units import Unit
from courseware.grading.variants import ExpressionError, Value, as_text, evaluate

PREFIX, BITS, DIMENSION = "prefix", "bits", "dimension"
MISTAKES = {
    PREFIX: "1000 倍ずつの単位と 1024 倍ずつの単位の取り違え",
    BITS: "ビットとバイトの取り違え",
    DIMENSION: "種類の違う単位",
}
# What confuses bits and bytes, or prefixes up to peta: powers of the ratio, either way.
BITS_TO_BYTE = Fraction(8)
BINARY_TO_DECIMAL = Fraction(1024, 1000)
PREFIXES = 5

HOW_TO_WRITE = "1,024、0.5、1/3、2^10 のように書けます。"
BYTES = "1 KB は 1000 B、1 KiB は 1024 B です。"
TOLERANCE = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<relative> ?%)?", re.ASCII)


@dataclass(frozen=True)
class Tolerance:
    """How far from the right number an answer may be: in its unit, or as a share of it."""

    amount: Fraction = Fraction(0)
    relative: bool = False

    def margin(self, value: Fraction) -> Fraction:
        """Return the greatest accepted distance from a right number."""
        return self.amount * abs(value) if self.relative else self.amount

    def __str__(self) -> str:
        """Return the tolerance as an author writes it: "0.5", or "5%"."""
        return f"{as_text(self.amount * 100)}%" if self.relative else as_text(self.amount)


@dataclass(frozen=True)
class KnownNumber:
    """A wrong answer that is foreseen, as an expression or as a kind of mistake."""

    answer: str
    mistake: str
    text: Text


@register("numeric", "数を書く")
@dataclass(frozen=True)
class NumericQuestion(Question):
    """Full marks for the right number within the tolerance, else none.

    ``answer`` is an expression of the parameters, in ``unit`` (a symbol of
    ``courseware.grading.units``, or empty). An answer in another unit of the same dimension is
    converted exactly. With ``write_unit`` the learner has to write a unit and is told none.
    """

    answer: str
    unit: str
    write_unit: bool
    tolerance: Tolerance
    known: tuple[KnownNumber, ...]

    own_keys = frozenset({"answer", "unit", "write_unit", "tolerance", "feedback"})
    shape = "typed"

    @property
    def value(self) -> Fraction:
        """The right number, in the question's unit."""
        return evaluate(self.answer, {})

    @property
    def asked(self) -> Unit | None:
        """The question's unit."""
        return units.by_symbol(self.unit)

    @property
    def answered_in(self) -> object:
        """The unit of an answer that is written without one."""
        return "" if self.write_unit else self.unit

    def own_variant(self, drawn: Mapping[str, Value]) -> dict[str, Any]:
        """Return the numbers that are worked out from the drawn values."""
        known = (
            replace(item, answer=str(evaluate(item.answer, drawn))) if item.answer else item
            for item in self.known
        )
        return {"answer": str(evaluate(self.answer, drawn)), "known": tuple(known)}

    def present(self, seed: int, data: Data = NO_DATA) -> Typed:
        """Return the field, with the unit after it when it need not be written."""
        if self.write_unit:
            return typed(f"数と単位を入力してください (例: 64 KiB、15 ms)。{BYTES}", data)
        instruction = f"数を入力してください。{HOW_TO_WRITE}"
        if self.asked:
            instruction += f"ほかの単位で答えるときは、数の後に単位を書きます。{self._of_bytes}"
        return typed(instruction, data, unit=self.unit)

    @property
    def _of_bytes(self) -> str:
        return BYTES if self.asked and self.asked.dimension == units.INFORMATION else ""

    def read(self, seed: int, data: Data) -> Response:
        """Return the text as typed; one that is no number, or has no known unit, is refused."""
        text = read_text(data)
        self._quantity(text)
        return Response(texts=(text,))

    def _quantity(self, text: str) -> tuple[Fraction, Unit | None]:
        """Return a typed number and its unit, which is the question's when none is written."""
        try:
            written = read_quantity(text)
        except NotANumber as error:
            raise InvalidResponse(str(error)) from None
        return written.number, self._unit(written)

    def _unit(self, written: Written) -> Unit | None:
        if not written.unit:
            if self.write_unit:
                raise InvalidResponse("単位も書いてください。例: 64 KiB、15 ms")
            return self.asked
        if self.asked is None:
            raise InvalidResponse("この問題の答えに単位は要りません。数だけを入力してください。")
        unit = units.find(written.unit, self.asked)
        if unit is None:
            raise InvalidResponse(
                f"「{written.unit}」という単位は読めません。"
                f"使える単位: {'、'.join(units.symbols())}"
            )
        return unit

    def grade(self, response: Response) -> Grade:
        """Return ``points`` for the right number, else 0 with the feedback that is foreseen."""
        number, unit = self._quantity(response.texts[0])
        given = self._converted(number, unit)
        right = given is not None and self._is_near(given, self.value)
        return Grade(
            score=Fraction(self.points if right else 0),
            max_score=self.points,
            feedback="" if right else self._feedback(given),
            expected=(self._expected,),
        )

    def _converted(self, number: Fraction, unit: Unit | None) -> Fraction | None:
        """Return a number in the question's unit; None for a unit of another dimension."""
        if unit is None or self.asked is None:
            return number
        if unit.dimension != self.asked.dimension:
            return None
        return number * unit.factor / self.asked.factor

    def _is_near(self, given: Fraction, value: Fraction) -> bool:
        return abs(given - value) <= self.tolerance.margin(value)

    def _feedback(self, given: Fraction | None) -> str:
        for i, known in enumerate(self.known):
            if self._is_known(known, given):
                return f"feedback-{i}"
        return ""

    def _is_known(self, known: KnownNumber, given: Fraction | None) -> bool:
        if given is None or known.mistake == DIMENSION:
            return given is None and known.mistake == DIMENSION
        if known.answer:
            return self._is_near(given, evaluate(known.answer, {}))
        if known.mistake == BITS:
            factors = [BITS_TO_BYTE, 1 / BITS_TO_BYTE]
        else:
            powers = range(1, PREFIXES + 1)
            factors = [BINARY_TO_DECIMAL**n for power in powers for n in (power, -power)]
        return any(self._is_near(given * factor, self.value) for factor in factors)

    @property
    def _expected(self) -> str:
        shown = f"{as_text(self.value)} {self.unit}".strip()
        if not self.tolerance.amount:
            return shown
        if self.tolerance.relative:
            return f"{shown} (誤差は正解の {self.tolerance} まで)"
        return f"{shown} (誤差は {f'{self.tolerance} {self.unit}'.strip()} まで)"

    def own_texts(self) -> Iterator[tuple[str, Text]]:
        """Yield the feedback for each foreseen wrong answer."""
        for i, known in enumerate(self.known):
            yield f"feedback-{i}", known.text

    def own_to_json(self) -> dict[str, Any]:
        """Return answer, unit, tolerance and foreseen wrong answers."""
        return {
            "answer": self.answer,
            "unit": self.unit,
            "write_unit": self.write_unit,
            "tolerance": str(self.tolerance),
            "feedback": [
                {"answer": known.answer, "mistake": known.mistake, "text": known.text.markdown}
                for known in self.known
            ],
        }

    @classmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return answer, unit, tolerance and foreseen wrong answers."""
        return {
            "answer": data["answer"],
            "unit": data["unit"],
            "write_unit": data["write_unit"],
            "tolerance": _tolerance(data["tolerance"]),
            "known": tuple(
                KnownNumber(known["answer"], known["mistake"], Text(known["text"]))
                for known in data["feedback"]
            ),
        }

    @classmethod
    def parse_own(cls, source: Source) -> dict[str, Any]:
        """Return the fields; note options, expressions without a value, unknown units."""
        if source.options:
            source.problem(
                source.options[0].line,
                "数を書く問題に選択肢は書けません。選ばせるなら「type: single」にしてください。",
            )
        answer = source.take("answer", _is_expression, ANSWER_EXPECTED)
        unit = source.take(
            "unit",
            lambda value: isinstance(value, str) and units.by_symbol(value) is not None,
            f"単位 {'、'.join(units.symbols())} のどれか",
            default="",
        )
        write_unit = source.take(
            "write_unit",
            lambda value: isinstance(value, bool) and (not value or "unit" in source.meta),
            " true (単位も書かせる。「unit」が要る) か false",
            default=False,
        )
        tolerance = source.take(
            "tolerance",
            lambda value: _is_number(value) and _tolerance(value) is not None,
            "許す誤差を、0.5 のような数 (単位は「unit」) か、5% のような割合で",
            default="0",
        )
        known = _known(source, unit or "")
        if answer is not None:
            _note_values(source, str(answer), known)
        return {
            "answer": str(answer),
            "unit": unit,
            "write_unit": write_unit,
            "tolerance": _tolerance(tolerance) if tolerance is not None else None,
            "known": known,
        }


ANSWER_EXPECTED = "正解の数か、parameters と let の名前を使う式 ({{ }} は付けない)"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)


def _is_expression(value: Any) -> bool:
    return _is_number(value) and bool(str(value).strip()) and "{{" not in str(value)


def _tolerance(written: Any) -> Tolerance | None:
    """Return the tolerance that an author's value means, None for an unusable one."""
    match = TOLERANCE.fullmatch(str(written).strip())
    if match is None:
        return None
    relative = bool(match["relative"])
    return Tolerance(Fraction(match["number"]) / (100 if relative else 1), relative)


def _known(source: Source, unit: str) -> tuple[KnownNumber, ...]:
    words = "、".join(f"{name} ({label})" for name, label in MISTAKES.items())
    written = source.take(
        "feedback",
        lambda value: isinstance(value, list) and all(map(_is_known_number, value)),
        f"「- answer: 数か式」または「- mistake: 取り違えの種類」と「text: 説明」の組の一覧を、"
        f"取り違えの種類は {words} から選んで",
        default=[],
    )
    line = source.line_of("feedback")
    known = tuple(
        KnownNumber(str(item.get("answer", "")), item.get("mistake", ""), Text(item["text"], line))
        for item in written or []
    )
    asked = units.by_symbol(unit)
    for mistake in (item.mistake for item in known if item.mistake):
        if asked is None or (mistake != DIMENSION and asked.dimension != units.INFORMATION):
            source.problem(
                "feedback",
                f"取り違え「{mistake}」は、この問題の単位では起きません。"
                + ("「unit」を書いてください。" if asked is None else "消してください。"),
            )
    return known


def _is_known_number(value: Any) -> bool:
    if not isinstance(value, dict) or not is_text(value.get("text")):
        return False
    if set(value) == {"answer", "text"}:
        return _is_expression(value["answer"])
    return set(value) == {"mistake", "text"} and value["mistake"] in list(MISTAKES)


def _note_values(source: Source, answer: str, known: tuple[KnownNumber, ...]) -> None:
    """Note expressions without a value, unless names are drawn: variants are tried later."""
    if source.meta.get("parameters") or source.meta.get("let"):
        return
    right = _value(source, "answer", answer)
    for item in known:
        value = _value(source, "feedback", item.answer) if item.answer else None
        if value is not None and value == right:
            source.problem("feedback", f"「{item.answer}」は正解としても書かれています。")


def _value(source: Source, key: str, expression: str) -> Fraction | None:
    try:
        return evaluate(expression, {})
    except ExpressionError as error:
        source.problem(key, f"「{expression}」: {error}")
        return None
