"""Numbers with units: read exactly, converted exactly, within the declared tolerance."""

import json
from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.grading import (
    InvalidResponse,
    NotAnswered,
    QuestionError,
    parse_question,
    question_from_json,
)
from courseware.grading.folding import fold
from courseware.grading.quantities import NotANumber, Written, read_quantity
from courseware.grading.units import UNITS, by_symbol, find

META = {"id": "q-01", "type": "numeric", "lesson": "hvm", "objective": "351.1"}
KEYS = ["answer", "unit", "write_unit", "tolerance", "feedback", "parameters"]
LINES = {key: number for number, key in enumerate(KEYS, 6)}
BODY = "問\n\n## 解説\n説明\n"
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
FRACTIONS = st.fractions(-(10**9), 10**9, max_denominator=10**6)


def parsed(answer: Any = 2, body: str = BODY, **own: Any) -> Any:
    return parse_question({**META, "answer": answer, **own}, LINES, body, 20)


def grade(question: Any, text: str) -> Any:
    return question.grade(question.read(1, {"answer": [text]}))


@pytest.mark.parametrize(
    ("typed", "number", "unit"),
    [
        ("1024", 1024, ""),
        ("１，０２４　ＭｉＢ", 1024, "mib"),
        ("1、024。5", Fraction(2049, 2), ""),
        ("12,345,678", 12_345_678, ""),
        (".5", Fraction(1, 2), ""),
        ("+0.10", Fraction(1, 10), ""),
        ("ー5 %", -5, "%"),
        ("−1 / 3", Fraction(-1, 3), ""),
        ("1.5e3", 1500, ""),
        ("5e-1秒", Fraction(1, 2), "秒"),
        ("2^32", 2**32, ""),
        ("2**32 B", 2**32, "b"),
        ("2³²", 2**32, ""),
        ("2^-1", Fraction(1, 2), ""),
        ("0x1F", 31, ""),
        ("４台", 4, "台"),
        ("②", 2, ""),
    ],
)
def test_numbers_are_read_as_people_type_them(typed: str, number: Any, unit: str) -> None:
    assert read_quantity(typed) == Written(Fraction(number), unit)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("四", "数として読めません"),
        ("1,5", "数として読めません"),
        ("1,0245", "数として読めません"),
        ("12 34", "数として読めません"),
        ("3.5.1", "数として読めません"),
        ("1/0", "分母が 0"),
        ("2^129", "128 までの整数"),
        ("2^0.5", "128 までの整数"),
        ("1e999999999", "128 までの整数"),
        ("--1", "数として読めません"),
    ],
)
def test_what_is_no_number_is_told(typed: str, words: str) -> None:
    with pytest.raises(NotANumber, match=words):
        read_quantity(typed)


@given(FRACTIONS)
def test_a_number_is_read_back_in_any_width(number: Fraction) -> None:
    for text in (str(number), f" {number} GiB "):
        assert read_quantity(text).number == number
        assert read_quantity(text.translate(WIDE)) == read_quantity(text)


@given(st.integers(0, 10**15))
def test_separators_of_thousands_change_nothing(number: int) -> None:
    assert read_quantity(f"{number:,}") == read_quantity(str(number))


@given(st.text(st.sampled_from("0123456789,.、。e^*/x+-− ab%台③½²"), max_size=20) | st.text())
def test_any_text_is_a_number_or_is_refused(text: str) -> None:
    with suppress(NotANumber):
        assert isinstance(read_quantity(text).number, Fraction)


def test_every_name_of_a_unit_means_one_unit() -> None:
    names = [{fold(name) for name in (unit.symbol, *unit.names)} for unit in UNITS]
    assert sum(map(len, names)) == len(set().union(*names))
    for unit in UNITS:
        assert by_symbol(unit.symbol) is unit
        for name in (unit.symbol, *unit.names):
            assert find(fold(name.translate(WIDE))) is unit


@pytest.mark.parametrize(
    ("one", "number", "other"),
    [
        ("GiB", 1024, "MiB"),
        ("TiB", 2**40, "B"),
        ("MB", 1000, "KB"),
        ("B", 8, "bit"),
        ("Gbit", 125, "MB"),
        ("h", 3600, "s"),
        ("ms", 1000, "µs"),
        ("GHz", 1000, "MHz"),
        ("倍", 100, "%"),
    ],
)
def test_units_are_so_many_of_others(one: str, number: int, other: str) -> None:
    first, second = by_symbol(one), by_symbol(other)
    assert first is not None
    assert second is not None
    assert first.dimension == second.dimension
    assert first.factor == number * second.factor


