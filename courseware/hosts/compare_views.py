"""The page /cpuinfo/compare/: two to sixteen hosts side by side. Nothing is stored."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courseware.classes.http import LearnerRequest, account_of, posted_number
from courseware.classes.throttling import rate_limited
from courseware.cpuinfo import samples
from courseware.cpuinfo.comparison import MAX_HOSTS, MIN_HOSTS
from courseware.hosts import comparing, keeping, services
from courseware.hosts.models import NAME_CHARACTERS


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("cpuinfo")
def compare(request: LearnerRequest) -> HttpResponse:
    """Ask for the hosts; a POST adds a row, or answers with the comparison."""
    if request.method != "POST":
        return _page(request, [comparing.Row(number) for number in range(1, MIN_HOSTS + 1)])
    posted = posted_number(request, "rows") or MIN_HOSTS
    rows = comparing.rows(request.POST, request.FILES, min(max(posted, MIN_HOSTS), MAX_HOSTS))
    if request.POST.get("action") == "add":
        if len(rows) < MAX_HOSTS:
            rows.append(comparing.Row(len(rows) + 1))
        return _page(request, rows, added=True)
    try:
        card = comparing.compare_rows(rows, account_of(request))
    except services.Refused as refusal:
        return _refusal(request, rows, refusal)
    return _page(request, rows, card)


def _too_large(request: LearnerRequest) -> HttpResponse:
    rows = [comparing.Row(number) for number in range(1, MIN_HOSTS + 1)]
    return _refusal(request, rows, services.unread())


compare.too_large = _too_large  # type: ignore[attr-defined]  # see BodyLimitMiddleware


def _refusal(
    request: LearnerRequest, rows: list[comparing.Row], refusal: services.Refused
) -> HttpResponse:
    status = 413 if isinstance(refusal, services.TooLarge) else 422
    return _page(request, rows, problem=str(refusal), status=status)


def _page(
    request: LearnerRequest,
    rows: list[comparing.Row],
    card: comparing.ComparisonCard | None = None,
    *,
    added: bool = False,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    account = account_of(request)
    context = {
        "rows": rows,
        "card": card,
        "added": added,
        "problem": problem,
        "samples": samples(),
        "kept": keeping.kept_by(account) if account else (),
        "min_hosts": MIN_HOSTS,
        "max_hosts": MAX_HOSTS,
        "max_bytes": services.limits().max_bytes,
        "max_body": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        "max_total": settings.CPUINFO_COMPARE_MAX_BYTES,
        "name_characters": NAME_CHARACTERS,
    }
    return render(request, "hosts/compare.html", context, status=status)
