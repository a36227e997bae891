"""Markdown's links, in a time that does not grow with the square of a paragraph's length."""

import re

from markdown import Markdown
from markdown.inlinepatterns import LinkInlineProcessor

from courseware.markup.limits import NESTED_BRACKETS

BRACKET = re.compile(r"[\[\]]")


def bound_links(md: Markdown) -> None:
    """Make every pattern that starts with ``[`` look for its ``]`` with ``link_text``."""
    for pattern in md.inlinePatterns:
        if isinstance(pattern, LinkInlineProcessor):
            pattern.getText = link_text  # type: ignore[method-assign]


def link_text(data: str, index: int) -> tuple[str, int, bool]:
    """Return the text up to the bracket that closes the one before ``index``, the index after
    it, and whether there is one.

    As the library's own, but more than NESTED_BRACKETS open at once are no link. So no
    character is looked at for more than that many brackets, where the library looks at each
    for every bracket before it.
    """
    depth = 1
    for bracket in BRACKET.finditer(data, index):
        depth += 1 if bracket[0] == "[" else -1
        if depth == 0:
            return data[index : bracket.start()], bracket.end(), True
        if depth > NESTED_BRACKETS:
            break
    return "", index, False
