"""What the answers of a class say about its questions (``courseware.grading.item_statistics``).

The figures of a place, a lesson's quiz or a set, stand on its newest finished attempts, at most
settings.QUIZ_STATISTICS_ATTEMPTS: with a million answers a page costs what it costs with some
thousands, and says so. Instructors' own attempts never count; of a learner's attempts the first
does, unless all are asked for; those of guests do where they are asked for (one person may be
several guests).

Scores are those that stand now, after regrades; what was answered is what was answered.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from courseware.classes.models import User
from courseware.grading import Question as Definition
from courseware.grading import Response, question_from_json
from courseware.grading.folding import fold
from courseware.grading.item_statistics import (
    Estimate,
    Groups,
    Rate,
    Reliability,
    discrimination,
    facility,
    groups,
    rate,
    reliability,
    typical,
)
from courseware.lessons.models import Lesson
from courseware.quizzes.models import (
    Attempt,
    AttemptItem,
    Question,
    QuestionRevision,
    QuestionSet,
    Submission,
)

REST_SCALE = 10**6  # rest scores are whole millionths of what could be earned
MAX_ANSWER_CHARACTERS = 200  # of a typed answer in the table


@dataclass(frozen=True)
class Place:
    """Where questions are asked: a lesson's quiz, or a set."""

    title: str
    kind: str  # "lessons" or "exams", as in addresses
    slug: str
    asked: Q
    lesson: Lesson | None = None


def lesson_place(slug: str) -> Place:
    """Return a lesson's quiz. Raises Lesson.DoesNotExist."""
    lessons = Lesson.objects.select_related("published").defer(
        "published__html", "published__source"
    )
    lesson = lessons.get(slug=slug)
    title = lesson.published.title if lesson.published else slug
    return Place(f"確認クイズ: {title}", "lessons", slug, Q(lesson=lesson), lesson)


def set_place(slug: str) -> Place:
    """Return a set. Raises QuestionSet.DoesNotExist."""
    found = QuestionSet.objects.defer("html").get(slug=slug)
    return Place(found.title, "exams", slug, Q(question_set=found))


def lessons_with_questions() -> list[Lesson]:
    """Return the lessons that have questions, each with ``asked``, their number (one query)."""
    return list(
        Lesson.objects.select_related("published")
        .defer("published__html", "published__source")
        .annotate(asked=Count("questions", filter=Q(questions__retired=False)))
        .filter(asked__gt=0)
    )


@dataclass(frozen=True)
class Scope:
    """Whose attempts count."""

    first_only: bool = True
    guests: bool = False


@dataclass(frozen=True)
class Answered:
    """A question in an attempt: the score (None when blank), its maximum, when it was answered."""

    score: int | None
    maximum: int
    at: datetime | None


@dataclass
class Sitting:
    """A finished attempt: its answers by the revision of their question."""

    started: datetime
    seed: int
    answers: dict[int, Answered] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """True when every question has an answer."""
        return all(answer.score is not None for answer in self.answers.values())

    def rest(self, revision: int) -> int | None:
        """Return what was earned by the other questions, in millionths; None without others."""
        others = [answer for key, answer in self.answers.items() if key != revision]
        maximum = sum(answer.maximum for answer in others)
        earned = sum(answer.score or 0 for answer in others)
        return earned * REST_SCALE // maximum if maximum else None


@dataclass(frozen=True)
class Sample:
    """The attempts that figures stand on, newest first; ``more`` when there are older ones."""

    sittings: dict[UUID, Sitting]
    more: bool
    limit: int


def sample(place: Place, scope: Scope, revision: QuestionRevision | None = None) -> Sample:
    """Return the newest attempts at a place, or those with a revision (two queries)."""
    limit = settings.QUIZ_STATISTICS_ATTEMPTS
    attempts = _attempts(place, scope)
    if revision is not None:
        attempts = attempts.filter(
            Exists(AttemptItem.objects.filter(attempt=OuterRef("pk"), revision=revision))
        )
    newest = list(attempts.values_list("pk", "created_at", "seed")[: limit + 1])
    sittings = {pk: Sitting(started, seed) for pk, started, seed in newest[:limit]}
    items = AttemptItem.objects.filter(attempt__in=list(sittings)).values_list(
        "attempt", "revision", "revision__points", "submission__score", "submission__created_at"
    )
    for attempt, key, points, score, at in items.order_by("attempt", "position"):
        sittings[attempt].answers[key] = Answered(score, points * 1000, at)
    return Sample(sittings, len(newest) > limit, limit)


