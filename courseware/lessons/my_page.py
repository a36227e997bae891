"""Progress through the course, for the learner's own page."""

from typing import TYPE_CHECKING, Any

from courseware.lessons import services

if TYPE_CHECKING:
    from courseware.classes.models import User


def section(user: "User") -> dict[str, Any]:
    """Return the section: every lesson, read or not (two queries)."""
    lessons = services.published_lessons()
    finished = services.finished_slugs(user)
    return {
        "title": "学習の進み具合",
        "template": "lessons/_my_page.html",
        "context": {
            "lessons": lessons,
            "finished": finished,
            "count": sum(lesson.slug in finished for lesson in lessons),
        },
    }
