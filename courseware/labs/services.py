"""What learners do in the labs: write a program, drive it on the machine, have it graded."""

import base64
import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from threading import Lock
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from courseware.classes.models import User
from courseware.grading.programs import Setup
from courseware.labs.models import Lab, LabRevision, Program, ProgramSubmission
from courseware.labs.runner.pool import (
    RunnerBusy,
    RunnerFailed,
    RunnerLimits,
    RunnerPool,
    RunnerTimedOut,
)
from courseware.labs.scenarios import Scenario, chosen, scenarios

MAX_LOOK_CHARACTERS = 64  # of an address or a label typed for the memory view
DRIVES = ("run", "step", "back", "reset", "look")


class TooManyAtOnce(Exception):
    """The learner has requests under way; nothing was stored. The message says what to do."""


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
            waiting=settings.RUNNER_WAITING,
            wait_seconds=settings.RUNNER_WAIT_SECONDS,
            wall_seconds=settings.RUNNER_WALL_SECONDS,
            cpu_seconds=settings.RUNNER_CPU_SECONDS,
            address_space_bytes=settings.RUNNER_ADDRESS_SPACE_BYTES,
        )
    )


_under_way: Counter[int] = Counter()
_under_way_lock = Lock()


@contextmanager
def _turn_of(user_id: int) -> Iterator[None]:
    """Let a learner have so many requests at the runner at once. Raises TooManyAtOnce.

    Counted in this process: it bounds what one learner can take from others here.
    """
    with _under_way_lock:
        if _under_way[user_id] >= settings.RUNNER_PER_LEARNER:
            raise TooManyAtOnce(
                "前に押したボタンの実行が、まだ終わっていません。終わるのを待ってから、"
                "もう一度押してください。今押した分は、まだ実行も保存もしていません。"
            )
        _under_way[user_id] += 1
    try:
        yield
    finally:
        with _under_way_lock:
            _under_way[user_id] -= 1
            if not _under_way[user_id]:
                del _under_way[user_id]


def _run(program: Program, job: str, request: dict[str, Any]) -> dict[str, Any]:
    """Return the runner's answer; in place of one that failed, what the page says of it."""
    with _turn_of(program.user_id):
        try:
            return runner().call(job, request | {"limits": settings.LAB_LIMITS})
        except (RunnerBusy, RunnerFailed) as failure:
            return {"state": None, "view": {"failure": _failure_message(failure)}}


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
    # The newest of the others, or all where that was asked for; what they contain is not loaded.
    others: list[Program] = field(default_factory=list)
    more: bool = False  # there are others that are not listed
    submission: ProgramSubmission | None = None  # the newest of this program
    passed: bool = False  # the learner has passed the lab once, with whichever program

    @property
    def scenarios(self) -> list[Scenario]:
        """What the learner's own runs may find around the program."""
        return scenarios(self.revision, self.submission)

    @property
    def scenario(self) -> Scenario | None:
        """The chosen one."""
        return chosen(self.scenarios, self.program.scenario)

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


def bench(user: User | None, lab: Lab, revision: LabRevision, *, every: bool = False) -> Bench:
    """Return what the learner has in the lab (four queries).

    The list of other programs ends after settings.LAB_PROGRAMS_SHOWN, unless ``every`` is asked.
    """
    programs = Program.objects.filter(user=user, lab=lab) if user else Program.objects.none()
    program = programs.defer("machine").first()
    if program is None:
        return Bench(lab, revision, Program(lab=lab, source=revision.starter))
    limit = None if every else settings.LAB_PROGRAMS_SHOWN
    others = list(programs.exclude(pk=program.pk).only("updated_at")[: limit and limit + 1])
    submissions = ProgramSubmission.objects.filter(user=user, revision__lab=lab)
    return Bench(
        lab=lab,
        revision=revision,
        program=program,
        others=others[:limit],
        more=others != others[:limit],
        submission=submissions.filter(program=program).first(),
        passed=submissions.filter(passed=F("total")).exists(),
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
def keep(program: Program, base: int | None, source: str) -> None:
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
        locked.version, locked.last_request = locked.version + 1, ""
        locked.save()
    else:
        Program.objects.create(user_id=locked.user_id, lab_id=locked.lab_id, source=source)


def drive(
    program: Program,
    base: int | None,
    action: str,
    source: str,
    look: str,
    revision: LabRevision,
    scenario: str = "",
) -> None:
    """Carry out an action of DRIVES on the program and store where the machine is then.

    ``scenario`` names what it finds around it; another one than before starts the machine anew.

    ``base`` is the version that the form was made from, or None. The same form sent again changes
    nothing. Another source starts the machine anew. A source that does not assemble, and one
    whose run failed, is stored with what was wrong. Raises Conflict, Refused, TooManyAtOnce.
    """
    source, look = _readable(source), _readable_look(look)
    request = _digest(action, base, source, look, scenario)
    if request == program.last_request:
        return
    if base is None or base != program.version:
        raise Conflict
    submission = program.submissions.filter(revision=revision).first()
    around = chosen(scenarios(revision, submission), scenario)
    name = around.name if around else ""
    is_same = source == program.source and name == program.scenario
    state = program.machine if is_same else None
    answer = _run(
        program,
        "drive",
        {
            "source": source,
            "setup": asdict(around.setup if around else Setup()),
            "sources": around.sources if around else {},
            "state": base64.b64encode(state).decode() if state else None,
            "action": action,
            "look": look,
        },
    )
    _store(program, base, request, source, answer, name)


def _store(
    program: Program,
    base: int,
    request: str,
    source: str,
    answer: dict[str, Any],
    scenario: str,
) -> None:
    state = answer["state"]
    changed = Program.objects.filter(pk=program.pk, version=base).update(
        source=source,
        scenario=scenario,
        machine=base64.b64decode(state) if state else None,
        view=answer["view"],
        version=base + 1,
        last_request=request,
        updated_at=timezone.now(),
    )
    # The same form may have come twice at once: the other one has stored this.
    if not changed and not Program.objects.filter(pk=program.pk, last_request=request).exists():
        raise Conflict


def grade(program: Program, base: int | None, source: str, revision: LabRevision) -> None:
    """Grade the program by the lab's tests and store the submission.

    One form is graded once, however often it is sent. A source that does not assemble is
    stored with its problems, and not graded. Raises Conflict, Refused, TooManyAtOnce.
    """
    source = _readable(source)
    request = _digest("grade", base, source)
    if program.last_request == request:
        return
    if base is None or base != program.version:
        raise Conflict
    answer = _run(program, "grade", {"source": source, "tests": revision.tests})
    if "results" not in answer:
        _store(program, base, request, source, answer, program.scenario)
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


def _readable_look(look: str) -> str:
    """Return an address or a label as typed: half-width, without what cannot be seen."""
    folded = unicodedata.normalize("NFKC", look)
    return "".join(c for c in folded if c.isprintable()).strip()[:MAX_LOOK_CHARACTERS]


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
    """Return the learner's newest gradings, settings.LAB_PROGRAMS_SHOWN at most (one query)."""
    return (
        ProgramSubmission.objects.filter(user=user)
        .select_related("revision__lab")
        .defer(
            "revision__html", "revision__discussion_html", "revision__tests", "source", "results"
        )[: settings.LAB_PROGRAMS_SHOWN]
    )
