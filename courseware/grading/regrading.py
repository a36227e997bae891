"""Grading stored answers again, by another revision of their question.

Nothing but the two revisions, the seed and the stored response decides the result. What the
learner answered is taken as it is stored. It counts by another revision when it means the same
there:

* The revisions are of one kind, and with the attempt's seed they draw the same parameters and fill
  the same values into the prompt: the learner saw those numbers and no others.
* What was chosen is found again by its text, wherever it now stands. An option that was added,
  removed or reworded makes another choice of it, which nobody made.
* What was typed was typed for the same fields, with the same unit or the same text to read
  (``Question.answered_in``).

A score keeps the points that the question had when it was answered: learners were told those.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from courseware.grading.errors import InvalidResponse
from courseware.grading.model import Grade, Question, Response
from courseware.grading.variants import PLACEHOLDER, fill


class NotComparable(Exception):
    """The answer means nothing in the other revision. The Japanese message says why."""


OTHER_KIND = "問題の種類が変わりました。"
OTHER_VALUES = "出題した数や言葉が変わりました。"
OTHER_OPTIONS = "選択肢などの項目が加わったか、なくなったか、書き換わりました。"
OTHER_FIELDS = "答えの欄、単位、読む本文、テストのどれかが変わりました。"
NOT_READ = "新しい版では、この答えを読めません。"


def regraded(answered: Question, revised: Question, seed: int, response: Response) -> Grade:
    """Return the grade of a response to ``answered`` by the key of ``revised``.

    Neither question has its parameters drawn. Raises NotComparable.
    """
    old, new = _variants(answered, revised, seed)
    carried = _carried(old, new, response)
    try:
        grade = new.grade(carried)
    except (InvalidResponse, ValueError, LookupError):
        raise NotComparable(NOT_READ) from None
    share = Fraction(grade.score, grade.max_score)
    return replace(grade, score=share * answered.points, max_score=answered.points)


def _variants(answered: Question, revised: Question, seed: int) -> tuple[Question, Question]:
    if type(answered) is not type(revised):
        raise NotComparable(OTHER_KIND)
    try:
        old, new = answered.variant(seed), revised.variant(seed)
    except ValueError:
        raise NotComparable(OTHER_VALUES) from None
    if _seen_values(old) != _seen_values(new):
        raise NotComparable(OTHER_VALUES)
    return old, new


def _seen_values(question: Question) -> Mapping[str, str]:
    """Return the drawn values, and the worked out ones that the prompt shows."""
    names = {parameter.name for parameter in question.variants.parameters}
    names |= set(PLACEHOLDER.findall(question.prompt.markdown))
    return {name: value for name, value in question.values.items() if name in names}


def _carried(old: Question, new: Question, response: Response) -> Response:
    """Return the response in the numbers of the new revision."""
    if old.answered_in != new.answered_in:
        raise NotComparable(OTHER_FIELDS)
    if not old.chosen_from:
        return response
    places = _places(old, new, old.chosen_from)
    chosen = [places.get(index, index) for index in response.chosen]  # -1 is for no choice
    if old.chosen_for:
        listed = _places(old, new, old.chosen_for)
        by_new = {listed[index]: choice for index, choice in enumerate(chosen)}
        chosen = [by_new[index] for index in range(len(by_new))]
    return replace(response, chosen=tuple(chosen))


def _places(old: Question, new: Question, prefix: str) -> dict[int, int]:
    """Return the number in the new revision of each text of the old one."""
    before, after = _texts(old, prefix), _texts(new, prefix)
    if sorted(before) != sorted(after) or len(set(after)) < len(after):
        raise NotComparable(OTHER_OPTIONS)
    return {index: after.index(text) for index, text in enumerate(before)}


def _texts(question: Question, prefix: str) -> list[str]:
    """Return the texts of the keys ``prefix0``, ``prefix1``, ..., as the variant shows them."""
    return [
        " ".join(fill(text.markdown, question.values).split())
        for key, text in question.own_texts()
        if key.startswith(prefix) and key.removeprefix(prefix).isdecimal()
    ]