def _attempts(place: Place, scope: Scope) -> QuerySet[Attempt]:
    attempts = Attempt.objects.filter(place.asked, finished_at__isnull=False).exclude(
        user__role=User.Role.INSTRUCTOR
    )
    if not scope.guests:
        attempts = attempts.filter(user__is_guest=False)
    if scope.first_only:
        earlier = Attempt.objects.filter(
            place.asked, user=OuterRef("user"), created_at__lt=OuterRef("created_at")
        )
        attempts = attempts.filter(~Exists(earlier))
    return attempts.order_by("-created_at", "-id")


@dataclass(frozen=True)
class Figures:
    """A question's figures. ``omitted`` left it blank; ``paused`` answers have no known time."""

    n: int
    omitted: int
    facility: Estimate | None
    discrimination: Estimate | None
    seconds: Estimate | None
    paused: int

    @property
    def is_suspicious(self) -> bool:
        """True when the better learners surely do worse: the key may be wrong."""
        return self.discrimination is not None and self.discrimination.high < 0


@dataclass(frozen=True)
class Item:
    """A question's revision at a place, with its figures."""

    revision: QuestionRevision
    figures: Figures

    @property
    def identifier(self) -> str:
        """The question's identifier."""
        return self.revision.question.identifier

    @property
    def is_published(self) -> bool:
        """True for the revision that is asked now."""
        return self.revision.question.published_id == self.revision.pk

    @property
    def prompt(self) -> str:
        """The prompt as the author wrote it."""
        return str(self.revision.definition["prompt"])


@dataclass(frozen=True)
class Consistency:
    """How reliable a set of questions is: of the attempts with exactly the same ones.

    ``attempts`` are complete with these; ``others`` were left out.
    """

    reliability: Reliability | None
    attempts: int
    others: int


@dataclass(frozen=True)
class Report:
    """A place's questions with their figures."""

    items: list[Item]
    consistency: Consistency
    attempts: int
    more: bool
    limit: int


def report(place: Place, scope: Scope) -> Report:
    """Return the figures of all questions of a place (three queries)."""
    taken = sample(place, scope)
    asked = {revision for sitting in taken.sittings.values() for revision in sitting.answers}
    revisions = _revisions(place, asked)
    times = _times(place, taken)
    return Report(
        items=[Item(one, _figures(taken, one.pk, times.get(one.pk, ()))) for one in revisions],
        consistency=_consistency(taken.sittings.values()),
        attempts=len(taken.sittings),
        more=taken.more,
        limit=taken.limit,
    )


def _revisions(place: Place, asked: Collection[int]) -> list[QuestionRevision]:
    """Return what was asked, and what a lesson's quiz asks now."""
    wanted = Q(pk__in=asked)
    if place.lesson is not None:
        wanted |= Q(
            pk__in=Question.objects.filter(lesson=place.lesson, retired=False).values("published")
        )
    return list(
        QuestionRevision.objects.filter(wanted)
        .select_related("question")
        .defer("html")
        .order_by("question__identifier", "-created_at", "-pk")
    )


def _times(place: Place, taken: Sample) -> Mapping[int, list[float]]:
    """Return the seconds of each answer, by revision; none where they are not known.

    A lesson's quiz shows all its questions at once: the time of an answer is from the answer
    before it, or from the start. A set is graded when it is handed in, and tells no times.
    """
    found: dict[int, list[float]] = defaultdict(list)
    if place.lesson is None:
        return found
    for sitting in taken.sittings.values():
        before = sitting.started
        ordered = [(one.at, key) for key, one in sitting.answers.items() if one.at]
        for at, revision in sorted(ordered):
            found[revision].append((at - before).total_seconds())
            before = at
    return found


