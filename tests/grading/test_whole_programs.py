"""Tests that run a whole program: what it finds around it, and what is looked at afterwards."""

from dataclasses import asdict
from typing import Any

import pytest
from django.conf import settings

from courseware.grading import QuestionError
from courseware.grading.programs import (
    CaseResult,
    Files,
    Names,
    ProgramTests,
    grade_program,
    parse_tests,
)
from courseware.labs.runner.jobs import grade as grade_job
from courseware.labs.runner.loading import GradedMachine, Loader, PartError
from courseware.machine import COUNTER_NAMES, CSR_NAMES, REGISTER_NUMBERS, AssemblyError, Engine

NAMES = Names(REGISTER_NUMBERS, CSR_NAMES, COUNTER_NAMES)
FILES = {
    # Prints N letters from the address 0x80010000 on, then returns.
    "parts/guest.s": "hello: li t1, 0x10000000\nli t2, N\n1: li t3, 'A'\nsb t3, 0(t1)\n"
    "addi t2, t2, -1\nbnez t2, 1b\nret\n.data\ncount: .word N\n",
    # Runs the learner's function first, then writes that it was here.
    "parts/firmware.s": "boot: li t0, work\njalr t0\nla t1, mark\nsw a0, 0(t1)\nebreak\n"
    ".data\nmark: .word 0\n",
    "parts/high.s": "start: la a0, start\nebreak\n",
    "parts/disk.s": '.ascii "boot"\n.org 512\n.word 7, 8\n',
    "parts/broken.s": "nop\nfoo a0\n",
}
GUEST = {"parts": [{"file": "parts/guest.s", "at": 0x8001_0000}]}
CALLS_GUEST = "_start: li t0, 0x80010000\njalr t0\nebreak\nresult: .word 1, 2\n"
PASSES = {"name": "例", "shown": True, "checks": [{"register": "zero", "is": 0}]}


def _read(name: str) -> str:
    if name not in FILES:
        raise ValueError(f"「{name}」というファイルがありません。")
    return FILES[name]


def read(*cases: dict[str, Any], **top: Any) -> ProgramTests:
    data = {**top, "cases": list(cases)}
    return parse_tests(data, range(1, len(cases) + 1), Files(_read), NAMES)


def grade(source: str, *cases: dict[str, Any], **top: Any) -> list[CaseResult]:
    tests = read(*cases, **top)
    results = []
    for engine in Engine:
        request = {"source": source, "tests": tests.to_json(), "limits": settings.LAB_LIMITS}
        results.append(grade_job({**request, "engine": engine.value}))
    assert results[0] == results[1], "both engines tell the same"
    return [CaseResult(**result) for result in results[0]["results"]]


def only(source: str, *checks: dict[str, Any], **case: Any) -> CaseResult:
    top = {"needs": case.pop("needs")} if "needs" in case else {}
    (result,) = grade(source, {**PASSES, "checks": list(checks), **case}, **top)
    return result


def test_a_guest_is_loaded_beside_the_program_with_its_constants() -> None:
    result = only(CALLS_GUEST, {"output": "AAA"}, machine=GUEST, define={"N": 3})
    assert result.passed, result
    assert result.given == "parts/guest.s (0x80010000 番地)、N = 3"
    told = only(CALLS_GUEST, {"output": "AAA"}, machine=GUEST, define={"N": 2})
    assert not told.passed
    assert told.expected == "コンソールへの出力: 「AAA」"
    assert told.actual == "コンソールへの出力: 「AA」"


def test_addresses_are_told_in_hexadecimal_and_long_outputs_are_clipped() -> None:
    result = only("la a0, _start\n_start: ebreak\n", {"register": "a0", "is": 0x8000_0010})
    assert (result.expected, result.actual) == ("a0: 0x80000010", "a0: 0")
    result = only(CALLS_GUEST, {"output": ""}, machine=GUEST, define={"N": 300})
    assert result.actual.endswith("AAA… (ほか 100 文字)」")
    words = only("ebreak\nx: .space 400\n", {"memory": "x", "words": [1] * 80})
    assert words.actual.endswith("0, … ほか 16 個]")


def test_a_check_has_a_message_of_its_own() -> None:
    result = only("ebreak\n", {"register": "a0", "is": 1, "otherwise": "a0 に 1 がありません。"})
    assert result.message == "a0 に 1 がありません。"
    assert (result.expected, result.actual) == ("a0: 1", "a0: 0")


