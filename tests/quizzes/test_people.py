"""A learner's attempts stay theirs, with an account or without one."""

import uuid
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from courseware.classes.models import User
from courseware.quizzes.models import Attempt, AttemptItem, Submission

Start = Callable[[Client], str]
PASSWORD = "correct horse battery"


def answer_first(client: Client, url: str) -> None:
    data = {"key": str(uuid.uuid4()), "answer": "0"}
    assert client.post(f"{url}questions/1/", data)["Location"] == f"{url}#q1"


def test_a_guests_attempt_is_the_accounts_after_sign_up(start: Start, client: Client) -> None:
    url = start(client)
    answer_first(client, url)
    client.post(
        "/accounts/signup/",
        {"username": "hanako", "password1": PASSWORD, "password2": PASSWORD},
    )
    assert Attempt.objects.get().user.username == "hanako"
    assert "3 問中 1 問を採点済み" in client.get(url).content.decode()
    assert start(client) == url


def test_signing_in_keeps_the_guests_attempts_and_the_accounts(
    start: Start, client: Client, student: User, student_client: Client
) -> None:
    first = start(student_client)
    second = start(client)
    answer_first(client, second)
    client.post("/accounts/login/", {"username": "gakusei", "password": PASSWORD})
    for url in (first, second):
        assert client.get(url).status_code == 200
    assert Attempt.objects.filter(user=student).count() == 2
    assert Submission.objects.count() == 1
    assert start(client) == second


def test_a_signed_out_browser_sees_no_attempt(start: Start, student_client: Client) -> None:
    url = start(student_client)
    student_client.post("/accounts/logout/")
    assert student_client.get(url).status_code == 404


def test_the_database_holds_one_grade_for_an_item_and_a_score_within_its_bounds(
    start: Start, client: Client
) -> None:
    start(client)
    first, second, _ = AttemptItem.objects.all()

    def store(item: AttemptItem, key: uuid.UUID, score: int) -> None:
        with transaction.atomic():
            Submission.objects.create(
                item=item, key=key, score=score, max_score=1000, response={}, result={}
            )

    key = uuid.uuid4()
    store(first, key, 1000)
    for item, other_key, score in (
        (first, uuid.uuid4(), 0),
        (second, key, 0),
        (second, uuid.uuid4(), 1001),
        (second, uuid.uuid4(), -1),
    ):
        with pytest.raises(IntegrityError):
            store(item, other_key, score)
    assert Submission.objects.count() == 1
