"""A program to be written, judged by what it does on the machine."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any

from courseware.grading.errors import InvalidResponse, NotAnswered, QuestionError
from courseware.grading.model import (
    ANSWER,
    NO_DATA,
    Data,
    Grade,
    PartOutcome,
    Presentation,
    Question,
    Response,
    Text,
)
from courseware.grading.programs import Case, CaseResult, ProgramTests, given_text, parse_tests
from courseware.grading.programs.calls import values_text
from courseware.grading.programs.running import NoRunner, ProgramLimits, Runner, runner
from courseware.grading.registry import register
from courseware.grading.source import Source
from courseware.grading.types.typed import is_text, value_of

ALL_OR_NOTHING = "all-or-nothing"
PER_TEST = "per-test"
INSTRUCTIONS = {
    ALL_OR_NOTHING: "プログラムを書いてください。すべてのテストに合格すると得点になります。",
    PER_TEST: "プログラムを書いてください。合格したテストの数に応じて部分点があります。",
}
PROBLEMS_TOLD = 5


@dataclass(frozen=True)
class ShownCase:
    """A test that learners see beforehand: what it gives, and what a call must result in."""

    name: str
    given: str
    expected: str


@dataclass(frozen=True)
class Program(Presentation):
    """A program to be gone on with, the tests that are shown, and the limits.

    ``budget`` are the cycles of one of the shown tests.
    """

    source: str
    shown: tuple[ShownCase, ...]
    budget: int
    limits: ProgramLimits


@register("machine", "プログラムを書く")
@dataclass(frozen=True)
class MachineQuestion(Question):
    """A program for ``tests``, scored by a declared rule; ``solution`` is one that passes.

    * ``all-or-nothing``: ``points`` when every test passes, else 0.
    * ``per-test``: ``points`` x (tests that pass) / (tests).

    ``measured`` runs the program (``courseware.grading.programs.running``) and keeps the results
    with the response, so that ``grade`` is pure.
    """

    starter: str
    solution: str
    tests: ProgramTests
    scoring: str

    own_keys = frozenset({"starter", "solution", "tests", "scoring"})
    shape = "machine"

    @property
    def answered_in(self) -> object:
        """What a stored program was measured by."""
        return self.tests

    def present(self, seed: int, data: Data = NO_DATA) -> Program:
        """Return the program so far, at first the starter; the seed changes nothing."""
        shown = [case for case in self.tests.cases if case.shown]
        return Program(
            INSTRUCTIONS[self.scoring],
            value_of(data) if ANSWER in data else self.starter,
            tuple(map(_shown, shown)),
            max(case.budget for case in shown),
            runner().limits,
        )

    def read(self, seed: int, data: Data) -> Response:
        """Return the program with plain line ends; the starter as it was is no answer."""
        source = _lines(value_of(data))
        if not source.strip() or source.strip() == self.starter.strip():
            raise NotAnswered("プログラムを書いてから採点してください。")
        limit = runner().limits.characters
        if len(source) > limit:
            raise InvalidResponse(
                f"プログラムは {limit:,} 文字以内で書いてください (今は {len(source):,} 文字)。"
            )
        if any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\t\n" for c in source):
            raise InvalidResponse("プログラムに制御文字が含まれています。取り除いてください。")
        return Response(texts=(source,))

    def measured(self, response: Response, learner: int) -> Response:
        """Return the response with the result of each test.

        Raises InvalidResponse for a program that does not assemble, and NotGraded.
        """
        ran = runner().run(response.texts[0], self.tests, learner)
        if ran.problems:
            more = len(ran.problems) - PROBLEMS_TOLD
            raise InvalidResponse(
                "\n".join(
                    [
                        "プログラムに誤りがあり、実行していません。直してから採点してください。",
                        *ran.problems[:PROBLEMS_TOLD],
                        *([f"ほか {more} 件"] if more > 0 else []),
                    ]
                )
            )
        return replace(response, measured=tuple(asdict(result) for result in ran.results))

    def grade(self, response: Response) -> Grade:
        """Return the score by the declared rule, with the outcome of each test."""
        results = [CaseResult(**result) for result in response.measured]
        share = Fraction(sum(result.passed for result in results), len(results))
        earned = share if self.scoring == PER_TEST else Fraction(share == 1)
        return Grade(
            score=self.points * earned,
            max_score=self.points,
            parts=tuple(
                PartOutcome(
                    correct=result.passed,
                    label=result.name,
                    given=result.actual,
                    expected=result.expected,
                )
                for result in results
            ),
            expected=(self.solution,),
        )

    def own_texts(self) -> Iterator[tuple[str, Text]]:
        """Yield nothing: programs are no Markdown."""
        yield from ()

    def own_to_json(self) -> dict[str, Any]:
        """Return starter, solution, tests and rule."""
        return {
            "starter": self.starter,
            "solution": self.solution,
            "tests": self.tests.to_json(),
            "scoring": self.scoring,
        }

    @classmethod
    def own_from_json(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return starter, solution, tests and rule."""
        own = {key: data[key] for key in ("starter", "solution", "scoring")}
        return {**own, "tests": ProgramTests.from_json(data["tests"])}

    @classmethod
    def parse_own(cls, source: Source) -> dict[str, Any]:
        """Return the fields; note unusable tests, and programs that do not do as they should."""
        if source.options:
            source.problem(source.options[0].line, "プログラムを書く問題に選択肢は書けません。")
        scoring = source.take(
            "scoring",
            lambda value: isinstance(value, str) and value in INSTRUCTIONS,
            f"採点のしかた {ALL_OR_NOTHING} (すべて合格すると得点) または "
            f"{PER_TEST} (テストごとの部分点)",
        )
        starter = source.take("starter", is_text, "配るプログラム")
        solution = source.take("solution", is_text, "すべてのテストに合格する解答")
        try:
            tests = _tests(source, runner())
            if tests and starter and solution:
                _note_unsound(source, runner(), tests, starter, solution)
        except NoRunner:
            source.problem("type", "プログラムを実行するしくみが組み込まれていません。")
            tests = None
        return {"starter": starter, "solution": solution, "tests": tests, "scoring": scoring}


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _shown(case: Case) -> ShownCase:
    call = case.call
    expected = values_text(call.returns, {**call.blocks, **call.after}) if call else ""
    return ShownCase(case.name, given_text(case), expected)


