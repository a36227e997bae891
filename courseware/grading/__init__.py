"""Questions: read their source, present them, read answers, grade them. Plain Python.

The way through::

    question = parse_question(meta, key_lines, body, body_line)   # or question_from_json(...)
    question = question.variant(seed)           # parameters drawn, answers worked out
    presentation = question.present(seed)       # no key in it
    response = question.read(seed, posted)      # NotAnswered, InvalidResponse
    response = question.measured(response, who) # runs a program; NotGraded, InvalidResponse
    grade = question.grade(response)            # pure

A kind of question is a class in ``courseware.grading.types``, known to the registry by name.
"""

from courseware.grading import types as types
from courseware.grading.errors import (
    InvalidResponse,
    NotAnswered,
    NotGraded,
    QuestionError,
    QuestionProblem,
)
from courseware.grading.model import (
    Grade,
    OptionOutcome,
    PartOutcome,
    Presentation,
    Question,
    Response,
    Text,
    thousandths,
)
from courseware.grading.parsing import parse_question, question_from_json

__all__ = [
    "Grade",
    "InvalidResponse",
    "NotAnswered",
    "NotGraded",
    "OptionOutcome",
    "PartOutcome",
    "Presentation",
    "Question",
    "QuestionError",
    "QuestionProblem",
    "Response",
    "Text",
    "parse_question",
    "question_from_json",
    "thousandths",
]