@pytest.mark.parametrize(
    ("check", "passes"),
    [
        ({"memory": "result", "words": [1, 2]}, True),
        ({"memory": "result+4", "words": [2]}, True),
        ({"memory": "result", "words": [1, 3]}, False),
        ({"memory": "result", "at-least": 1, "at-most": 1}, True),
        ({"memory": "result", "at-least": 2}, False),
        ({"memory": "result", "at-most": 0}, False),
        ({"memory": "guest.count", "is": 3}, True),
        ({"memory": "guest.count", "text": "\3\0\0\0"}, True),
        ({"memory": 0x8000_0000, "same-as": 0x8000_0000, "size": 8}, True),
        ({"memory": "result", "same-as": "guest.count", "size": 4}, False),
        ({"memory": "result", "count": "traps", "within": 1}, True),
        ({"memory": "result", "count": "traps"}, False),
        ({"count": "device-accesses", "is": 3}, True),
        ({"count": "traps.M.ecall-from-u", "at-most": 0}, True),
        ({"count": "instructions", "at-most": 5}, False),
        ({"share": ["result", "result+4"], "at-least": 33, "at-most": 33}, True),
        ({"share": ["result+4", "result"], "is": 33}, False),
        ({"csr": "mtvec", "is": 0}, True),
        ({"csr": "mtvec", "is": 4}, False),
        ({"disk": 0, "text": "boot"}, True),
        ({"disk": 512, "words": [7, 8]}, True),
        ({"disk": 516, "words": [9]}, False),
        ({"disk": 10_000, "words": [0]}, True),
        ({"register": "t1", "is": 0x1000_0000}, True),
        ({"register": "x6", "is": -1}, False),
        ({"memory": "nowhere", "is": 0}, False),
    ],
)
def test_what_can_be_looked_at(check: dict[str, Any], passes: bool) -> None:
    machine = {**GUEST, "disk": "parts/disk.s"}
    result = only(CALLS_GUEST, check, machine=machine, define={"N": 3})
    assert result.passed is passes, result
    assert bool(result.message) is not passes


def test_firmware_of_the_lab_may_start_first_and_call_the_program() -> None:
    firmware = {
        "parts": [{"file": "parts/firmware.s", "at": 0x8002_0000}],
        "start": "firmware.boot",
    }
    check = {"memory": "firmware.mark", "is": 42}
    assert only("work: li a0, 42\nret\n", check, machine=firmware, needs=["work"]).passed
    missing = only("other: li a0, 42\nret\n", check, machine=firmware, needs=["work"])
    assert "ラベル「work:」がありません" in missing.message


def test_a_part_may_be_linked_for_another_address_than_it_is_loaded_at() -> None:
    part = {"file": "parts/high.s", "at": 0x8001_0000, "linked": 0x9000_0000}
    source = "_start: la t0, 0x80010000\njr t0\n"
    # "la" is relative to pc: the code tells where it runs; its label is where it was loaded.
    check = {"register": "a0", "is": 0x8001_0000}
    assert only(source, check, machine={"parts": [part]}).passed
    tests = read({**PASSES, "machine": {"parts": [part]}})
    ready = Loader(source, tests.sources, settings.LAB_LIMITS).load(tests.cases[0].setup)
    assert ready.program.symbols["high.start"] == 0x8001_0000
    assert ready.program.source_line(0x8001_0000) == ("high", 1)
    assert ready.program.source_line(0x8000_0000) == ("", 1)


def test_data_are_put_at_labels_and_input_into_the_console() -> None:
    source = (
        "la t0, place\nlw a0, 0(t0)\nli t1, 0x10000000\nlbu a1, 0(t1)\nebreak\nplace: .word 5\n"
    )
    checks = ({"register": "a0", "is": 77}, {"register": "a1", "is": ord("x")})
    case = {"data": {"place": {"words": [77]}}, "machine": {"console": "x"}}
    assert only(source, *checks, **case).passed
    gone = only(source.replace("place", "spot"), *checks, **case)
    assert "ラベル「place:」がありません" in gone.message


def test_an_instruction_may_be_made_not_to_trap() -> None:
    source = """
        li t0, -1
        csrw pmpaddr0, t0
        li t0, 0x1f
        csrw pmpcfg0, t0
        la t0, handler
        csrw mtvec, t0
        la t0, user
        csrw mepc, t0
        mret
    user: csrr a0, sscratch
        li a1, 1
        ecall
    .balign 4
    handler: li t0, 0x5555
        li t1, 0x100000
        sw t0, 0(t1)
    """
    check = {"register": "a1", "is": 1}
    assert only(source, check, machine={"untrapped": ["sscratch"]}).passed
    assert not only(source, check).passed


