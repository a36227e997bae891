"""Parameters drawn from a seed, and expressions that cannot do more than arithmetic."""

import json
from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.grading import QuestionError, parse_question, question_from_json
from courseware.grading.variants import (
    ExpressionError,
    Parameter,
    Variants,
    as_text,
    evaluate,
    parse_derived,
    parse_parameters,
)

META = {"id": "q-01", "type": "short-text", "lesson": "hvm", "objective": "351.1"}
SEEDS = st.integers(0, 2**62)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(n + 1) // 2", 4),
        ("n / 2", Fraction(7, 2)),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("2 ** 10", 1024),
        ("2 ** -1", Fraction(1, 2)),
        ("-n % 4", 1),
        ("min(n, 3) + max(1, 2, 9)", 12),
        ("ceil(n / 2) - floor(n / 2) + round(0.5) + abs(-1)", 3),
        ("log2(4096)", 12),
    ],
)
def test_arithmetic_is_exact(expression: str, value: Fraction) -> None:
    assert evaluate(expression, {"n": Fraction(7)}) == value


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("x + 1", "「x」という名前"),
        ("1 / 0", "0 で割って"),
        ("1 // (n - 7)", "0 で割って"),
        ("2 ** 2 ** 100", "指数"),
        ("2 ** 0.5", "指数"),
        ("9 ** 128 ** 1", "大きすぎ"),
        ("1" * 201, "200 文字"),
        ("1" * 100, "大きすぎ"),
        ("log2(3)", "log2"),
        ("'a' * 5", "数になりません"),
        ("[1, 2]", "計算できません"),
        ("n.__class__", "計算できません"),
        ("__import__('os')", "計算できません"),
        ("(lambda: 1)()", "計算できません"),
        ("[x for x in (1,)]", "計算できません"),
        ("n if n else 1", None),
        ("1 < 2", "計算できません"),
        ("True", "数になりません"),
        ("", "計算できません"),
        ("1 +", "計算できません"),
        ("rand()", "計算できません"),
    ],
)
def test_nothing_else_is_evaluated(expression: str, message: str | None) -> None:
    if message is None:
        assert evaluate(expression, {"n": Fraction(7)}) == 7
        return
    with pytest.raises(ExpressionError, match=message):
        evaluate(expression, {"n": Fraction(7)})


@given(st.text(max_size=60))
def test_any_text_has_a_value_or_an_expression_error(expression: str) -> None:
    with suppress(ExpressionError):
        assert isinstance(evaluate(expression, {"n": Fraction(7)}), Fraction)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(4), "4"),
        (Fraction(-1, 2), "-0.5"),
        (Fraction(1, 3), "1/3"),
        (Fraction(1200), "1200"),
        ("vmx", "vmx"),
    ],
)
def test_values_are_written_as_people_write_them(value: Any, text: str) -> None:
    assert as_text(value) == text


@given(SEEDS)
def test_the_same_seed_draws_the_same_values(seed: int) -> None:
    variants = Variants(
        parse_parameters({"n": {"from": 2, "to": 9}, "size": [4, 8.5], "flag": ["vmx", "svm"]}),
        parse_derived({"total": "n * size"}),
    )
    drawn = variants.draw(seed, "q-01")
    again = Variants.from_json(json.loads(json.dumps(variants.to_json()))).draw(seed, "q-01")
    assert drawn == again
    assert drawn["n"] in set(map(Fraction, range(2, 10)))
    assert drawn["total"] == Fraction(drawn["n"]) * Fraction(drawn["size"])


def test_seeds_and_questions_draw_every_value() -> None:
    parameter = Parameter("n", tuple(map(Fraction, range(5))))
    assert len({parameter.draw(seed, "q-01") for seed in range(100)}) == 5
    assert len({parameter.draw(7, f"q-{n}") for n in range(100)}) == 5


def parsed(body: str = "{{n}} 台です。\n\n## 解説\n計 {{ total }} です。\n", **meta: Any) -> Any:
    own = {"accept": ["x"], "parameters": {"n": {"from": 1, "to": 3}}, "let": {"total": "n + 1"}}
    return parse_question({**META, **own, **meta}, {}, body, 9)


def test_a_variant_has_the_values_of_its_texts() -> None:
    question = parsed()
    stored = question_from_json(json.loads(json.dumps(question.to_json())))
    assert stored == question
    values = stored.variant(5).values
    assert int(values["total"]) == int(values["n"]) + 1
    assert {stored.variant(seed).values["n"] for seed in range(50)} == {"1", "2", "3"}


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ({"parameters": []}, "parameters"),
        ({"parameters": {f"n{i}": [1] for i in range(21)}}, "20 個まで"),
        ({"parameters": {"n": []}}, "一覧"),
        ({"parameters": {"n": [True]}}, "一覧"),
        ({"parameters": {"n": {"from": 3, "to": 2}}}, "一覧"),
        ({"parameters": {"n": {"from": 0, "to": 10_000}}}, "10,000 個"),
        ({"parameters": {"n": {"from": 0, "to": 5, "step": 0}}}, "一覧"),
        ({"parameters": {"数": [1]}}, "名前にできません"),
        ({"parameters": {"min": [1]}}, "関数の名前"),
        ({"let": {"total": "n / (n - 1)"}}, "0 で割って"),
        ({"let": {"total": "m + 1"}}, "「m」という名前"),
        ({"let": {}}, "「{{total}}」という名前"),
        ({"let": []}, "let"),
    ],
)
def test_what_is_wrong_with_parameters_is_told(meta: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        parsed(**meta)


def test_a_parameter_has_so_many_values_at_most() -> None:
    assert len(parse_parameters({"n": {"from": 1, "to": 10_000}})[0].choices) == 10_000


def test_braces_are_text_in_a_question_without_parameters() -> None:
    assert parsed(parameters={}, let={}).variant(1).values == {}


def test_an_accepted_form_may_be_worked_out() -> None:
    question = parsed(accept=["{{total}} 台"])
    for seed in range(20):
        variant = question.variant(seed)
        typed = f"{variant.values['total']}台".translate({48 + n: 0xFF10 + n for n in range(10)})
        assert not variant.grade(variant.read(seed, {"answer": ["0 台"]})).correct
        assert variant.grade(variant.read(seed, {"answer": [typed.replace("台", " 台")]})).correct
