"""Gaps in a text: typed or chosen, scored by a declared rule."""

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
    thousandths,
)

META = {"id": "q-01", "type": "cloze", "lesson": "migration", "objective": "351.1", "points": 2}
LINES = {"gaps": 7, "scoring": 6, "parameters": 30}
BODY = "```console\n$ qemu-img 【1】 【2】 qcow2 disk.vmdk disk.qcow2\n```\n\n## 解説\n説明\n"
SEEDS = st.integers(0, 2**53)
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
TYPED: dict[str, Any] = {
    "accept": ["convert", "変換"],
    "feedback": [{"answers": ["info"], "text": "表示するだけです。"}],
    "why": "形式を変えます。",
}
CHOSEN: dict[str, Any] = {
    "choose": ["-O", "-o", "-f"],
    "answer": "-O",
    "feedback": [{"answers": ["-o"], "text": "それは形式ごとの設定です。"}],
}
GAPS = [TYPED, CHOSEN]


def parsed(gaps: Any = GAPS, body: str = BODY, scoring: Any = "per-gap", **own: Any) -> Any:
    meta = {**META, "gaps": gaps, "scoring": scoring, **own}
    return parse_question(meta, LINES, body, 20)


def posted(question: Any, seed: int, *answers: str) -> dict[str, list[str]]:
    """Return what a form posts for answers as the learner sees them."""
    values = {}
    for gap, answer in zip(question.present(seed).gaps, answers, strict=True):
        places = [choice.value for choice in gap.choices if choice.text == answer]
        values[gap.name] = [places[0] if places else answer]
    return values


def grade(question: Any, *answers: str, seed: int = 7) -> Any:
    return question.grade(question.read(seed, posted(question, seed, *answers)))


@given(SEEDS, st.sampled_from(["per-gap", "all-or-nothing"]))
def test_the_key_earns_full_marks_in_any_order_and_width(seed: int, scoring: str) -> None:
    question = parsed(scoring=scoring)
    for typed in ("convert", " ＣＯＮＶＥＲＴ\u3000", "変換"):
        assert grade(question, typed, "-O", seed=seed).score == 2


@pytest.mark.parametrize(
    ("answers", "per_gap", "whole", "right"),
    [
        (("convert", "-O"), 2, 2, [True, True]),
        (("convert", "-o"), 1, 0, [True, False]),
        (("info", "-O"), 1, 0, [False, True]),
        (("convert", ""), 1, 0, [True, False]),
        (("x", "-f"), 0, 0, [False, False]),
    ],
)
def test_gaps_are_scored_by_the_declared_rule(
    answers: tuple[str, str], per_gap: int, whole: int, right: list[bool]
) -> None:
    result = grade(parsed(), *answers)
    assert result.score == per_gap
    assert grade(parsed(scoring="all-or-nothing"), *answers).score == whole
    assert [part.correct for part in result.parts] == right
    assert [part.given for part in result.parts] == list(answers)
    assert [part.expected for part in result.parts] == ["convert", "-O"]
    assert [part.label for part in result.parts] == ["空欄【1】", "空欄【2】"]


def test_each_gap_has_its_feedback() -> None:
    question = parsed()
    for answers, keys in (
        (("INFO", "-o"), ["gap-0-feedback-0", "gap-1-feedback-0"]),
        (("convert", "-O"), ["gap-0-why", ""]),
        (("x", "-f"), ["gap-0-why", ""]),
    ):
        assert [part.feedback for part in grade(question, *answers).parts] == keys
    told = {key: text.markdown for key, text in question.texts().items() if "gap" in key}
    assert told == {
        "gap-0-feedback-0": "表示するだけです。",
        "gap-0-why": "形式を変えます。",
        "gap-1-feedback-0": "それは形式ごとの設定です。",
    }


def test_case_counts_only_where_it_is_declared() -> None:
    body = BODY.replace(" 【2】", "")
    exact = parsed([{"accept": ["-O"], "match_case": True}], body)
    assert grade(exact, "－Ｏ").correct
    assert grade(exact, "ーO").correct
    assert not grade(exact, "-o").correct
    assert exact.present(1).gaps[0].match_case
    assert grade(parsed([{"accept": ["-O"]}], body), "-o").correct