@pytest.mark.parametrize(
    ("source", "ends", "passes"),
    [
        ("ebreak\n", None, True),
        ("li t0, 0x100000\nli t1, 0x5555\nsw t1, 0(t0)\n", None, True),
        ("li t0, 0x100000\nli t1, 0x33333\nsw t1, 0(t0)\n", None, False),
        ("li t0, 0x100000\nli t1, 0x33333\nsw t1, 0(t0)\n", "exit 3", True),
        ("li t0, 0x100000\nli t1, 0x33333\nsw t1, 0(t0)\n", "exit 4", False),
        ("ebreak\n", "exit", False),
        ("1: j 1b\n", None, False),
        ("1: j 1b\n", "limit", True),
        ("wfi\n", "waiting", True),
        ("wfi\n", None, False),
        (".word 0\n", None, False),
    ],
)
def test_how_a_program_may_end(source: str, ends: str | None, passes: bool) -> None:
    case = {"ends": ends} if ends else {}
    result = only(source, {"register": "zero", "is": 0}, **case)
    assert result.passed is passes
    if not passes:
        assert "終わるはずのところで終わりませんでした" in result.message


def test_a_wrong_end_and_what_is_missing_are_told_together() -> None:
    check = {"output": "A", "otherwise": "文字が出ていません。"}
    result = only("1: j 1b\n", check)
    assert "命令数の上限" in result.message
    assert "文字が出ていません。" in result.message


def test_a_program_that_reaches_into_a_part_is_told_so() -> None:
    near = {"parts": [{"file": "parts/guest.s", "at": 0x8000_8000}]}
    tests = read({**PASSES, "machine": near, "define": {"N": 1}})
    setup = tests.cases[0].setup
    loader = Loader(".space 0x8000\nnop\n", tests.sources, settings.LAB_LIMITS)
    with pytest.raises(AssemblyError, match=r"parts/guest\.s と重なっています"):
        loader.load(setup)
    just_fits = Loader(".space 0x7ffc\nnop\n", tests.sources, settings.LAB_LIMITS)
    assert just_fits.load(setup).program.entry == 0x8000_0000


def test_what_is_wrong_with_a_part_is_told_with_its_file() -> None:
    part = {"file": "parts/broken.s", "at": 0x8001_0000}
    tests = read({**PASSES, "machine": {"parts": [part]}})
    loader = Loader("nop\n", tests.sources, settings.LAB_LIMITS)
    with pytest.raises(PartError) as caught:
        loader.load(tests.cases[0].setup)
    assert caught.value.file == "parts/broken.s"
    assert [problem.line for problem in caught.value.problems] == [2]


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ({"checks": []}, "checks"),
        ({"checks": {}}, "一覧"),
        ({"checks": [{}]}, "どれか一つ"),
        ({"checks": [{"output": "a", "register": "a0"}]}, "どれか一つ"),
        ({"checks": [{"output": 1}]}, "文字列"),
        ({"checks": [{"output": "a", "is": 1}]}, "何と比べるか"),
        ({"checks": [{"output": "a" * 8193}]}, "8,192 バイト"),
        ({"checks": [{"register": "q0", "is": 1}]}, "register: q0"),
        ({"checks": [{"csr": "mfoo", "is": 1}]}, "csr: mfoo"),
        ({"checks": [{"count": "steps", "is": 1}]}, "count: steps"),
        ({"checks": [{"register": "a0"}]}, "何と比べるか"),
        ({"checks": [{"register": "a0", "is": "1"}]}, "32 ビット"),
        ({"checks": [{"register": "a0", "is": 1, "at-most": 2}]}, "一緒には"),
        ({"checks": [{"register": "a0", "words": [1]}]}, "何と比べるか"),
        ({"checks": [{"memory": "a+x", "is": 1}]}, "label+8"),
        ({"checks": [{"memory": "a", "same-as": "b"}]}, "何と比べるか"),
        ({"checks": [{"memory": "a", "same-as": "b", "size": 0}]}, "size"),
        ({"checks": [{"memory": "a", "count": "x"}]}, "数えるものの名前"),
        ({"checks": [{"share": ["a"], "is": 1}]}, "二つ以上"),
        ({"checks": [{"disk": -1, "words": [1]}]}, "バイト数"),
        ({"checks": [{"disk": 0, "is": 1}]}, "何と比べるか"),
        ({"checks": [{"register": "a0", "is": 1, "otherwise": 1}]}, "otherwise"),
        ({"checks": [{"register": "a0", "is": 1}] * 41}, "40 個まで"),
        ({"ends": "later"}, "ends"),
        ({"ends": "exit 65536"}, "ends"),
        ({"ends": "limit 3"}, "ends"),
        ({"machine": {"memory": 5000}}, "2 の累乗"),
        ({"machine": {"memory": 8 << 20}}, "4,194,304"),
        ({"machine": {"speed": 1}}, "machineに書ける項目"),
        ({"machine": {"parts": [{"file": "parts/none.s", "at": 0}]}}, "parts/none.s"),
        ({"machine": {"parts": [{"file": "parts/guest.s"}]}}, "番地"),
        ({"machine": {"parts": GUEST["parts"] * 2}}, "重なっています"),
        ({"machine": {"parts": GUEST["parts"] * 9}}, "8 個まで"),
        ({"machine": {"disk": "none"}}, "none"),
        ({"machine": {"console": 1}}, "console"),
        ({"machine": {"console": "a" * 1001}}, "1,000 文字"),
        ({"machine": {"untrapped": "mret"}}, "untrapped"),
        ({"machine": {"start": "guest.hello"}}, "start"),
        ({"define": {"N": "1"}}, "define"),
        ({"data": {"a": {"words": [2**32]}}}, "32 ビットに収まる"),
        ({"data": {"a": {"text": 1}}}, "text"),
        ({"arguments": [1]}, "テストに書ける項目"),
    ],
)
def test_what_is_wrong_is_told_to_the_author(case: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionError) as caught:
        read(PASSES, {**PASSES, "name": "二つ目", **case})
    (problem,) = caught.value.problems
    assert problem.line == 2
    assert message in problem.message


