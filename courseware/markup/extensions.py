"""This project's additions to Markdown: glossary terms, figures, and Japanese line joins."""

import re
import xml.etree.ElementTree as etree
from collections.abc import Mapping
from re import Match
from typing import Any

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor

from courseware.markup.links import bound_links
from courseware.markup.terms import Term

TERM = r"(?<!!)\[\[([^\[\]|\n]+)(?:\|([^\[\]|\n]+))?\]\]"
FIGURE = r"^!\[\[([^\[\]|\n]+)(?:\|([^\[\]\n]+))?\]\][ ]*$"
CJK = r"\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
# A line break between two Japanese characters is no space; markup signs may stand between.
JAPANESE_BREAK = rf"(?<=[{CJK}\]*`])\n(?=[*\[!`]*[{CJK}])"


class TermProcessor(InlineProcessor):
    """``[[用語]]`` and ``[[表示|用語]]``: a link, explained at its first use on the page."""

    def __init__(self, md: Markdown, terms: Mapping[str, Term]) -> None:
        super().__init__(TERM, md)
        self.terms = terms
        self.used: set[str] = set()

    def handleMatch(  # type: ignore[override]
        self, m: Match[str], data: str
    ) -> tuple[etree.Element | None, int | None, int | None]:
        """Return the link element, with reading and English behind a first use."""
        shown, name = m.group(1).strip(), (m.group(2) or m.group(1)).strip()
        term = self.terms.get(name)
        if term is None:
            return None, None, None
        link = etree.Element("a", {"class": "term", "href": f"/glossary/#term-{term.id}"})
        link.text = shown
        gloss = "" if term.id in self.used else _gloss(term, shown)
        self.used.add(term.id)
        if not gloss:
            return link, m.start(0), m.end(0)
        both = etree.Element("span")
        both.append(link)
        note = etree.SubElement(both, "span", {"class": "term-gloss"})
        note.text = f" ({gloss})"
        note.tail = " " if _goes_on(data[m.end(0) :]) else None
        return both, m.start(0), m.end(0)


def _goes_on(rest: str) -> bool:
    """Return whether a word follows, and not punctuation, a space or the end."""
    following = rest.lstrip("*_")[:1]
    return (
        bool(following)
        and following not in "、。，．・：；？！）」』】〕〉》,.:;?!)]"
        and (not following.isspace())
    )


def _gloss(term: Term, shown: str) -> str:
    parts = [term.reading]
    if term.english.casefold() != shown.casefold():
        parts.append(term.english)
    return "、".join(part for part in parts if part)


class FigureProcessor(BlockProcessor):
    """``![[name|caption]]`` on a line of its own: a figure, its SVG put in after sanitizing."""

    pattern = re.compile(FIGURE)

    def __init__(self, md: Markdown, placeholder: str) -> None:
        super().__init__(md.parser)
        self.placeholder = placeholder

    def test(self, parent: etree.Element, block: str) -> bool:
        """Return whether the block is one figure line."""
        return bool(self.pattern.match(block.strip()))

    def run(self, parent: etree.Element, blocks: list[str]) -> None:
        """Append the figure element with a placeholder for the SVG."""
        name, _, caption = blocks.pop(0).strip()[3:-2].partition("|")
        figure = etree.SubElement(parent, "figure", {"class": "figure"})
        etree.SubElement(figure, "div").text = f"{self.placeholder}{name.strip()};"
        if caption:
            etree.SubElement(figure, "figcaption").text = caption.strip()


class JapaneseBreak(InlineProcessor):
    """Join lines between Japanese characters, where browsers would show a space."""

    def handleMatch(  # type: ignore[override]
        self, m: Match[str], data: str
    ) -> tuple[str, int, int]:
        """Return nothing in place of the line break."""
        return "", m.start(0), m.end(0)


class CoursewareExtension(Extension):
    """Register the above, and show raw HTML as text instead of passing it on."""

    def __init__(self, terms: Mapping[str, Term], placeholder: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.terms = terms
        self.placeholder = placeholder

    def extendMarkdown(self, md: Markdown) -> None:
        """Add the processors to a Markdown instance."""
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.parser.blockprocessors.register(FigureProcessor(md, self.placeholder), "figure", 175)
        md.inlinePatterns.register(TermProcessor(md, self.terms), "term", 185)
        md.inlinePatterns.register(JapaneseBreak(JAPANESE_BREAK, md), "japanese-break", 195)
        bound_links(md)
