"""Lessons, glossary and figures from files (settings.CONTENT_IMPORTERS)."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from courseware.lessons import source
from courseware.lessons.models import Course, Figure, GlossaryTerm, Lesson, LessonRevision
from courseware.markup.document import read_text
from courseware.markup.errors import ContentError, Problem
from courseware.markup.figures import parse_figure
from courseware.markup.render import RenderContext
from courseware.markup.terms import Term, index, parse_terms

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Batch:
    """All that the files say, checked and rendered; nothing is stored yet."""

    title: str
    description: str
    lessons: dict[str, source.LessonText]
    terms: dict[str, tuple[Term, str]]
    figures: dict[str, str]


def read(root: Path) -> Batch:
    """Return what the files under ``root`` say. Raises ContentError with every problem."""
    reader = _Reader(root)
    course = reader.attempt(_read_course, root) or {}
    figures, terms = reader.figures(), reader.terms()
    context = RenderContext(index(term for term, _ in terms.values()), figures)
    lessons = {}
    for slug in course.get("lessons", []):
        lesson = reader.attempt(_lesson, root, slug, context)
        if lesson is not None:
            lessons[slug] = lesson
    if reader.problems:
        raise ContentError(reader.problems)
    return Batch(course["title"], course["description"], lessons, terms, figures)


def read_context(root: Path) -> RenderContext:
    """Return what the texts under ``root`` may refer to: its terms and its figures.

    Files with problems are passed over: what is wrong with them, ``read`` says.
    """
    reader = _Reader(root)
    figures, terms = reader.figures(), reader.terms()
    return RenderContext(index(term for term, _ in terms.values()), figures)


class _Reader:
    """Reads file after file and collects the problems of all."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def attempt(self, step: Callable[P, T], *args: P.args, **options: P.kwargs) -> T | None:
        """Return what the step returns, or None after noting its problems."""
        try:
            return step(*args, **options)
        except ContentError as error:
            self.problems += error.problems
            return None

    def figures(self) -> dict[str, str]:
        """Return the SVG of each figure by name."""
        svgs = {}
        for path in sorted((self.root / "figures").glob("*.svg")):
            svg = self.attempt(_figure, self.root, path)
            if svg is not None:
                svgs[path.stem] = svg
        return svgs

    def terms(self) -> dict[str, tuple[Term, str]]:
        """Return (term, definition's HTML) by id; note ids and names that stand twice."""
        terms: dict[str, tuple[Term, str]] = {}
        seen: dict[str, str] = {}
        for path in sorted((self.root / "glossary").glob("*.yaml")):
            name = _name(self.root, path)
            for line, term in self.attempt(_terms, self.root, name) or []:
                for spelling in {term.id, term.term}:
                    if spelling in seen:
                        message = f"「{spelling}」は {seen[spelling]} にもあります。"
                        self.problems.append(Problem(name, line, 1, message))
                    seen[spelling] = f"{name}:{line}"
                html = self.attempt(source.definition_html, term, name)
                terms[term.id] = (term, html or "")
        return terms


def _name(root: Path, path: Path) -> str:
    return str(path.relative_to(root.parent))


def _text(root: Path, name: str) -> str:
    return read_text(root.parent / name, name)


def _terms(root: Path, name: str) -> list[tuple[int, Term]]:
    return parse_terms(_text(root, name), name)


def _read_course(root: Path) -> dict[str, Any]:
    name = _name(root, root / "course.toml")
    try:
        course = tomllib.loads(_text(root, name))
    except tomllib.TOMLDecodeError as error:
        raise ContentError([Problem(name, 1, 1, f"TOML として読めません ({error})。")]) from None
    slugs = course.get("lessons")
    if (
        not isinstance(course.get("title"), str)
        or not isinstance(course.get("description"), str)
        or not isinstance(slugs, list)
        or not all(isinstance(slug, str) for slug in slugs)
        or len(set(slugs)) != len(slugs)
    ):
        message = "title、description (文字列) と、重複のない lessons (文字列の一覧) が必要です。"
        raise ContentError([Problem(name, 1, 1, message)])
    unlisted = {path.stem for path in (root / "lessons").glob("*.md")} - set(slugs)
    if unlisted:
        message = f"lessons の一覧にないレッスンがあります: {'、'.join(sorted(unlisted))}"
        raise ContentError([Problem(name, 1, 1, message)])
    return course


def _figure(root: Path, path: Path) -> str:
    name = _name(root, path)
    return parse_figure(path.stem, _text(root, name), name)


def _lesson(root: Path, slug: str, context: RenderContext) -> source.LessonText:
    name = _name(root, root / "lessons" / f"{slug}.md")
    return source.read_lesson(_text(root, name), context, name)


def save(batch: Batch) -> dict[str, Any]:
    """Store what changed and return the report; call it inside a transaction."""
    Course.objects.update_or_create(
        pk=1, defaults={"title": batch.title, "description": batch.description}
    )
    _save_glossary(batch)
    _save_figures(batch)
    warnings: list[str] = []
    created = 0
    for position, (slug, text) in enumerate(batch.lessons.items(), 1):
        created += _save_lesson(slug, position, text, warnings)
    return {
        "created": created,
        "unchanged": len(batch.lessons) - created,
        "warnings": warnings,
    }


def _save_glossary(batch: Batch) -> None:
    # Names move between entries, so the whole small table is written anew when it differs.
    rows = [
        GlossaryTerm(
            slug=term.id,
            term=term.term,
            reading=term.reading,
            english=term.english,
            synonyms=list(term.synonyms),
            definition_html=html,
            sort_key=_sort_key(term),
        )
        for term, html in batch.terms.values()
    ]
    fields = ["slug", "term", "reading", "english", "synonyms", "definition_html", "sort_key"]
    stored = {tuple(map(str, row)) for row in GlossaryTerm.objects.values_list(*fields)}
    if stored != {tuple(str(getattr(row, name)) for name in fields) for row in rows}:
        GlossaryTerm.objects.all().delete()
        GlossaryTerm.objects.bulk_create(rows)


def _sort_key(term: Term) -> str:
    """Return the reading in hiragana, so that kana and kanji sort together."""
    reading = term.reading or term.term
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in reading).casefold()


def _save_figures(batch: Batch) -> None:
    Figure.objects.exclude(name__in=batch.figures).delete()
    for name, svg in batch.figures.items():
        Figure.objects.update_or_create(name=name, defaults={"svg": svg})


def _save_lesson(slug: str, position: int, text: source.LessonText, warnings: list[str]) -> bool:
    """Store the lesson's text; return whether it is another than at the last import."""
    lesson, _ = Lesson.objects.get_or_create(slug=slug, defaults={"position": position})
    revision = LessonRevision.objects.filter(lesson=lesson, content_hash=text.content_hash).first()
    if revision is None:
        revision = text.revision(lesson=lesson)
        revision.save()
    before = lesson.imported
    changed = before != revision
    if changed:
        if lesson.published in (None, before):
            lesson.published = revision
        elif before is None or before.source != revision.source:
            warnings.append(
                f"レッスン「{slug}」はブラウザーで公開した版があるため、ファイルの版は公開していません。"
                "ファイルの版にするには、その内容を執筆ページに貼り付けて公開してください。"
            )
    lesson.imported, lesson.position = revision, position
    lesson.save()
    return changed
