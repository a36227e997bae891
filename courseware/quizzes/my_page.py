"""Past attempts, for the learner's own page."""

from typing import Any

from courseware.classes.models import User
from courseware.quizzes import services


def section(user: User) -> dict[str, Any]:
    """Return the section: the newest attempts with their scores (one query)."""
    return {
        "title": "クイズの記録",
        "template": "quizzes/_my_page.html",
        "context": {"history": services.history(user)},
    }
