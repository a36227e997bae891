"""manage.py check_labs: a lab that does not do what it promises is told how to mend it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

WRONG = """
- name: 引いてしまう
  replace: add a0, a0, a1
  with: sub a0, a0, a1
  message: 戻り値 (a0)
- name: 何もしない
  replace: "        add a0, a0, a1\\n"
  with: ""
  message: 戻り値 (a0)
- name: 戻らない
  changes:
    - {replace: ret, with: ebreak}
  message: 関数からは ret で戻ります
- name: 見えている値だけ
  hard-coded: true
  source: wrong/hard-coded.s
  message: 戻り値 (a0)
"""


@pytest.fixture
def checked_lab(lab_folder: Path) -> Path:
    (lab_folder / "wrong.yaml").write_text(WRONG)
    (lab_folder / "wrong").mkdir()
    (lab_folder / "wrong" / "hard-coded.s").write_text("add2: li a0, 5\nret\n")
    return lab_folder


def check(content: Path, *names: str) -> str:
    output = StringIO()
    call_command("check_labs", *names, content=content, stdout=output)
    return output.getvalue()


def test_a_lab_in_order_passes_and_what_its_tests_say_is_printed(
    checked_lab: Path, content: Path
) -> None:
    output = check(content)
    assert "すべて合格です。" in output
    assert "-- 引いてしまう" in output
    assert "✗ 公開の例: 戻り値 (a0) が期待した値と違います。 | a0 = 5 | a0 = -1" not in output
    assert "✗ 公開の例: 戻り値 (a0) が期待した値と違います。 | a0 = 5 | a0 = 0xffffffff" in output


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("wrong.yaml", "message: 戻り値 (a0)", "message: 別の説明", "見せたい説明「別の説明」"),
        ("wrong.yaml", "with: sub", "with: add", "すべてのテストに合格してしまいます"),
        ("wrong.yaml", "  with: sub a0", "  with: foo a0", "アセンブルできません"),
        ("wrong.yaml", "hard-coded: true", "hard-coded: false", "公開した値だけに合わせた解答"),
        ("wrong/hard-coded.s", "5", "6", "公開したテスト「公開の例」にも不合格"),
        ("solution.s", "add a0, a0, a1\n", "add a0, a0, a1\n nop\n addi a0, a0, 1\n", "解答が"),
        ("starter.s", "ret", "add a0, a0, a1\n ret", "もう合格しています"),
        ("wrong.yaml", "replace: ret", "replace: a0", "ちょうど一度"),
        ("wrong.yaml", "wrong/hard-coded.s", "../free/starter.s", "演習のフォルダーにありません"),
        ("wrong.yaml", "- name: 引いてしまう", "- title: 引いてしまう", "「name」が必要です"),
    ],
)
def test_what_is_wrong_with_a_lab_is_told(
    checked_lab: Path, content: Path, file: str, old: str, new: str, message: str
) -> None:
    path = checked_lab / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(CommandError, match=message.replace("(", r"\(").replace(")", r"\)")):
        check(content, "adding")


def test_three_wrong_programs_are_asked_for(lab_folder: Path, content: Path) -> None:
    with pytest.raises(CommandError, match="よくある誤りが 3 つ"):
        check(content)


def test_a_lab_that_is_not_there_is_told(checked_lab: Path, content: Path) -> None:
    with pytest.raises(CommandError, match="演習がありません: nowhere"):
        check(content, "nowhere")


def test_a_lab_without_hidden_tests_is_told(checked_lab: Path, content: Path) -> None:
    tests = checked_lab / "tests.yaml"
    tests.write_text(tests.read_text().replace("隠した例", "見せる例\n    shown: true"))
    with pytest.raises(CommandError, match="公開しないテスト"):
        check(content)
