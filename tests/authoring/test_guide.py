"""The examples of content/README.md are what the importers take."""

import re
from fractions import Fraction
from typing import Any

import yaml
from django.conf import settings

from courseware.grading import Question, parse_question
from courseware.grading.programs import Files, parse_tests
from courseware.grading.programs.running import runner
from courseware.labs.importing import NAMES
from courseware.labs.wrong_programs import read_wrong_programs
from courseware.lessons.importing import read_context
from courseware.lessons.source import read_lesson
from courseware.markup.document import parse_document
from courseware.markup.terms import parse_terms
from courseware.quizzes.set_importing import SCHEMA

SOLUTION = "loop:\n        blt t0, a1, loop\n"
GUIDE = (settings.CONTENT_DIR / "README.md").read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)


def test_the_lesson_and_the_question_can_be_read() -> None:
    lesson, question, *_, exam = examples("markdown")
    variant = next(text for text in examples("markdown") if "overcommit-01" in text)
    assert SCHEMA.read(parse_document(exam))["count"] == 30
    html = read_lesson(lesson, read_context(settings.CONTENT_DIR)).html
    assert "admonition warning" in html
    assert "<svg" in html
    assert read_question(question).id == "hvm-04"
    values = read_question(variant).variant(1).values
    assert int(values["total"]) == int(values["vms"]) * int(values["memory"])


def test_the_examples_of_written_kinds_can_be_read_and_answered() -> None:
    answers = {
        "overcommit-02": {"answer": ["12,288 MiB"]},
        "convert-01": {"answer": ["qemu-img convert -O qcow2 -fraw disk.img 'disk.qcow2'"]},
        "gaps-01": {"answer-1": ["Convert"]},
    }
    questions = {
        identifier: read_question(text)
        for text in examples("markdown")
        for identifier in answers
        if f"id: {identifier}\n" in text
    }
    questions["overcommit-02"] = next(
        variant
        for variant in map(questions["overcommit-02"].variant, range(100))
        if variant.values["vms"] == "3"
    )
    shares = {}
    for identifier, question in questions.items():
        grade = question.grade(question.read(1, answers[identifier]))
        shares[identifier] = grade.score / grade.max_score
    assert shares == {"overcommit-02": 1, "convert-01": 1, "gaps-01": Fraction(1, 2)}


def test_the_example_of_a_pattern_can_be_read() -> None:
    own = next(text for text in examples("yaml") if text.startswith("accept:"))
    front = 'id: hvm-05\ntype: short-text\nlesson: hvm\nobjective: "351.1"\n'
    question = read_question(f"---\n{front}{own}---\n問\n\n## 解説\n説明\n")
    assert question.grade(question.read(1, {"answer": ["#VMEXIT"]})).correct


def test_the_examples_of_arranged_kinds_and_programs_can_be_read_and_answered() -> None:
    def example(identifier: str) -> Any:
        return read_question(next(t for t in examples("markdown") if f"id: {identifier}\n" in t))

    def is_right(question: Question, data: dict[str, list[str]]) -> bool:
        return question.grade(question.measured(question.read(1, data), learner=1)).correct

    order = example("overlay-order-01")
    places = {item.text: str(item.number) for item in order.present(1).items}
    assert is_right(
        order, {f"answer-{places[f'item-{i}']}": [str(i + 1)] for i in range(len(places))}
    )
    roles = example("roles-01")
    rights = {right.text: right.value for right in roles.present(1).rights}
    assert len(rights) == 3
    assert is_right(
        roles,
        {
            f"answer-{left.number}": [rights[left.text.replace("left", "right")]]
            for left in roles.present(1).lefts
        },
    )
    where = example("where-01")
    place = next(o.value for o in where.present(1).options if o.text == "option-0")
    assert is_right(where, {"answer": [place]})
    assert where.regions[0].width == 120
    program = example("double-01")
    ran = runner().try_out(program.solution, program.tests)
    assert [result.passed for result in ran.results] == [True, True]


def read_question(text: str) -> Question:
    document = parse_document(text)
    figures = read_context(settings.CONTENT_DIR).figures
    return parse_question(
        document.meta, document.key_lines, document.body, document.body_line, figures
    )


def test_the_tests_and_the_term_can_be_read() -> None:
    calls, runs, wrong, terms = examples("yaml")[-4:]
    files = Files(lambda name: "nop\n")
    for tests, count in ((calls, 2), (runs, 1)):
        data = yaml.safe_load(tests)
        assert len(parse_tests(data, [1] * len(data["cases"]), files, NAMES).cases) == count
    assert len(read_wrong_programs(yaml.safe_load(wrong), SOLUTION, lambda name: "nop\n")) == 2
    assert [term.english for _, term in parse_terms(terms)] == ["hypervisor"]
