"""Does a lab do what it promises? The solution passes, the starter and wrong programs do not."""

from collections.abc import Iterator

from django.conf import settings

from courseware.grading.programs import CaseResult, ProgramTests
from courseware.labs.importing import LabText
from courseware.labs.runner.jobs import grade
from courseware.labs.wrong_programs import objections
from courseware.machine import Engine

LEAST_WRONG_PROGRAMS = 3


def results_of(
    source: str, tests: ProgramTests, engine: Engine = Engine.TRANSLATOR
) -> list[CaseResult]:
    """Return how a program fares. Raises ValueError when it does not assemble."""
    request = {"source": source, "tests": tests.to_json(), "limits": settings.LAB_LIMITS}
    answer = grade({**request, "engine": engine.value})
    if "results" not in answer:
        problems = answer["view"]["problems"]
        raise ValueError("、".join(f"{p['line']} 行目: {p['message']}" for p in problems))
    return [CaseResult(**result) for result in answer["results"]]


def problems_of(lab: LabText) -> Iterator[str]:
    """Yield, in Japanese, what is wrong with a lab that is graded."""
    tests = lab.tests
    if tests is None:
        return
    if {case.shown for case in tests.cases} != {True, False}:
        yield "公開しないテストが一つは必要です。"
    for engine in Engine:
        for result in results_of(lab.solution, tests, engine):
            if not result.passed:
                yield f"解答が「{result.name}」に不合格です ({engine}): {_told(result)}"
    if all(result.passed for result in results_of(lab.starter, tests)):
        yield "配るプログラムが、もう合格しています。"
    yield from _problems_of_wrong_programs(lab, tests)


def _told(result: CaseResult) -> str:
    return f"{result.message} 期待: {result.expected} 実際: {result.actual}"


def _problems_of_wrong_programs(lab: LabText, tests: ProgramTests) -> Iterator[str]:
    if sum(not program.hard_coded for program in lab.wrong) < LEAST_WRONG_PROGRAMS:
        yield f"wrong.yaml に、よくある誤りが {LEAST_WRONG_PROGRAMS} つは必要です。"
    if not any(program.hard_coded for program in lab.wrong):
        yield "wrong.yaml に、公開した値だけに合わせた解答 (hard-coded: true) が必要です。"
    for program in lab.wrong:
        try:
            results = results_of(program.source, tests)
        except ValueError as error:
            yield f"誤り「{program.name}」をアセンブルできません: {error}"
            continue
        for objection in objections(program, tests, results):
            yield f"誤り「{program.name}」: {objection}"