def _figures(taken: Sample, revision: int, seconds: Sequence[float]) -> Figures:
    asked = [s for s in taken.sittings.values() if revision in s.answers]
    answered = [s for s in asked if s.answers[revision].score is not None]
    scores = [s.answers[revision].score or 0 for s in answered]
    rests = [s.rest(revision) for s in answered]
    compared = [(x, y) for x, y in zip(scores, rests, strict=True) if y is not None]
    pause = timedelta(minutes=settings.QUIZ_PAUSE_MINUTES).total_seconds()
    known = [time for time in seconds if 0 <= time <= pause]
    return Figures(
        n=len(answered),
        omitted=len(asked) - len(answered),
        facility=facility(scores, answered[0].answers[revision].maximum) if answered else None,
        discrimination=discrimination([x for x, _ in compared], [y for _, y in compared]),
        seconds=typical(known),
        paused=len(seconds) - len(known),
    )


def _consistency(sittings: Iterable[Sitting]) -> Consistency:
    alike: dict[tuple[int, ...], list[list[int]]] = defaultdict(list)
    total = 0
    for sitting in sittings:
        total += 1
        if sitting.is_complete:
            asked = tuple(sorted(sitting.answers))
            alike[asked].append([sitting.answers[key].score or 0 for key in asked])
    rows = max(alike.values(), key=len, default=[])
    return Consistency(reliability(rows), len(rows), total - len(rows))


@dataclass(frozen=True)
class AnswerRow:
    """An answer, how often it was given, and what it earned on average (0 to 1).

    ``html`` for an option, ``text`` for what was typed or arranged. ``correct`` is the key's
    word on an option, and None for another answer.
    """

    letter: str
    html: str
    text: str
    correct: bool | None
    rate: Rate
    share: float


@dataclass(frozen=True)
class VariantRow:
    """One variant of a question: the drawn values, and how hard it was."""

    values: str
    facility: Estimate


@dataclass(frozen=True)
class Details:
    """All about a revision at a place. ``others`` gave answers that are not among the rows."""

    item: Item
    groups: Groups | None
    answers: list[AnswerRow]
    others: int
    variants: list[VariantRow]
    attempts: int
    more: bool
    limit: int
    regraded: int


def details(place: Place, scope: Scope, revision: QuestionRevision) -> Details:
    """Return the figures of one revision with its answers (three queries)."""
    taken = sample(place, scope, revision)
    definition = question_from_json(revision.definition)
    stored = Submission.objects.filter(
        item__attempt__in=list(taken.sittings), item__revision=revision
    ).values_list("item__attempt", "response", "score", "max_score", "regraded")
    given = [
        _Given(
            taken.sittings[attempt],
            Response.from_json(response),
            score / maximum,
            score,
            maximum,
            change,
        )
        for attempt, response, score, maximum, change in stored.order_by("pk")
    ]
    divided = groups([one.sitting.rest(revision.pk) or 0 for one in given])
    rows = (
        _options(definition, revision, given, divided)
        if definition.chosen_from == "option-"
        else _written(definition, given, divided)
    )
    shown = settings.QUIZ_STATISTICS_ANSWERS_SHOWN
    times = _times(place, taken).get(revision.pk, [])
    return Details(
        item=Item(revision, _figures(taken, revision.pk, times)),
        groups=divided,
        answers=rows[:shown],
        others=sum(row.rate.count for row in rows[shown:]),
        variants=_variants(definition, given)[:shown],
        attempts=len(taken.sittings),
        more=taken.more,
        limit=taken.limit,
        regraded=sum(one.change is not None for one in given),
    )


@dataclass(frozen=True)
class _Given:
    """An answer with what it earned, and the attempt around it."""

    sitting: Sitting
    response: Response
    share: float
    score: int
    maximum: int
    change: int | None


def _options(
    definition: Definition,
    revision: QuestionRevision,
    given: Sequence[_Given],
    divided: Groups | None,
) -> list[AnswerRow]:
    rows = []
    outcomes = definition.grade(Response()).options
    for index, option in enumerate(outcomes):
        who = [place for place, one in enumerate(given) if index in one.response.chosen]
        found = rate(who, len(given), divided)
        if found is not None:
            rows.append(
                AnswerRow(
                    letter=chr(ord("A") + index),
                    html=revision.html[option.text],
                    text="",
                    correct=option.correct,
                    rate=found,
                    share=_mean(given, who),
                )
            )
    return rows


