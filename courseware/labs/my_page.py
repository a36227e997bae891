"""Programs and their gradings, for the learner's own page."""

from typing import Any

from django.conf import settings

from courseware.classes.models import User
from courseware.labs import services


def section(user: User) -> dict[str, Any]:
    """Return the section: every lab with its state, and the newest gradings (two queries)."""
    return {
        "title": "演習の記録",
        "template": "labs/_my_page.html",
        "context": {
            "labs": services.published_labs(user),
            "submissions": services.submissions_of(user),
            "limit": settings.LAB_PROGRAMS_SHOWN,
        },
    }
