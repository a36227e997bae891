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
    Question,
    Response,
    parse_question,
    question_from_json,
    thousandths,
)

COMMON: dict[str, Any] = {
    "id": "q-01",
    "lesson": "hypervisors",
    "objective": "351.1",
    "prompt": "問",
    "explanation": "説明",
}
SEEDS = st.integers(0, 2**53)


def choice(kind: str, correct: list[bool], points: int = 1, **own: Any) -> Question:
    options = [
        {"text": f"選択肢 {i}", "feedback": f"理由 {i}", "correct": value}
        for i, value in enumerate(correct)
    ]
    return question_from_json({**COMMON, "type": kind, "points": points, "options": options, **own})


def short_text(*accept: str, feedback: list[dict[str, Any]] | None = None) -> Question:
    return question_from_json(
        {
            **COMMON,
            "type": "short-text",
            "points": 2,
            "accept": list(accept),
            "feedback": feedback or [],
        }
    )


@st.composite
def choices(draw: st.DrawFn) -> Question:
    n = draw(st.integers(2, 8))
    points = draw(st.integers(1, 100))
    if draw(st.booleans()):
        right = draw(st.integers(0, n - 1))
        return choice("single", [i == right for i in range(n)], points)
    correct = draw(st.lists(st.booleans(), min_size=n, max_size=n).filter(any))
    scoring = draw(st.sampled_from(["all-or-nothing", "net-correct", "per-option"]))
    return choice("multiple", correct, points, scoring=scoring)


def presented(question: Question, seed: int) -> Any:
    """Return the presentation, whichever the kind's is."""
    return question.present(seed)


def values_of(question: Question, seed: int, chosen: set[int]) -> list[str]:
    """Return what a form posts for options given by their places in the definition."""
    texts = {f"option-{index}" for index in chosen}
    return [o.value for o in presented(question, seed).options if o.text in texts]


def key_of(question: Question) -> set[int]:
    return {i for i, option in enumerate(question.to_json()["options"]) if option["correct"]}


@given(question=choices(), seed=SEEDS)
def test_the_key_earns_full_marks_in_every_order(question: Question, seed: int) -> None:
    posted = values_of(question, seed, key_of(question))
    for values in (posted, posted[::-1]):
        grade = question.grade(question.read(seed, {"answer": values}))
        assert grade.correct
        assert grade.score == grade.max_score == question.points


@given(question=choices(), seeds=st.tuples(SEEDS, SEEDS), data=st.data())
def test_the_order_of_options_changes_no_grade(
    question: Question, seeds: tuple[int, int], data: st.DataObject
) -> None:
    n = len(presented(question, 0).options)
    single = question.type_name == "single"
    chosen = data.draw(st.sets(st.integers(0, n - 1), min_size=1, max_size=1 if single else n))
    grades = [
        question.grade(question.read(seed, {"answer": values_of(question, seed, chosen)}))
        for seed in seeds
    ]
    assert grades[0] == grades[1]
    assert 0 <= grades[0].score <= grades[0].max_score
    assert grades[0].correct == (chosen == key_of(question))
    assert 0 <= thousandths(grades[0].score) <= 1000 * question.points
    assert (thousandths(grades[0].score) == 1000 * question.points) == grades[0].correct
    assert json.loads(json.dumps(grades[0].to_json()))["correct"] == grades[0].correct


@given(question=choices(), seed=SEEDS)
def test_the_same_seed_gives_the_same_presentation_without_the_key(
    question: Question, seed: int
) -> None:
    presentation = presented(question, seed)
    assert presentation == question_from_json(question.to_json()).present(seed)
    options = presentation.options
    assert [o.value for o in options] == [str(i) for i in range(len(options))]
    assert len({o.text for o in options}) == len(options)
    definition = question.to_json()
    for option in definition["options"]:
        option["correct"] = not option["correct"]
    assert question_from_json(definition).present(seed) == presentation


def test_seeds_give_every_option_every_place() -> None:
    question = choice("single", [True, False, False])
    firsts = {presented(question, seed).options[0].text for seed in range(50)}
    assert firsts == {"option-0", "option-1", "option-2"}


def test_a_single_choice_is_right_or_wrong() -> None:
    question = choice("single", [False, True], points=3)
    assert question.grade(Response(chosen=(1,))).score == 3
    wrong = question.grade(Response(chosen=(0,)))
    assert wrong.score == 0
    assert [(o.chosen, o.correct, o.feedback) for o in wrong.options] == [
        (True, False, "option-0-feedback"),
        (False, True, "option-1-feedback"),
    ]


@pytest.mark.parametrize(
    ("scoring", "chosen", "score"),
    [
        ("all-or-nothing", (0, 1), Fraction(2)),
        ("all-or-nothing", (0,), Fraction(0)),
        ("all-or-nothing", (0, 1, 2), Fraction(0)),
        ("per-option", (0, 1), Fraction(2)),
        ("per-option", (0,), Fraction(4, 3)),
        ("per-option", (0, 1, 2), Fraction(4, 3)),
        ("per-option", (2,), Fraction(0)),
        ("net-correct", (0, 1), Fraction(2)),
        ("net-correct", (0,), Fraction(1)),
        ("net-correct", (0, 1, 2), Fraction(1)),
        ("net-correct", (0, 2), Fraction(0)),
        ("net-correct", (2,), Fraction(0)),
    ],
)
def test_multiple_is_scored_by_its_declared_rule(
    scoring: str, chosen: tuple[int, ...], score: Fraction
) -> None:
    question = choice("multiple", [True, True, False], points=2, scoring=scoring)
    assert question.grade(Response(chosen=chosen)).score == score


