"""Labs from folders (settings.CONTENT_IMPORTERS): lab.md, starter.s, solution.s, tests.yaml with
the files that it names, discussion.md, wrong.yaml. A lab without tests.yaml is a place to try
things out, and is not graded."""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from courseware.grading import QuestionError
from courseware.grading.programs import Files, Names, ProgramTests, Setup, parse_tests
from courseware.labs.models import Lab, LabRevision
from courseware.labs.runner.jobs import first_view
from courseware.labs.runner.loading import Loader, PartError, Ready
from courseware.labs.wrong_programs import WrongProgram, read_wrong_programs
from courseware.lessons.importing import read_context
from courseware.lessons.models import Lesson
from courseware.machine import COUNTER_NAMES, CSR_NAMES, REGISTER_NUMBERS, AssemblyError
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

NOT_PUBLISHED = {"solution", "wrong"}  # what only those who check a lab need
RESERVED = {"instructions"}  # addresses below /labs/ that are no labs
NAMES = Names(REGISTER_NUMBERS, CSR_NAMES, COUNTER_NAMES)
SCHEMA = Schema(
    {
        "title": text_field(),
        "summary": text_field(300),
        "position": integer_field(1, 999),
        "series": text_field(16, required=False, default=Lab.Series.LABS.value),
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
    solution: str
    wrong: list[WrongProgram]

    @property
    def content_hash(self) -> str:
        """The identity of this text."""
        tests = self.tests.to_json() if self.tests else None
        shown = {key: value for key, value in vars(self).items() if key not in NOT_PUBLISHED}
        content = json.dumps([shown | {"tests": tests}], sort_keys=True, ensure_ascii=False)
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


def read(root: Path, names: Collection[str] = ()) -> Batch:
    """Return the labs under ``root``, or only those named.

    Raises ContentError with every problem.
    """
    context = read_context(root)
    labs: dict[str, LabText] = {}
    problems: list[Problem] = []
    for folder in sorted(path for path in (root / "labs").glob("*") if path.is_dir()):
        if names and folder.name not in names:
            continue
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
        if meta["series"] not in Lab.Series:
            names = "、".join(Lab.Series.values)
            problems.append(document.problem("series", f"「series」は {names} のどれかです。"))
        if problems:
            raise ContentError(problems)
        tests = self._tests() if (self.folder / "tests.yaml").is_file() else None
        hint_line = document.key_lines.get("hints", 1)
        return LabText(
            meta=meta,
            html=render(document.body, self.context, path=path, first_line=document.body_line).html,
            hints=[
                render(hint, self.context, path=path, first_line=hint_line).html
                for hint in meta["hints"]
            ],
            discussion_html=self._discussion() if tests else "",
            starter=self._text("starter.s"),
            starter_view=self._first_view("starter.s", tests),
            tests=tests,
            solution=self._solution(tests) if tests else "",
            wrong=self._wrong() if tests else [],
        )

    def _path(self, name: str) -> str:
        return str((self.folder / name).relative_to(self.root.parent))

    def _text(self, name: str) -> str:
        return read_text(self.folder / name, self._path(name))

    def _wrong_lesson(self, document: Document, meta: dict[str, Any]) -> Iterator[Problem]:
        lesson = meta["lesson"]
        if lesson is not None and not (self.root / "lessons" / f"{lesson}.md").is_file():
            yield document.problem("lesson", f"レッスン「{lesson}」がありません。")

    def _solution(self, tests: ProgramTests) -> str:
        """Return the solution, having loaded it with each test's setup."""
        source = self._text("solution.s")
        for setup in dict.fromkeys(case.setup.key for case in tests.cases):
            self._load("solution.s", Setup.from_json(json.loads(setup)), tests)
        return source

    def _first_view(self, name: str, tests: ProgramTests | None) -> dict[str, Any]:
        """Return what the page shows of a program before anything was run."""
        setup = tests.trial.setup if tests else Setup()
        ready = self._load(name, setup, tests)
        return first_view(ready.debugger())

    def _load(self, name: str, setup: Setup, tests: ProgramTests | None) -> Ready:
        """Return a program with a setup. Raises ContentError with what is wrong with either."""
        path = self._path(name)
        try:
            sources = tests.sources if tests else {}
            ready = Loader(self._text(name), sources, settings.LAB_LIMITS).load(setup)
            ready.machine()
        except AssemblyError as error:
            problems = error.problems
        except PartError as error:
            path, problems = self._path(error.file), tuple(error.problems)
        except ValueError as error:
            raise ContentError([Problem(self._path("tests.yaml"), 1, 1, str(error))]) from None
        else:
            return ready
        raise ContentError(Problem(path, p.line, p.column, p.message) for p in problems) from None

    def _wrong(self) -> list[WrongProgram]:
        path = self._path("wrong.yaml")
        if not (self.folder / "wrong.yaml").is_file():
            return []
        _, data = load_yaml(self._text("wrong.yaml"), path)
        try:
            return read_wrong_programs(data, self._text("solution.s"), self._file)
        except ValueError as error:
            raise ContentError([Problem(path, 1, 1, str(error))]) from None

    def _file(self, name: str) -> str:
        """Return the text of a file in the folder. Raises ValueError for a name of none."""
        file = (self.folder / name).resolve()
        if not file.is_relative_to(self.folder.resolve()) or not file.is_file():
            raise ValueError(f"「{name}」というファイルが、演習のフォルダーにありません。")
        return self._text(name)

    def _discussion(self) -> str:
        name = "discussion.md"
        return render(self._text(name), self.context, path=self._path(name)).html

    def _tests(self) -> ProgramTests:
        path = self._path("tests.yaml")
        node, data = load_yaml(self._text("tests.yaml"), path)
        try:
            return parse_tests(data, _case_lines(node), Files(self._file), NAMES)
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
    place = {"position": text.meta["position"], "series": text.meta["series"]}
    lab, _ = Lab.objects.select_related("published").get_or_create(slug=slug, defaults=place)
    published = lab.published
    if (
        published is not None
        and published.content_hash == text.content_hash
        and place == {"position": lab.position, "series": lab.series}
        and not lab.retired
    ):
        return False
    revision = lab.revisions.filter(content_hash=text.content_hash).first()
    if revision is None:
        revision = text.revision(lab, lessons)
        revision.save()
    lab.position, lab.series = place["position"], place["series"]
    lab.published, lab.retired = revision, False
    lab.save()
    return True
