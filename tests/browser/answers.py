"""The key of the content's questions, so that a test can answer as a good student does."""

import re
import tomllib

from courseware.grading import Question, parse_question
from courseware.grading.types.choice import ChoiceQuestion
from courseware.grading.types.short_text import ShortTextQuestion
from courseware.lessons.importing import read_context
from courseware.markup.document import parse_document, read_text
from tests.browser.product import CONTENT

MARKS = re.compile(r"[\s\[\]`*\\]")
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def questions(lesson: str) -> list[Question]:
    """Return the questions of a lesson's quiz in the order in which they are asked."""
    found = []
    figures = read_context(CONTENT).figures
    for path in sorted((CONTENT / "questions" / lesson).glob("*.md")):
        document = parse_document(read_text(path, path.name), path.name)
        found.append(
            parse_question(
                document.meta, document.key_lines, document.body, document.body_line, figures
            )
        )
    return found


def position(lesson: str, kind: type[Question]) -> int:
    """Return the number of the first question of a kind in a lesson's quiz."""
    return next(n for n, q in enumerate(questions(lesson), 1) if isinstance(q, kind))


def right_labels(question: ChoiceQuestion) -> set[str]:
    """Return the right options' texts, to be compared by ``plain``."""
    return {plain(option.text.markdown) for option in question.options if option.correct}


def plain(text: str) -> str:
    """Return a text without white space and marks, the same for Markdown and for a page."""
    return MARKS.sub("", text)


def typed_full_width(question: ShortTextQuestion) -> str:
    """Return a right answer as a kana input method types it: in full-width characters."""
    return question.accept[0].translate(FULL_WIDTH)


def lessons() -> list[str]:
    """Return the course's lessons in order."""
    course = tomllib.loads((CONTENT / "course.toml").read_text())
    return list(course["lessons"])