def test_thirds_are_exact_and_never_round_up_to_full_marks() -> None:
    question = parsed([{"accept": [name]} for name in "abc"], "【1】【2】【3】\n\n## 解説\n説明\n")
    result = grade(question, "a", "b", "x")
    assert result.score == Fraction(4, 3)
    assert thousandths(result.score) == 1333
    assert json.loads(json.dumps(result.to_json()))["score"] == "4/3"


@given(SEEDS)
def test_choices_stand_in_the_seeds_order_and_tell_no_key(seed: int) -> None:
    question = parsed()
    shown = question.present(seed)
    assert shown == question_from_json(json.loads(json.dumps(question.to_json()))).present(seed)
    choices = shown.gaps[1].choices
    assert [choice.value for choice in choices] == ["0", "1", "2"]
    assert {choice.text for choice in choices} == {"-O", "-o", "-f"}
    assert not shown.gaps[0].choices
    other = [{"accept": ["とても長い別の正解"]}, {"choose": ["-O", "-o", "-f"], "answer": "-f"}]
    assert parsed(other).present(seed) == shown


def test_seeds_give_choices_every_place() -> None:
    firsts = {parsed().present(seed).gaps[1].choices[0].text for seed in range(50)}
    assert firsts == {"-O", "-o", "-f"}


def test_what_was_posted_is_shown_again() -> None:
    question = parsed()
    shown = question.present(7, posted(question, 7, "ｃｏｎｖ", "-f"))
    assert shown.gaps[0].value == "ｃｏｎｖ"
    assert [c.text for c in shown.gaps[1].choices if c.selected] == ["-f"]


@pytest.mark.parametrize(
    "blank", [{}, {"answer-1": [""]}, {"answer-1": ["\u3000"], "answer-2": [""]}]
)
def test_nothing_but_blank_gaps_is_not_answered(blank: dict[str, list[str]]) -> None:
    with pytest.raises(NotAnswered, match="空欄を一つ以上"):
        parsed().read(1, blank)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"answer-2": ["3"]}, "空欄【2】: 送られた選択肢はありません"),
        ({"answer-2": ["-O"]}, "空欄【2】: 送られた選択肢はありません"),
        ({"answer-1": ["あ" * 201]}, "空欄【1】: 答えは 200 文字以内"),
        ({"answer-1": ["a", "b"]}, "空欄【1】: 答えは一つだけ"),
    ],
)
def test_what_no_form_posts_is_refused_by_the_gaps_number(
    data: dict[str, list[str]], words: str
) -> None:
    with pytest.raises(InvalidResponse, match=words):
        parsed().read(1, data)


FIELDS = st.sampled_from(["answer", "answer-0", "answer-1", "answer-2", "answer-3"])


@given(st.dictionaries(FIELDS, st.lists(st.text(max_size=5) | st.sampled_from("012"), max_size=2)))
def test_reading_anything_answers_or_refuses(data: dict[str, list[str]]) -> None:
    question = parsed()
    question.present(3, data)
    with suppress(NotAnswered, InvalidResponse):
        result = question.grade(question.read(3, data))
        assert 0 <= result.score <= result.max_score
        assert result.correct == all(part.correct for part in result.parts)


def test_gaps_have_the_drawn_values() -> None:
    gaps = [
        {"accept": ["{{n}}"]},
        {
            "choose": ["{{n}} GiB", "0 GiB"],
            "answer": "{{n}} GiB",
            "feedback": [{"answers": ["0 GiB"], "text": "あ"}],
        },
    ]
    question = parsed(gaps, parameters={"n": {"from": 1, "to": 4}})
    for seed in range(8):
        variant = question.variant(seed)
        n = variant.values["n"]
        assert grade(variant, n, f"{n} GiB").correct
        wrong = grade(variant, "9", "0 GiB")
        assert wrong.score == 0
        assert wrong.parts[1].feedback == "gap-1-feedback-0"
    with pytest.raises(QuestionError, match="選択肢が同じになります"):
        parsed(gaps, parameters={"n": [0, 1]})


