"""Learners who take the quiz of the lesson "first", without a browser."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from courseware.classes.models import User
from courseware.grading.types.choice import presented_order
from courseware.lessons.models import Lesson
from courseware.quizzes import services
from courseware.quizzes.models import Attempt, Submission

SECONDS = 20  # from one answer to the next


def learner(name: str, **fields: object) -> User:
    """Return a new account; with ``is_guest`` a guest."""
    username = f"guest-{name}" if fields.get("is_guest") else name
    return User.objects.create(username=username, password="!", **fields)


def take(user: User, single: int | None, multiple: Sequence[int], typed: str) -> Attempt:
    """Take the quiz: options by their numbers in the files. Without ``single`` it stays open."""
    lesson = Lesson.objects.get(slug="first")
    attempt = services.start_attempt(user, lesson, again=True)
    if single is not None:
        answer(attempt, 1, {"answer": options(attempt, "first-01", [single])})
    answer(attempt, 2, {"answer": options(attempt, "first-02", multiple)})
    answer(attempt, 3, {"answer": [typed]})
    started = timezone.now() - timedelta(hours=1)
    Attempt.objects.filter(pk=attempt.pk).update(created_at=started)
    for number, submission in enumerate(Submission.objects.filter(item__attempt=attempt), 1):
        Submission.objects.filter(pk=submission.pk).update(
            created_at=started + timedelta(seconds=SECONDS * number)
        )
    return Attempt.objects.get(pk=attempt.pk)


def answer(attempt: Attempt, position: int, data: Mapping[str, Sequence[str]]) -> Submission:
    """Answer one question."""
    return services.submit_answer(attempt, position, uuid4(), data)[0]


def options(attempt: Attempt, identifier: str, numbers: Sequence[int]) -> list[str]:
    """Return what the form posts for options of a question with three."""
    order = presented_order(identifier, attempt.seed, 3)
    return [str(order.index(number)) for number in numbers]


def classroom(size: int) -> list[Attempt]:
    """Let a class take the quiz: the higher a learner's number, the more is right."""
    attempts = []
    for number in range(size):
        able = number * 3 // size  # 0, 1, 2
        attempts.append(
            take(
                learner(f"s{number:03}"),
                single=0 if able == 2 or (able == 1 and number % 2) else 1 + number % 2,
                multiple=[0, 1] if able else [2],
                typed="VT-x" if able == 2 else ["svm", "ＳＶＭ", "kvm"][number % 3],
            )
        )
    return attempts
