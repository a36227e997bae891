"""The reader's choice of light or dark, kept in a cookie so that it needs no script."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "vlab_theme"
THEMES = {"auto": "自動", "light": "明るい", "dark": "暗い"}


def theme(request: HttpRequest) -> dict[str, object]:
    """Return the template context: ``theme`` (auto, light or dark) and its choices."""
    chosen = request.COOKIES.get(COOKIE, "auto")
    return {"theme": chosen if chosen in THEMES else "auto", "themes": THEMES}


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme for a year and return to the page that asked."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    chosen = request.POST.get("theme", "auto")
    if chosen in THEMES:
        response.set_cookie(
            COOKIE,
            chosen,
            max_age=365 * 24 * 60 * 60,
            samesite="Lax",
            httponly=True,
            secure=request.is_secure(),
        )
    return response
