"""Past attempts, for the learner's own page."""

from typing import Any

from django.contrib.auth.models import AbstractUser

from courseware.quizzes import services


def section(user: AbstractUser) -> dict[str, Any]:
    """Return the section: the newest attempts with their scores (one query)."""
    return {
        "title": "クイズの記録",
        "template": "quizzes/_my_page.html",
        "context": {"history": services.history(user)},
    }
