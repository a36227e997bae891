from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from courseware.lessons import importing, services
from courseware.lessons.models import GlossaryTerm, Lesson, LessonRevision
from courseware.markup.errors import ContentError

pytestmark = pytest.mark.django_db


def run(root: Path) -> dict[str, object]:
    with transaction.atomic():
        return importing.save(importing.read(root))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def published(slug: str) -> LessonRevision:
    revision = Lesson.objects.select_related("published").get(slug=slug).published
    assert revision is not None
    return revision


def test_importing_twice_changes_nothing(content: Path) -> None:
    assert run(content)["created"] == 2
    before = list(LessonRevision.objects.values().order_by("pk"))
    terms = list(GlossaryTerm.objects.values())
    assert run(content)["created"] == 0
    assert list(LessonRevision.objects.values().order_by("pk")) == before
    assert list(GlossaryTerm.objects.values()) == terms


def test_a_changed_file_is_a_new_revision_and_the_old_one_stays(content: Path) -> None:
    run(content)
    old = published("first")
    replace(content / "lessons" / "first.md", "最初", "改めて最初")
    assert run(content)["created"] == 1
    lesson = Lesson.objects.get(slug="first")
    assert published("first").title == "改めて最初"
    assert lesson.revisions.count() == 2
    assert LessonRevision.objects.get(pk=old.pk).title == "最初"


def test_a_changed_figure_or_term_renders_a_new_revision(content: Path) -> None:
    run(content)
    replace(content / "glossary" / "terms.yaml", "じゅんかそうか", "じゅん かそうか")
    assert run(content)["created"] == 1
    replace(content / "figures" / "boxes.svg", "箱が一つあります", "箱が一個あります")
    assert run(content)["created"] == 1


def test_an_import_never_takes_back_what_was_published_in_the_browser(
    content: Path, instructor: object
) -> None:
    run(content)
    lesson = Lesson.objects.get(slug="second")
    source = published("second").source.replace("続きです。", "ブラウザーで書きました。")
    saved = services.save_draft(lesson, source, lesson.published_id, instructor)  # type: ignore[arg-type]
    services.publish_draft(lesson, saved.pk)
    run(content)
    assert "ブラウザー" in published("second").html

    replace(content / "lessons" / "second.md", "続きです。", "ファイルで書きました。")
    report = run(content)
    assert "ブラウザー" in published("second").html
    assert "second" in str(report["warnings"])
    assert run(content)["warnings"] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("lessons/first.md", "minutes: 5", "minutes: 五", "content/lessons/first.md:4:1:"),
        ("lessons/second.md", "続き", "[[無い]]", "content/lessons/second.md:10:1:"),
        ("glossary/terms.yaml", "english:", "englich:", "content/glossary/terms.yaml:1:1:"),
        ("figures/boxes.svg", "<desc>", "<desk>", "content/figures/boxes.svg:"),
        ("course.toml", '"second"', '"second", "third"', "content/lessons/third.md:1:1:"),
        ("course.toml", "title =", "title", "content/course.toml:"),
    ],
)
def test_a_broken_file_names_its_line_and_nothing_lands(
    content: Path, file: str, old: str, new: str, expected: str
) -> None:
    replace(content / file, old, new)
    with pytest.raises(ContentError) as caught:
        run(content)
    assert expected in str(caught.value)
    with pytest.raises(CommandError, match="何も取り込みませんでした"):
        call_command("import_content", content)
    assert not Lesson.objects.exists()
    assert not GlossaryTerm.objects.exists()


def test_two_terms_of_one_name_are_refused(content: Path) -> None:
    other = (content / "glossary" / "terms.yaml").read_text()
    (content / "glossary" / "more.yaml").write_text(other)
    with pytest.raises(ContentError, match="にもあります"):
        importing.read(content)


def test_bytes_that_are_not_utf8_are_named(content: Path) -> None:
    (content / "lessons" / "first.md").write_bytes(b"---\n\xff\n---\n")
    with pytest.raises(ContentError, match="5 バイト目"):
        importing.read(content)