def _tests(source: Source, runner: Runner) -> ProgramTests | None:
    """Return the tests; note what is wrong with them."""
    data = source.take(
        "tests",
        lambda value: isinstance(value, dict) and isinstance(value.get("cases"), list),
        "採点のテスト (演習の tests.yaml と同じ項目で、cases: の下に一つずつ)",
    )
    if data is None:
        return None
    try:
        # The file's lines of the cases are not known: in their place stand numbers from 2 on.
        tests = parse_tests(data, range(2, len(data["cases"]) + 2), names=runner.names)
    except QuestionError as error:
        for problem in error.problems:
            case = f"{problem.line - 1} 番目のテスト: " if problem.line > 1 else ""
            source.problem("tests", case + problem.message)
        return None
    if all(case.shown for case in tests.cases):
        source.problem(
            "tests",
            "公開しないテストが一つは必要です。「shown: true」のないテストを加えてください。",
        )
    return tests


def _note_unsound(
    source: Source, runner: Runner, tests: ProgramTests, starter: str, solution: str
) -> None:
    """Note a solution that fails, and a starter that passes already."""
    for key, program in (("starter", starter), ("solution", solution)):
        try:
            ran = runner.try_out(program, tests)
        except ValueError as error:
            source.problem("tests", str(error))
            return
        for problem in ran.problems:
            source.problem(key, f"プログラムの {problem}")
        if key == "starter" and ran.results and all(result.passed for result in ran.results):
            source.problem(key, "配るプログラムが、もうすべてのテストに合格しています。")
        for result in ran.results if key == "solution" else ():
            if not result.passed:
                source.problem(key, f"解答が「{result.name}」に不合格です。{result.message}")
