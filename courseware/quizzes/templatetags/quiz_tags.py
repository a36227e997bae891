"""How scores are written."""

from django import template

register = template.Library()


@register.filter
def points(thousandths: int) -> str:
    """Return a score in points: 1500 is "1.5", 2000 is "2"."""
    whole, part = divmod(thousandths, 1000)
    return f"{whole}.{part:03}".rstrip("0").rstrip(".")
