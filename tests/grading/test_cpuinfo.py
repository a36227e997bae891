"""Questions about a machine's text: the key comes from whoever can read such texts."""

from typing import Any

import pytest

from courseware.grading import QuestionError, Response, parse_question, question_from_json, reading
from courseware.grading.reading import NoSuchReading, Reading

META = {
    "id": "x-1",
    "type": "cpuinfo",
    "lesson": "x",
    "objective": "351.1",
    "points": 2,
    "sample": "box",
    "ask": "vmx",
}
BODY = "示していますか。\n\n## 解説\nあります。"


def examiner(sample: str, ask: str) -> Reading:
    if sample != "box":
        raise NoSuchReading("sample", "見本がありません。")
    if ask != "vmx":
        raise NoSuchReading("ask", "問えません。")
    return Reading(
        "processor\t: 0\nflags\t: fpu vmx",
        ("vmx", "2", "2 行目"),
        ((("なし",), "あります。"),),
        reading.SHOWN,
        ("vmx", "2", "2 行目"),
        "あります。",
    )


@pytest.fixture(autouse=True)
def _examiner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_examiners", [examiner])


def question(**changes: Any) -> Any:
    return parse_question(META | changes, {"sample": 6, "ask": 7}, BODY, 9)


@pytest.mark.parametrize(
    ("typed", "score"), [("vmx", 2), ("ＶＭＸ", 2), ("２", 2), ("2行目", 0), ("1", 0), ("なし", 0)]
)
def test_a_flag_or_a_line_answers(typed: str, score: int) -> None:
    asked = question()
    grade = asked.grade(asked.read(0, {"answer": [typed]}))
    assert grade.score == score
    assert grade.feedback == ("feedback-0" if typed == "なし" else "")
    assert grade.expected[0] == "vmx"


def test_the_text_is_shown_with_its_line_numbers_and_without_the_key() -> None:
    asked = question()
    prompt = asked.texts()["prompt"].markdown
    assert prompt.startswith("示していますか。\n\n```text")
    assert "\n1  processor" in prompt
    assert "\n2  flags   : fpu vmx\n" in prompt
    shown = asked.present(3)
    assert "判断できない" in shown.instruction
    assert (shown.value, shown.text_keys) == ("", ())
    assert "行目" not in shown.instruction


def test_the_key_is_stored_and_does_not_change_with_the_sample() -> None:
    data = question().to_json()
    reading.use(lambda sample, ask: Reading("", ("other",), (), reading.ABSENT, (), ""))
    stored = question_from_json(data)
    assert stored.to_json() == data
    assert stored.grade(Response(texts=("vmx",))).correct


@pytest.mark.parametrize(
    ("changes", "line", "message"),
    [
        ({"sample": "none"}, 6, "見本がありません。"),
        ({"ask": "none"}, 7, "問えません。"),
        ({"sample": 3}, 6, "見本の識別子"),
        ({"ask": " "}, 7, "問うことの名前"),
        ({"accept": ["vmx"]}, 1, "使えません"),
    ],
)
def test_what_an_author_got_wrong(changes: dict[str, Any], line: int, message: str) -> None:
    with pytest.raises(QuestionError) as caught:
        question(**changes)
    (problem,) = caught.value.problems
    assert problem.line == line
    assert message in problem.message


def test_options_have_no_place() -> None:
    with pytest.raises(QuestionError, match="選択肢は書けません"):
        parse_question(META, {}, "問\n- [x] あ\n  > い\n\n## 解説\nう", 9)


def test_nobody_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_examiners", [])
    with pytest.raises(QuestionError, match="組み込まれていません"):
        question()
