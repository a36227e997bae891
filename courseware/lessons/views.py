"""Pages of the course: contents, a lesson, the glossary."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from courseware.lessons import services
from courseware.lessons.models import Course, Lesson


@require_safe
def course(request: HttpRequest) -> HttpResponse:
    """Show the course and its lessons."""
    return render(
        request,
        "lessons/course.html",
        {
            "course": Course.objects.first(),
            "lessons": services.published_lessons(),
            "finished": services.finished_slugs(request.learner),  # type: ignore[attr-defined]
        },
    )


@require_safe
def lesson(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a published lesson; 404 for a draft."""
    reading = _reading(slug)
    finished = services.finished_slugs(request.learner)  # type: ignore[attr-defined]
    return render(
        request,
        "lessons/lesson.html",
        {"reading": reading, "revision": reading.revision, "finished": slug in finished},
    )


@require_POST
def finish(request: HttpRequest, slug: str) -> HttpResponse:
    """Mark a lesson as read, or take the mark back."""
    reading = _reading(slug)
    finished = request.POST.get("finished") == "1"
    services.set_finished(request.ensure_learner(), reading.lesson, finished)  # type: ignore[attr-defined]
    if request.htmx:  # type: ignore[attr-defined]
        return render(
            request, "lessons/lesson.html#finish", {"reading": reading, "finished": finished}
        )
    return redirect("lessons:lesson", slug)


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """Show all terms with reading, English and definition."""
    return render(request, "lessons/glossary.html", {"terms": services.glossary()})


def _reading(slug: str) -> services.Reading:
    try:
        return services.read(slug)
    except Lesson.DoesNotExist:
        raise Http404("レッスンが見つかりません。") from None
