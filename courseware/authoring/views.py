"""Instructors' pages: the list of lessons, and the editor with its preview."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from courseware.authoring import services
from courseware.classes.guards import writers_only
from courseware.classes.http import LearnerRequest, posted_number
from courseware.classes.throttling import rate_limited
from courseware.lessons.models import Lesson, LessonRevision
from courseware.lessons.services import EditConflict
from courseware.markup import limits
from courseware.markup.errors import ContentError


@require_safe
@writers_only
def lessons(request: LearnerRequest) -> HttpResponse:
    """List all lessons with their states."""
    return render(request, "authoring/lessons.html", {"lessons": services.lessons()})


@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("preview")
@writers_only
def edit(request: LearnerRequest, slug: str) -> HttpResponse:
    """Open a lesson's text; the button says whether to preview, save or publish it."""
    try:
        draft = services.opened(slug)
    except Lesson.DoesNotExist:
        raise Http404("レッスンがありません。") from None
    if request.method == "POST":
        action = ACTIONS.get(request.POST.get("action", "preview"), _preview)
        return action(request, draft)
    source = draft.newest.source if draft.newest else ""
    return _page(request, draft, source, revision=draft.newest)


def _preview(request: LearnerRequest, draft: services.Draft) -> HttpResponse:
    source = _source(request)
    try:
        return _page(request, draft, source, revision=services.preview(source))
    except ContentError as error:
        return _page(request, draft, source, problems=error.problems)


def _save(request: LearnerRequest, draft: services.Draft) -> HttpResponse:
    done = "下書きを保存しました。公開するまで、受講者には見えません。"
    return _store(request, draft, done, lambda saved: None)


def _publish(request: LearnerRequest, draft: services.Draft) -> HttpResponse:
    done = "公開しました。受講者に見えるのは、この版です。"
    return _store(
        request, draft, done, lambda saved: services.publish_draft(draft.lesson, saved.pk)
    )


def _store(
    request: LearnerRequest,
    draft: services.Draft,
    done: str,
    then: Callable[[LessonRevision], object],
) -> HttpResponse:
    """Save the draft and go on with it; return to the editor, or show why nothing was saved."""
    source = _source(request)
    base = posted_number(request, "base")
    try:
        then(services.save_draft(draft.lesson, source, base, request.ensure_learner()))
    except ContentError as error:
        return _page(request, draft, source, problems=error.problems)
    except EditConflict:
        return _page(request, draft, source, conflict=True)
    messages.success(request, done)
    return redirect("authoring:edit", draft.lesson.slug)


ACTIONS = {"preview": _preview, "save": _save, "publish": _publish}


def _page(
    request: LearnerRequest, draft: services.Draft, source: str, **context: Any
) -> HttpResponse:
    failed = bool(context.get("problems")) or bool(context.get("conflict"))
    base = request.POST.get("base", "") if request.method == "POST" else ""
    context |= {
        "draft": draft,
        "source": source,
        "characters": settings.LESSON_MAX_SOURCE_CHARACTERS,
        "limits": limits,
        "base": base or (draft.newest.pk if draft.newest else ""),
    }
    fragment = "#preview" if request.htmx else ""
    return render(request, f"authoring/edit.html{fragment}", context, status=422 if failed else 200)


def _source(request: LearnerRequest) -> str:
    return request.POST.get("source", "").replace("\r\n", "\n")
