import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.grading import (
    Question,
    QuestionError,
    QuestionProblem,
    parse_question,
    question_from_json,
)
from courseware.grading.registry import get, labels, register

COMMON = {"id": "q-01", "lesson": "hypervisors", "objective": "351.1"}
OPTIONS = """- [x] KVM
  > 正しい理由です。
- [ ] QEMU
  > 誤りの理由です。
  >
  > 二段落目です。
"""
EXPLANATION = "\n## 解説\n説明です。\n"


def problems(
    meta: dict[str, Any], body: str, key_lines: dict[str, int] | None = None
) -> tuple[QuestionProblem, ...]:
    with pytest.raises(QuestionError) as caught:
        parse_question(meta, key_lines or {}, body, 10)
    return caught.value.problems


def test_a_single_question_is_read_with_the_lines_of_its_texts() -> None:
    question = parse_question(
        {**COMMON, "type": "single"}, {}, f"\n問題文です。\n\n{OPTIONS}{EXPLANATION}", 10
    )
    assert question.points == 1
    texts = question.texts()
    assert {key: (text.markdown, text.line) for key, text in texts.items()} == {
        "prompt": ("問題文です。", 11),
        "option-0": ("KVM", 13),
        "option-0-feedback": ("正しい理由です。", 14),
        "option-1": ("QEMU", 15),
        "option-1-feedback": ("誤りの理由です。\n\n二段落目です。", 16),
        "explanation": ("説明です。", 21),
    }
    assert texts["option-0"].inline
    assert not texts["prompt"].inline


@pytest.mark.parametrize(
    ("own", "body"),
    [
        ({"type": "single"}, f"問\n\n{OPTIONS}"),
        ({"type": "multiple", "scoring": "per-option", "points": 3}, f"問\n\n{OPTIONS}"),
        ({"type": "short-text", "accept": ["vmx"]}, "問\n"),
        (
            {
                "type": "short-text",
                "accept": ["vmx", "VT-x"],
                "feedback": [{"answers": ["svm"], "text": "AMD です。"}],
            },
            "問\n",
        ),
    ],
)
def test_a_definition_survives_json(own: dict[str, Any], body: str) -> None:
    question = parse_question({**COMMON, **own}, {}, body + EXPLANATION, 1)
    assert question_from_json(question.to_json()) == question


def test_code_in_a_prompt_may_look_like_options_and_headings() -> None:
    body = f"問\n\n```text\n- [x] これは例\n## 解説\n```\n\n{OPTIONS}{EXPLANATION}"
    question = parse_question({**COMMON, "type": "single"}, {}, body, 1)
    assert "- [x] これは例\n## 解説" in question.prompt.markdown
    assert len([key for key in question.texts() if key.endswith("-feedback")]) == 2


def test_a_list_in_a_prompt_is_not_options() -> None:
    body = f"- 一つ目\n- [リンク](https://example.com/)\n\n{OPTIONS}{EXPLANATION}"
    question = parse_question({**COMMON, "type": "single"}, {}, body, 1)
    assert question.prompt.markdown == "- 一つ目\n- [リンク](https://example.com/)"


def test_an_options_text_may_go_on_in_the_next_line() -> None:
    body = OPTIONS.replace("KVM", "KVM は\n  カーネルの一部です")
    question = parse_question({**COMMON, "type": "single"}, {}, f"問\n\n{body}{EXPLANATION}", 1)
    assert question.texts()["option-0"].markdown == "KVM は\nカーネルの一部です"


@pytest.mark.parametrize(
    ("meta", "body", "line", "column", "words"),
    [
        ({"id": "Q 1"}, "", 2, 1, "「id」には半角の英小文字"),
        ({"lesson": None}, "", 4, 1, "「lesson」には"),
        ({"objective": 351.1}, "", 5, 1, "引用符で囲む"),
        ({"points": True}, "", 6, 1, "1 から 100 までの整数"),
        ({"points": 101}, "", 6, 1, "1 から 100 までの整数"),
        ({"colour": "red"}, "", 7, 1, "「colour」という項目は"),
        ({"scoring": "per-option"}, "", 8, 1, "「scoring」という項目は、種類「single」"),
        (
            {"type": "essay"},
            "",
            3,
            1,
            "multiple (すべて選ぶ)、",
        ),
        ({"type": ["single"]}, "", 3, 1, "問題の種類"),
        ({}, OPTIONS + EXPLANATION, 10, 1, "問題文がありません"),
        ({}, "問\n\n" + OPTIONS, 17, 1, "「## 解説」がありません"),
        ({}, "問\n\n" + OPTIONS + "## 解説\n\n", 18, 1, "解説の文を"),
        ({}, f"問\n\n{OPTIONS}{EXPLANATION}{EXPLANATION}", 22, 1, "二度あります"),
        ({}, f"# 見出し\n問\n\n{OPTIONS}{EXPLANATION}", 10, 1, "見出しに使えるのは"),
        ({}, f"問\n```text\n{OPTIONS}{EXPLANATION}", 11, 1, "閉じられていません"),
        ({}, f"問\n\n- [x] 一つだけ\n  > 理由\n{EXPLANATION}", 12, 1, "2 個から 8 個まで"),
        ({}, "問\n" + EXPLANATION, 10, 1, "2 個から 8 個まで"),
        ({}, f"問\n\n{OPTIONS}- [x] Xen\n  > 理由\n{EXPLANATION}", 18, 1, "一つだけです (今は 2"),
        ({}, f"問\n\n{OPTIONS.replace('x', ' ')}{EXPLANATION}", 12, 1, "一つだけです (今は 0"),
        ({}, f"問\n\n{OPTIONS}- [ ] Xen\n{EXPLANATION}", 18, 1, "この選択肢に解説がありません"),
        ({}, f"問\n\n{OPTIONS}- [ ] KVM\n  > 理由\n{EXPLANATION}", 18, 1, "12 行目と同じ選択肢"),
        ({}, f"問\n\n{OPTIONS}- [] Xen\n  > 理由\n{EXPLANATION}", 18, 1, "半角の記号と空白"),
        ({}, f"問\n\n{OPTIONS}  - [ ] Xen\n{EXPLANATION}", 18, 3, "行頭から"),
        ({}, f"問\n\n{OPTIONS}- ［ｘ］ Xen\n{EXPLANATION}", 18, 1, "半角の記号と空白"),
        ({}, f"問\n\n{OPTIONS}続きの文\n{EXPLANATION}", 18, 1, "選択肢の後に書けるのは"),
    ],
)
def test_a_problem_names_its_place_and_remedy(
    meta: dict[str, Any], body: str, line: int, column: int, words: str
) -> None:
    keys = ["id", "type", "lesson", "objective", "points", "colour", "scoring"]
    lines = {key: number for number, key in enumerate(keys, 2)}
    found = problems(
        {**COMMON, "type": "single", **meta}, body or f"問\n\n{OPTIONS}{EXPLANATION}", lines
    )
    assert [(p.line, p.column) for p in found if words in p.message] == [(line, column)]


