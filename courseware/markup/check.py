"""Find what is wrong in a Markdown body before it is rendered, with line and column."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from html import unescape

from courseware.markup.errors import Problem
from courseware.markup.extensions import FIGURE, TERM
from courseware.markup.terms import Term

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)")
FIGURE_ANYWHERE = re.compile(r"!\[\[([^\[\]|\n]+)[^\[\]\n]*\]\]")
FIGURE_LINE = re.compile(FIGURE)
TERM_ANYWHERE = re.compile(TERM)
IMAGE = re.compile(r"!\[([^\[\]]*)\]\(\s*([^)\s]*)")
ADMONITION = re.compile(r"^\s*!!! ?(.*?)\s*(?:\".*)?$")
ADMONITIONS = ("note", "tip", "warning")  # as static/css/lesson.css draws them
HREF = re.compile(r'<a\b[^>]*? href="([^"]*)"')
ALLOWED_TARGET = re.compile(r"https?://|mailto:|/(?![/\\])|#", re.IGNORECASE)
HEADING = re.compile(r"^(#{1,6})\s*(.*)$")


def check_body(
    body: str, terms: Mapping[str, Term], figures: Mapping[str, str], path: str, first_line: int
) -> Iterator[Problem]:
    """Yield each problem of a body that starts at the file's line ``first_line``."""
    fence: tuple[str, int] | None = None
    for number, line in enumerate(body.splitlines(), first_line):
        marker = FENCE.match(line)
        if fence:
            if marker and marker[1].startswith(fence[0]) and not marker[2].strip():
                fence = None
            continue
        if marker:
            fence = (marker[1], number)
            if "{" in marker[2]:
                column = line.index("{") + 1
                yield Problem(path, number, column, "コードの囲みに { } の属性は付けられません。")
            continue
        prose = CODE_SPAN.sub(lambda m: " " * len(m[0]), line)
        for column, message in _line_problems(prose, terms, figures):
            yield Problem(path, number, column, message)
    if fence:
        yield Problem(path, fence[1], 1, f"コードの囲み「{fence[0]}」が閉じられていません。")


def _line_problems(
    line: str, terms: Mapping[str, Term], figures: Mapping[str, str]
) -> Iterator[tuple[int, str]]:
    heading = HEADING.match(line)
    if heading and len(heading[1]) == 1:
        yield 1, "本文の見出しは「## 」から始めてください (「# 」は題名のために使います)。"
    admonition = ADMONITION.match(line)
    if admonition and admonition[1] not in ADMONITIONS:
        yield admonition.start(1) + 1, f"囲み !!! の種類は {'、'.join(ADMONITIONS)} です。"
    for match in TERM_ANYWHERE.finditer(line):
        name = (match[2] or match[1]).strip()
        if heading:
            yield match.start() + 1, "見出しの中では用語リンク [[…]] を使えません。"
        elif name not in terms:
            yield (
                match.start() + 1,
                f"用語「{_short(name)}」は用語集にありません。{_nearest(name, terms)}",
            )
    for match in FIGURE_ANYWHERE.finditer(line):
        name = match[1].strip()
        if not FIGURE_LINE.match(line.strip()):
            yield match.start() + 1, "図 ![[…]] は前後に何もない一行に書いてください。"
        elif name not in figures:
            yield match.start() + 1, f"図「{_short(name)}」がありません。{_nearest(name, figures)}"
    for match in IMAGE.finditer(line):
        if not match[1].strip():
            yield match.start() + 1, "画像の代替テキストを ![ここ](…) に書いてください。"
        if not match[2].startswith("/") or match[2].startswith("//"):
            yield match.start() + 1, "画像は、このサイトに置いた「/」で始まる場所を指してください。"


def check_links(html: str, body: str, path: str, first_line: int) -> Iterator[Problem]:
    """Yield each link of the body's HTML (not sanitized yet) that leads where none may."""
    for target in map(unescape, HREF.findall(html)):
        if not ALLOWED_TARGET.match(target):
            written = re.search(rf"(?:\]\(\s*<?|\]:\s*<?|<)({re.escape(target)})", body)
            before = body[: written.start(1)] if written else ""
            line, column = before.count("\n"), len(before) - before.rfind("\n")
            message = (
                f"リンク先「{_short(target)}」は使えません。"
                "https://、http://、mailto:、「/」、「#」のどれかで始めてください。"
            )
            yield Problem(path, first_line + line, column, message)


def _short(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:40]}…"


def _nearest(name: str, known: Mapping[str, object]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"近いもの:「{close[0]}」" if close else "つづりを確かめるか、先に追加してください。"
