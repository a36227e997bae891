"""How much one text may ask of the Markdown library, of whose steps some take a time that grows
faster than a paragraph's length, and some make much of little. All is counted in the raw text,
where code too counts: never less is counted than the library can meet."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from courseware.markup.errors import Problem

PARAGRAPH_CHARACTERS = 3_000  # between two blank lines
PARAGRAPH_LINKS = 50  # each may be read to the end of its paragraph
CODE_BLOCKS = 200  # for each a highlighter is made
FOOTNOTE_MARKS = 200  # references and notes
FIGURES = 50  # each is put in whole
TABLE_CELLS = 5_000  # a short row is filled up to the columns of its head
NESTED_BRACKETS = 10  # in a link's text; deeper ones are plain text (links.py)
HTML_CHARACTERS = 1_000_000  # a link's long address may be repeated by a short name
PROBLEMS_TOLD = 50  # of one text at once

Lines = list[tuple[int, str]]


@dataclass(frozen=True)
class Limit:
    """How many places of a kind there may be, and what the author of more is told."""

    pattern: re.Pattern[str]
    most: int
    message: str


PARAGRAPH_LIMITS = (
    Limit(
        re.compile("."),
        PARAGRAPH_CHARACTERS,
        f"空行のない続きは {PARAGRAPH_CHARACTERS:,} 文字までです。空行を入れて分けてください。",
    ),
    Limit(
        re.compile(r"\]\("),
        PARAGRAPH_LINKS,
        f"一つの段落に書けるリンクと画像は {PARAGRAPH_LINKS} 個までです。段落を分けてください。",
    ),
)
BODY_LIMITS = (
    Limit(
        re.compile(r"`{3,}|~{3,}"),
        2 * CODE_BLOCKS,
        f"コードの囲みは {CODE_BLOCKS} 個までです。",
    ),
    Limit(
        re.compile(r"\[\^"),
        FOOTNOTE_MARKS,
        f"脚注の印 [^…] は、注の側も合わせて {FOOTNOTE_MARKS} 個までです。",
    ),
    Limit(re.compile(r"!\[\["), FIGURES, f"図 ![[…]] は {FIGURES} 個までです。"),
)


def limit_problems(body: str, path: str = "", first_line: int = 1) -> Iterator[Problem]:
    """Yield where a body that starts at the file's line ``first_line`` passes a limit."""
    lines = list(enumerate(body.split("\n"), first_line))
    paragraphs = list(_paragraphs(lines))
    for paragraph in paragraphs:
        for limit in PARAGRAPH_LIMITS:
            yield from _beyond(limit, paragraph, path)
    for limit in BODY_LIMITS:
        yield from _beyond(limit, lines, path)
    yield from _beyond_cells(paragraphs, path)


def _paragraphs(lines: Lines) -> Iterator[Lines]:
    paragraph: Lines = []
    for number, line in lines:
        if line.strip(" \t"):
            paragraph.append((number, line))
        elif paragraph:
            yield paragraph
            paragraph = []
    yield paragraph


def _beyond(limit: Limit, lines: Lines, path: str) -> Iterator[Problem]:
    places = (
        (number, match.start() + 1)
        for number, line in lines
        for match in limit.pattern.finditer(line)
    )
    for line, column in islice(places, limit.most, limit.most + 1):
        yield Problem(path, line, column, limit.message)


def _beyond_cells(paragraphs: Iterable[Lines], path: str) -> Iterator[Problem]:
    cells = 0
    for paragraph in paragraphs:
        bars = max((line.count("|") for _, line in paragraph), default=0)
        cells += len(paragraph) * (bars + 1) if bars else 0
        if cells > TABLE_CELLS:
            message = f"表のマスは、すべての表を合わせて {TABLE_CELLS:,} 個までです。"
            yield Problem(path, paragraph[0][0], 1, message)
            return
