"""What a learner's own runs find around the program: the setups of the lab's tests."""

from dataclasses import dataclass

from courseware.grading.programs import Case, ProgramTests, Setup, given_text
from courseware.labs.models import LabRevision, ProgramSubmission


@dataclass(frozen=True)
class PartText:
    """A part's source, and where it is loaded."""

    name: str
    file: str
    address: int
    source: str

    @property
    def address_text(self) -> str:
        """The address in hexadecimal."""
        return f"0x{self.address:08x}"


@dataclass(frozen=True)
class Scenario:
    """A test's setup by the test's name; ``given`` says in Japanese what is in it.

    ``sources`` are those of its parts and disk, by file.
    """

    name: str
    given: str
    setup: Setup
    sources: dict[str, str]
    hidden: bool

    @property
    def disk(self) -> str:
        """The source of the disk's bytes; empty where there is none."""
        return self.sources.get(self.setup.disk, "")

    @property
    def parts(self) -> list[PartText]:
        """The parts, as the page shows them."""
        return [
            PartText(part.name, part.file, part.at, self.sources[part.file])
            for part in self.setup.parts
        ]


def scenarios(revision: LabRevision, submission: ProgramSubmission | None) -> list[Scenario]:
    """Return what a learner may choose, the usual one first; a lab without tests has none.

    Those are the shown tests that run the whole program, and hidden ones whose values the
    learner's newest grading has told.
    """
    if revision.tests is None:
        return []
    tests = ProgramTests.from_json(revision.tests)
    if tests.trial.call is not None:  # the learner's own runs begin at _start all the same
        return [_scenario(tests, tests.trial)]
    told = (
        {result["name"] for result in submission.results if result["given"]}
        if submission
        else set()
    )
    return [_scenario(tests, case) for case in tests.cases if case.shown or case.name in told]


def _scenario(tests: ProgramTests, case: Case) -> Scenario:
    files = [part.file for part in case.setup.parts] + [case.setup.disk] * bool(case.setup.disk)
    sources = {file: tests.sources[file] for file in files}
    return Scenario(case.name, given_text(case), case.setup, sources, not case.shown)


def chosen(available: list[Scenario], name: str) -> Scenario | None:
    """Return the scenario of a name, or else the usual one; None where there is none."""
    return next((s for s in available if s.name == name), available[0] if available else None)
