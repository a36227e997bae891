"""Questions from files (settings.CONTENT_IMPORTERS)."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courseware.grading import Question as Definition
from courseware.grading import QuestionError, Text, parse_question
from courseware.lessons.importing import read_context
from courseware.lessons.models import Lesson
from courseware.markup.document import Document, parse_document, read_text
from courseware.markup.errors import ContentError, Problem
from courseware.markup.render import RenderContext, render
from courseware.quizzes.models import Question, QuestionRevision

PARAGRAPH = re.compile(r"<p>((?:(?!<p>|</p>).)*)</p>", re.DOTALL)


@dataclass(frozen=True)
class QuestionText:
    """A question read from its file and rendered: what a revision stores."""

    definition: Definition
    html: dict[str, str]
    content_hash: str


@dataclass(frozen=True)
class Batch:
    """All questions of the files by identifier; nothing is stored yet."""

    questions: dict[str, QuestionText]


def read(root: Path) -> Batch:
    """Return the questions under ``root``. Raises ContentError with every problem."""
    context = read_context(root)
    questions: dict[str, QuestionText] = {}
    problems: list[Problem] = []
    for path in sorted((root / "questions").rglob("*.md")):
        name = str(path.relative_to(root.parent))
        try:
            question, document = _read_question(root, path, name, context)
        except ContentError as error:
            problems += error.problems
            continue
        first = questions.setdefault(path.stem, question)
        if first is not question:
            message = (
                f"識別子「{path.stem}」の問題は"
                f"レッスン「{first.definition.lesson}」にもあります。別の識別子にしてください。"
            )
            problems.append(document.problem("id", message))
    if problems:
        raise ContentError(problems)
    return Batch(questions)


def _read_question(
    root: Path, path: Path, name: str, context: RenderContext
) -> tuple[QuestionText, Document]:
    document = parse_document(read_text(path, name), name)
    try:
        definition = parse_question(
            document.meta, document.key_lines, document.body, document.body_line, context.figures
        )
    except QuestionError as error:
        raise ContentError(
            Problem(name, p.line, p.column, p.message) for p in error.problems
        ) from None
    problems = list(_misplaced(root, path, document, definition))
    html: dict[str, str] = {}
    for key, text in definition.texts().items():
        try:
            html[key] = _rendered(text, context, name)
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(problems)
    return QuestionText(definition, html, _hash(definition, html)), document


def _misplaced(
    root: Path, path: Path, document: Document, definition: Definition
) -> Iterator[Problem]:
    if definition.id != path.stem:
        yield document.problem(
            "id",
            f"「id」({definition.id}) とファイル名 ({path.name}) をそろえてください。",
        )
    if not (root / "lessons" / f"{definition.lesson}.md").is_file():
        yield document.problem(
            "lesson",
            f"レッスン「{definition.lesson}」がありません。"
            "lessons フォルダーにあるファイルの名前 (.md を除く) を書いてください。",
        )
    elif path.parent != root / "questions" / definition.lesson:
        yield document.problem(
            "lesson",
            f"レッスン「{definition.lesson}」の問題は、フォルダー questions/{definition.lesson}/ に"
            "置いてください。",
        )


def _rendered(text: Text, context: RenderContext, name: str) -> str:
    html = render(text.markdown, context, path=name, first_line=text.line).html.strip()
    if not text.inline:
        return html
    paragraph = PARAGRAPH.fullmatch(html)
    if paragraph is None:
        message = "選択肢は一つの段落で書いてください (一覧、表、コードの囲みは使えません)。"
        raise ContentError([Problem(name, text.line, 1, message)])
    return paragraph[1]


def _hash(definition: Definition, html: dict[str, str]) -> str:
    # The HTML is part of the identity: a changed figure or term makes a new revision.
    content = json.dumps([definition.to_json(), html], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


def save(batch: Batch) -> dict[str, Any]:
    """Store what changed and return the report; call it inside a transaction."""
    lessons = {lesson.slug: lesson for lesson in Lesson.objects.all()}
    stored = {
        question.identifier: question
        for question in Question.objects.select_related("published").all()
    }
    created = 0
    for identifier, text in batch.questions.items():
        question = stored.get(identifier) or Question(identifier=identifier)
        created += _save_question(question, lessons[text.definition.lesson], text)
    gone = Question.objects.filter(retired=False).exclude(identifier__in=batch.questions)
    warnings = [
        f"問題「{question.identifier}」のファイルがなくなったため、出題をやめました。"
        "これまでの解答は残ります。"
        for question in gone
    ]
    gone.update(retired=True)
    return {
        "created": created,
        "unchanged": len(batch.questions) - created,
        "warnings": warnings,
    }


def _save_question(question: Question, lesson: Lesson, text: QuestionText) -> bool:
    """Publish the question's text; return whether anything is other than before."""
    published = question.published
    if (
        published is not None
        and published.content_hash == text.content_hash
        and question.lesson_id == lesson.pk
        and not question.retired
    ):
        return False
    question.lesson, question.retired = lesson, False
    question.save()
    question.published, _ = QuestionRevision.objects.get_or_create(
        question=question,
        content_hash=text.content_hash,
        defaults={
            "definition": text.definition.to_json(),
            "html": text.html,
            "points": text.definition.points,
        },
    )
    question.save()
    return True
