"""What learners do in the labs: write a program, drive it on the machine, have it graded."""

import base64
import hashlib
import json
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from courseware.classes.models import User
from courseware.labs.models import Lab, LabRevision, Program, ProgramSubmission
from courseware.labs.runner.pool import (
    RunnerBusy,
    RunnerFailed,
    RunnerLimits,
    RunnerPool,
    RunnerTimedOut,
)

DRIVES = ("run", "step", "back", "reset", "look")


class Conflict(Exception):
    """The program was changed elsewhere since the form was made; nothing was stored."""


class Refused(Exception):
    """The program cannot be taken; nothing was stored. The message says why and what to do."""


@cache
def runner() -> RunnerPool:
    """Return this process's pool of runner processes (none is started before it is needed)."""
    return RunnerPool(
        RunnerLimits(
            processes=settings.RUNNER_PROCESSES,
            wait_seconds=settings.RUNNER_WAIT_SECONDS,
            wall_seconds=settings.RUNNER_WALL_SECONDS,
            cpu_seconds=settings.RUNNER_CPU_SECONDS,
            address_space_bytes=settings.RUNNER_ADDRESS_SPACE_BYTES,
        )
    )


def published_labs(user: User | None) -> QuerySet[Lab]:
    """Return the labs in order; each has ``passed`` and ``started`` for the learner."""
    passed = ProgramSubmission.objects.filter(
        user=user, revision__lab=OuterRef("pk"), passed=F("total")
    )
    return (
        Lab.objects.filter(published__isnull=False, retired=False)
        .select_related("published__lesson")
        .defer("published__html", "published__discussion_html", "published__tests")
        .annotate(
            passed=Exists(passed),
            started=Exists(Program.objects.filter(user=user, lab=OuterRef("pk"))),
        )
    )


@dataclass(frozen=True)
class Bench:
    """A lab as its learner has it open."""

    lab: Lab
    revision: LabRevision
    program: Program  # unsaved, with the starter, when the learner has none yet
    others: list[Program]
    submission: ProgramSubmission | None  # the newest of this program
    passed: bool  # the learner has passed the lab once, with whichever program

    @property
    def program_id(self) -> str:
        """The program's identifier; empty while it is not stored."""
        return "" if self.program._state.adding else str(self.program.pk)


def published_lab(slug: str) -> tuple[Lab, LabRevision]:
    """Return a lab and its published text. Raises Lab.DoesNotExist."""
    lab = (
        Lab.objects.select_related("published__lesson__published")
        .defer("published__lesson__published__html", "published__lesson__published__source")
        .get(slug=slug, retired=False)
    )
    if lab.published is None:
        raise Lab.DoesNotExist
    return lab, lab.published


def bench(user: User | None, lab: Lab, revision: LabRevision) -> Bench:
    """Return what the learner has in the lab (three queries)."""
    programs = list(
        Program.objects.filter(user=user, lab=lab).defer("machine")[
            : settings.LAB_PROGRAMS_SHOWN + 1
        ]
        if user
        else ()
    )
    program = programs[0] if programs else Program(lab=lab, source=revision.starter)
    submissions = ProgramSubmission.objects.filter(user=user, revision__lab=lab)
    return Bench(
        lab=lab,
        revision=revision,
        program=program,
        others=programs[1:],
        submission=submissions.filter(program=program).first() if programs else None,
        passed=bool(programs) and submissions.filter(passed=F("total")).exists(),
    )


@transaction.atomic
def open_program(user: User, lab: Lab, revision: LabRevision, pk: UUID | None) -> Program:
    """Return a program of the learner in the lab, or (without ``pk``) the newest one.

    Where there is none yet, one is made of the starter: learner by learner one after another,
    so a double click makes one. Raises Program.DoesNotExist.
    """
    programs = Program.objects.filter(user=user, lab=lab)
    if pk is not None:
        return programs.get(pk=pk)
    User.objects.select_for_update().get(pk=user.pk)
    return programs.first() or Program.objects.create(user=user, lab=lab, source=revision.starter)


@transaction.atomic
def start_again(user: User, lab: Lab, revision: LabRevision) -> Program:
    """Return a program that is just the starter, as the newest; the others are kept.

    A double click makes one.
    """
    User.objects.select_for_update().get(pk=user.pk)
    newest = Program.objects.filter(user=user, lab=lab).first()
    if newest is not None and newest.version == 0 and newest.source == revision.starter:
        return newest
    return Program.objects.create(user=user, lab=lab, source=revision.starter)


def bring_forward(program: Program) -> None:
    """Make a program the newest, which is the open one."""
    Program.objects.filter(pk=program.pk).update(updated_at=timezone.now())


@transaction.atomic
def keep(program: Program, base: int, source: str) -> None:
    """Store a source that was typed but not run, before another program is opened.

    When the program was changed elsewhere in the meantime, the source becomes a program of
    its own. Raises Refused.
    """
    source = _readable(source)
    locked = Program.objects.select_for_update().get(pk=program.pk)
    if source == locked.source:
        return
    if base == locked.version:
        locked.source, locked.machine, locked.view = source, None, {}
        locked.version, locked.last_request = base + 1, ""
        locked.save()
    else:
        Program.objects.create(user_id=locked.user_id, lab_id=locked.lab_id, source=source)


