"""Pages of /cpuinfo/: the form with its report, and the samples' reports."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import retarget

from courseware.classes.http import LearnerRequest, account_of
from courseware.classes.throttling import rate_limited
from courseware.cpuinfo import sample as sample_of
from courseware.cpuinfo import samples
from courseware.hosts import keeping, services
from courseware.hosts.cards import ReportCard
from courseware.hosts.models import NAME_CHARACTERS


@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("cpuinfo")
def index(request: LearnerRequest) -> HttpResponse:
    """Ask for a text; a POST answers with its report, or says what is wrong with it."""
    if request.method != "POST":
        return _page(request)
    response = _analyse(request)
    add_never_cache_headers(response)
    return response


def _too_large(request: LearnerRequest) -> HttpResponse:
    return _refusal(request, services.unread())


index.too_large = _too_large  # type: ignore[attr-defined]  # see BodyLimitMiddleware


def _analyse(request: LearnerRequest) -> HttpResponse:
    upload = request.FILES.get("file")
    text = request.POST.get("text", "").replace("\r\n", "\n")
    content = upload.read() if upload else b""
    try:
        if upload:
            card = services.analyse_file(content, upload.name or "")
        elif "text" in request.POST:
            card = services.analyse_text(text)
        else:
            raise services.Empty("ファイルを選んでから、「ファイルを調べる」を押してください。")
    except services.Refused as refusal:
        return _refusal(request, refusal, text)
    return _page(request, card, text, content or text)


@require_safe
def sample(request: LearnerRequest, key: str) -> HttpResponse:
    """Show the report on a sample; its text can be changed and analysed again."""
    found = sample_of(key)
    if found is None:
        raise Http404("見本が見つかりません。")
    context = _context(services.analyse_sample(found), found.text) | {"sample": found}
    return render(request, "hosts/sample.html", context)


def _page(
    request: LearnerRequest,
    card: ReportCard | None = None,
    text: str = "",
    given: str | bytes = "",
) -> HttpResponse:
    fragment = "#analysed" if request.htmx and card else ""
    # Only accounts can keep what they gave: for others nothing is prepared.
    keep_text = keeping.cleaned(given) if card and account_of(request) else ""
    context = {"keep_text": keep_text, "name_characters": NAME_CHARACTERS}
    return render(request, f"hosts/index.html{fragment}", _context(card, text) | context)


def _refusal(request: LearnerRequest, refusal: services.Refused, text: str = "") -> HttpResponse:
    status = 413 if isinstance(refusal, services.TooLarge) else 422
    context = _context(None, text) | {"problem": str(refusal)}
    if request.htmx:
        response = render(request, "hosts/index.html#problem", context, status=status)
        return retarget(response, "#problem")
    return render(request, "hosts/index.html", context, status=status)


def _context(card: ReportCard | None, text: str) -> dict[str, object]:
    limits = services.limits()
    return {
        "card": card,
        "text": text,
        "samples": samples(),
        "max_bytes": f"{limits.max_bytes:,}",
        "max_bytes_exactly": str(limits.max_bytes),
        "remedy": services.REMEDY,
        "max_lines": f"{limits.max_lines:,}",
        "max_cpus": f"{limits.max_blocks:,}",
    }