def _written(
    definition: Definition, given: Sequence[_Given], divided: Groups | None
) -> list[AnswerRow]:
    """Return the answers that mean the same as one row each, the most frequent first."""
    places: dict[str, list[int]] = defaultdict(list)
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for place, one in enumerate(given):
        words = _words(definition, one.response)
        places[fold(words)].append(place)
        spellings[fold(words)][words] += 1
    rows = []
    ordered = sorted(places.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    for number, (key, who) in enumerate(ordered, 1):
        found = rate(who, len(given), divided)
        if found is not None:
            text = min(spellings[key].items(), key=lambda pair: (-pair[1], pair[0]))[0]
            rows.append(
                AnswerRow(
                    letter=str(number),
                    html="",
                    text=_shortened(text),
                    correct=None,
                    rate=found,
                    share=_mean(given, who),
                )
            )
    return rows


def _words(definition: Definition, response: Response) -> str:
    """Return an answer that was typed, or arranged, as one text."""
    if not definition.chosen_from:
        return " / ".join(text or "(空欄)" for text in response.texts)
    texts = {key: text.markdown for key, text in definition.own_texts()}
    chosen = [texts.get(f"{definition.chosen_from}{index}", "－") for index in response.chosen]
    if not definition.chosen_for:
        return " → ".join(chosen)
    return "、".join(
        f"{texts[f'{definition.chosen_for}{index}']} = {choice}"
        for index, choice in enumerate(chosen)
    )


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_ANSWER_CHARACTERS else text[: MAX_ANSWER_CHARACTERS - 1] + "…"


def _mean(given: Sequence[_Given], who: Sequence[int]) -> float:
    return sum(given[place].share for place in who) / len(who) if who else 0.0


def _variants(definition: Definition, given: Sequence[_Given]) -> list[VariantRow]:
    """Return the variants that were drawn most often, with how hard they were."""
    names = [parameter.name for parameter in definition.variants.parameters]
    scores: dict[str, list[_Given]] = defaultdict(list)
    for one in given if names else ():
        values = definition.variant(one.sitting.seed).values
        scores["、".join(f"{name} = {values[name]}" for name in names)].append(one)
    rows = []
    for drawn, answers in sorted(scores.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        found = facility([one.score for one in answers], answers[0].maximum)
        if found is not None:
            rows.append(VariantRow(drawn, found))
    return rows


def found_revision(identifier: str, pk: int | None) -> tuple[Question, QuestionRevision]:
    """Return a question and one of its revisions, without a number the published one.

    Raises Question.DoesNotExist and QuestionRevision.DoesNotExist.
    """
    question = Question.objects.get(identifier=identifier)
    revisions = question.revisions.select_related("question")
    return question, revisions.get(pk=question.published_id or 0 if pk is None else pk)


def revisions_of(question: Question) -> list[QuestionRevision]:
    """Return a question's revisions, newest first, without their texts."""
    return list(question.revisions.defer("html", "definition").order_by("-created_at", "-pk"))


SORTS: dict[str, Any] = {
    "question": lambda item: item.identifier,
    "n": lambda item: item.figures.n,
    "facility": lambda item: item.figures.facility,
    "discrimination": lambda item: item.figures.discrimination,
    "seconds": lambda item: item.figures.seconds,
}


def ordered(items: Sequence[Item], by: str) -> list[Item]:
    """Return items by one of SORTS, from the greatest where it begins with "-".

    Those without the figure stand last; an unknown name is the question's.
    """
    key = SORTS.get(by.removeprefix("-"), SORTS["question"])

    def value(item: Item) -> Any:
        found = key(item)
        return found.value if isinstance(found, Estimate) else found

    known = [item for item in items if value(item) is not None]
    unknown = [item for item in items if value(item) is None]
    return sorted(known, key=value, reverse=by.startswith("-")) + unknown