def test_a_counter_means_the_unit_that_is_asked_for() -> None:
    assert grade(parsed(4, unit="vCPU"), "4 個").correct
    assert grade(parsed(4, unit="vCPU"), "4 vcpus").correct
    assert not grade(parsed(4, unit="vCPU"), "4 台").correct
    assert grade(parsed(4, unit="台"), "４台").correct


@pytest.mark.parametrize(
    "typed", ["2", "2 GiB", "2048 MiB", "２，０４８ｍｉｂ", "2^31 B", "2ギビバイト", "2^34 bit"]
)
def test_an_answer_in_another_unit_is_converted_exactly(typed: str) -> None:
    result = grade(parsed(2, unit="GiB"), typed)
    assert result.correct
    assert result.expected == ("2 GiB",)


@pytest.mark.parametrize("typed", ["2 GB", "2147 MB", "2 bit", "2 s", "2.0000001"])
def test_another_quantity_is_wrong(typed: str) -> None:
    assert grade(parsed(2, unit="GiB"), typed).score == 0


@given(FRACTIONS, st.sampled_from(UNITS), st.data())
def test_the_key_in_any_unit_and_width_earns_full_marks(
    number: Fraction, unit: Any, data: st.DataObject
) -> None:
    other = data.draw(st.sampled_from([u for u in UNITS if u.dimension == unit.dimension]))
    question = parsed(str(number), unit=unit.symbol, points=3)
    text = f"{number * unit.factor / other.factor} {other.symbol}"
    for typed in (text, text.translate(WIDE)):
        assert grade(question, typed).score == 3
    assert grade(question, f"{number + 1} {unit.symbol}").score == 0


@pytest.mark.parametrize(
    ("tolerance", "right", "wrong", "told"),
    [
        (0.5, ["19.5", "20.5"], ["19.49", "20.51"], "20 % (誤差は 0.5 % まで)"),
        ("5%", ["19", "21"], ["18.9", "21.1"], "20 % (誤差は正解の 5% まで)"),
        ("2.5 %", ["19.5", "20.5"], ["19.4"], "20 % (誤差は正解の 2.5% まで)"),
        (0, ["20", "0.2 倍"], ["20.01"], "20 %"),
    ],
)
def test_the_tolerance_is_kept_at_its_edge(
    tolerance: Any, right: list[str], wrong: list[str], told: str
) -> None:
    question = parsed(20, unit="%", tolerance=tolerance)
    assert [text for text in right if not grade(question, text).correct] == []
    assert [text for text in wrong if grade(question, text).correct] == []
    assert grade(question, "20").expected == (told,)


@given(FRACTIONS, FRACTIONS, st.fractions(0, 100, max_denominator=100))
def test_a_tolerance_is_a_distance(answer: Fraction, typed: Fraction, margin: Fraction) -> None:
    tolerance = margin.limit_denominator(1)
    question = parsed(str(answer), tolerance=str(tolerance))
    assert grade(question, str(typed)).correct == (abs(answer - typed) <= tolerance)


