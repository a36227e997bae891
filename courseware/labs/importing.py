"""Labs from folders (settings.CONTENT_IMPORTERS): lab.md, starter.s, solution.s, tests.yaml,
discussion.md. A lab without tests.yaml is a place to try things out, and is not graded."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from courseware.grading import QuestionError
from courseware.grading.programs import ProgramTests, parse_tests
from courseware.labs.models import Lab, LabRevision
from courseware.labs.runner.jobs import drive
from courseware.lessons.importing import read_context
from courseware.lessons.models import Lesson
from courseware.markup.document import (
    Document,
    Schema,
    integer_field,
    load_yaml,
    parse_document,
    read_text,
    text_field,
    text_list_field,
)
from courseware.markup.errors import ContentError, Problem
from courseware.markup.render import RenderContext, render

RESERVED = {"instructions"}  # addresses below /labs/ that are no labs
SCHEMA = Schema(
    {
        "title": text_field(),
        "summary": text_field(300),
        "position": integer_field(1, 999),
        "minutes": integer_field(1, 180),
        "objectives": text_list_field(),
        "lesson": text_field(64, required=False),
        "hints": text_list_field(required=False, default=[]),
    }
)


@dataclass(frozen=True)
class LabText:
    """A lab read from its folder and rendered."""

    meta: dict[str, Any]
    html: str
    hints: list[str]
    discussion_html: str
    starter: str
    starter_view: dict[str, Any]
    tests: ProgramTests | None

    @property
    def content_hash(self) -> str:
        """The identity of this text."""
        tests = self.tests.to_json() if self.tests else None
        content = json.dumps([vars(self) | {"tests": tests}], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def revision(self, lab: Lab, lessons: dict[str, Lesson]) -> LabRevision:
        """Return an unsaved revision of this text."""
        return LabRevision(
            lab=lab,
            content_hash=self.content_hash,
            title=self.meta["title"],
            summary=self.meta["summary"],
            minutes=self.meta["minutes"],
            objectives=self.meta["objectives"],
            lesson=lessons.get(self.meta["lesson"]),
            html=self.html,
            hints=self.hints,
            discussion_html=self.discussion_html,
            starter=self.starter,
            starter_view=self.starter_view,
            tests=self.tests.to_json() if self.tests else None,
        )


@dataclass(frozen=True)
class Batch:
    """All labs of the files by slug; nothing is stored yet."""

    labs: dict[str, LabText]


def read(root: Path) -> Batch:
    """Return the labs under ``root``. Raises ContentError with every problem."""
    context = read_context(root)
    labs: dict[str, LabText] = {}
    problems: list[Problem] = []
    for folder in sorted(path for path in (root / "labs").glob("*") if path.is_dir()):
        try:
            labs[folder.name] = _Folder(root, folder, context).read()
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(problems)
    return Batch(labs)


class _Folder:
    """Reads one lab's folder; problems of all its files are collected."""

    def __init__(self, root: Path, folder: Path, context: RenderContext) -> None:
        self.root = root
        self.folder = folder
        self.context = context

    def read(self) -> LabText:
        """Return the lab. Raises ContentError."""
        path = self._path("lab.md")
        document = parse_document(self._text("lab.md"), path)
        meta = SCHEMA.read(document)
        problems = list(self._wrong_lesson(document, meta))
        if self.folder.name in RESERVED:
            message = (
                f"「{self.folder.name}」は別のページの名前です。フォルダーの名前を変えてください。"
            )
            problems.append(document.problem(1, message))
        graded = (self.folder / "tests.yaml").is_file()
        starter, starter_view = self._text("starter.s"), self._first_view("starter.s", problems)
        if graded:
            self._first_view("solution.s", problems)
        if problems:
            raise ContentError(problems)
        hint_line = document.key_lines.get("hints", 1)
        return LabText(
            meta=meta,
            html=render(document.body, self.context, path=path, first_line=document.body_line).html,
            hints=[
                render(hint, self.context, path=path, first_line=hint_line).html
                for hint in meta["hints"]
            ],
            discussion_html=self._discussion() if graded else "",
            starter=starter,
            starter_view=starter_view,
            tests=self._tests() if graded else None,
        )

    def _path(self, name: str) -> str:
        return str((self.folder / name).relative_to(self.root.parent))

    def _text(self, name: str) -> str:
        return read_text(self.folder / name, self._path(name))

    def _wrong_lesson(self, document: Document, meta: dict[str, Any]) -> Iterator[Problem]:
        lesson = meta["lesson"]
        if lesson is not None and not (self.root / "lessons" / f"{lesson}.md").is_file():
            yield document.problem("lesson", f"レッスン「{lesson}」がありません。")

    def _first_view(self, name: str, problems: list[Problem]) -> dict[str, Any]:
        """Return what the page shows of a program before anything was run; note its problems."""
        request = {"source": self._text(name), "state": None, "action": "reset", "look": ""}
        view: dict[str, Any] = drive(request | {"limits": settings.LAB_LIMITS})["view"]
        problems += [Problem(self._path(name), **problem) for problem in view["problems"]]
        return view

    def _discussion(self) -> str:
        name = "discussion.md"
        return render(self._text(name), self.context, path=self._path(name)).html

    def _tests(self) -> ProgramTests:
        path = self._path("tests.yaml")
        node, data = load_yaml(self._text("tests.yaml"), path)
        try:
            return parse_tests(data, _case_lines(node))
        except QuestionError as error:
            raise ContentError(
                Problem(path, p.line, p.column, p.message) for p in error.problems
            ) from None


def _case_lines(node: yaml.Node | None) -> list[int]:
    """Return the line of each item below "cases"."""
    if not isinstance(node, yaml.MappingNode):
        return []
    return [
        item.start_mark.line + 1
        for key, value in node.value
        if key.value == "cases" and isinstance(value, yaml.SequenceNode)
        for item in value.value
    ]


def save(batch: Batch) -> dict[str, Any]:
    """Store what changed and return the report; call it inside a transaction."""
    lessons = {lesson.slug: lesson for lesson in Lesson.objects.all()}
    created = sum(_save_lab(slug, text, lessons) for slug, text in batch.labs.items())
    gone = Lab.objects.filter(retired=False).exclude(slug__in=batch.labs)
    warnings = [
        f"演習「{lab.slug}」のファイルがなくなったため、公開をやめました。"
        "これまでのプログラムは残ります。"
        for lab in gone
    ]
    gone.update(retired=True)
    return {"created": created, "unchanged": len(batch.labs) - created, "warnings": warnings}


def _save_lab(slug: str, text: LabText, lessons: dict[str, Lesson]) -> bool:
    """Publish the lab's text; return whether anything is other than before."""
    position = text.meta["position"]
    lab, _ = Lab.objects.select_related("published").get_or_create(
        slug=slug, defaults={"position": position}
    )
    published = lab.published
    if (
        published is not None
        and published.content_hash == text.content_hash
        and lab.position == position
        and not lab.retired
    ):
        return False
    revision = lab.revisions.filter(content_hash=text.content_hash).first()
    if revision is None:
        revision = text.revision(lab, lessons)
        revision.save()
    lab.published, lab.position, lab.retired = revision, position, False
    lab.save()
    return True