def without(text: str) -> str:
    return BODY.replace(text, "")


@pytest.mark.parametrize(
    ("gaps", "body", "line", "column", "words"),
    [
        (None, BODY, 7, 1, "空欄の一覧"),
        ([], BODY, 7, 1, "空欄の一覧"),
        ([{"accept": ["a"]}] * 11, BODY, 7, 1, "10 個まで"),
        (GAPS, without("【2】"), 7, 1, "2 番目の空欄の印【2】がありません"),
        ([TYPED], BODY, 21, 16, "【2】 に当たる空欄が「gaps」にありません"),
        (GAPS, BODY.replace("【2】", "【２】"), 21, 16, "半角の数字"),
        (GAPS, BODY.replace("【2】", "［2］"), 21, 16, "半角の数字"),
        (GAPS, BODY.replace("【2】", "【 2】"), 21, 16, "半角の数字"),
        ([TYPED, {"accept": [1]}], BODY, 7, 1, "2 番目の空欄: 「accept」には"),
        ([TYPED, {}], BODY, 7, 1, "選ばせるなら「choose」"),
        ([TYPED, {**CHOSEN, "accept": ["-O"]}], BODY, 7, 1, "「accept」は使えません"),
        ([TYPED, {**CHOSEN, "choose": ["-O"]}], BODY, 7, 1, "2 個から 8 個まで"),
        ([TYPED, {**CHOSEN, "choose": ["-O", "-O"]}], BODY, 7, 1, "違う選択肢"),
        ([TYPED, {**CHOSEN, "answer": "-x"}], BODY, 7, 1, "「answer」には「choose」にある"),
        ([TYPED, {**CHOSEN, "answer": ["-O"]}], BODY, 7, 1, "「answer」には「choose」にある"),
        ([TYPED, {**CHOSEN, "choose": ["-O", "-f"]}], BODY, 7, 1, "「-o」は「choose」にありません"),
        ([{**TYPED, "match_case": 1}, CHOSEN], BODY, 7, 1, "「match_case」には"),
        ([{**TYPED, "why": ""}, CHOSEN], BODY, 7, 1, "「why」には"),
        ([{**TYPED, "feedback": [1]}, CHOSEN], BODY, 7, 1, "「feedback」には"),
        ([{**TYPED, "accept": ["ＩＮＦＯ"]}, CHOSEN], BODY, 7, 1, "正解としても誤答としても"),
        (GAPS, f"- [x] a\n  > b\n{BODY}", 20, 1, "「gaps」の「choose」"),
    ],
)
def test_what_is_wrong_with_a_cloze(
    gaps: Any, body: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(QuestionError) as caught:
        parsed(gaps, body)
    found = [(p.line, p.column) for p in caught.value.problems if words in p.message]
    assert found == [(line, column)]


def test_a_cloze_declares_its_scoring() -> None:
    with pytest.raises(QuestionError, match="all-or-nothing"):
        parsed(scoring="net-correct")


def test_terms_and_numbers_in_brackets_are_no_gaps() -> None:
    body = f"[[ハイパーバイザー]] の [1] と `${{1}}` です。\n{BODY}"
    assert len(parsed(body=body).gaps) == 2


GAP_VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["a", "b", ""]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["answers", "text"]), inner)
    ),
    max_leaves=4,
)
GAP_KEYS = st.sampled_from(["accept", "choose", "answer", "feedback", "why", "match_case", "x"])


@given(st.lists(st.dictionaries(GAP_KEYS, GAP_VALUES) | GAP_VALUES, max_size=3))
def test_any_gaps_are_a_question_or_problems(gaps: list[Any]) -> None:
    with suppress(QuestionError):
        question = parsed(gaps)
        assert question_from_json(json.loads(json.dumps(question.to_json()))) == question
