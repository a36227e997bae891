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
from courseware.labs import runs
from courseware.labs.models import Lab, LabRevision, Program, ProgramSubmission, Run
from courseware.labs.runner.breakpoints import renumbered
from courseware.labs.runner.pool import (
    RunnerBusy,
    RunnerFailed,
    RunnerLimits,
    RunnerPool,
    RunnerTimedOut,
)
from courseware.labs.scenarios import Scenario, chosen, scenarios

MAX_LOOK_CHARACTERS = 64  # of an address or a label that is typed
DRIVES = ("run", "step", "over", "out", "back", "reverse", "reset", "look", "break")


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
def turn_of(user_id: int) -> Iterator[None]:
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
    """Return the runner's answer; where it has none, ``failure``: what the page says of that."""
    with turn_of(program.user_id):
        try:
            return runner().call(job, request | {"limits": settings.LAB_LIMITS})
        except (RunnerBusy, RunnerFailed) as failure:
            return {"failure": _failure_message(failure)}


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
        _take(locked, source)
        locked.version, locked.last_request = locked.version + 1, ""
        locked.save()
    else:
        Program.objects.create(user_id=locked.user_id, lab_id=locked.lab_id, source=source)


def _take(program: Program, source: str) -> None:
    """Put a source in the place of another; its breakpoints go with their lines."""
    known = program.view.get("breakpoints", {})
    program.view = {"breakpoints": renumbered(known, program.source, source)}
    program.source, program.machine = source, None


@dataclass(frozen=True)
class Press:
    """A button that was pressed, with what the form had then.

    ``base`` is the version that the form was made from, or None. ``look`` is the address or the
    label whose memory is shown, ``place`` where a breakpoint is wanted or not any more, and
    ``scenario`` names what the program finds around it.
    """

    base: int | None
    action: str
    source: str
    look: str = ""
    place: str = ""
    scenario: str = ""


def drive(program: Program, press: Press, revision: LabRevision) -> None:
    """Carry out an action of DRIVES on the program and store where the machine is then.

    The same form sent again changes nothing. Another source or scenario starts the machine anew.
    A source that does not assemble is stored with what was wrong; where the run itself failed,
    that is said, and the machine is where it was. Raises Conflict, Refused, TooManyAtOnce.
    """
    source, base = _readable(press.source), press.base
    look, place = _readable_place(press.look), _readable_place(press.place)
    request = _digest(press.action, base, source, look, place, press.scenario)
    if request == program.last_request:
        return
    if base is None or base != program.version:
        raise Conflict
    submission = program.submissions.filter(revision=revision).first()
    around = chosen(scenarios(revision, submission), press.scenario)
    is_new = source != program.source
    if is_new:
        _take(program, source)
    known = program.view.get("breakpoints", {})
    scenario = around.name if around else ""
    if scenario != program.scenario:
        program.scenario, program.machine, program.view = scenario, None, {"breakpoints": known}
    answer = _run(
        program,
        "drive",
        {
            "source": source,
            "setup": asdict(around.setup if around else Setup()),
            "sources": around.sources if around else {},
            "state": base64.b64encode(program.machine).decode() if program.machine else None,
            "action": press.action,
            "look": look,
            "place": place,
            "breakpoints": known,
        },
    )
    _answered(program, answer)
    action = Run.Action.RUN if press.action == "run" else Run.Action.OTHER
    _store(program, request, action if is_new or press.action == "run" else None)


def _answered(program: Program, answer: dict[str, Any]) -> None:
    """Take the runner's answer; where it has none, the machine stays as it was."""
    if "failure" in answer:
        program.view = program.view | {"failure": answer["failure"]}
        return
    known = program.view.get("breakpoints", {})
    program.machine = base64.b64decode(answer["state"]) if answer["state"] else None
    program.view = {"breakpoints": known} | answer["view"]


@transaction.atomic
def _store(program: Program, request: str, kept_as: Run.Action | None) -> None:
    """Store a program in its next version, and as a run where it is to be kept as one."""
    base = program.version
    changed = Program.objects.filter(pk=program.pk, version=base).update(
        source=program.source,
        scenario=program.scenario,
        machine=program.machine,
        view=program.view,
        version=base + 1,
        last_request=request,
        updated_at=timezone.now(),
    )
    if changed:
        program.version = base + 1
        if kept_as is not None:
            runs.record(program, kept_as, *runs.outcome_of(program.view))
    # The same form may have come twice at once: the other one has stored this.
    elif not Program.objects.filter(pk=program.pk, last_request=request).exists():
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
        if source != program.source:
            _take(program, source)
        _answered(program, answer)
        _store(program, request, Run.Action.GRADE)
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
        _take(locked, source)
    locked.view.pop("failure", None)
    locked.version, locked.last_request, locked.updated_at = base + 1, request, timezone.now()
    locked.save()
    submission = ProgramSubmission.objects.create(
        user_id=locked.user_id,
        program=locked,
        base=base,
        revision=revision,
        source=source,
        results=results,
        passed=sum(result["passed"] for result in results),
        total=len(results),
    )
    outcome = f"{submission.total} 件中 {submission.passed} 件のテストに合格"
    runs.record(locked, Run.Action.GRADE, outcome, {})


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


def _readable_place(look: str) -> str:
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
