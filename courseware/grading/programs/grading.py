"""Run the tests of a program on a machine and compare."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from courseware.grading.programs import checks
from courseware.grading.programs.calls import FunctionCall, call_text, values_text
from courseware.grading.programs.machine import Finding, Loaded, Stopped
from courseware.grading.programs.model import Case, ProgramTests

# What is told of a run that ended early when its numbers may tell a hidden test's values:
# an address or an exit code can be made of them.
STOPS_WITHOUT_NUMBERS = {
    "exit": "プログラムが終了しました。",
    "trap": "例外が起きて止まりました。",
    "breakpoint": "ebreak で止まりました。",
    "instruction-limit": "命令数の上限に達しました。繰り返しが終わる条件を確かめてください。",
    "time-limit": "実行時間の上限に達しました。",
    "output-limit": "出力の上限に達しました。",
    "waiting": "wfi で割り込みを待ったまま、進まなくなりました。",
}


@dataclass(frozen=True)
class CaseResult:
    """What became of one test; ``message`` is Japanese, and empty when it passed.

    ``given`` (what the program was given), ``expected`` and ``actual`` are told for shown tests,
    and for the first hidden one that fails; ``actual`` is empty when there is nothing to compare.
    """

    name: str
    passed: bool
    message: str = ""
    given: str = ""
    expected: str = ""
    actual: str = ""


def grade_program(
    tests: ProgramTests,
    load: Callable[[Case], Loaded],
    blocks_at: int,
    deadline: Callable[[], bool] | None = None,
    *,
    tells_hidden: bool = True,
) -> Iterator[CaseResult]:
    """Yield the result of each test, in order.

    ``load`` returns a fresh machine with a case's setup. Blocks are laid out from ``blocks_at``
    on. ``deadline`` is handed to every run. The first hidden test that fails tells its values
    when ``tells_hidden``.
    """
    has_told = not tells_hidden
    for case in tests.cases:
        problem = _problem(case, load(case), blocks_at, deadline)
        tells = case.shown or (problem is not None and not has_told)
        has_told = has_told or (tells and not case.shown)
        result = _result(case, problem)
        yield result if tells else _without_values(result, problem)


def _problem(
    case: Case, machine: Loaded, blocks_at: int, deadline: Callable[[], bool] | None
) -> Finding | None:
    """Run a case and return the first thing that is wrong."""
    for label in _labels(case):
        if label not in machine.symbols:
            return Finding(str(checks.Missing(label)))
    if case.call is None:
        end = _wrong_end(case, machine.run(case.budget, (), deadline))
    else:
        call = FunctionCall(case.call, machine, blocks_at)
        stop = call.run(case.budget, deadline)
        end = call.finding() if call.returned else _not_returned(stop)
    found = (checks.finding(check, machine) for check in case.checks)
    return _together(end, next((finding for finding in found if finding), None))


def _together(end: Finding | None, check: Finding | None) -> Finding | None:
    """Return what is wrong with the end, and with what can be seen afterwards, as one."""
    if end is None or check is None:
        return end or check
    return Finding(
        end.message + check.message,
        end.expected or check.expected,
        end.actual or check.actual,
        (end.without_numbers or end.message) + check.message,
    )


def _labels(case: Case) -> Iterator[str]:
    if case.call is not None:
        yield case.call.function
    yield from case.setup.needs
    yield from (place.partition("+")[0] for place in case.setup.data)


def _not_returned(stop: Stopped) -> Finding:
    start = "関数から戻りませんでした。"
    short = STOPS_WITHOUT_NUMBERS[stop.reason]
    if stop.reason == "breakpoint":
        return Finding(f"{start}ebreak で止まりました。関数からは ret で戻ります。")
    return Finding(f"{start}{stop.message}", without_numbers=f"{start}{short}")


def _wrong_end(case: Case, stop: Stopped) -> Finding | None:
    if stop.reason in case.ends and (stop.exit_code or 0) == case.exit_code:
        return None
    expected = "、または".join(_ENDS[end] for end in case.ends)
    if "exit" in case.ends and case.exit_code:
        expected = f"終了コード {case.exit_code} で終わる"
    return Finding(
        f"プログラムが終わるはずのところで終わりませんでした。{stop.message}",
        f"終わり方: {expected}",
        without_numbers="プログラムが終わるはずのところで終わりませんでした。"
        + STOPS_WITHOUT_NUMBERS[stop.reason],
    )


_ENDS = {
    "exit": "終了装置に正常な終わりを書く",
    "breakpoint": "ebreak で止まる",
    "waiting": "wfi で待つ",
    "instruction-limit": "決められたサイクルの間、動き続ける",
}


def _result(case: Case, problem: Finding | None) -> CaseResult:
    """Return a test's result with its values."""
    expected = problem.expected if problem else ""
    if case.call is not None:
        expected = expected or values_text(
            case.call.returns, {**case.call.blocks, **case.call.after}
        )
    return CaseResult(
        name=case.name,
        passed=problem is None,
        message=problem.message if problem else "",
        given=given_text(case),
        expected=expected,
        actual=problem.actual if problem else "",
    )


def _without_values(result: CaseResult, problem: Finding | None) -> CaseResult:
    message = (problem.without_numbers or problem.message) if problem else ""
    return replace(result, message=message, given="", expected="", actual="")


def given_text(case: Case) -> str:
    """Return what a case gives to the program, in Japanese."""
    setup = case.setup
    given = [call_text(case.call)] if case.call is not None else []
    given += [f"{part.file} ({part.at:#010x} 番地)" for part in setup.parts]
    given += [f"{name} = {value}" for name, value in setup.define.items()]
    given += [f"{place} = {block}" for place, block in setup.data.items()]
    if setup.disk:
        given.append(f"ディスク {setup.disk}")
    if setup.console:
        given.append(f"コンソールへの入力 「{setup.console}」")
    if setup.untrapped:
        given.append(f"トラップしない命令 {'、'.join(setup.untrapped)}")
    return "、".join(given) or "プログラムを最初から実行"
