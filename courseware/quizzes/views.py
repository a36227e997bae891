"""Pages of the quizzes: the start page, an attempt, and the answers to its questions."""

import re
from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from courseware.classes.http import LearnerRequest
from courseware.classes.throttling import rate_limited
from courseware.grading import InvalidResponse, NotAnswered, NotGraded
from courseware.grading.registry import labels
from courseware.lessons.models import Lesson
from courseware.quizzes import drafts, services
from courseware.quizzes.cards import Note, card
from courseware.quizzes.models import Attempt, QuestionRevision
from courseware.quizzes.pages import (
    attempt_page,
    context_of,
    found_attempt,
    notes_of,
    page_id,
    place,
    saved_context,
    tell_closed,
)

SHORT_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("answers")
def quiz(request: LearnerRequest, slug: str) -> HttpResponse:
    """Tell about a lesson's quiz; a POST starts it or goes on with it."""
    lesson = _lesson(slug)
    if request.method == "POST":
        return _start(request, lesson)
    revisions = services.current_revisions(lesson)
    return render(
        request,
        "quizzes/quiz.html",
        {
            "lesson": lesson,
            "count": len(revisions),
            "points": sum(revision.points for revision in revisions) * 1000,
            "kinds": _kinds(revisions),
            "history": services.history(request.learner, lesson),
        },
    )


def _start(request: LearnerRequest, lesson: Lesson) -> HttpResponseRedirect:
    try:
        attempt = services.start_attempt(
            request.ensure_learner(), lesson, again=request.POST.get("again") == "1"
        )
    except services.NoQuestions:
        return redirect("quizzes:quiz", lesson.slug)
    position = services.first_open_position(attempt)
    if position is None or position == 1:
        return redirect("quizzes:attempt", attempt.pk)
    return redirect(place(attempt.pk, position))


def _kinds(revisions: list[QuestionRevision]) -> list[tuple[str, int]]:
    names = labels()
    counts = Counter(names[revision.definition["type"]] for revision in revisions)
    return sorted(counts.items())


@never_cache
@require_safe
def again(request: LearnerRequest, slug: str) -> HttpResponse:
    """Ask before a new attempt is made."""
    return render(request, "quizzes/again.html", {"lesson": _lesson(slug)})


@never_cache
@require_safe
def attempt(request: LearnerRequest, pk: UUID) -> HttpResponse:
    """Show an attempt to its learner; 404 for anybody else."""
    found = found_attempt(request, pk)
    already = request.GET.get("already", "")
    notes = {int(already): Note(already_graded=True)} if SHORT_NUMBER.fullmatch(already) else {}
    return attempt_page(request, found, notes)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("drafts")
def save(request: LearnerRequest, pk: UUID) -> HttpResponse:
    """Save what was typed; htmx gets what became of it, a page without a script the page again.

    What another page saved meanwhile is not overwritten: both are shown (409).
    """
    found = found_attempt(request, pk)
    if request.method != "POST":
        return redirect("quizzes:attempt", pk)
    entries = drafts.entries(dict(request.POST.lists()))
    try:
        refusals = drafts.save(found, entries, page_id(request))
    except drafts.Closed:
        return _closed(request, pk)
    status = 409 if refusals else 200
    if request.htmx:
        context = saved_context(found, entries, notes_of(refusals))
        return render(request, "quizzes/saved.html", context, status=status)
    if refusals:
        return attempt_page(request, found, notes_of(refusals), status)
    if request.POST.get("next") == "hand-in":
        return redirect("quizzes:hand_in", pk)
    messages.success(request, "ここまでの答えを保存しました。")
    kept = next((number for number, entry in entries.items() if entry.keep), None)
    return redirect(place(pk, kept) if kept else reverse("quizzes:attempt", args=[pk]))


def _closed(request: LearnerRequest, pk: UUID) -> HttpResponse:
    tell_closed(request)
    address = reverse("quizzes:attempt", args=[pk])
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("answers")
def answer(request: LearnerRequest, pk: UUID, position: int) -> HttpResponse:
    """Grade an answer, or say what is missing (422) or why it cannot be graded now (503).

    The page posts all its questions: what was typed for the others is saved. htmx gets the
    question's card alone. A GET (the address was reloaded or copied) leads to the question on
    its page.
    """
    found = found_attempt(request, pk)
    if not 1 <= position <= found.total or found.question_set is not None:
        raise Http404("問題が見つかりません。")
    if request.method != "POST":
        return redirect(place(pk, position))
    posted = dict(request.POST.lists())
    others = drafts.entries(posted)
    own = others.pop(position, None) or drafts.bare_entry(posted)
    error, status, already_graded = "", 200, False
    try:
        _, reception = services.submit_answer(found, position, _key(own.key), own.data)
        already_graded = reception is services.Reception.ALREADY_GRADED
    except (NotAnswered, InvalidResponse) as refusal:
        error, status = str(refusal), 422
    except NotGraded as refusal:
        error, status = str(refusal), 503
    refusals = _save_others(found, others, page_id(request))
    if not request.htmx and not error and not refusals:
        return redirect(place(pk, position, f"?already={position}" if already_graded else ""))
    note = Note(own.data, error, already_graded)
    found = found_attempt(request, pk)
    if not request.htmx:
        notes = {**notes_of(refusals), position: note}
        return attempt_page(request, found, notes, status if error else 409)
    cards = [card(item, note) for item in services.items_of(found, position)]
    return render(request, "quizzes/attempt.html#answered", context_of(found, cards), status=status)


def _save_others(
    attempt: Attempt, others: Mapping[int, drafts.Entry], page: UUID
) -> dict[int, drafts.Refusal]:
    """Save what was typed for other questions; the last grade leaves nothing to save."""
    try:
        return drafts.save(attempt, others, page) if others else {}
    except drafts.Closed:
        return {}


def _lesson(slug: str) -> Lesson:
    try:
        return services.quiz_lesson(slug)
    except Lesson.DoesNotExist:
        raise Http404("レッスンが見つかりません。") from None


def _key(key: str) -> UUID:
    """Return the form's key. Raises InvalidResponse when there is none."""
    try:
        return UUID(key)
    except ValueError:
        raise InvalidResponse(
            "送信の識別子がありません。ページを読み込み直して、もう一度送ってください。"
        ) from None