@pytest.mark.parametrize(
    "top", [{"needs": "a"}, {"machine": []}, {"budget": 0}, {"checks": [{}]}, {"other": 1}]
)
def test_what_is_wrong_for_all_cases_is_told(top: dict[str, Any]) -> None:
    with pytest.raises(QuestionError):
        read(PASSES, **top)


def test_a_case_replaces_single_keys_of_the_machine_and_the_budget() -> None:
    machine = {**GUEST, "console": "all"}
    own = {**PASSES, "name": "own", "machine": {"console": "mine"}, "budget": 7}
    first, second = read(PASSES, own, machine=machine, budget=9).cases
    assert (first.setup.console, first.budget) == ("all", 9)
    assert (second.setup.console, second.budget) == ("mine", 7)
    assert first.setup.parts == second.setup.parts
    assert first.setup.key != second.setup.key
    assert asdict(first.setup) == asdict(read(PASSES, machine=machine).cases[0].setup)


def test_checks_of_all_cases_come_before_those_of_one() -> None:
    shared = {"register": "a0", "is": 1, "otherwise": "すべてのテスト"}
    own = {"register": "a1", "is": 2, "otherwise": "このテスト"}
    cases = [{**PASSES, "name": "one", "checks": []}, {**PASSES, "name": "two", "checks": [own]}]
    results = grade("_start: li a0, 1\nebreak\n", *cases, checks=[shared])
    assert [result.message for result in results] == ["", "このテスト"]
    results = grade("_start: ebreak\n", *cases, checks=[shared])
    assert [result.message for result in results] == ["すべてのテスト"] * 2


def test_a_memory_of_its_own_size() -> None:
    source = "li t0, 0x80080000\nli t1, 5\nsw t1, 0(t0)\nebreak\n"
    check = {"memory": 0x8008_0000, "is": 5}
    assert only(source, check, machine={"memory": 1 << 20}).passed
    assert not only(source, check).passed


def test_the_budget_holds_at_its_edge() -> None:
    check = {"register": "a0", "is": 1}
    assert only("li a0, 1\nnop\nebreak\n", check, budget=3).passed
    assert not only("li a0, 1\nnop\nebreak\n", check, budget=2).passed


def test_the_lazy_machine_is_the_same_for_each_case() -> None:
    tests = read(PASSES, {**PASSES, "name": "b"})
    loader = Loader(
        "la t0, n\nlw t1, 0(t0)\naddi t1, t1, 1\nsw t1, 0(t0)\nebreak\nn: .word 0\n",
        {},
        settings.LAB_LIMITS,
    )
    machines = []

    def load(case: Any) -> GradedMachine:
        machines.append(GradedMachine(loader.load(case.setup)))
        return machines[-1]

    assert all(result.passed for result in grade_program(tests, load, 0))
    assert [machine.read_memory(machine.symbols["n"], 1) for machine in machines] == [b"\1"] * 2
