"""The course's own labs do what they promise (see ``courseware.labs.checking``)."""

import pytest
from django.conf import settings

from courseware.grading.programs import Setup
from courseware.labs import importing
from courseware.labs.checking import problems_of
from courseware.labs.models import Lab
from courseware.labs.runner.loading import Loader
from courseware.machine import StopReason

LABS = importing.read(settings.CONTENT_DIR).labs
GRADED = sorted(slug for slug, lab in LABS.items() if lab.tests)
# Of the labs, in the order of the mechanisms that the lessons name.
TOPICS = 16


@pytest.mark.parametrize("slug", GRADED)
def test_the_solution_passes_and_what_is_wrong_is_told(slug: str) -> None:
    assert list(problems_of(LABS[slug])) == []


def test_every_topic_has_a_lab() -> None:
    positions = {
        lab.meta["position"] for lab in LABS.values() if lab.meta["series"] == Lab.Series.LABS
    }
    assert {position // 10 - 10 for position in positions} >= set(range(1, TOPICS + 1))


def test_the_introduction_comes_first_and_is_graded() -> None:
    introduction = [lab for lab in LABS.values() if lab.meta["series"] == "intro"]
    assert sum(lab.tests is not None for lab in introduction) >= 5
    assert sum(lab.meta["minutes"] for lab in introduction if lab.tests) <= 30
    last = max(lab.meta["position"] for lab in introduction)
    assert all(lab.meta["position"] > last for lab in LABS.values() if lab.meta["series"] == "labs")


@pytest.mark.parametrize("slug", GRADED)
def test_hints_come_in_stages(slug: str) -> None:
    lab = LABS[slug]
    least = 3 if lab.meta["series"] == Lab.Series.LABS else 1
    assert len(lab.hints) >= least


@pytest.mark.parametrize(
    ("slug", "register", "value"), [("array-sum", 10, 100), ("toy-machine", 10, 21)]
)
def test_the_trial_call_ends_as_the_text_says(slug: str, register: int, value: int) -> None:
    machine = Loader(LABS[slug].solution, {}, settings.LAB_LIMITS).load(Setup()).machine()
    assert machine.run(10_000).reason is StopReason.BREAKPOINT
    assert machine.registers[register] == value


def test_the_playground_greets() -> None:
    machine = Loader(LABS["playground"].starter, {}, settings.LAB_LIMITS).load(Setup()).machine()
    machine.run(10_000)
    assert machine.output == b"Hello, virtual world!\n"