@pytest.mark.parametrize("data", [{}, {"answer": []}, {"other": ["0"]}])
def test_no_chosen_option_is_not_answered(data: dict[str, list[str]]) -> None:
    with pytest.raises(NotAnswered, match="選択肢を選んで"):
        choice("single", [True, False]).read(1, data)


@pytest.mark.parametrize("value", ["2", "-1", "", "00", "１", "option-0", "x" * 10_000])
def test_an_option_that_is_not_there_is_invalid(value: str) -> None:
    with pytest.raises(InvalidResponse, match="この問題にありません"):
        choice("single", [True, False]).read(1, {"answer": [value]})


def test_a_single_question_takes_one_option() -> None:
    question = choice("single", [True, False])
    with pytest.raises(InvalidResponse, match="一つだけ"):
        question.read(1, {"answer": ["0", "1"]})
    assert len(question.read(1, {"answer": ["0", "0"]}).chosen) == 1


@given(
    question=choices() | st.just(short_text("vmx")),
    values=st.lists(st.text(max_size=250) | st.sampled_from("01234567"), max_size=5),
)
def test_reading_anything_answers_or_refuses(question: Question, values: list[str]) -> None:
    with suppress(NotAnswered, InvalidResponse):
        response = question.read(7, {"answer": values})
        assert 0 <= question.grade(response).score <= question.points
        assert Response.from_json(json.loads(json.dumps(response.to_json()))) == response


@pytest.mark.parametrize(
    "typed",
    ["vt-x", "VT-x", "ＶＴ－Ｘ", "VTーx", "VT−x", "  VT-x\u3000", "VT‐x", "VT\u200b-x"],
)
def test_a_typed_answer_is_read_tolerantly(typed: str) -> None:
    question = short_text("VT-x")
    grade = question.grade(question.read(1, {"answer": [typed]}))
    assert grade.correct
    assert grade.score == 2
    assert grade.expected == ("VT-x",)


@pytest.mark.parametrize(
    "typed", ["ハイパーバイザー", "ﾊｲﾊﾟｰﾊﾞｲｻﾞｰ", "はいぱーばいざー", "ハイパ-バイザ－"]
)
def test_kana_and_width_are_folded(typed: str) -> None:
    question = short_text("ハイパーバイザー")
    assert question.grade(question.read(1, {"answer": [typed]})).correct


@pytest.mark.parametrize("typed", ["VTx", "VT x", "VT--x", "vmx", "ハイパバイザ"])
def test_other_answers_stay_wrong(typed: str) -> None:
    question = short_text("VT-x", "ハイパーバイザー")
    assert question.grade(question.read(1, {"answer": [typed]})).score == 0


def test_white_space_within_an_answer_is_one_space() -> None:
    question = short_text("cat /proc/cpuinfo")
    assert question.grade(question.read(1, {"answer": ["cat \u3000 /proc/cpuinfo"]})).correct
    assert not question.grade(question.read(1, {"answer": ["cat/proc/cpuinfo"]})).correct


@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\u3000\t \n", "\u200b"])
def test_a_blank_text_is_not_answered(blank: str) -> None:
    with pytest.raises(NotAnswered, match="答えを入力して"):
        short_text("vmx").read(1, {"answer": [blank]})
    with pytest.raises(NotAnswered):
        short_text("vmx").read(1, {})


def test_a_text_has_a_limit_that_the_presentation_tells() -> None:
    question = short_text("vmx")
    assert presented(question, 1).max_length == 200
    assert question.read(1, {"answer": ["あ" * 200]}).texts == ("あ" * 200,)
    with pytest.raises(InvalidResponse, match=r"200 文字以内.*今は 201 文字"):
        question.read(1, {"answer": ["あ" * 201]})


@pytest.mark.parametrize("typed", ["v\0mx", "v\ud800x", "v\x1bx"])
def test_control_characters_are_invalid(typed: str) -> None:
    with pytest.raises(InvalidResponse, match="制御文字"):
        short_text("vmx").read(1, {"answer": [typed]})


def test_two_typed_answers_are_invalid() -> None:
    with pytest.raises(InvalidResponse, match="一つだけ"):
        short_text("vmx").read(1, {"answer": ["vmx", "svm"]})


def test_a_foreseen_wrong_answer_gets_its_feedback() -> None:
    question = short_text("vmx", feedback=[{"answers": ["svm"], "text": "AMD です。"}])
    assert question.grade(question.read(1, {"answer": ["ＳＶＭ"]})).feedback == "feedback-0"
    assert question.grade(question.read(1, {"answer": ["sse"]})).feedback == ""
    assert question.grade(question.read(1, {"answer": ["vmx"]})).feedback == ""
    assert question.texts()["feedback-0"].markdown == "AMD です。"


def test_a_short_text_presents_the_same_whatever_is_accepted() -> None:
    assert short_text("vmx").present(1) == short_text("とても長い正解です").present(2)


def test_a_parsed_question_is_graded_like_a_stored_one() -> None:
    meta = {"id": "q", "type": "single", "lesson": "l", "objective": "351.1"}
    body = "問\n\n- [ ] 甲\n  > 理由\n- [x] 乙\n  > 理由\n\n## 解説\n説明\n"
    question = parse_question(meta, {}, body, 1)
    response = question.read(5, {"answer": values_of(question, 5, {1})})
    assert question.grade(response) == question_from_json(question.to_json()).grade(response)
    assert question.grade(response).correct
