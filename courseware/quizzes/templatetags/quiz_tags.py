"""How scores are written, and texts looked up."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

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
