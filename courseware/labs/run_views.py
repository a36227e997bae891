"""Pages of a learner's runs in a lab: their list, and two of them compared."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courseware.classes.http import LearnerRequest, posted_number
from courseware.classes.throttling import rate_limited
from courseware.labs import services
from courseware.labs.charts import bars
from courseware.labs.counters import pairs
from courseware.labs.models import Lab, LabRevision, Run
from courseware.labs.runs import open_run, runs_of, two_runs


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("runs")
def runs(request: LearnerRequest, slug: str) -> HttpResponse:
    """List the learner's runs in a lab; a POST opens the source of one."""
    lab, revision = _lab(slug)
    if request.method == "POST":
        try:
            open_run(request.ensure_learner(), lab, posted_number(request, "open") or 0)
        except Run.DoesNotExist:
            raise Http404("この実行は残っていません。") from None
        return redirect("labs:lab", slug)
    return _list(request, lab, revision)


@never_cache
@require_safe
def compare(request: LearnerRequest, slug: str) -> HttpResponse:
    """Compare the counters of two runs."""
    lab, revision = _lab(slug)
    chosen = request.GET.get("a", ""), request.GET.get("b", "")
    if not all(chosen):
        message = "比べる二つの実行を、A と B に一つずつ選んでください。"
        return _list(request, lab, revision, message, status=422)
    try:
        a, b = two_runs(request.learner, lab, *chosen)
    except Run.DoesNotExist:
        raise Http404("この実行は残っていません。") from None
    compared = pairs(a.counters, b.counters)
    context = {
        "lab": lab,
        "revision": revision,
        "runs": [("A", a), ("B", b)],
        "pairs": compared,
        "bars": bars(compared),
    }
    return render(request, "labs/compare.html", context)


def _list(
    request: LearnerRequest, lab: Lab, revision: LabRevision, message: str = "", status: int = 200
) -> HttpResponse:
    paginator = Paginator(runs_of(request.learner, lab), settings.LAB_RUNS_SHOWN)
    page = paginator.get_page(request.GET.get("page"))
    counted = [run.pk for run in page if run.counters]
    context = {
        "lab": lab,
        "revision": revision,
        "page": page,
        "message": message,
        "a": request.GET.get("a") or (counted[1] if len(counted) > 1 else ""),
        "b": request.GET.get("b") or (counted[0] if len(counted) > 1 else ""),
        "can_compare": len(counted) > 1,
        "kept": settings.LAB_RUNS_KEPT,
    }
    return render(request, "labs/runs.html", context, status=status)


def _lab(slug: str) -> tuple[Lab, LabRevision]:
    try:
        return services.published_lab(slug)
    except Lab.DoesNotExist:
        raise Http404("演習が見つかりません。") from None
