"""Who is asking: the learner behind a request, guest or account."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib.auth import login
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import reswap
from django_htmx.middleware import HtmxDetails

from courseware.classes import services
from courseware.classes.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


class LearnerRequest(HttpRequest):
    """An HttpRequest as the middleware below hands it on (for annotations only)."""

    htmx: HtmxDetails
    learner: User | None
    ensure_learner: Callable[[], User]


class LearnerMiddleware:
    """Give each request ``learner`` (a User or None) and ``ensure_learner()``.

    Reading pages never creates anything. A view that is about to store what a
    visitor did calls ``ensure_learner()``, which opens a guest for this browser.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the two to the request and hand it on."""
        learner_request = cast(LearnerRequest, request)
        user = request.user
        learner_request.learner = user if user.is_authenticated else None
        learner_request.ensure_learner = lambda: _ensure_learner(learner_request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Say so when the learner is gone: another request moved the guest to an account.

        Whatever a view was doing for that guest then fails, as late as at the commit.
        """
        learner = cast(LearnerRequest, request).learner
        if (
            isinstance(error, ObjectDoesNotExist | IntegrityError | Http404)
            and learner is not None
            and not User.objects.filter(pk=learner.pk).exists()
        ):
            return refusal(request, "409.html", {}, 409)
        return None


def _ensure_learner(request: LearnerRequest) -> User:
    if request.learner is None:
        request.learner = services.create_guest()
        token = request.META.get("CSRF_COOKIE")
        login(request, request.learner, backend=BACKEND)
        # Nobody gained a right by becoming a guest: the forms that are open stay good.
        if token is not None:
            request.META["CSRF_COOKIE"] = token
    return request.learner


def refusal(
    request: HttpRequest, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    """Return a page that refuses a request.

    htmx gets the page's ``notice`` alone, above what is there: the form and its input stay.
    """
    if not getattr(request, "htmx", False):
        return render(request, template, context, status=status)
    response = render(request, f"{template}#notice", context, status=status)
    reswap(response, "afterbegin")
    return response


def posted_number(request: HttpRequest, name: str) -> int | None:
    """Return a hidden field's number; None for nonsense, which nobody typed."""
    value = request.POST.get(name, "")
    return int(value) if value.isdecimal() and value.isascii() and len(value) < 19 else None


def account_of(request: HttpRequest) -> User | None:
    """Return the signed-in account, or None for a visitor and for a guest."""
    user = request.user
    return user if user.is_authenticated and user.is_account else None
