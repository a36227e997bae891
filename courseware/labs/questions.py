"""Programs that answer questions, for ``courseware.grading``: the runner's processes run them."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from courseware.grading import NotGraded
from courseware.grading.programs import CaseResult, Names, ProgramTests
from courseware.grading.programs.running import ProgramLimits, Ran
from courseware.labs import services
from courseware.labs.runner.jobs import grade
from courseware.labs.runner.loading import PartError
from courseware.labs.runner.pool import RunnerBusy, RunnerFailed, RunnerTimedOut
from courseware.machine import COUNTER_NAMES, CSR_NAMES, REGISTER_NUMBERS

KEPT = "プログラムは入力欄に残っています。まだ採点していません。"


class QuestionRunner:
    """``courseware.grading.programs.running.Runner`` on the pool of the labs."""

    names = Names(REGISTER_NUMBERS, CSR_NAMES, COUNTER_NAMES)

    @property
    def limits(self) -> ProgramLimits:
        """The limits of the labs' programs."""
        limits = settings.LAB_LIMITS
        return ProgramLimits(limits["characters"], limits["output_bytes"], limits["seconds"])

    def run(self, source: str, tests: ProgramTests, learner: int) -> Ran:
        """Run a learner's program in a process of the pool. Raises NotGraded."""
        try:
            with services.turn_of(learner):
                return _ran(
                    services.runner().call(
                        "grade", {**_request(source, tests), "tells_hidden": False}
                    )
                )
        except services.TooManyAtOnce:
            raise NotGraded(
                f"前に送ったプログラムの実行が、まだ終わっていません。{KEPT}"
                "終わるのを待ってから、もう一度採点してください。"
            ) from None
        except RunnerBusy:
            raise NotGraded(
                "ほかの人のプログラムを実行中で、順番を待つ時間の上限 "
                f"({settings.RUNNER_WAIT_SECONDS} 秒) を超えました。{KEPT}"
                "少し待ってから、もう一度採点してください。"
            ) from None
        except RunnerTimedOut:
            raise NotGraded(
                f"実行時間の上限 ({settings.RUNNER_WALL_SECONDS} 秒) を超えたので止めました。{KEPT}"
                "繰り返しが終わる条件を確かめてから、もう一度採点してください。"
            ) from None
        except RunnerFailed:
            raise NotGraded(
                f"実行用のプロセスが途中で終わりました。{KEPT}もう一度採点しても同じなら、"
                "プログラムを小さくして試してください。"
            ) from None

    def try_out(self, source: str, tests: ProgramTests) -> Ran:
        """Run an author's program in this process. Raises ValueError for an unusable setup."""
        try:
            return _ran(grade(_request(source, tests)))
        except PartError as error:
            raise ValueError("、".join(problem.message for problem in error.problems)) from None


def _request(source: str, tests: ProgramTests) -> dict[str, Any]:
    return {"source": source, "tests": tests.to_json(), "limits": settings.LAB_LIMITS}


def _ran(answer: Mapping[str, Any]) -> Ran:
    if "results" in answer:
        return Ran(results=tuple(CaseResult(**result) for result in answer["results"]))
    return Ran(
        problems=tuple(
            f"{p['line']} 行目 {p['column']} 桁目: {p['message']}"
            for p in answer["view"]["problems"]
        )
    )
