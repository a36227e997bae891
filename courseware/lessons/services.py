"""What readers and authors do with lessons."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from courseware.lessons.models import GlossaryTerm, Lesson, LessonRead, LessonRevision
from courseware.lessons.source import read_lesson, stored_context

if TYPE_CHECKING:
    from courseware.classes.models import User


def published_lessons() -> list[Lesson]:
    """Return the published lessons in the course's order, without their HTML (one query)."""
    return list(
        Lesson.objects.filter(published__isnull=False)
        .select_related("published")
        .defer("published__html", "published__source")
    )


@dataclass(frozen=True)
class Reading:
    """A lesson as it is read, with its neighbours in the course."""

    lesson: Lesson
    revision: LessonRevision
    previous: Lesson | None
    next: Lesson | None
    number: int
    total: int


def read(slug: str) -> Reading:
    """Return the published lesson. Raises Lesson.DoesNotExist for a draft or no lesson."""
    lessons = published_lessons()
    at = next((i for i, lesson in enumerate(lessons) if lesson.slug == slug), None)
    if at is None:
        raise Lesson.DoesNotExist
    lesson = lessons[at]
    return Reading(
        lesson=lesson,
        revision=LessonRevision.objects.get(lesson=lesson, lesson__published=F("pk")),
        previous=lessons[at - 1] if at else None,
        next=lessons[at + 1] if at + 1 < len(lessons) else None,
        number=at + 1,
        total=len(lessons),
    )


def finished_slugs(user: "User | None") -> set[str]:
    """Return the slugs of the lessons that the learner marked as read."""
    if user is None:
        return set()
    return set(LessonRead.objects.filter(user=user).values_list("lesson__slug", flat=True))


@transaction.atomic
def set_finished(user: "User", lesson: Lesson, finished: bool) -> None:
    """Mark a lesson as read by the learner, or take the mark back; doing so twice is once."""
    if finished:
        LessonRead.objects.get_or_create(user=user, lesson=lesson)
    else:
        LessonRead.objects.filter(user=user, lesson=lesson).delete()


def glossary() -> list[GlossaryTerm]:
    """Return all terms, sorted by reading."""
    return list(GlossaryTerm.objects.all())


class EditConflict(Exception):
    """Somebody saved another text since this one was opened; nothing was stored."""


@transaction.atomic
def save_draft(lesson: Lesson, source: str, base: int | None, author: "User") -> LessonRevision:
    """Store a text as the lesson's draft and return its revision.

    ``base`` is the primary key of the revision that the author started from. Raises
    ContentError for a text that cannot be rendered and EditConflict when the lesson has
    another newest text by now; then nothing is stored.
    """
    locked = Lesson.objects.select_for_update().get(pk=lesson.pk)
    newest = locked.draft_id or locked.published_id
    if newest != base:
        raise EditConflict
    text = read_lesson(source, stored_context())
    revision = locked.revisions.filter(content_hash=text.content_hash).first()
    if revision is None:
        revision = text.revision(lesson=locked, author=author)
        revision.save()
    locked.draft = revision
    locked.save(update_fields=["draft"])
    return revision


@transaction.atomic
def publish_draft(lesson: Lesson, revision: int) -> LessonRevision:
    """Make the lesson's draft its published text and return it.

    ``revision`` names the draft that the author saw. Raises EditConflict when the draft is
    another one by now. Publishing it twice changes nothing.
    """
    locked = Lesson.objects.select_for_update(of=("self",)).get(pk=lesson.pk)
    if locked.draft_id is None and locked.published_id == revision:
        return LessonRevision.objects.get(pk=revision)
    if locked.draft_id != revision:
        raise EditConflict
    locked.published, locked.draft = locked.draft, None
    locked.save(update_fields=["published", "draft"])
    return LessonRevision.objects.get(pk=revision)
