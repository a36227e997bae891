"""Markdown to safe HTML. What comes out may be stored and served as it is."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import islice
from typing import Any

import nh3
from markdown import Markdown
from markdown.extensions.toc import slugify_unicode
from pygments.token import STANDARD_TYPES

from courseware.markup.check import check_body, check_links
from courseware.markup.errors import ContentError, Problem
from courseware.markup.extensions import CoursewareExtension
from courseware.markup.limits import HTML_CHARACTERS, PROBLEMS_TOLD, limit_problems
from courseware.markup.terms import Term

TAGS = frozenset(
    """p h2 h3 h4 h5 h6 ul ol li dl dt dd a em strong del code pre kbd span div blockquote hr br
    table thead tbody tr th td img figure figcaption sup sub""".split()
)
ATTRIBUTES = {
    "*": {"class", "id"},
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "th": {"align", "scope", "colspan", "rowspan"},
    "td": {"align", "colspan", "rowspan"},
    "ol": {"start"},
}
# The names that this package and its libraries give: no text may take those of the page around it.
IDS = ("s-", "fn:", "fnref")
CLASSES = frozenset(
    """admonition admonition-title note tip warning term term-gloss figure
    footnote footnote-ref footnote-backref highlight highlighttable filename
    linenos linenodiv normal special code hll""".split()
) | frozenset(STANDARD_TYPES.values())
EXTENSIONS = [
    "tables",
    "footnotes",
    "def_list",
    "admonition",
    "sane_lists",
    "pymdownx.superfences",
    "pymdownx.highlight",
    "toc",
]


@dataclass(frozen=True)
class RenderContext:
    """What a text may refer to: terms by every spelling, sanitized SVG figures by name."""

    terms: Mapping[str, Term] = field(default_factory=dict)
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TocEntry:
    """A heading: its level (2 to 6), its id on the page, and its text."""

    level: int
    id: str
    text: str


@dataclass(frozen=True)
class Rendered:
    """Sanitized HTML, and its headings in order."""

    html: str
    toc: tuple[TocEntry, ...]


def render(
    body: str, context: RenderContext | None = None, *, path: str = "", first_line: int = 1
) -> Rendered:
    """Return the body's HTML and headings; the same body and context give the same HTML.

    Raises ContentError with the problems of the body (see limits.PROBLEMS_TOLD), at the
    file's lines. Its time grows with the body's length only: see limits.py.
    """
    context = context or RenderContext()
    # The limits first: the other checks, too, are made for paragraphs within them.
    _refuse(limit_problems(body, path, first_line))
    _refuse(check_body(body, context.terms, context.figures, path, first_line))
    placeholder = f"figure{secrets.token_hex(8)}:"
    md = _markdown(context, placeholder)
    html = _convert(md, body, path, first_line)
    _refuse(check_links(html, body, path, first_line))
    html = _sanitize(html)
    for name, svg in context.figures.items():
        html = html.replace(
            f"<div>{placeholder}{escape(name)};</div>",
            '<div class="figure__scroll" tabindex="0" role="group" '
            f'aria-label="図 (横に動かせます)">{svg}</div>',
        )
    return Rendered(html, tuple(_headings(md.toc_tokens)))  # type: ignore[attr-defined]


def render_inline(text: str, context: RenderContext | None = None, *, path: str = "") -> str:
    """Return the HTML of a one-paragraph text without its ``<p>``. Raises ContentError."""
    html = render(text, context, path=path).html.strip()
    return html.removeprefix("<p>").removesuffix("</p>") if html.count("<p>") == 1 else html


def _refuse(problems: Iterator[Problem]) -> None:
    found = list(islice(problems, PROBLEMS_TOLD))
    if found:
        raise ContentError(found)


def _convert(md: Markdown, body: str, path: str, first_line: int) -> str:
    try:
        html = md.convert(body)
    except RecursionError:
        message = "一覧、引用、強調の入れ子が深すぎます。浅くするか、段落を分けてください。"
        raise ContentError([Problem(path, first_line, 1, message)]) from None
    if len(html) > HTML_CHARACTERS:
        message = f"HTML にすると {HTML_CHARACTERS:,} 文字を超えます。本文を短くしてください。"
        raise ContentError([Problem(path, first_line, 1, message)])
    return html


def _markdown(context: RenderContext, placeholder: str) -> Markdown:
    return Markdown(
        extensions=[*EXTENSIONS, CoursewareExtension(context.terms, placeholder)],
        extension_configs={
            "toc": {"slugify": _slug, "toc_depth": "2-4"},
            "footnotes": {"BACKLINK_TITLE": "本文の注 {} に戻る"},
            "pymdownx.highlight": {"use_pygments": True, "guess_lang": False},
        },
        output_format="html",
    )


def _slug(value: str, separator: str) -> str:
    # Prefixed, so that a heading can never take the id of something else on the page.
    return f"s-{slugify_unicode(value, separator)}"


def _sanitize(html: str) -> str:
    clean = nh3.clean(
        html,
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        attribute_filter=_own_names,
        link_rel="noopener noreferrer",
    )
    # What scrolls sideways must be reachable by keyboard. (Groups: many landmarks are noise.)
    clean = clean.replace("<pre>", '<pre tabindex="0">')
    clean = clean.replace(
        "<table>",
        '<div class="table-scroll" tabindex="0" role="group" aria-label="表"><table>',
    )
    return clean.replace("</table>", "</table></div>")


def _own_names(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "id":
        return value if value.startswith(IDS) else None
    if attribute == "class":
        # Pygments derives names as "p-Indicator" from those of the standard.
        return " ".join(n for n in value.split() if {n, n.partition("-")[0]} & CLASSES) or None
    return value


def _headings(tokens: list[dict[str, Any]]) -> Iterator[TocEntry]:
    for token in tokens:
        yield TocEntry(token["level"], token["id"], token["name"])
        yield from _headings(token["children"])
