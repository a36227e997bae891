"""Sets of questions from files (settings.CONTENT_IMPORTERS): sets/NAME.md."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from courseware.lessons.importing import read_context
from courseware.markup.document import (
    Document,
    Field,
    Schema,
    integer_field,
    parse_document,
    read_text,
    text_field,
)
from courseware.markup.errors import ContentError, Problem
from courseware.markup.render import RenderContext, render
from courseware.quizzes.blueprints import Blueprint, Topic
from courseware.quizzes.models import QuestionSet

MAX_TOPICS = 20
MAX_QUESTIONS = 200
MAX_WEIGHT = 100
TOPIC_KEYS = {"name", "objective", "lesson", "questions", "weight", "count"}
OPTIONAL: dict[str, Any] = {"required": False, "default": None}


def _time() -> Field:
    return Field(
        lambda value: isinstance(value, datetime), "日時 (例: 2027-01-31 09:00:00)", **OPTIONAL
    )


SCHEMA = Schema(
    {
        "title": text_field(100),
        "summary": text_field(300),
        "position": integer_field(1, 999),
        "topics": Field(
            lambda value: isinstance(value, list) and 1 <= len(value) <= MAX_TOPICS,
            f"1 個から {MAX_TOPICS} 個までの範囲の一覧",
        ),
        "count": integer_field(1, MAX_QUESTIONS, **OPTIONAL),
        "minutes": integer_field(1, 600, **OPTIONAL),
        "attempts": integer_field(1, 100, **OPTIONAL),
        "target": integer_field(1, 100, **OPTIONAL),
        "release": Field(
            lambda value: isinstance(value, str) and value in QuestionSet.Release,
            f"{'、'.join(QuestionSet.Release.values)} のどれか",
        ),
        "release_at": _time(),
        "opens_at": _time(),
        "due_at": _time(),
        "closes_at": _time(),
    }
)


@dataclass(frozen=True)
class Batch:
    """The fields of every set of the files, by slug; nothing is stored yet."""

    sets: dict[str, dict[str, Any]]


def read(root: Path) -> Batch:
    """Return the sets under ``root``. Raises ContentError with every problem."""
    context = read_context(root)
    identifiers = {path.stem for path in (root / "questions").rglob("*.md")}
    lessons = {path.stem for path in (root / "lessons").glob("*.md")}
    sets: dict[str, dict[str, Any]] = {}
    problems: list[Problem] = []
    for file in sorted((root / "sets").glob("*.md")):
        name = str(file.relative_to(root.parent))
        try:
            document = parse_document(read_text(file, name), name)
            sets[file.stem] = _fields(document, context, name, identifiers, lessons)
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(problems)
    return Batch(sets)


def _fields(
    document: Document,
    context: RenderContext,
    name: str,
    identifiers: set[str],
    lessons: set[str],
) -> dict[str, Any]:
    """Return the fields of a set's row. Raises ContentError."""
    meta = SCHEMA.read(document)
    problems = list(_problems(document, meta, identifiers, lessons))
    if problems:
        raise ContentError(problems)
    topics = tuple(
        Topic(**{**t, "questions": tuple(t.get("questions", ()))}) for t in meta["topics"]
    )
    html = render(document.body, context, path=name, first_line=document.body_line).html
    return {
        "position": meta["position"],
        "title": meta["title"],
        "summary": meta["summary"],
        "html": html,
        "blueprint": Blueprint(topics, meta["count"] or 0).to_json(),
        "minutes": meta["minutes"],
        "attempts_allowed": meta["attempts"],
        "target_percent": meta["target"],
        "release": meta["release"],
        **{key: _aware(meta[key]) for key in ("release_at", "opens_at", "due_at", "closes_at")},
    }


def _aware(moment: datetime | None) -> datetime | None:
    """Return a moment that was written without a time zone as one of the site's."""
    if moment is None or timezone.is_aware(moment):
        return moment
    return timezone.make_aware(moment)


def _problems(
    document: Document, meta: dict[str, Any], identifiers: set[str], lessons: set[str]
) -> Iterator[Problem]:
    for number, topic in enumerate(meta["topics"], 1):
        for message in _problems_of_topic(topic, meta["count"], identifiers, lessons):
            yield document.problem("topics", f"{number} 番目の範囲: {message}")
    if (meta["release"] == QuestionSet.Release.AT) != (meta["release_at"] is not None):
        yield document.problem("release", "「release_at」は「release: at」のときだけ書きます。")


def _problems_of_topic(
    topic: Any, count: int | None, identifiers: set[str], lessons: set[str]
) -> Iterator[str]:
    if not isinstance(topic, dict) or not set(topic) <= TOPIC_KEYS or not _text(topic.get("name")):
        yield f"「name」(範囲の名前) が必要です。書ける項目: {'、'.join(sorted(TOPIC_KEYS))}"
        return
    questions = topic.get("questions", [])
    if not isinstance(questions, list) or not all(map(_text, questions)):
        yield "「questions」には、問題の識別子の一覧を書いてください。"
    elif unknown := [name for name in questions if name not in identifiers]:
        yield f"問題「{unknown[0]}」がありません。"
    if not all(_text(topic.get(key, "-")) for key in ("objective", "lesson")):
        yield "「objective」と「lesson」は文字列で書いてください (番号は引用符で囲む)。"
    elif topic.get("lesson", "") and topic["lesson"] not in lessons:
        yield f"レッスン「{topic['lesson']}」がありません。"
    sizes: dict[str, Callable[[Any], bool]] = {
        "weight": lambda value: type(value) is int and 1 <= value <= MAX_WEIGHT,
        "count": lambda value: type(value) is int and 1 <= value <= MAX_QUESTIONS,
    }
    for key, accepts in sizes.items():
        if key in topic and not accepts(topic[key]):
            yield f"「{key}」には 1 以上の整数を書いてください。"
    if count and "weight" not in topic:
        yield "出題数「count」を重みで分けるので、どの範囲にも「weight」が必要です。"


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def save(batch: Batch) -> dict[str, Any]:
    """Store what changed and return the report; call it inside a transaction."""
    stored = {found.slug: found for found in QuestionSet.objects.all()}
    created = 0
    for slug, fields in batch.sets.items():
        found = stored.get(slug) or QuestionSet(slug=slug)
        wanted = {**fields, "retired": False}
        if found.pk is None or any(getattr(found, key) != value for key, value in wanted.items()):
            for key, value in wanted.items():
                setattr(found, key, value)
            found.save()
            created += 1
    gone = QuestionSet.objects.filter(retired=False).exclude(slug__in=batch.sets)
    warnings = [
        f"模擬試験「{found.slug}」のファイルがなくなったため、出題をやめました。"
        "これまでの記録は残ります。"
        for found in gone
    ]
    gone.update(retired=True)
    return {"created": created, "unchanged": len(batch.sets) - created, "warnings": warnings}
