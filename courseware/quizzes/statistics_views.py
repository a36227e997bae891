"""Instructors' pages of the statistics: where questions are asked, their figures, one question."""

import csv
from collections.abc import Iterator
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from courseware.classes.guards import writers_only
from courseware.classes.http import LearnerRequest
from courseware.grading.item_statistics import FEW, MODERATE, TOO_FEW, Estimate, Sample
from courseware.grading.registry import labels
from courseware.lessons.models import Lesson
from courseware.quizzes import charts, statistics
from courseware.quizzes.models import Question, QuestionRevision, QuestionSet

PLACES = {"lessons": statistics.lesson_place, "exams": statistics.set_place}
COLUMNS = {
    "question": "問題",
    "n": "解答",
    "facility": "平均得点率",
    "discrimination": "識別力",
    "seconds": "時間の中央値",
}
CSV_COLUMNS = (
    "問題 版 公開中 種類 解答した人 未解答 平均得点率 平均得点率の下限 平均得点率の上限 識別力 "
    "識別力の下限 識別力の上限 時間の中央値(秒) 時間の下限(秒) 時間の上限(秒) 人数の注意"
).split()
# What a spreadsheet takes for the beginning of a formula
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@require_safe
@writers_only
def index(request: LearnerRequest) -> HttpResponse:
    """List the lessons and the sets whose questions have figures."""
    context = {
        "lessons": statistics.lessons_with_questions(),
        "sets": QuestionSet.objects.defer("html"),
    }
    return render(request, "quizzes/teaching/index.html", context)


@require_safe
@writers_only
def place(request: LearnerRequest, kind: str, slug: str) -> HttpResponse:
    """Show the figures of a place's questions, sorted as the address asks."""
    found, scope = _place(kind, slug), _scope(request)
    sort = request.GET.get("sort", "question")
    report = statistics.report(found, scope)
    context = _common(found, scope) | {
        "report": report,
        "items": statistics.ordered(report.items, sort),
        "columns": _columns(scope, sort),
        "labels": labels(),
    }
    return render(request, "quizzes/teaching/place.html", context)


@require_safe
@writers_only
def place_csv(request: LearnerRequest, kind: str, slug: str) -> HttpResponse:
    """Send the same figures as a table that spreadsheets open: UTF-8 with a byte order mark."""
    report = statistics.report(_place(kind, slug), _scope(request))
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="items-{slug}.csv"'
    writer = csv.writer(response)
    writer.writerow(CSV_COLUMNS)
    writer.writerows(map(_csv_row, report.items))
    return response


def _csv_row(item: statistics.Item) -> list[str]:
    figures = item.figures
    return [
        _safe(item.identifier),
        item.revision.content_hash[:12],
        "はい" if item.is_published else "いいえ",
        _safe(labels()[item.revision.definition["type"]]),
        str(figures.n),
        str(figures.omitted),
        *_numbers(figures.facility),
        *_numbers(figures.discrimination),
        *_numbers(figures.seconds),
        "" if Sample.of(figures.n) is Sample.LARGE else "少数",
    ]


def _numbers(estimate: Estimate | None) -> Iterator[str]:
    for value in (estimate.value, estimate.low, estimate.high) if estimate else ():
        yield f"{value:.4f}"
    yield from () if estimate else ("", "", "")


def _safe(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


@require_safe
@writers_only
def question(request: LearnerRequest, kind: str, slug: str, identifier: str) -> HttpResponse:
    """Show one question's figures and answers, of the revision that the address names."""
    found, scope = _place(kind, slug), _scope(request)
    number = request.GET.get("revision", "")
    pk = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None
    try:
        asked, revision = statistics.found_revision(identifier, pk)
    except (Question.DoesNotExist, QuestionRevision.DoesNotExist):
        raise Http404("問題が見つかりません。") from None
    details = statistics.details(found, scope, revision)
    context = _common(found, scope) | {
        "question": asked,
        "revision": revision,
        "revisions": statistics.revisions_of(asked),
        "details": details,
        "figures": details.item.figures,
        "chart": charts.rates(details.answers),
        "label": labels()[revision.definition["type"]],
        "keep": f"revision={revision.pk}&",
    }
    return render(request, "quizzes/teaching/question.html", context)


def _place(kind: str, slug: str) -> statistics.Place:
    try:
        return PLACES[kind](slug)
    except (KeyError, Lesson.DoesNotExist, QuestionSet.DoesNotExist):
        raise Http404("確認クイズか模擬試験が見つかりません。") from None


def _scope(request: HttpRequest) -> statistics.Scope:
    return statistics.Scope(
        first_only=request.GET.get("attempts") != "all", guests=request.GET.get("guests") == "1"
    )


def _query(scope: statistics.Scope) -> str:
    """Return the part of an address that asks for a scope."""
    fields = {"attempts": "all"} if not scope.first_only else {}
    fields |= {"guests": "1"} if scope.guests else {}
    return urlencode(fields)


def _common(found: statistics.Place, scope: statistics.Scope) -> dict[str, object]:
    scopes = [
        (label, _query(other), other == scope)
        for label, other in (
            ("アカウントのある受講者の一回目", statistics.Scope()),
            ("ゲストも含めた一回目", statistics.Scope(guests=True)),
            ("アカウントのある受講者のすべての回", statistics.Scope(first_only=False)),
            ("ゲストも含めたすべての回", statistics.Scope(first_only=False, guests=True)),
        )
    ]
    return {
        "place": found,
        "scope": scope,
        "scopes": scopes,
        "query": _query(scope),
        "limits": {"too_few": TOO_FEW, "few": FEW, "moderate": MODERATE},
        "pause": settings.QUIZ_PAUSE_MINUTES,
    }


def _columns(scope: statistics.Scope, sort: str) -> list[tuple[str, str, str]]:
    """Return each column's label, the address that sorts by it, and its ``aria-sort``."""
    columns = []
    for name, label in COLUMNS.items():
        turned = f"-{name}" if sort == name else name
        state = {name: "ascending", f"-{name}": "descending"}.get(sort, "none")
        query = "&".join(filter(None, [_query(scope), f"sort={turned}"]))
        columns.append((label, f"?{query}", state))
    return columns
