"""What an app shows on the learner's own page (settings.MY_PAGE_SECTIONS)."""

from collections.abc import Iterator
from typing import Any, TypedDict

from django.conf import settings
from django.utils.module_loading import import_string

from courseware.classes.models import User


class Section(TypedDict):
    """A heading, the template that shows the section, and that template's context."""

    title: str
    template: str
    context: dict[str, Any]


def sections(user: User) -> Iterator[Section]:
    """Yield each app's section for the learner, in the order of the settings."""
    for path in settings.MY_PAGE_SECTIONS:
        yield import_string(path)(user)
