"""Short texts that an author's regular expression accepts."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.grading import QuestionError, parse_question, question_from_json
from courseware.grading.folding import fold
from courseware.grading.patterns import MAX_PATTERN_CHARACTERS, literal, matches

META = {"id": "q-01", "type": "short-text", "lesson": "hvm", "objective": "351.1"}
BODY = "問\n\n## 解説\n説明\n"


def parsed(**own: Any) -> Any:
    lines = {"patterns": 7, "feedback": 9}
    return parse_question({**META, "accept": ["VM exit"], **own}, lines, BODY, 12)


def grade(question: Any, text: str) -> Any:
    return question.grade(question.read(1, {"answer": [text]}))


@pytest.mark.parametrize(
    ("pattern", "typed"),
    [
        ("vm[- ]?exits?", "ＶＭ－ＥＸＩＴＳ"),
        ("VM[- ]?EXIT", "vmexit"),
        ("はいぱーばいざー?", "ハイパーバイザ"),
        ("[ぁ-ん]+ 変換", "ばいなりー\u3000変換".replace("ー", "")),
        (r"\d+ 台", "１２ 台"),
    ],
)
def test_a_pattern_is_held_against_the_folded_answer(pattern: str, typed: str) -> None:
    assert grade(parsed(patterns=[pattern]), typed).correct
    assert not grade(parsed(), typed).correct


@pytest.mark.parametrize("typed", ["vmexit が起きる", "a vmexit", "vmexitvmexit"])
def test_a_pattern_has_to_match_the_whole_answer(typed: str) -> None:
    assert not grade(parsed(patterns=["vm[- ]?exit"]), typed).correct


def test_the_first_accepted_form_is_told_and_no_pattern() -> None:
    assert grade(parsed(patterns=["vm.*"]), "x").expected == ("VM exit",)


def test_patterns_survive_json_and_a_question_without_them_is_stored_as_before() -> None:
    question = parsed(patterns=["vm.?exit"])
    assert question_from_json(json.loads(json.dumps(question.to_json()))) == question
    assert "patterns" not in parsed().to_json()


@pytest.mark.parametrize(
    ("patterns", "words"),
    [
        (["vm(exit"], "1 番目: 正規表現として読めません (missing ): vm(exit)"),
        (["ok", r"(a)\1"], "2 番目: 正規表現として読めません"),
        (["(?=vm)x"], "先読み"),
        (["a{1001}"], "正規表現として読めません"),
        (["((a{30}){30}){30}"], "正規表現として読めません"),
        ([".*"], "空の答えにも合う"),
        (["ｖｍ"], "1 文字目の「ｖ」は、比べる答えでは「v」"),
        (["a" * (MAX_PATTERN_CHARACTERS + 1)], "200 文字以内"),
        (["a"] * 11, "10 個までの一覧"),
        ("vm", "10 個までの一覧"),
        ([1], "10 個までの一覧"),
        (["sv.* vm"], "誤答「ＳＶＭ entry vm」にも合います"),
    ],
)
def test_a_bad_pattern_is_a_problem_at_its_line(patterns: Any, words: str) -> None:
    known = [{"answers": ["svm", "ＳＶＭ entry vm"], "text": "違います。"}]
    with pytest.raises(QuestionError) as caught:
        parsed(patterns=patterns, feedback=known)
    assert [p.line for p in caught.value.problems if words in p.message] == [7]


def test_a_long_pattern_within_the_limit_is_taken() -> None:
    assert parsed(patterns=["a" * MAX_PATTERN_CHARACTERS]).patterns


@given(st.text(st.sampled_from("a+*?(){}[]|\\.^$1-vmア "), max_size=30))
def test_any_pattern_is_taken_or_a_problem(pattern: str) -> None:
    with suppress(QuestionError):
        assert isinstance(grade(parsed(patterns=[pattern]), "vm exit").correct, bool)


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_literal_matches_its_text_alone(text: str, other: str) -> None:
    text, other = fold(text), fold(other)
    assert matches(literal(text), text)
    assert matches(literal(text), other) == (fold(other) == fold(text))


def test_patterns_that_make_other_engines_backtrack_for_ever_do_not() -> None:
    question = parsed(patterns=["(a+)+(a|aa)+b", "(.*)*x(.*)*y(.*)*z"])
    assert not grade(question, "a" * 200).correct


def test_a_drawn_value_stands_for_itself_in_a_pattern() -> None:
    question = parsed(
        patterns=["version {{v}}(台)?"], parameters={"v": ["3.0", "Ａ+"]}, accept=["{{v}}"]
    )
    for seed in range(10):
        variant = question.variant(seed)
        value = variant.values["v"]
        assert grade(variant, f"version {value}台").correct
        assert not grade(variant, f"version {value.replace('.', 'x').replace('+', 'a')}").correct
