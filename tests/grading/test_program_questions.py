"""Questions for a program: what is read, what is run, what is graded."""

import json
from contextlib import suppress
from dataclasses import asdict
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.grading import (
    InvalidResponse,
    NotAnswered,
    NotGraded,
    QuestionError,
    parse_question,
    question_from_json,
)
from courseware.grading.programs import CaseResult, Names, ProgramTests, running
from courseware.grading.programs.running import ProgramLimits, Ran

STARTER = "f:\n        ret\n"
SOLUTION = "f:\n        pass 3\n        ret\n"
TESTS: dict[str, Any] = {
    "calls": "f",
    "cases": [
        {"name": "公開", "shown": True, "arguments": [5], "returns": 6},
        {"name": "ひみつ一", "arguments": [7], "returns": 8, "budget": 9},
        {"name": "ひみつ二", "arguments": [9], "returns": 10},
    ],
}
META = {
    "id": "x-1",
    "type": "machine",
    "lesson": "x",
    "objective": "351.1",
    "points": 3,
    "starter": STARTER,
    "solution": SOLUTION,
    "tests": TESTS,
    "scoring": "per-test",
}
BODY = "書いてください。\n\n## 解説\n説明"
LINES = {"starter": 6, "solution": 7, "tests": 8, "scoring": 9}


class FakeRunner:
    """Passes as many tests as the program says."""

    limits = ProgramLimits(characters=100, output_bytes=10, seconds=1)
    names = Names()

    def __init__(self) -> None:
        self.learners: list[int] = []

    def run(self, source: str, tests: ProgramTests, learner: int) -> Ran:
        self.learners.append(learner)
        if "busy" in source:
            raise NotGraded("混んでいます。")
        return self.try_out(source, tests)

    def try_out(self, source: str, tests: ProgramTests) -> Ran:
        if "unusable" in source:
            raise ValueError("使えません。")
        if "wrong" in source:
            return Ran(problems=tuple(f"{n} 行目 1 桁目: 誤り" for n in range(1, 8)))
        _, found, rest = source.partition("pass ")
        passed = int(rest.split()[0]) if found else 0
        return Ran(
            tuple(CaseResult(case.name, i < passed, "") for i, case in enumerate(tests.cases))
        )


@pytest.fixture(autouse=True)
def runner(monkeypatch: pytest.MonkeyPatch) -> FakeRunner:
    fake = FakeRunner()
    monkeypatch.setattr(running, "_runners", [fake])
    return fake


def question(**changes: Any) -> Any:
    return parse_question(META | changes, LINES, BODY, 12)


def graded(asked: Any, source: str) -> Any:
    return asked.grade(asked.measured(asked.read(0, {"answer": [source]}), 4))


@pytest.mark.parametrize(
    ("scoring", "passed", "score"),
    [
        ("per-test", 0, 0),
        ("per-test", 1, 1),
        ("per-test", 3, 3),
        ("all-or-nothing", 2, 0),
        ("all-or-nothing", 3, 3),
    ],
)
def test_each_rule_earns_what_it_declares(scoring: str, passed: int, score: int) -> None:
    grade = graded(question(scoring=scoring), f"f: pass {passed}")
    assert grade.score == score
    assert [part.correct for part in grade.parts] == [n < passed for n in range(3)]
    assert grade.expected == (SOLUTION,)


def test_the_program_is_run_once_for_the_learner_and_graded_from_what_is_stored(
    runner: FakeRunner,
) -> None:
    asked = question()
    response = asked.measured(asked.read(0, {"answer": ["f: pass 2\r\n ret"]}), 4)
    assert response.texts == ("f: pass 2\n ret",)
    again = type(response).from_json(json.loads(json.dumps(response.to_json())))
    assert asked.grade(again) == asked.grade(response)
    assert asked.grade(again).score == 2
    assert runner.learners == [4]


def test_a_busy_runner_is_told() -> None:
    with pytest.raises(NotGraded, match="混んでいます"):
        graded(question(), "busy")


def test_a_program_that_does_not_assemble_is_refused_with_its_first_problems() -> None:
    with pytest.raises(InvalidResponse) as caught:
        graded(question(), "wrong")
    lines = str(caught.value).split("\n")
    assert lines[1:] == [*(f"{n} 行目 1 桁目: 誤り" for n in range(1, 6)), "ほか 2 件"]


@pytest.mark.parametrize("source", ["", " \n", STARTER, STARTER.replace("\n", "\r\n") + "\r\n"])
def test_the_starter_is_not_an_answer(source: str) -> None:
    with pytest.raises(NotAnswered):
        question().read(0, {"answer": [source]})
    with pytest.raises(NotAnswered):
        question().read(0, {})


