"""The course's own labs: the reference solutions pass, the starters do not."""

import pytest
from django.conf import settings

from courseware.labs import importing
from courseware.labs.runner.jobs import drive, grade

LABS = importing.read(settings.CONTENT_DIR).labs
GRADED = sorted(slug for slug, lab in LABS.items() if lab.tests)


def graded(slug: str, file: str) -> list[bool]:
    tests = LABS[slug].tests
    assert tests is not None
    source = (settings.CONTENT_DIR / "labs" / slug / file).read_text()
    answer = grade({"source": source, "tests": tests.to_json(), "limits": settings.LAB_LIMITS})
    return [result["passed"] for result in answer["results"]]


def test_there_are_two_graded_labs_at_least() -> None:
    assert {"array-sum", "toy-machine"} <= set(GRADED)


@pytest.mark.parametrize("slug", GRADED)
def test_the_solution_passes_every_test(slug: str) -> None:
    assert all(graded(slug, "solution.s"))


@pytest.mark.parametrize("slug", GRADED)
def test_the_starter_runs_but_does_not_pass(slug: str) -> None:
    assert not all(graded(slug, "starter.s"))


@pytest.mark.parametrize("slug", GRADED)
def test_some_tests_are_hidden(slug: str) -> None:
    tests = LABS[slug].tests
    assert tests is not None
    assert {case.shown for case in tests.cases} == {True, False}


@pytest.mark.parametrize(
    ("slug", "file", "register", "value"),
    [
        ("array-sum", "solution.s", 10, 100),
        ("toy-machine", "solution.s", 10, 21),
    ],
)
def test_the_trial_call_ends_as_the_text_says(
    slug: str, file: str, register: int, value: int
) -> None:
    source = (settings.CONTENT_DIR / "labs" / slug / file).read_text()
    view = run(source)
    assert view["stop"]["reason"] == "breakpoint"
    assert view["registers"][register] == value


def test_the_playground_greets() -> None:
    assert run(LABS["playground"].starter)["output"] == "Hello, virtual world!\n"


def run(source: str) -> dict:
    request = {"source": source, "state": None, "action": "run", "look": ""}
    view: dict = drive({**request, "limits": settings.LAB_LIMITS})["view"]
    return view
