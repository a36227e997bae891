"""Pages of the labs: the list, and a lab with its program and machine."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from courseware.classes.http import LearnerRequest, posted_number
from courseware.classes.throttling import rate_limited
from courseware.labs import services
from courseware.labs.actions import ACTIONS, MAIN_ACTIONS, OTHER_ACTIONS
from courseware.labs.display import display, instruction_list, marks, pseudo_instruction_list
from courseware.labs.models import Lab, LabRevision, Program
from courseware.machine.reference import directives_in_full

# Where on the page a plain form leads after an action; to the machine after the others.
PLACES = {"grade": "result", "look": "memory"}


@never_cache
@require_safe
def index(request: LearnerRequest) -> HttpResponse:
    """List the labs."""
    return render(request, "labs/index.html", {"labs": services.published_labs(request.learner)})


@require_safe
def instructions(request: LearnerRequest) -> HttpResponse:
    """List what a program may be written with, from the machine's own tables."""
    return render(
        request,
        "labs/instructions.html",
        {
            "instructions": instruction_list(),
            "pseudo_instructions": pseudo_instruction_list(),
            "directives": directives_in_full(),
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("runs")
def lab(request: LearnerRequest, slug: str) -> HttpResponse:
    """Show a lab with the learner's program; a POST does what its button says.

    Every POST leads back to the page (htmx gets the machine alone), so that a reload repeats
    nothing.
    """
    try:
        found, revision = services.published_lab(slug)
    except Lab.DoesNotExist:
        raise Http404("演習が見つかりません。") from None
    if request.method == "POST":
        return _act(request, found, revision)
    return _page(request, found, revision)


def _act(request: LearnerRequest, found: Lab, revision: LabRevision) -> HttpResponse:
    action, _, other = request.POST.get("action", "").partition(":")
    if action == "enter":
        action = "break" if request.POST.get("place") else "look"
    program = _program(request, found, revision, request.POST.get("program", ""))
    source = request.POST.get("source", program.source)
    try:
        if action in ("fresh", "open"):
            _leave(request, program, other, source, revision)
            page = reverse("labs:lab", args=[found.slug])
            return HttpResponseClientRedirect(page) if request.htmx else redirect(page)
        _drive_or_grade(request, program, action, other, source, revision)
    except services.Conflict:
        return _page(request, found, revision, status=409, posted=source, conflict=True)
    except (services.Refused, services.TooManyAtOnce) as refusal:
        status = 422 if isinstance(refusal, services.Refused) else 429
        return _page(request, found, revision, status=status, posted=source, refusal=str(refusal))
    if request.htmx:
        return _page(request, found, revision, graded=action == "grade")
    typed_place = action == "break" and not other
    place = "breakpoints" if typed_place else PLACES.get(action, "machine")
    return redirect(f"{reverse('labs:lab', args=[found.slug])}#{place}")


def _leave(
    request: LearnerRequest, program: Program, other: str, source: str, revision: LabRevision
) -> None:
    """Keep what was typed, and open another program, or a new one where none is named."""
    chosen = _program(request, program.lab, revision, other) if other else None
    services.keep(program, posted_number(request, "base"), source)
    if chosen:
        services.bring_forward(chosen)
    else:
        services.start_again(request.ensure_learner(), program.lab, revision)


def _drive_or_grade(
    request: LearnerRequest,
    program: Program,
    action: str,
    place: str,
    source: str,
    revision: LabRevision,
) -> None:
    base = posted_number(request, "base")
    if action == "grade" and revision.tests is not None:
        services.grade(program, base, source, revision)
    elif action in services.DRIVES:
        press = services.Press(
            base,
            action,
            source,
            look=request.POST.get("look", ""),
            place=place or request.POST.get("place", ""),
            scenario=request.POST.get("scenario", ""),
        )
        services.drive(program, press, revision)
    else:
        raise Http404("この操作はありません。")


def _page(
    request: LearnerRequest,
    found: Lab,
    revision: LabRevision,
    *,
    status: int = 200,
    posted: str | None = None,
    **context: Any,
) -> HttpResponse:
    every = request.GET.get("programs") == "all"
    bench = services.bench(request.learner, found, revision, every=every)
    parts = {part.name: part.source for part in bench.scenario.parts} if bench.scenario else {}
    machine = display(bench.program, revision, parts)
    context |= {
        "bench": bench,
        "lab": found,
        "revision": revision,
        "source": bench.program.source if posted is None else posted,
        "machine": machine,
        "marks": marks(bench.program, machine),
        "main_actions": MAIN_ACTIONS,
        "other_actions": OTHER_ACTIONS,
        "actions": ACTIONS,
        "limits": settings.LAB_LIMITS,
    }
    fragment = "#answer" if request.htmx else ""
    return render(request, f"labs/lab.html{fragment}", context, status=status)


def _program(request: LearnerRequest, found: Lab, revision: LabRevision, pk: str) -> Program:
    """Return the learner's program by its identifier (the newest where that is empty)."""
    try:
        key = UUID(pk) if pk else None
        return services.open_program(request.ensure_learner(), found, revision, key)
    except (Program.DoesNotExist, ValueError):
        raise Http404("プログラムが見つかりません。") from None
