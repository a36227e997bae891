"""What instructors do: open, preview, save and publish lessons (the texts live in lessons)."""

from dataclasses import dataclass

from courseware.lessons.models import Lesson, LessonRevision
from courseware.lessons.services import publish_draft, save_draft
from courseware.lessons.source import LessonText, read_lesson, stored_context

__all__ = ["Draft", "lessons", "opened", "preview", "publish_draft", "save_draft"]


@dataclass(frozen=True)
class Draft:
    """A lesson opened for writing: its newest text, and which revisions count."""

    lesson: Lesson
    newest: LessonRevision | None
    published: LessonRevision | None

    @property
    def is_draft(self) -> bool:
        """True when the newest text is not what students see."""
        return self.lesson.draft_id is not None


def lessons() -> list[Lesson]:
    """Return all lessons, drafts included, in the course's order (one query)."""
    return list(
        Lesson.objects.select_related("published", "draft").defer(
            "published__html", "published__source", "draft__html", "draft__source"
        )
    )


def opened(slug: str) -> Draft:
    """Return the lesson with its newest text. Raises Lesson.DoesNotExist."""
    lesson = Lesson.objects.select_related("published", "draft").get(slug=slug)
    return Draft(lesson, lesson.draft or lesson.published, lesson.published)


def preview(source: str) -> LessonText:
    """Return the text as students would see it, storing nothing. Raises ContentError."""
    return read_lesson(source, stored_context())
