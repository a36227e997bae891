from pathlib import Path

import pytest
from django.db import transaction

from courseware.labs import importing
from courseware.labs.models import Lab, LabRevision
from courseware.lessons import importing as lessons
from courseware.markup.errors import ContentError

pytestmark = pytest.mark.django_db


def run(root: Path) -> dict[str, object]:
    with transaction.atomic():
        lessons.save(lessons.read(root))
        return importing.save(importing.read(root))


def test_importing_twice_changes_nothing(content: Path, lab_folder: Path) -> None:
    assert run(content)["created"] == 2
    before = list(LabRevision.objects.values().order_by("pk"))
    assert run(content) == {"created": 0, "unchanged": 2, "warnings": []}
    assert list(LabRevision.objects.values().order_by("pk")) == before
    assert [lab.slug for lab in Lab.objects.all()] == ["free", "adding"]


def test_a_changed_test_is_a_new_revision_and_the_old_one_stays(
    content: Path, lab_folder: Path
) -> None:
    run(content)
    tests = lab_folder / "tests.yaml"
    tests.write_text(tests.read_text().replace("[2, 3]", "[1, 4]"))
    assert run(content)["created"] == 1
    lab = Lab.objects.get(slug="adding")
    assert lab.revisions.count() == 2
    revision = lab.published
    assert revision is not None
    assert revision.tests is not None
    assert revision.tests["cases"][0]["call"]["arguments"] == [1, 4]


def test_a_folder_that_is_gone_retires_the_lab_and_a_return_brings_it_back(
    content: Path, lab_folder: Path
) -> None:
    run(content)
    aside = lab_folder.rename(content / "aside")
    assert "adding" in str(run(content)["warnings"])
    assert Lab.objects.get(slug="adding").retired
    aside.rename(lab_folder)
    assert run(content)["created"] == 1
    assert not Lab.objects.get(slug="adding").retired


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("lab.md", "minutes: 5", "minutes: 五", "labs/adding/lab.md:5:1:"),
        ("lab.md", "lesson: first", "lesson: third", "labs/adding/lab.md:8:1: レッスン「third」"),
        ("lab.md", "二つの数", "[[無い]]", "labs/adding/lab.md:12:1:"),
        ("lab.md", "最初のヒント。", "'[[無い]]'", "labs/adding/lab.md:9:1:"),
        ("starter.s", "ret", "rte", "labs/adding/starter.s:2:9:"),
        ("solution.s", "a1", "b1", "labs/adding/solution.s:2:21:"),
        ("discussion.md", "ひみつ", "[[無い]]", "labs/adding/discussion.md:1:1:"),
        ("tests.yaml", "returns: 5", "retruns: 5", "labs/adding/tests.yaml:3:1:"),
        ("tests.yaml", "[-70000, 30001]", "[x, 1]", "labs/adding/tests.yaml:7:"),
        ("tests.yaml", "shown: true", "shown: false", "labs/adding/tests.yaml:1:1:"),
        ("tests.yaml", "[2, 3]", "[2, 3", "labs/adding/tests.yaml:"),
        ("tests.yaml", "calls: add2", "call: add2", "labs/adding/tests.yaml:1:1:"),
        ("tests.yaml", "arguments: [2, 3]", "arguments: [4294967296]", "tests.yaml:3:"),
    ],
)
def test_a_broken_file_names_its_line_and_nothing_lands(
    content: Path, lab_folder: Path, file: str, old: str, new: str, expected: str
) -> None:
    path = lab_folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(ContentError) as caught:
        run(content)
    assert expected in str(caught.value)
    assert not Lab.objects.exists()


def test_a_graded_lab_needs_its_solution_and_its_discussion(
    content: Path, lab_folder: Path
) -> None:
    (lab_folder / "solution.s").unlink()
    with pytest.raises(ContentError, match=r"solution\.s:1:1: ファイルがありません"):
        run(content)


def test_a_folder_named_like_another_page_is_refused(content: Path, lab_folder: Path) -> None:
    lab_folder.rename(content / "labs" / "instructions")
    with pytest.raises(ContentError, match="別のページの名前"):
        run(content)
