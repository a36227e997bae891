"""Refuse a request whose body is larger than any form of the site, before it is read."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from courseware.classes.http import refusal


class BodyLimitMiddleware:
    """Answer 413 to a declared body over settings.DATA_UPLOAD_MAX_MEMORY_SIZE.

    Django has no limit for a body with files, and checking the CSRF token reads it whole. A
    view may bring its own answer as its attribute ``too_large``.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *args: Any
    ) -> HttpResponse | None:
        """Return the refusal, or None for a body that may be read."""
        length = request.META.get("CONTENT_LENGTH") or ""
        declared = int(length) if length.isdecimal() else 0
        if declared <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return None
        answer: Callable[[HttpRequest], HttpResponse] = getattr(view, "too_large", _too_large)
        return answer(request)


def _too_large(request: HttpRequest) -> HttpResponse:
    mebibytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
    return refusal(request, "413.html", {"mebibytes": mebibytes}, 413)
