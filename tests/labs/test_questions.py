"""Programs that answer questions: run by the labs' runner, with nothing told of hidden tests."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from courseware.grading import NotGraded
from courseware.grading.programs import ProgramTests, parse_tests, running
from courseware.labs import services
from courseware.labs.questions import QuestionRunner
from courseware.labs.runner.pool import RunnerBusy, RunnerFailed, RunnerTimedOut

DOUBLE = "double:\n        add a0, a0, a0\n        ret\n"
LOOP = "double:\n        j double\n"


@pytest.fixture(scope="module")
def tests() -> ProgramTests:
    cases = [
        {"name": "公開", "shown": True, "arguments": [5], "returns": 10},
        {"name": "非公開", "arguments": [123456], "returns": 246912},
    ]
    return parse_tests({"calls": "double", "cases": cases}, [1, 2])


@pytest.fixture
def pool() -> Iterator[None]:
    yield
    services.runner().close()
    services.runner.cache_clear()


def test_it_is_the_runner_of_the_product() -> None:
    assert isinstance(running.runner(), QuestionRunner)
    assert "a0" in running.runner().names.registers


@pytest.mark.usefixtures("pool")
def test_a_program_is_run_and_hidden_tests_tell_no_values(tests: ProgramTests) -> None:
    right = QuestionRunner().run(DOUBLE, tests, learner=1)
    assert [result.passed for result in right.results] == [True, True]
    wrong = QuestionRunner().run("double:\n        li a0, 10\n        ret\n", tests, learner=1)
    shown, hidden = wrong.results
    assert (shown.passed, shown.given, shown.expected) == (True, "double(5)", "a0 = 10")
    assert not hidden.passed
    assert hidden.message
    assert (hidden.given, hidden.expected, hidden.actual) == ("", "", "")
    assert "246912" not in hidden.message


@pytest.mark.usefixtures("pool")
def test_a_program_with_mistakes_is_told_where(tests: ProgramTests) -> None:
    ran = QuestionRunner().run("double:\n        addd a0, a0\n", tests, learner=1)
    assert ran.results == ()
    assert ran.problems[0].startswith("2 行目 9 桁目: ")
    assert QuestionRunner().try_out("double:\n        addd a0, a0\n", tests) == ran


def test_an_endless_program_fails_its_tests(tests: ProgramTests) -> None:
    assert not any(result.passed for result in QuestionRunner().try_out(LOOP, tests).results)


def failing(failure: Exception) -> Callable[..., Any]:
    def call(job: str, request: dict[str, Any]) -> dict[str, Any]:
        raise failure

    return call


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (RunnerBusy(), r"順番を待つ時間の上限 \(10 秒\)"),
        (RunnerTimedOut(), r"実行時間の上限 \(20 秒\)"),
        (RunnerFailed(), "実行用のプロセスが途中で終わりました"),
    ],
)
def test_a_runner_without_an_answer_is_told_and_nothing_is_lost(
    tests: ProgramTests, monkeypatch: pytest.MonkeyPatch, failure: Exception, message: str
) -> None:
    monkeypatch.setattr(services.runner(), "call", failing(failure))
    with pytest.raises(NotGraded, match=message) as caught:
        QuestionRunner().run(DOUBLE, tests, learner=1)
    assert "プログラムは入力欄に残っています。まだ採点していません。" in str(caught.value)


def test_one_learner_has_so_many_programs_under_way(
    tests: ProgramTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.runner(), "call", lambda job, request: {"results": []})
    with services.turn_of(7), services.turn_of(7):
        with pytest.raises(NotGraded, match="まだ終わっていません"):
            QuestionRunner().run(DOUBLE, tests, learner=7)
        assert QuestionRunner().run(DOUBLE, tests, learner=8).results == ()
    assert QuestionRunner().run(DOUBLE, tests, learner=7).results == ()
