"""When an attempt ends, by the server's clock."""

from datetime import datetime, timedelta

from django.conf import settings

from courseware.quizzes.models import Attempt


def grace() -> timedelta:
    """Return how long after the deadline an answer may arrive: the network's delay."""
    return timedelta(seconds=settings.QUIZ_GRACE_SECONDS)


def is_over(attempt: Attempt, now: datetime) -> bool:
    """Return whether the attempt takes nothing any more: deadline and grace have passed."""
    return attempt.deadline is not None and now > attempt.deadline + grace()


def seconds_left(attempt: Attempt, now: datetime) -> int | None:
    """Return the whole seconds to the deadline, 0 after it; None without one."""
    if attempt.deadline is None:
        return None
    return max(0, int((attempt.deadline - now).total_seconds()))