def drive(program: Program, base: int, action: str, source: str, look: str) -> None:
    """Carry out an action of DRIVES on the program and store where the machine is then.

    ``base`` is the version that the form was made from. The same form sent again changes
    nothing. Another source starts the machine anew. A source that does not assemble, and one
    whose run failed, is stored with what was wrong. Raises Conflict and Refused.
    """
    source, look = _readable(source), unicodedata.normalize("NFKC", look).strip()[:64]
    request = _digest(action, base, source, look)
    if request == program.last_request:
        return
    if base != program.version:
        raise Conflict
    state = program.machine if source == program.source else None
    try:
        answer = runner().call(
            "drive",
            {
                "source": source,
                "state": base64.b64encode(state).decode() if state else None,
                "action": action,
                "look": look,
                "limits": settings.LAB_LIMITS,
            },
        )
    except (RunnerBusy, RunnerFailed) as failure:
        answer = {"state": None, "view": {"failure": _failure_message(failure)}}
    _store(program, base, request, source, answer)


def _store(program: Program, base: int, request: str, source: str, answer: dict[str, Any]) -> None:
    state = answer["state"]
    changed = Program.objects.filter(pk=program.pk, version=base).update(
        source=source,
        machine=base64.b64decode(state) if state else None,
        view=answer["view"],
        version=base + 1,
        last_request=request,
        updated_at=timezone.now(),
    )
    # The same form may have come twice at once: the other one has stored this.
    if not changed and not Program.objects.filter(pk=program.pk, last_request=request).exists():
        raise Conflict


def grade(program: Program, base: int, source: str, revision: LabRevision) -> None:
    """Grade the program by the lab's tests and store the submission.

    One form is graded once, however often it is sent. A source that does not assemble is
    stored with its problems, and not graded. Raises Conflict and Refused.
    """
    source = _readable(source)
    request = _digest("grade", base, source)
    if program.last_request == request:
        return
    if base != program.version:
        raise Conflict
    try:
        answer = runner().call(
            "grade", {"source": source, "tests": revision.tests, "limits": settings.LAB_LIMITS}
        )
    except (RunnerBusy, RunnerFailed) as failure:
        view = {"failure": _failure_message(failure)}
        _store(program, base, request, source, {"state": None, "view": view})
        return
    if answer["problems"]:
        view = {"problems": answer["problems"]}
        _store(program, base, request, source, {"state": None, "view": view})
        return
    _store_submission(program, base, request, source, revision, answer["results"])


@transaction.atomic
def _store_submission(
    program: Program,
    base: int,
    request: str,
    source: str,
    revision: LabRevision,
    results: list[dict[str, Any]],
) -> None:
    locked = Program.objects.select_for_update().get(pk=program.pk)
    if locked.last_request == request:
        return
    if locked.version != base:
        raise Conflict
    if source != locked.source:
        locked.source, locked.machine, locked.view = source, None, {}
    locked.version, locked.last_request, locked.updated_at = base + 1, request, timezone.now()
    locked.save()
    ProgramSubmission.objects.create(
        user_id=locked.user_id,
        program=locked,
        base=base,
        revision=revision,
        source=source,
        results=results,
        passed=sum(result["passed"] for result in results),
        total=len(results),
    )


def _readable(source: str) -> str:
    """Return the source with plain line ends. Raises Refused when it is too long to be kept."""
    source = source.replace("\r\n", "\n")
    limit = settings.LAB_LIMITS["characters"]
    if len(source) > limit:
        raise Refused(
            f"プログラムが長すぎます ({len(source):,} 文字)。{limit:,} 文字以内にしてから、"
            "もう一度実行してください。まだ保存していません。"
        )
    if "\0" in source:
        raise Refused("プログラムに NUL 文字が含まれています。取り除いてください。")
    return source


def _digest(*request: object) -> str:
    return hashlib.sha256(
        json.dumps(request, ensure_ascii=False).encode("utf-8", "replace")
    ).hexdigest()


def _failure_message(failure: Exception) -> str:
    if isinstance(failure, RunnerBusy):
        return (
            "ほかの人のプログラムを実行中で、順番を待つ時間の上限 "
            f"({settings.RUNNER_WAIT_SECONDS} 秒) を超えました。プログラムは保存してあります。"
            "少し待ってから、もう一度実行してください。"
        )
    if isinstance(failure, RunnerTimedOut):
        return (
            f"実行時間の上限 ({settings.RUNNER_WALL_SECONDS} 秒) を超えたので止めました。"
            "プログラムは保存してあります。繰り返しが終わる条件を確かめてください。"
        )
    return (
        "実行用のプロセスが途中で終わりました。使える時間またはメモリーの上限を超えた"
        "可能性があります。プログラムは保存してあります。もう一度実行しても同じなら、"
        "プログラムを小さくして試してください。"
    )


def submissions_of(user: User) -> QuerySet[ProgramSubmission]:
    """Return the learner's graded programs, newest first (one query)."""
    return (
        ProgramSubmission.objects.filter(user=user)
        .select_related("revision__lab")
        .defer(
            "revision__html", "revision__discussion_html", "revision__tests", "source", "results"
        )[: settings.LAB_PROGRAMS_SHOWN]
    )
