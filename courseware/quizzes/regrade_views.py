"""Instructors' pages of regrades: choose and look, apply, the records."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from courseware.classes.guards import writers_only
from courseware.classes.http import LearnerRequest
from courseware.classes.throttling import rate_limited
from courseware.quizzes import regrading
from courseware.quizzes.models import Question, QuestionRevision, Regrade


@dataclass(frozen=True)
class Choice:
    """What an instructor chose; without ``asked`` there is nothing to look at yet."""

    question: Question
    revisions: list[QuestionRevision]
    asked: regrading.Round | None


@require_http_methods(["GET", "HEAD", "POST"])
@rate_limited("preview")
@writers_only
def regrade(request: LearnerRequest, identifier: str) -> HttpResponse:
    """Choose what to grade again and look at who changes; a POST applies what was looked at."""
    if request.method == "POST":
        return _apply(request, _choice(identifier, request.POST))
    return _page(request, _choice(identifier, request.GET))


def _choice(identifier: str, data: Mapping[str, str]) -> Choice:
    """Return what the fields ask for; a field that no form sends is 404."""
    try:
        question = Question.objects.select_related("published", "lesson").get(
            identifier=identifier, published__isnull=False
        )
    except Question.DoesNotExist:
        raise Http404("問題が見つかりません。") from None
    revisions = regrading.answered_revisions(question)
    if "rule" not in data:
        return Choice(question, revisions, None)
    answered = {str(revision.pk): revision for revision in revisions}.get(data.get("answered", ""))
    published = question.published
    if answered is None or published is None or data["rule"] not in Regrade.Rule.values:
        raise Http404("採点し直すものが見つかりません。")
    asked = regrading.Round(
        question=question,
        answered=answered,
        revised=published,
        rule=Regrade.Rule(data["rule"]),
        after=_number(data.get("after", "0")) or 0,
        upto=_number(data.get("upto", "")),
    )
    return Choice(question, revisions, asked)


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else None


def _page(
    request: LearnerRequest, choice: Choice, status: int = 200, **context: Any
) -> HttpResponse:
    context |= {
        "choice": choice,
        "rules": Regrade.Rule.choices,
        "limit": settings.QUIZ_REGRADE_ANSWERS,
        "reason_length": Regrade._meta.get_field("reason").max_length,
        "key": uuid4(),
    }
    if choice.asked is not None:
        planned = regrading.plan(choice.asked)
        page = _paged(planned.changes, request.GET.get("page"))
        context |= {
            "plan": planned,
            "page": page,
            "rows": regrading.rows(list(page)),
            "query": _query(choice.asked),
        }
    return render(request, "quizzes/teaching/regrade.html", context, status=status)


def _query(asked: regrading.Round) -> str:
    """Return what the addresses of a plan's pages have in common."""
    chosen = {"answered": asked.answered.pk, "rule": asked.rule.value, "after": asked.after}
    return urlencode(chosen) + "&"


def _paged(rows: Any, page: str | None) -> Page[Any]:
    return Paginator(rows, settings.QUIZ_ROWS_SHOWN).get_page(page)


def _apply(request: LearnerRequest, choice: Choice) -> HttpResponse:
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        key = uuid4()
    if choice.asked is None:
        raise Http404("採点し直すものが見つかりません。")
    reason = request.POST.get("reason", "")
    try:
        done = regrading.apply(
            choice.asked,
            request.POST.get("digest", ""),
            reason,
            key,
            request.ensure_learner(),
        )
    except regrading.NoReason as error:
        return _page(request, choice, 422, error=str(error), reason=reason)
    except (regrading.PlanChanged, regrading.NothingToChange):
        return _page(request, choice, 409, changed=True, reason=reason)
    messages.success(request, "採点し直しました。")
    return redirect("quizzes:regraded", done.pk)


@require_safe
@writers_only
def regrades(request: LearnerRequest) -> HttpResponse:
    """List the regrades, newest first."""
    page = _paged(regrading.regrades(), request.GET.get("page"))
    return render(request, "quizzes/teaching/regrades.html", {"page": page})


@require_safe
@writers_only
def regraded(request: LearnerRequest, pk: int) -> HttpResponse:
    """Show a regrade's record: who, when, why, and each old and new score."""
    found = regrading.regrades().select_related("answered", "revised").filter(pk=pk).first()
    if found is None:
        raise Http404("採点し直しの記録が見つかりません。")
    page = _paged(regrading.changes_of(found), request.GET.get("page"))
    return render(request, "quizzes/teaching/regraded.html", {"regrade": found, "page": page})