@pytest.mark.parametrize(
    ("meta", "words"),
    [
        ({}, "「accept」がありません"),
        ({"accept": []}, "認める答えの一覧"),
        ({"accept": [64]}, "数は引用符で囲む"),
        ({"accept": ["\u3000"]}, "認める答えの一覧"),
        ({"accept": ["あ" * 201]}, "200 文字以内"),
        ({"accept": ["vmx"], "feedback": "いいえ"}, "「- answers: [誤答]」"),
        ({"accept": ["vmx"], "feedback": [{"answers": ["svm"]}]}, "「- answers: [誤答]」"),
        (
            {"accept": ["vmx"], "feedback": [{"answers": ["ＶＭＸ"], "text": "説明"}]},
            "正解としても誤答としても",
        ),
        (
            {
                "accept": ["vmx"],
                "feedback": [
                    {"answers": ["svm"], "text": "一"},
                    {"answers": ["SVM"], "text": "二"},
                ],
            },
            "説明が二つ",
        ),
    ],
)
def test_what_is_wrong_with_a_short_text(meta: dict[str, Any], words: str) -> None:
    found = problems({**COMMON, "type": "short-text", **meta}, "問\n" + EXPLANATION)
    assert any(words in problem.message for problem in found)


def test_a_short_text_has_no_options() -> None:
    found = problems(
        {**COMMON, "type": "short-text", "accept": ["vmx"]}, f"問\n\n{OPTIONS}{EXPLANATION}"
    )
    assert [(p.line, p.message[:16]) for p in found] == [(12, "短く書く問題に選択肢は書けません")]


def test_a_multiple_question_declares_its_scoring_and_has_a_key() -> None:
    found = problems(
        {**COMMON, "type": "multiple"}, f"問\n\n{OPTIONS.replace('x', ' ')}{EXPLANATION}"
    )
    assert any("「scoring」がありません" in p.message for p in found)
    assert any("正解がありません" in p.message for p in found)


def test_all_problems_come_at_once_and_in_order() -> None:
    found = problems({"type": "single", "colour": 1}, "", {"type": 3, "colour": 4})
    assert len(found) >= 6
    assert list(found) == sorted(found)


KEYS = ["id", "type", "lesson", "objective", "points", "scoring", "accept", "feedback", "x"]
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["single", "multiple", "short-text", "per-option", "q-1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
LINES = st.sampled_from(
    [
        "- [x] 甲",
        "- [ ] 乙",
        "  > 理由",
        "  続き",
        "## 解説",
        "```",
        "文",
        "",
        "# 題",
        "- []",
        "~~~",
    ]
)


@given(
    meta=st.dictionaries(st.sampled_from(KEYS), VALUES),
    body=st.text() | st.lists(LINES, max_size=14).map("\n".join),
    line=st.integers(1, 50),
)
def test_the_parser_raises_nothing_but_question_error(
    meta: dict[str, Any], body: str, line: int
) -> None:
    good = {**COMMON, "type": "single", "accept": ["a"], "scoring": "per-option", **meta}
    for front_matter in (meta, good):
        question: Question | None = None
        found: tuple[QuestionProblem, ...] = ()
        try:
            question = parse_question(front_matter, {}, body, line)
        except QuestionError as error:
            found = error.problems
        last = line + max(len(body.splitlines()) - 1, 0)
        assert all(p.line == 1 or line <= p.line <= last for p in found)
        assert found or (question and question_from_json(question.to_json()) == question)


def test_the_registry_knows_the_kinds_and_refuses_a_name_twice() -> None:
    known = {"multiple": "すべて選ぶ", "short-text": "短く書く", "single": "一つ選ぶ"}
    assert labels().items() >= known.items()
    with pytest.raises(ValueError, match="registered already"):
        register("single", "また")(get("single"))
    with pytest.raises(KeyError):
        get(string.ascii_letters)
