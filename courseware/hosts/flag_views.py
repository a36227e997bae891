"""Pages of /cpuinfo/flags/: all flags with a search, and one page for each name."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from courseware.classes.http import LearnerRequest
from courseware.hosts import flags


@require_safe
def index(request: LearnerRequest) -> HttpResponse:
    """List all flags in groups, or those that ``?q=`` finds; htmx gets the list alone."""
    query = request.GET.get("q", "").strip()
    maximum = settings.CPUINFO_QUERY_CHARACTERS
    too_long = len(query) > maximum
    context = {
        "query": query,
        "maximum": maximum,
        "too_long": too_long,
        "found": () if too_long else flags.search(query),
        "catalogue": flags.catalogue(),
        "total": flags.total(),
    }
    fragment = "#answer" if request.htmx else ""
    status = 422 if too_long else 200
    response = render(request, f"hosts/flags.html{fragment}", context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def flag(request: LearnerRequest, name: str) -> HttpResponse:
    """Explain a name in each line that prints it."""
    explanations = flags.explanations(name)
    if not explanations:
        raise Http404("このフラグの説明はありません。")
    return render(request, "hosts/flag.html", {"name": name, "explanations": explanations})
