"""Many posts at once, over real connections in threads."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from courseware.classes.models import User
from courseware.quizzes.models import Attempt, Submission

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(requests: list[Callable[[], Any]]) -> list[Any]:
    """Run the requests in as many threads, each with its own connection."""

    def run(request: Callable[[], Any]) -> Any:
        try:
            return request()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(run, requests))


def browser(student: User) -> Client:
    client = Client()
    client.force_login(student)
    return client


@pytest.fixture
def attempt_url(transactional_db: None, import_files: Callable[[], None], student: User) -> str:
    import_files()
    return str(browser(student).post("/lessons/first/quiz/")["Location"])


@pytest.mark.parametrize("same_key", [True, False])
def test_twenty_posts_of_one_submission_store_one(
    attempt_url: str, student: User, same_key: bool
) -> None:
    data = {"key": str(uuid.uuid4()), "answer": "1"}
    clients = [browser(student) for _ in range(20)]
    keys = [data["key"] if same_key else str(uuid.uuid4()) for _ in clients]

    def post(client: Client, key: str) -> Any:
        url = f"{attempt_url}questions/1/"
        return client.post(url, {**data, "key": key}, HTTP_HX_REQUEST="true")

    responses = at_once(
        [lambda c=c, k=k: post(c, k) for c, k in zip(clients, keys, strict=True)]  # type: ignore[misc]
    )
    assert [r.status_code for r in responses] == [200] * 20
    submission = Submission.objects.get()
    pages = [r.content.decode() for r in responses]
    verdict = "不正解です" if submission.score == 0 else "✓</span> 正解です"
    assert all(verdict in page for page in pages)
    assert sum("採点済みです。先に送った" in page for page in pages) == (0 if same_key else 19)


def test_twenty_starts_make_one_attempt(
    transactional_db: None, import_files: Callable[[], None], student: User
) -> None:
    import_files()
    clients = [browser(student) for _ in range(20)]
    responses = at_once([lambda c=c: c.post("/lessons/first/quiz/") for c in clients])  # type: ignore[misc]
    assert {r.status_code for r in responses} == {302}
    assert len({r["Location"] for r in responses}) == 1
    assert Attempt.objects.count() == 1


def test_the_last_answers_at_once_finish_the_attempt(attempt_url: str, student: User) -> None:
    def post(client: Client, position: int) -> Any:
        data = {"key": str(uuid.uuid4()), "answer": "1"}
        return client.post(f"{attempt_url}questions/{position}/", data)

    clients = [browser(student) for _ in range(3)]
    at_once([lambda c=c, n=n: post(c, n) for n, c in enumerate(clients, 1)])  # type: ignore[misc]
    assert Submission.objects.count() == 3
    assert Attempt.objects.get().finished_at is not None
