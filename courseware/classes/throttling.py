"""Rate limits, by kind of request (settings.RATE_LIMITS), on the ``limits`` library."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter, RateLimiter

from courseware.classes.http import refusal

View = Callable[..., HttpResponse]


@cache
def _limiter() -> RateLimiter:
    return FixedWindowRateLimiter(storage_from_string(settings.RATE_LIMIT_STORAGE))


@cache
def _limit(rate: str) -> RateLimitItem:
    return parse(rate)


def allowed(kind: str, *identity: str) -> bool:
    """Count one request of a kind by an identity; return False when it is over the limit."""
    return _limiter().hit(_limit(settings.RATE_LIMITS[kind]), kind, *identity)


def exhausted(kind: str, *identity: str) -> bool:
    """Return whether one more of a kind would be over the identity's limit; count nothing."""
    return not _limiter().test(_limit(settings.RATE_LIMITS[kind]), kind, *identity)


def address(request: HttpRequest) -> str:
    """Return the network address that the request came from.

    With settings.TRUST_PROXY it is the one that the proxy in front appended to
    X-Forwarded-For, the last; what stands before it, and without a proxy all of it, is the
    sender's own claim.
    """
    if settings.TRUST_PROXY:
        appended = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if appended:
            return appended
    return request.META.get("REMOTE_ADDR", "")


def identity(request: HttpRequest) -> str:
    """Return who is counted: the learner, or the address of a visitor."""
    if request.user.is_authenticated:
        return f"user:{request.user.pk}"
    return f"address:{address(request)}"


def too_many_requests(request: HttpRequest, kind: str) -> HttpResponse:
    """Return the Japanese page that says how often this may be done, with status 429."""
    item = _limit(settings.RATE_LIMITS[kind])
    seconds = item.get_expiry()
    context = {"amount": item.amount, "seconds": seconds}
    response = refusal(request, "429.html", context, 429)
    response["Retry-After"] = str(seconds)
    return response


def rate_limited(kind: str, who: Callable[[HttpRequest], str] = identity) -> Callable[[View], View]:
    """Limit a view's POST requests to settings.RATE_LIMITS[kind] for each identity."""

    def decorate(view: View) -> View:
        @wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method == "POST" and not allowed(kind, who(request)):
                return too_many_requests(request, kind)
            return view(request, *args, **kwargs)

        return limited

    return decorate
