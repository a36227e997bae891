"""What an app shows on the learner's own page (settings.MY_PAGE_SECTIONS)."""

from collections.abc import Iterator
from typing import Any, TypedDict

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from courseware.classes.models import User


class Section(TypedDict):
    """A heading, the template that shows the section, and that template's context."""

    title: str
    template: str
    context: dict[str, Any]


def sections(user: User) -> Iterator[tuple[str, SafeString]]:
    """Yield each app's heading and rendered section, in the order of the settings."""
    for path in settings.MY_PAGE_SECTIONS:
        section: Section = import_string(path)(user)
        yield section["title"], render_to_string(section["template"], section["context"])
