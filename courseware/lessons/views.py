"""Pages of the course: contents, a lesson, the glossary."""

from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from courseware.lessons import services
from courseware.lessons.models import Course, Lesson

if TYPE_CHECKING:
    from courseware.classes.http import LearnerRequest


@require_safe
def course(request: "LearnerRequest") -> HttpResponse:
    """Show the course and its lessons."""
    lessons = services.published_lessons()
    finished = services.finished_slugs(request.learner)
    return render(
        request,
        "lessons/course.html",
        {
            "course": Course.objects.first(),
            "lessons": lessons,
            "finished": finished,
            "next": next((lesson for lesson in lessons if lesson.slug not in finished), None),
        },
    )


@require_safe
def lesson(request: "LearnerRequest", slug: str) -> HttpResponse:
    """Show a published lesson; 404 for a draft."""
    reading = _reading(slug)
    finished = services.finished_slugs(request.learner)
    return render(
        request,
        "lessons/lesson.html",
        {"reading": reading, "revision": reading.revision, "finished": slug in finished},
    )


@require_POST
def finish(request: "LearnerRequest", slug: str) -> HttpResponse:
    """Mark a lesson as read, or take the mark back."""
    reading = _reading(slug)
    finished = request.POST.get("finished") == "1"
    services.set_finished(request.ensure_learner(), reading.lesson, finished)
    if request.htmx:
        return render(
            request, "lessons/lesson.html#finish", {"reading": reading, "finished": finished}
        )
    return redirect("lessons:lesson", slug)


@require_safe
def glossary(request: "LearnerRequest") -> HttpResponse:
    """Show all terms with reading, English and definition."""
    return render(request, "lessons/glossary.html", {"terms": services.glossary()})


def _reading(slug: str) -> services.Reading:
    try:
        return services.read(slug)
    except Lesson.DoesNotExist:
        raise Http404("レッスンが見つかりません。") from None
