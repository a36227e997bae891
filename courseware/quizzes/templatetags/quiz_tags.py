"""How scores, times and rules are written, and texts looked up."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.safestring import SafeString, mark_safe

from courseware.classes.models import User
from courseware.grading.item_statistics import FEW, MODERATE, TOO_FEW, Sample
from courseware.quizzes.drafts import State
from courseware.quizzes.models import QuestionSet
from courseware.quizzes.regrading import learner_name

register = template.Library()


@register.filter
def points(thousandths: int) -> str:
    """Return a score in points: 1500 is "1.5", 2000 is "2"."""
    whole, part = divmod(thousandths, 1000)
    return f"{whole}.{part:03}".rstrip("0").rstrip(".")


@register.filter
def signed_points(thousandths: int) -> str:
    """Return a change of a score in points with its sign: 1500 is "+1.5"."""
    sign = "+" if thousandths > 0 else "−" if thousandths < 0 else "±"
    return f"{sign}{points(abs(thousandths))}"


@register.filter
def learner(user: User) -> str:
    """Return how a learner is named to instructors."""
    return learner_name(user)


@register.filter
def decimal(value: float) -> str:
    """Return a figure with two decimals and a true minus sign."""
    return f"{value:.2f}".replace("-", "−")


@register.filter
def as_points(thousandths: float) -> str:
    """Return an amount of thousandths of a point in points, with two decimals."""
    return f"{thousandths / 1000:.2f}"


@register.filter
def duration(seconds: float) -> str:
    """Return a time in minutes and seconds: 75 is "1 分 15 秒"."""
    whole, rest = divmod(int(seconds + 0.5), 60)
    return f"{whole} 分 {rest} 秒" if whole else f"{rest} 秒"


@register.filter
def sample_words(n: int) -> str:
    """Return what so few learners are good for, or nothing for many."""
    return {
        Sample.TOO_FEW: f"{TOO_FEW} 人に満たないため、この数からは何も言えません。",
        Sample.FEW: f"{FEW} 人に満たないため、大まかな目安にとどまります。",
        Sample.MODERATE: f"{MODERATE} 人に満たないため、識別力はまだ大きく動きます。",
    }.get(Sample.of(n), "")


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
