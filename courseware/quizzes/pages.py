"""An attempt's page, whichever view shows it, and the addresses of its questions."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from courseware.classes.http import LearnerRequest
from courseware.quizzes import services, sittings
from courseware.quizzes.cards import NO_NOTE, Card, Note, card
from courseware.quizzes.deadlines import seconds_left
from courseware.quizzes.drafts import Refusal, states
from courseware.quizzes.models import Attempt, AttemptItem, QuestionSet
from courseware.quizzes.results import results_of, tries

Notes = Mapping[int, Note]


def found_attempt(request: LearnerRequest, pk: UUID) -> Attempt:
    """Return the learner's attempt, handed in if its time is over; 404 for anybody else's."""
    try:
        found = services.attempt_of(request.learner, pk)
        if sittings.hand_in_if_over(found):
            found = services.attempt_of(request.learner, pk)
    except Attempt.DoesNotExist:
        raise Http404("解答の記録が見つかりません。") from None
    return found


def page_id(request: HttpRequest) -> UUID:
    """Return which page posts; a posted one that names none is a page of its own."""
    try:
        return UUID(request.POST.get("page", ""))
    except ValueError:
        return uuid4()


def tell_closed(request: HttpRequest) -> None:
    """Say on the next page that an answer came too late."""
    messages.warning(
        request,
        "この記録は提出済みです。提出のあとに届いた答えは受け付けていません。"
        "それまでに保存した答えを採点します。",
    )


def notes_of(refusals: Mapping[int, Refusal]) -> dict[int, Note]:
    """Return what the cards of refused entries tell."""
    return {number: Note(refusal=refusal) for number, refusal in refusals.items()}


def place(pk: UUID, position: int, query: str = "") -> str:
    """Return the address of a question on its attempt's page."""
    return f"{reverse('quizzes:attempt', args=[pk])}{query}#q{position}"


def attempt_page(
    request: LearnerRequest, attempt: Attempt, notes: Notes | None = None, status: int = 200
) -> HttpResponse:
    """Return the page of an attempt as it is now: to answer, handed in, or with its grades."""
    if attempt.question_set is not None and attempt.finished_at is not None:
        return _handed_in(request, attempt, attempt.question_set)
    items = services.items_of(attempt)
    cards = [card(item, (notes or {}).get(item.position, NO_NOTE)) for item in items]
    context = context_of(attempt, cards)
    if attempt.question_set is None:
        return render(request, "quizzes/attempt.html", context, status=status)
    context |= sitting_context(attempt, items)
    return render(request, "quizzes/sitting.html", context, status=status)


def _handed_in(
    request: LearnerRequest, attempt: Attempt, question_set: QuestionSet
) -> HttpResponse:
    context: dict[str, object] = {"attempt": attempt, "set": question_set}
    if question_set.is_released:
        context["cards"] = [card(item, handed_in=True) for item in services.items_of(attempt)]
        context["tries"] = tried = tries(request.learner, question_set)
        context["results"] = results_of(attempt, question_set, tried)
    return render(request, "quizzes/handed_in.html", context)


def context_of(attempt: Attempt, cards: list[Card]) -> dict[str, object]:
    """Return what the page of an attempt, or a fragment of it, is rendered with."""
    return {"attempt": attempt, "lesson": attempt.lesson, "cards": cards, "page": uuid4()}


def saved_context(attempt: Attempt, posted: Collection[int], notes: Notes) -> dict[str, object]:
    """Return what the answer to a save is rendered with: the posted questions, all states."""
    items = services.items_of(attempt)
    cards = [
        card(item, notes.get(item.position, NO_NOTE)) for item in items if item.position in posted
    ]
    taken = sitting_context(attempt, items) if attempt.question_set else {}
    return context_of(attempt, cards) | taken


def sitting_context(attempt: Attempt, items: Iterable[AttemptItem]) -> dict[str, object]:
    """Return what pages of an attempt at a set tell while it goes on: its states and its time."""
    return {
        "attempt": attempt,
        "set": attempt.question_set,
        "states": states(attempt, items),
        "seconds_left": seconds_left(attempt, timezone.now()),
    }
