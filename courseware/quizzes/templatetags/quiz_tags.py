"""How scores, times and rules are written, and texts looked up."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.safestring import SafeString, mark_safe

from courseware.quizzes.drafts import State
from courseware.quizzes.models import QuestionSet

register = template.Library()


@register.filter
def points(thousandths: int) -> str:
    """Return a score in points: 1500 is "1.5", 2000 is "2"."""
    whole, part = divmod(thousandths, 1000)
    return f"{whole}.{part:03}".rstrip("0").rstrip(".")


@register.filter
def text(html: Mapping[str, str], key: str) -> SafeString:
    """Return a question's rendered text by its key; empty for none."""
    return mark_safe(html.get(key, ""))  # noqa: S308  (rendered and sanitized at import)


@register.filter
def of(members: Mapping[str, Any], key: str) -> Any:
    """Return a member by a key that the template has in a variable."""
    return members.get(key)


@register.filter
def percent(share: float) -> int:
    """Return a share in whole percent, the half rounded up."""
    return int(share * 100 + 0.5)


@register.filter
def minutes(seconds: int) -> int:
    """Return the whole minutes in seconds, begun ones counted."""
    return -(-seconds // 60)


@register.filter
def release_words(question_set: QuestionSet) -> str:
    """Return when a learner sees the grades of a set, as a sentence."""
    if question_set.release_at is not None:
        moment = timezone.localtime(question_set.release_at)
        return f"結果は {date_format(moment, 'Y年n月j日 H:i')} に公開します。"
    if question_set.release == QuestionSet.Release.NEVER:
        return "結果と正解は公開しません。"
    return "提出すると、すぐに結果と解説を見られます。"


@register.filter
def count_of(states: Iterable[State], kind: str) -> int:
    """Return how many answers are "answered", "open" (not answered) or "flagged"."""
    if kind == "open":
        return sum(not state.answered for state in states)
    return sum(bool(getattr(state, kind)) for state in states)


@register.simple_tag
def grace_seconds() -> int:
    """Return for how many seconds after a deadline an answer may arrive."""
    return int(settings.QUIZ_GRACE_SECONDS)
