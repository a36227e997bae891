"""Programs graded by what they observably do, on the real machine."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from courseware.grading import QuestionError
from courseware.grading.programs import CaseResult, ProgramTests, grade_program, parse_tests
from courseware.labs.runner.loading import GradedMachine, Loader

BLOCKS_AT = 0x8002_0000
SHOWN = {"name": "例", "shown": True, "arguments": [], "returns": 0}


def read(*cases: dict[str, Any]) -> ProgramTests:
    return parse_tests({"calls": "f", "cases": list(cases)}, range(1, len(cases) + 1))


def grade(source: str, *cases: dict[str, Any]) -> list[CaseResult]:
    return run(source, read(*cases))


def run(source: str, tests: ProgramTests) -> list[CaseResult]:
    tests = ProgramTests.from_json(json.loads(json.dumps(tests.to_json())))
    loader = Loader(source, tests.sources, settings.LAB_LIMITS)
    load = lambda case: GradedMachine(loader.load(case.setup))  # noqa: E731
    return list(grade_program(tests, load, BLOCKS_AT))


def copy_case(**changes: Any) -> dict[str, Any]:
    case = {
        "name": "写す",
        "shown": True,
        "blocks": {"from": {"words": [5, -6]}, "to": {"words": [0, 0]}},
        "arguments": ["from", "to"],
        "after": {"to": {"words": [5, -6]}},
    }
    return {**case, **changes}


COPY = "f: lw t0, 0(a0)\nsw t0, 0(a1)\nlw t0, 4(a0)\nsw t0, 4(a1)\n"


def test_a_function_that_does_what_is_asked_passes() -> None:
    (result,) = grade(COPY + "ret\n", copy_case())
    assert result.passed
    assert result.given == "f(from, to)、from = [5, -6]、to = [0, 0]"
    assert result.expected == "from = [5, -6]、to = [5, -6]"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("f: ret\n", "to の中身が期待した値と違います"),
        (COPY + "sw zero, 0(a0)\nret\n", "from の中身が書き換わっています"),
        (COPY + "sw zero, 8(a1)\nret\n", "to の範囲の外に書き込んでいます"),
        (COPY + "sb zero, -1(a0)\nret\n", "from の範囲の外に書き込んでいます"),
        (COPY + "sw zero, 0(s0)\nret\n", "関数から戻りませんでした"),
        (COPY + "ebreak\n", "関数から戻りませんでした"),
        (COPY + "addi sp, sp, 4\nret\n", "sp が、呼ばれたときと違います"),
        *((COPY + f"addi s{n}, s{n}, 1\nret\n", f"s{n} の値が") for n in range(12)),
    ],
)
def test_what_is_wrong_is_told(source: str, message: str) -> None:
    (result,) = grade(source, copy_case())
    assert not result.passed
    assert message in result.message


def test_a_function_that_did_not_return_has_no_actual_values() -> None:
    (stopped,) = grade("f: ebreak\n", copy_case())
    assert "関数からは ret で戻ります" in stopped.message
    (missing,) = grade("g: ret\n", copy_case())
    assert "ラベル「f:」" in missing.message
    for result in (stopped, missing):
        assert result.given
        assert result.expected
        assert not result.actual


def test_the_values_of_the_first_hidden_test_that_fails_are_told_and_no_others() -> None:
    cases = (copy_case(name=f"{n}", shown=n == 0, blocks=words(n)) for n in range(4))
    passes_at_first = "f: lw t0, 0(a0)\nli t1, 1\nsw t0, 0(a1)\nblt t1, t0, 1f\n"
    source = passes_at_first + "ret\n1: sw zero, 0(a1)\nret\n"
    shown, passed, told, untold = grade(
        source, *({**case, "after": {"to": {"words": [int(case["name"])]}}} for case in cases)
    )
    assert shown.passed
    assert shown.given
    assert passed == CaseResult("1", True)
    assert (told.expected, told.actual) == ("from = [2]、to = [2]", "from = [2]、to = [0]")
    assert told.given == "f(from, to)、from = [2]、to = [9]"
    assert (untold.given, untold.expected, untold.actual) == ("", "", "")
    assert untold.message


def words(first: int) -> dict[str, Any]:
    return {"from": {"words": [first]}, "to": {"words": [9]}}


@pytest.mark.parametrize(
    "leak",
    [
        "f: lw t0, 0(a0)\njr t0\n",  # a fault at an address made of the value
        "f: lw t0, 0(a0)\nlw t0, 0(t0)\nret\n",
        "f: lw t0, 0(a0)\nli t1, 0x100000\nslli t0, t0, 16\nli t2, 0x3333\nor t0, t0, t2\n"
        "sw t0, 0(t1)\n",  # an exit code made of it
        "f: lw t0, 0(a0)\n1: addi t0, t0, -1\nj 1b\n",
    ],
)
def test_no_way_of_stopping_tells_a_hidden_value(leak: str) -> None:
    secrets = [{"from": {"words": [n, 0]}, "to": {"words": [0, 0]}} for n in (1, 0x1234, 0x4321)]
    cases = [copy_case(name=str(n), shown=False, blocks=blocks) for n, blocks in enumerate(secrets)]
    _, _told, first, second = grade(leak, copy_case(), *cases)
    assert replace(first, name="") == replace(second, name=""), "nothing depends on the values"
    assert first.message.startswith("関数から戻りませんでした。")


@pytest.mark.parametrize(("limit", "passed"), [(3, True), (2, False)])
def test_the_instruction_limit_of_a_test_holds_at_its_edge(limit: int, passed: bool) -> None:
    (result,) = grade("f: li a0, 1\nnop\nret\n", {**SHOWN, "returns": 1, "budget": limit})
    assert result.passed is passed
    if not passed:
        assert "2 命令" in result.message


def test_each_test_starts_on_a_fresh_machine() -> None:
    source = "f: la t0, n\nlw a0, 0(t0)\naddi a0, a0, 1\nsw a0, 0(t0)\nret\n.data\nn: .word 0\n"
    results = grade(source, *({**SHOWN, "name": f"{n}", "returns": 1} for n in range(3)))
    assert all(result.passed for result in results)


@given(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1))
def test_arguments_and_results_are_32_bit_numbers(a: int, b: int) -> None:
    total = (a + b + 2**31) % 2**32 - 2**31
    case = {**SHOWN, "arguments": [a, b], "returns": total}
    (result,) = grade("f: add a0, a0, a1\nret\n", case)
    assert result.passed
    (result,) = grade("f: add a0, a0, a1\naddi a0, a0, 1\nret\n", case)
    assert not result.passed


@given(st.lists(st.integers(-128, 255), min_size=1, max_size=40))
def test_bytes_arrive_as_they_were_written(values: list[int]) -> None:
    source = "f: add a1, a1, a0\nli a2, 0\n1: lbu t0, 0(a0)\nadd a2, a2, t0\naddi a0, a0, 1\n"
    case = {
        **SHOWN,
        "blocks": {"data": {"bytes": values}},
        "arguments": ["data", len(values)],
        "returns": sum(value & 0xFF for value in values),
    }
    (result,) = grade(source + "bne a0, a1, 1b\nmv a0, a2\nret\n", case)
    assert result.passed


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ({"returns": "1"}, "returns"),
        ({"returns": True}, "returns"),
        ({"returns": 2**32}, "returns"),
        ({"returns": None}, "「returns」か「after」"),
        ({"name": " "}, "name"),
        ({"arguments": ["x"]}, "引数「x」"),
        ({"arguments": [0] * 9}, "8 個まで"),
        ({"blocks": {"b": {"words": [2**32]}}}, "32 ビットに収まる"),
        ({"blocks": {"b": {"bytes": [256]}}}, "8 ビットに収まる"),
        ({"blocks": {"b": {"longs": [1]}}}, "words、halves、bytes"),
        ({"blocks": [1]}, "名前: {words"),
        ({"after": {"b": {"words": [1]}}}, "同じ大きさ"),
        ({"budget": 0}, "budget"),
        ({"budget": 1_000_001}, "1,000,000"),
        ({"name": "例"}, "前にもあります"),
        ({"ends": "exit"}, "ends"),
        ({"blocks": {"a": {"words": [1] * 8192}, "b": {"bytes": [1]}}}, "32,768 バイトまで"),
        ({"extra": 1}, "テストに書ける項目"),
    ],
)
def test_what_is_wrong_with_a_test_is_told_at_its_line(case: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionError) as caught:
        read(SHOWN, {**SHOWN, "name": "もう一つ", **case})
    (problem,) = caught.value.problems
    assert problem.line == 2
    assert message in problem.message


@pytest.mark.parametrize(
    "data", [None, [], {"calls": "f"}, {"calls": "f", "cases": []}, {"calls": 1, "cases": [SHOWN]}]
)
def test_data_of_another_shape_is_refused(data: Any) -> None:
    with pytest.raises(QuestionError):
        parse_tests(data, [1])


def test_one_test_at_least_is_shown() -> None:
    with pytest.raises(QuestionError, match="shown: true"):
        read({**SHOWN, "shown": False})


def test_blocks_of_the_largest_size_fit_into_the_machine() -> None:
    blocks = {"from": {"words": [7] * 8191}, "to": {"words": [0]}}
    (result,) = grade(
        "f: lw t0, 0(a0)\nsw t0, 0(a1)\nret\n",
        copy_case(blocks=blocks, after={"to": {"words": [7]}}),
    )
    assert result.passed


def test_the_number_of_tests_is_limited_at_its_edge() -> None:
    cases = [{**SHOWN, "name": str(n)} for n in range(41)]
    assert len(read(*cases[:40]).cases) == 40
    with pytest.raises(QuestionError, match="40 個"):
        read(*cases)
