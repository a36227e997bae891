from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from courseware.markup.errors import ContentError
from courseware.quizzes import importing
from courseware.quizzes.models import Question, QuestionRevision

Import = Callable[[], None]


def test_a_question_is_rendered_once_at_import(quiz: None) -> None:
    revision = Question.objects.get(identifier="first-01").published
    assert revision is not None
    assert "じゅんかそうか、paravirtualization" in revision.html["prompt"]
    assert revision.html["option-0"] == "ゲスト <strong>OS</strong> の変更"
    assert revision.html["option-0-feedback"] == "<p>ひみつの理由その一。</p>"
    assert revision.html["explanation"] == "<p>ひみつの解説その一。</p>"
    assert [q.published.points for q in Question.objects.all() if q.published] == [1, 2, 1]


def test_importing_twice_changes_nothing(quiz_content: Path, quiz: None) -> None:
    before = list(Question.objects.values())
    revisions = list(QuestionRevision.objects.values())
    report = importing.save(importing.read(quiz_content))
    assert report == {"created": 0, "unchanged": 3, "warnings": []}
    assert list(Question.objects.values()) == before
    assert list(QuestionRevision.objects.values()) == revisions


def test_a_changed_question_gets_a_new_revision_and_the_old_text_its_old_one(
    quiz_content: Path, quiz: None, import_files: Import
) -> None:
    path = quiz_content / "questions" / "first" / "first-01.md"
    text = path.read_text()
    first = Question.objects.get(identifier="first-01").published
    path.write_text(text.replace("専用の CPU", "特別な CPU"))
    import_files()
    second = Question.objects.get(identifier="first-01").published
    assert second != first
    path.write_text(text)
    import_files()
    assert Question.objects.get(identifier="first-01").published == first
    assert QuestionRevision.objects.filter(question__identifier="first-01").count() == 2


def test_a_changed_term_makes_a_new_revision(
    quiz_content: Path, quiz: None, import_files: Import
) -> None:
    terms = quiz_content / "glossary" / "terms.yaml"
    terms.write_text(terms.read_text().replace("paravirtualization", "PV"))
    import_files()
    assert QuestionRevision.objects.filter(question__identifier="first-01").count() == 2
    assert QuestionRevision.objects.filter(question__identifier="first-02").count() == 1


def test_a_question_without_its_file_is_retired_and_comes_back_with_it(
    quiz_content: Path, quiz: None
) -> None:
    path = quiz_content / "questions" / "first" / "first-02.md"
    text = path.read_text()
    path.unlink()
    report = importing.save(importing.read(quiz_content))
    assert "first-02" in report["warnings"][0]
    assert Question.objects.get(identifier="first-02").retired
    assert importing.save(importing.read(quiz_content))["warnings"] == []
    path.write_text(text)
    assert importing.save(importing.read(quiz_content))["created"] == 1
    assert not Question.objects.get(identifier="first-02").retired


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("id: first-01", "id: first-09", ":2:1", "ファイル名 (first-01.md) をそろえて"),
        ("lesson: first", "lesson: third", ":4:1", "レッスン「third」がありません"),
        ("lesson: first", "lesson: second", ":4:1", "questions/second/ に置いて"),
        ("type: single", "type: essay", ":3:1", "問題の種類"),
        ("[[準仮想化]]", "[[純仮想化]]", ":7:1", "用語「純仮想化」は用語集にありません"),
        ("> ひみつの理由その三。", "> ![](/a.png)", ":14:", "代替テキスト"),
        ("- [ ] 専用の CPU", "- [ ] 1. 専用の CPU", ":11:1", "一つの段落"),
        ("- [ ] 専用の CPU", "- [] 専用の CPU", ":11:1", "半角の記号と空白"),
        ("---\n[[", "[[", ":1:1", "前書きを閉じる"),
    ],
)
def test_a_problem_names_file_line_and_column_and_nothing_lands(
    db: None, quiz_content: Path, old: str, new: str, place: str, words: str
) -> None:
    path = quiz_content / "questions" / "first" / "first-01.md"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ContentError) as caught:
        importing.read(quiz_content)
    found = [str(problem) for problem in caught.value.problems]
    assert any(p.startswith(f"content/questions/first/first-01.md{place}") for p in found), found
    assert any(words in p for p in found), found
    with pytest.raises(CommandError):
        call_command("import_content", quiz_content, verbosity=0)
    assert not Question.objects.exists()


def test_problems_of_all_files_come_at_once(quiz_content: Path) -> None:
    for path in (quiz_content / "questions" / "first").iterdir():
        path.write_text("なし")
    with pytest.raises(ContentError) as caught:
        importing.read(quiz_content)
    assert len({problem.path for problem in caught.value.problems}) == 3


def test_an_identifier_stands_for_one_question(quiz_content: Path) -> None:
    source = quiz_content / "questions" / "first" / "first-01.md"
    other = quiz_content / "questions" / "second" / "first-01.md"
    other.parent.mkdir()
    other.write_text(source.read_text().replace("lesson: first", "lesson: second"))
    with pytest.raises(ContentError) as caught:
        importing.read(quiz_content)
    assert [(p.path, p.line) for p in caught.value.problems] == [
        ("content/questions/second/first-01.md", 2)
    ]


def test_a_file_that_is_not_utf8_is_a_problem(quiz_content: Path) -> None:
    path = quiz_content / "questions" / "first" / "first-01.md"
    path.write_bytes(path.read_text().encode("cp932", "replace"))
    with pytest.raises(ContentError, match="UTF-8"):
        importing.read(quiz_content)
