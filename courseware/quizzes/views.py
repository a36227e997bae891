"""Pages of the quizzes: the start page, an attempt, and the answers to its questions."""

from collections import Counter
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courseware.classes.http import LearnerRequest
from courseware.classes.throttling import rate_limited
from courseware.grading import InvalidResponse, NotAnswered, NotGraded
from courseware.grading.registry import labels
from courseware.lessons.models import Lesson
from courseware.quizzes import services
from courseware.quizzes.cards import Card, card
from courseware.quizzes.models import Attempt, QuestionRevision


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
    return redirect(_place(attempt.pk, position))


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
    found = _attempt(request, pk)
    already = request.GET.get("already", "")
    cards = [
        card(item, already_graded=already == str(item.position))
        for item in services.items_of(found)
    ]
    return render(request, "quizzes/attempt.html", _context(found, cards))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("answers")
def answer(request: LearnerRequest, pk: UUID, position: int) -> HttpResponse:
    """Grade an answer, or say what is missing (422) or why it cannot be graded now (503).

    htmx gets the question's card alone.
    A GET (the address was reloaded or copied) leads to the question on its page.
    """
    found = _attempt(request, pk)
    if not 1 <= position <= found.total:
        raise Http404("問題が見つかりません。")
    if request.method != "POST":
        return redirect(_place(pk, position))
    posted = dict(request.POST.lists())
    error, status, already_graded = "", 200, False
    try:
        _, reception = services.submit_answer(found, position, _key(request), posted)
        already_graded = reception is services.Reception.ALREADY_GRADED
    except (NotAnswered, InvalidResponse) as refusal:
        error, status = str(refusal), 422
    except NotGraded as refusal:
        error, status = str(refusal), 503
    if not request.htmx and not error:
        return redirect(_place(pk, position, f"?already={position}" if already_graded else ""))
    cards = [
        card(item, posted=posted, error=error, already_graded=already_graded)
        if item.position == position
        else card(item)
        for item in services.items_of(found, position if request.htmx else None)
    ]
    template = "quizzes/attempt.html" + ("#answered" if request.htmx else "")
    return render(request, template, _context(_attempt(request, pk), cards), status=status)


def _context(found: Attempt, cards: list[Card]) -> dict[str, object]:
    return {"attempt": found, "lesson": found.lesson, "cards": cards}


def _place(pk: UUID, position: int, query: str = "") -> str:
    """Return the address of a question on its attempt's page."""
    return f"{reverse('quizzes:attempt', args=[pk])}{query}#q{position}"


def _lesson(slug: str) -> Lesson:
    try:
        return services.quiz_lesson(slug)
    except Lesson.DoesNotExist:
        raise Http404("レッスンが見つかりません。") from None


def _attempt(request: LearnerRequest, pk: UUID) -> Attempt:
    try:
        return services.attempt_of(request.learner, pk)
    except Attempt.DoesNotExist:
        raise Http404("解答の記録が見つかりません。") from None


def _key(request: LearnerRequest) -> UUID:
    """Return the form's key. Raises InvalidResponse when there is none."""
    try:
        return UUID(request.POST.get("key", ""))
    except ValueError:
        raise InvalidResponse(
            "送信の識別子がありません。ページを読み込み直して、もう一度送ってください。"
        ) from None
