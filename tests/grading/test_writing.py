"""A question's file, written from the question, describes an equal one."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from courseware.grading import Question, Text, parse_question, question_from_json
from courseware.grading.programs.parsing import parse_tests
from courseware.grading.types.matching import MatchingQuestion, Pair
from courseware.grading.variants import Parameter, Variants, parse_parameters
from courseware.grading.writing import _choices, _tests, to_source
from courseware.labs.importing import NAMES
from courseware.lessons.importing import read_context
from courseware.markup.document import parse_document

FILES = sorted((settings.CONTENT_DIR / "questions").rglob("*.md"))
FIGURES = read_context(settings.CONTENT_DIR).figures


def read(text: str) -> Question:
    document = parse_document(text)
    return parse_question(
        document.meta, document.key_lines, document.body, document.body_line, FIGURES
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_question_of_the_course_comes_back(path: Path) -> None:
    question = read(path.read_text(encoding="utf-8"))
    assert read(to_source(question)) == question
    assert to_source(question_from_json(question.to_json())) == to_source(question)


def test_right_sides_without_a_pair_keep_their_numbers() -> None:
    def text(markdown: str) -> Text:
        return Text(markdown, inline=True)

    why = Text("理由\n\n- 続き")
    question = MatchingQuestion(
        id="pairs-01",
        lesson="first",
        objective="351.1",
        points=3,
        prompt=Text("組み合わせます。"),
        explanation=Text("解説"),
        pairs=(Pair(text("左\n続き"), 1, why), Pair(text("二"), 1, why), Pair(text("三"), 3, why)),
        rights=tuple(map(text, ("余り一", "右一", "余り二", "右二", "余り三"))),
        scoring="per-pair",
    )
    assert read(to_source(question)) == question


values = st.one_of(
    st.text(min_size=1, max_size=8).filter(str.isprintable),
    st.integers(-99, 99),
    st.decimals(-9, 9, places=2).map(float),
)


@given(st.lists(values, min_size=1, max_size=8))
def test_the_values_of_a_parameter_come_back(written: list[str | int | float]) -> None:
    (parameter,) = parse_parameters({"a": written})
    assert parse_parameters({"a": _choices(parameter)}) == (parameter,)


def test_a_range_is_written_as_one() -> None:
    (parameter,) = parse_parameters({"a": {"from": 2, "to": 20, "step": 3}})
    assert _choices(parameter) == {"from": 2, "to": 20, "step": 3}
    assert _choices(Parameter("b", ("4", "5", "6", "7"))) == ["4", "5", "6", "7"]


CASES = """
calls: f
needs: [f]
cases:
  - name: 一
    shown: true
    arguments: [data, 2, -1]
    blocks: {data: {words: [1, -2]}, text: {text: "あ\\n"}}
    returns: -3
    after: {data: {words: [2, 1]}}
    budget: 500
  - name: 二
    arguments: [1]
    returns: 0
    machine: {memory: 65536, console: abc}
    define: {LIMIT: 5}
    data: {table: {halves: [1, 2]}}
    checks:
      - {output: "あ\\n", otherwise: 出力が違います}
      - {register: a1, at-least: 3, at-most: 5}
      - {register: a2, is: -1}
      - {memory: label+8, bytes: [1, 2]}
      - {memory: 16, same-as: other, size: 8}
      - {memory: counted, count: traps, within: 2}
      - {share: [first, second], at-most: 60}
"""


@pytest.mark.parametrize("ends", ["", "ends: exit 3", "ends: waiting"])
def test_the_tests_of_a_program_come_back(ends: str) -> None:
    run = f"cases:\n  - name: 三\n    shown: true\n    {ends}\n    checks: [{{output: ok}}]\n"
    for data in (yaml.safe_load(CASES), yaml.safe_load(run)):
        lines = [1] * len(data["cases"])
        tests = parse_tests(data, lines, names=NAMES)
        assert parse_tests(_tests(tests), lines, names=NAMES) == tests


def test_a_question_without_variants_says_nothing_of_them() -> None:
    question = read(FILES[0].read_text(encoding="utf-8"))
    assert question.variants == Variants()
    assert "parameters" not in to_source(question)
