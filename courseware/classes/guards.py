"""Who may open a page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.views.decorators.cache import never_cache

from courseware.classes.http import LearnerRequest, account_of

View = Callable[..., HttpResponse]


def writers_only(view: View) -> View:
    """Let instructors in; send visitors to the sign-in page, and answer students with 403."""

    @wraps(view)
    def guarded(request: LearnerRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.learner is not None and request.learner.may_write_lessons:
            return view(request, *args, **kwargs)
        if account_of(request) is None:
            return redirect_to_login(request.get_full_path())
        raise PermissionDenied

    return never_cache(guarded)