def test_a_program_has_a_limit_that_is_told() -> None:
    asked = question()
    assert asked.present(0).limits.characters == 100
    assert asked.read(0, {"answer": ["あ" * 100]}).texts == ("あ" * 100,)
    with pytest.raises(InvalidResponse, match=r"100 文字以内.*今は 101 文字"):
        asked.read(0, {"answer": ["あ" * 101]})


@pytest.mark.parametrize("source", ["f:\0", "f:\x1b", "f:\ud800"])
def test_control_characters_are_refused(source: str) -> None:
    with pytest.raises(InvalidResponse, match="制御文字"):
        question().read(0, {"answer": [source]})


def test_only_the_shown_tests_are_presented() -> None:
    shown = question().present(3)
    assert [(case.name, case.given, case.expected) for case in shown.shown] == [
        ("公開", "f(5)", "a0 = 6")
    ]
    assert shown.source == STARTER
    assert shown.budget == 100_000
    other = json.loads(json.dumps(TESTS))
    other["cases"][1] |= {"returns": 9, "budget": 200_000}
    assert question(tests=other, solution=SOLUTION + "# 別").present(3) == shown
    assert question().present(3, {"answer": ["f: x"]}).source == "f: x"


@given(values=st.lists(st.text(max_size=120), max_size=2), scoring=st.sampled_from(["per-test"]))
def test_reading_anything_answers_or_refuses(values: list[str], scoring: str) -> None:
    asked = STORED
    asked.present(1, {"answer": values})
    with suppress(NotAnswered, InvalidResponse):
        assert asked.read(1, {"answer": values}).texts[0].strip()


@given(passed=st.lists(st.booleans(), min_size=3, max_size=3), points=st.integers(1, 100))
def test_a_score_is_within_its_bounds(passed: list[bool], points: int) -> None:
    asked = question_from_json({**STORED.to_json(), "points": points})
    results = tuple(asdict(CaseResult(f"{n}", value)) for n, value in enumerate(passed))
    response = type(asked.read(0, {"answer": ["f: x"]}))(texts=("f: x",), measured=results)
    grade = asked.grade(response)
    assert grade.score == points * Fraction(sum(passed), 3)
    assert grade.correct == all(passed)


def test_a_definition_survives_json() -> None:
    asked = question()
    assert question_from_json(json.loads(json.dumps(asked.to_json()))) == asked


def with_case(**changes: Any) -> dict[str, Any]:
    cases = [dict(case) for case in TESTS["cases"]]
    cases[1] |= changes
    return {**TESTS, "cases": cases}


@pytest.mark.parametrize(
    ("changes", "line", "words"),
    [
        ({"scoring": "half"}, 9, "per-test"),
        ({"starter": ""}, 6, "配るプログラム"),
        ({"starter": SOLUTION}, 6, "もうすべてのテストに合格"),
        ({"starter": "wrong"}, 6, "プログラムの 1 行目 1 桁目: 誤り"),
        ({"solution": "f: pass 2"}, 7, "解答が「ひみつ二」に不合格"),
        ({"solution": "unusable"}, 8, "使えません。"),
        ({"tests": ["x"]}, 8, "採点のテスト"),
        ({"tests": with_case(name="")}, 8, "2 番目のテスト: テストの「name」"),
        ({"tests": {**TESTS, "calls": 3}}, 8, "「calls」には関数のラベル"),
        ({"tests": {**TESTS, "cases": TESTS["cases"][:1]}}, 8, "公開しないテストが一つは必要"),
        ({"tests": {**TESTS, "cases": TESTS["cases"][1:]}}, 8, "「shown: true」のテスト"),
    ],
)
def test_what_an_author_got_wrong(changes: dict[str, Any], line: int, words: str) -> None:
    with pytest.raises(QuestionError) as caught:
        question(**changes)
    assert [p.line for p in caught.value.problems if words in p.message] == [line]


def test_options_have_no_place() -> None:
    with pytest.raises(QuestionError, match="選択肢は書けません"):
        parse_question(META, {}, "問\n- [x] あ\n  > い\n\n## 解説\nう", 9)


def test_nobody_can_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "_runners", [])
    with pytest.raises(QuestionError, match="組み込まれていません"):
        question()


def _stored() -> Any:
    previous = running._runners[:]
    running.use(FakeRunner())
    try:
        return question()
    finally:
        running._runners[:] = previous


STORED = _stored()