FEEDBACK: list[dict[str, Any]] = [
    {"answer": "vms * 4", "text": "一台の分を忘れています。"},
    {"mistake": "prefix", "text": "GB と GiB は違います。"},
    {"mistake": "bits", "text": "ビットとバイトを取り違えています。"},
    {"mistake": "dimension", "text": "容量ではありません。"},
]
MEMORY: dict[str, Any] = {
    "answer": "vms * 8",
    "unit": "GiB",
    "parameters": {"vms": {"from": 2, "to": 9}},
    "feedback": FEEDBACK,
}


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("{half}", "feedback-0"),
        ("{right} GB", "feedback-1"),
        ("{right}000 MiB", "feedback-1"),
        ("{right}000 MB", "feedback-1"),
        ("{right}024 GiB", ""),
        ("{right} Gbit", ""),
        ("{right} Gibit", "feedback-2"),
        ("{right} GHz", "feedback-3"),
        ("{right}", ""),
        ("5", ""),
    ],
)
def test_a_foreseen_mistake_gets_its_feedback(typed: str, key: str) -> None:
    for seed in range(8):
        question = parsed(**MEMORY).variant(seed)
        right = 8 * int(question.values["vms"])
        result = grade(question, typed.format(right=right, half=right // 2))
        assert result.feedback == key
        assert result.correct == (typed == "{right}")


@given(st.integers(0, 2**62))
def test_a_variant_is_the_same_after_json(seed: int) -> None:
    question = parsed(**MEMORY, tolerance="1%", write_unit=True)
    stored: Any = question_from_json(json.loads(json.dumps(question.to_json())))
    assert stored == question
    variant = stored.variant(seed)
    assert variant == question.variant(seed)
    assert variant.value == 8 * int(variant.values["vms"])


def test_a_unit_that_has_to_be_written_is_shown_nowhere() -> None:
    shown = [parsed(5, unit=u, write_unit=True).present(1) for u in ("GiB", "ms", "台")]
    assert shown[0] == shown[1] == shown[2]
    with pytest.raises(InvalidResponse, match="単位も書いて"):
        parsed(5, unit="GiB", write_unit=True).read(1, {"answer": ["5"]})
    assert grade(parsed(5, unit="GiB", write_unit=True), "5120 MiB").correct


def test_the_unit_is_shown_where_it_need_not_be_written() -> None:
    shown = parsed(5, unit="GiB").present(1, {"answer": ["６"]})
    assert (shown.unit, shown.value, shown.max_length) == ("GiB", "６", 200)
    assert parsed(7, unit="GiB", tolerance=3).present(2).instruction == shown.instruction
    assert "1 KiB は 1024 B" in shown.instruction
    assert "KiB" not in parsed(5, unit="台").present(1).instruction


@pytest.mark.parametrize(
    ("own", "typed", "words"),
    [
        ({}, "二", "数として読めません"),
        ({}, "2 GiB", "単位は要りません"),
        ({"unit": "GiB"}, "2 ギガ", "使える単位: B、KB"),
        ({}, "9" * 201, "200 文字以内"),
    ],
)
def test_what_cannot_be_read_is_not_graded(own: dict[str, Any], typed: str, words: str) -> None:
    with pytest.raises(InvalidResponse, match=words):
        parsed(**own).read(1, {"answer": [typed]})


@pytest.mark.parametrize("blank", ["", " ", "\u3000"])
def test_a_blank_number_is_not_answered(blank: str) -> None:
    with pytest.raises(NotAnswered):
        parsed().read(1, {"answer": [blank]})


@given(st.lists(st.text(max_size=210), max_size=3))
def test_reading_anything_answers_or_refuses(values: list[str]) -> None:
    question = parsed(2, unit="GiB", feedback=FEEDBACK[1:])
    with suppress(NotAnswered, InvalidResponse):
        assert question.grade(question.read(1, {"answer": values})).score in (0, 1)


@pytest.mark.parametrize(
    ("own", "key", "words"),
    [
        ({"answer": None}, "answer", "正解の数か"),
        ({"answer": True}, "answer", "正解の数か"),
        ({"answer": "{{n}}"}, "answer", "{{ }} は付けない"),
        ({"answer": "2 *"}, "answer", "「2 *」: 式を計算できません"),
        ({"answer": "n + 1"}, "answer", "「n」という名前の数はありません"),
        ({"unit": "gib"}, "unit", "GiB"),
        ({"unit": ["GiB"]}, "unit", "どれか"),
        ({"write_unit": True}, "write_unit", "「unit」が要る"),
        ({"unit": "GiB", "write_unit": 1}, "write_unit", "true"),
        ({"tolerance": -1}, "tolerance", "許す誤差"),
        ({"tolerance": "5 GiB"}, "tolerance", "許す誤差"),
        ({"tolerance": True}, "tolerance", "許す誤差"),
        ({"feedback": [{"answer": 3}]}, "feedback", "「- answer: 数か式」"),
        ({"feedback": [{"mistake": "typo", "text": "あ"}]}, "feedback", "prefix"),
        ({"feedback": [{"answer": "4 / 2", "text": "あ"}]}, "feedback", "正解としても"),
        ({"feedback": [{"answer": "4 /", "text": "あ"}]}, "feedback", "「4 /」"),
        ({"feedback": [FEEDBACK[1]]}, "feedback", "「unit」を書いて"),
        ({"feedback": [FEEDBACK[2]], "unit": "ms"}, "feedback", "消してください"),
        (
            {"answer": "n / (n - 1)", "parameters": {"n": {"from": 1, "to": 3}}},
            "parameters",
            "0 で割って",
        ),
    ],
)
def test_what_is_wrong_with_a_numeric_question(own: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(QuestionError) as caught:
        parsed(**own)
    assert [p.line for p in caught.value.problems if words in p.message] == [LINES[key]]


def test_a_numeric_question_has_no_options() -> None:
    with pytest.raises(QuestionError, match="選択肢は書けません"):
        parsed(body=f"問\n\n- [x] 2\n  > はい\n{BODY[1:]}")


@given(
    st.dictionaries(
        st.sampled_from(KEYS),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(st.sampled_from(["answer", "mistake", "text"]), inner)
            ),
            max_leaves=4,
        ),
    )
)
def test_any_front_matter_is_a_question_or_problems(own: dict[str, Any]) -> None:
    with suppress(QuestionError):
        question = parsed(**own)
        assert question_from_json(json.loads(json.dumps(question.to_json()))) == question
