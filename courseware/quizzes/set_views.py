"""Pages of the sets: their list, a set's start page, and handing in."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courseware.classes.http import LearnerRequest, posted_number
from courseware.classes.throttling import rate_limited
from courseware.grading import NotGraded
from courseware.quizzes import drafts, services, sets, sittings
from courseware.quizzes.models import QuestionSet
from courseware.quizzes.pages import found_attempt, page_id, sitting_context, tell_closed
from courseware.quizzes.results import tries


@never_cache
@require_safe
def index(request: LearnerRequest) -> HttpResponse:
    """List the sets."""
    return render(request, "quizzes/sets.html", {"sets": sets.listed(request.learner)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("answers")
def question_set(request: LearnerRequest, slug: str) -> HttpResponse:
    """Tell the rules of a set and the learner's tries; a POST starts one or goes on with it."""
    found = _set(slug)
    if request.method != "POST":
        return _start_page(request, found)
    try:
        attempt = sittings.start(
            request.ensure_learner(), found, again=request.POST.get("again") == "1"
        )
    except sittings.CannotStart as reason:
        return _start_page(request, found, refused=str(reason), status=409)
    return redirect("quizzes:attempt", attempt.pk)


def _start_page(
    request: LearnerRequest, found: QuestionSet, refused: str = "", status: int = 200
) -> HttpResponse:
    learner = request.learner
    if learner is not None:
        sittings.hand_in_over(learner)
    history = services.history(learner, question_set=found)
    shares = sets.shares(found)
    return render(
        request,
        "quizzes/set.html",
        {
            "set": found,
            "shares": shares,
            "count": sum(share.count for share in shares),
            "history": history,
            "tries": tries(learner, found),
            "why_not": sets.why_not(found, sets.taken(learner, found), timezone.now()),
            "refused": refused,
        },
        status=status,
    )


@never_cache
@require_safe
def again(request: LearnerRequest, slug: str) -> HttpResponse:
    """Ask before a new attempt is made."""
    return render(request, "quizzes/set_again.html", {"set": _set(slug)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("answers")
def hand_in(request: LearnerRequest, pk: UUID) -> HttpResponse:
    """Show what is answered, marked and blank before handing in; a POST hands in.

    Blanks have to be confirmed (422) while there is time. A page whose time is up posts its fields
    along.
    """
    found = found_attempt(request, pk)
    if found.question_set is None:
        raise Http404("ページが見つかりません。")
    if request.method != "POST":
        if found.finished_at is not None:
            return redirect("quizzes:attempt", pk)
        return render(
            request, "quizzes/hand_in.html", sitting_context(found, services.items_of(found))
        )
    entries = drafts.entries(dict(request.POST.lists()))
    problem: dict[str, object] = {}
    status = 200
    try:
        if entries:
            drafts.save(found, entries, page_id(request))
        sittings.hand_in(found, posted_number(request, "confirmed"))
    except drafts.Closed:
        tell_closed(request)
    except sittings.Unanswered as unanswered:
        problem, status = {"unanswered": unanswered.count}, 422
    except NotGraded as reason:
        problem, status = {"error": str(reason)}, 503
    if problem:
        context = sitting_context(found, services.items_of(found)) | problem
        return render(request, "quizzes/hand_in.html", context, status=status)
    return redirect("quizzes:attempt", pk)


def _set(slug: str) -> QuestionSet:
    try:
        return sets.set_of(slug)
    except QuestionSet.DoesNotExist:
        raise Http404("ページが見つかりません。") from None
