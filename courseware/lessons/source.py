"""A lesson's source text: read its front matter, render it, identify the result."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from courseware.lessons.models import Figure, GlossaryTerm, LessonRevision
from courseware.markup.document import (
    Field,
    Schema,
    integer_field,
    parse_document,
    text_field,
    text_list_field,
)
from courseware.markup.errors import ContentError, Problem
from courseware.markup.render import RenderContext, render, render_inline
from courseware.markup.terms import Term, index


def _is_source(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and set(item) <= {"text", "url"}
        and isinstance(item.get("text"), str)
        and str(item.get("url") or "https://").startswith(("https://", "http://"))
    )


SCHEMA = Schema(
    {
        "title": text_field(100),
        "summary": text_field(300),
        "minutes": integer_field(1, 180),
        "objectives": text_list_field(),
        "sources": Field(
            lambda value: isinstance(value, list) and all(map(_is_source, value)),
            "「- text: 出典」と任意の「url: https://…」の一覧",
            required=False,
            default=[],
        ),
    }
)


@dataclass(frozen=True)
class LessonText:
    """A lesson read from its source: what a revision stores."""

    source: str
    content_hash: str
    title: str
    summary: str
    minutes: int
    objectives: list[str]
    sources: list[dict[str, str]]
    html: str
    toc: list[dict[str, Any]]

    def revision(self, **relations: Any) -> LessonRevision:
        """Return an unsaved revision of this text."""
        return LessonRevision(**vars(self), **relations)


def read_lesson(source: str, context: RenderContext, path: str = "") -> LessonText:
    """Return the lesson that the source describes.

    Raises ContentError with every problem, at the line of the source; a text longer than
    settings.LESSON_MAX_SOURCE_CHARACTERS is one.
    """
    limit = settings.LESSON_MAX_SOURCE_CHARACTERS
    if len(source) > limit:
        message = f"本文が長すぎます ({len(source):,} 文字)。{limit:,} 文字以内にしてください。"
        raise ContentError([Problem(path, 1, 1, message)])
    source = source.replace("\r\n", "\n")
    document = parse_document(source, path)
    problems: list[Problem] = []
    meta: dict[str, Any] = {}
    html, toc = "", []
    try:
        meta = SCHEMA.read(document)
    except ContentError as error:
        problems += error.problems
    try:
        rendered = render(document.body, context, path=path, first_line=document.body_line)
        html, toc = rendered.html, [vars(entry) for entry in rendered.toc]
    except ContentError as error:
        problems += error.problems
    if problems:
        raise ContentError(problems)
    return LessonText(source=source, content_hash=_hash(source, html), html=html, toc=toc, **meta)


def _hash(source: str, html: str) -> str:
    # The HTML is part of the identity: a changed figure or term makes a new revision.
    return hashlib.sha256(f"{source}\0{html}".encode()).hexdigest()


def stored_context() -> RenderContext:
    """Return the glossary and the figures that were imported, for texts written in the browser."""
    terms = index(
        Term(t.slug, t.term, t.english, t.definition_html, t.reading, tuple(t.synonyms))
        for t in GlossaryTerm.objects.all()
    )
    return RenderContext(terms, dict(Figure.objects.values_list("name", "svg")))


def definition_html(term: Term, path: str) -> str:
    """Return the rendered definition of a glossary term. Raises ContentError."""
    return render_inline(term.definition, path=path)
