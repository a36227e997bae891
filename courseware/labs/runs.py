"""What learners ran: every run and source is kept, listed, compared, and can be opened again."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from courseware.classes.models import User
from courseware.labs.models import Lab, Program, Run


def record(program: Program, action: Run.Action, outcome: str, counters: dict[str, int]) -> None:
    """Keep the program's present version as a run; drop what is beyond settings.LAB_RUNS_KEPT."""
    Run.objects.create(
        program=program,
        version=program.version,
        action=action,
        source=program.source,
        scenario=program.scenario,
        outcome=outcome,
        counters=counters,
    )
    oldest = list(program.runs.values_list("pk", flat=True)[settings.LAB_RUNS_KEPT :])
    if oldest:
        Run.objects.filter(pk__in=oldest).delete()


def outcome_of(view: Mapping[str, Any]) -> tuple[str, dict[str, int]]:
    """Return how a run ended, in a sentence, and its counters."""
    if "failure" in view:
        return view["failure"], {}
    if view["problems"]:
        return f"プログラムの誤り {len(view['problems'])} 件", {}
    return view["stop"]["message"] if view["stop"] else "", view["counters"]


def runs_of(user: User | None, lab: Lab) -> QuerySet[Run]:
    """Return the learner's runs in a lab, the newest first; their sources are not loaded."""
    if user is None:
        return Run.objects.none()
    return (
        Run.objects.filter(program__user=user, program__lab=lab)
        .select_related("program")
        .defer("source", "program__source", "program__machine", "program__view")
    )


def two_runs(user: User | None, lab: Lab, a: str, b: str) -> tuple[Run, Run]:
    """Return two of the learner's runs that have counters, by their numbers (one query).

    Raises Run.DoesNotExist for what is no number, no run of the learner's, or counted nothing.
    """
    try:
        keys = int(a), int(b)
        found = runs_of(user, lab).exclude(counters={}).in_bulk(keys)
    except (ValueError, OverflowError):
        raise Run.DoesNotExist from None
    if not found.keys() >= set(keys):
        raise Run.DoesNotExist
    return found[keys[0]], found[keys[1]]


@transaction.atomic
def open_run(user: User, lab: Lab, pk: int) -> Program:
    """Return a program with a run's source, as the newest of the learner's in the lab.

    Where the newest has that source already, it is that one; else a new one, so that nothing is
    overwritten. Raises Run.DoesNotExist.
    """
    User.objects.select_for_update().get(pk=user.pk)
    run = Run.objects.get(pk=pk, program__user=user, program__lab=lab)
    newest = Program.objects.filter(user=user, lab=lab).first()
    if newest is not None and newest.source == run.source:
        return newest
    return Program.objects.create(user=user, lab=lab, source=run.source, scenario=run.scenario)
