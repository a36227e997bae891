"""The narrow way from a question that asks for a program to whoever can run programs.

Grading has no machine: the product hands it a runner (see ``use``), which runs in a process of
its own what learners write.
"""

from dataclasses import dataclass, field
from typing import Protocol

from courseware.grading.programs.grading import CaseResult
from courseware.grading.programs.model import ProgramTests
from courseware.grading.programs.parsing import Names


@dataclass(frozen=True)
class ProgramLimits:
    """Of a program and of each of its tests, as learners are told."""

    characters: int  # of the source
    output_bytes: int
    seconds: int  # of processor time, of all tests together


@dataclass(frozen=True)
class Ran:
    """What came of a program: the result of each test, or what does not assemble.

    ``problems`` are Japanese, each with its line and column.
    """

    results: tuple[CaseResult, ...] = field(default=())
    problems: tuple[str, ...] = field(default=())


class Runner(Protocol):
    """Whoever can run programs."""

    @property
    def limits(self) -> ProgramLimits: ...
    @property
    def names(self) -> Names: ...

    def run(self, source: str, tests: ProgramTests, learner: int) -> Ran:
        """Run a learner's program, of whose hidden tests no values are told. Raises NotGraded."""
        ...

    def try_out(self, source: str, tests: ProgramTests) -> Ran:
        """Run an author's program in this process. Raises ValueError for an unusable setup."""
        ...


class NoRunner(Exception):
    """Nobody can run programs."""


_runners: list[Runner] = []


def use(runner: Runner) -> None:
    """Make a runner known; the newest counts."""
    _runners[:] = [runner]


def runner() -> Runner:
    """Return the runner. Raises NoRunner."""
    if not _runners:
        raise NoRunner
    return _runners[0]
