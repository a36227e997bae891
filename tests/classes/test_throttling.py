"""How often people may try to sign in and sign up, and who is counted."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from courseware.classes import services, throttling
from courseware.classes.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _low_limits(settings: Settings) -> None:
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "login": "3/minute",
        "login_account": "6/minute",
        "login_address": "9/minute",
        "signup": "4/minute",
    }


def sign_in(name: str, password: str = "wrong", peer: str = "10.0.0.1") -> HttpResponse:
    data = {"username": name, "password": password}
    return Client().post("/accounts/login/", data, REMOTE_ADDR=peer)  # type: ignore[return-value]


def codes(tries: list[HttpResponse]) -> list[int]:
    return [response.status_code for response in tries]


def test_failures_at_an_account_from_an_address_are_limited(student: User) -> None:
    assert codes([sign_in("gakusei") for _ in range(4)]) == [200, 200, 200, 429]
    refused = sign_in("gakusei", PASSWORD)
    assert refused["Retry-After"] == "60"
    assert "60 秒あたり 3 回" in refused.content.decode()


def test_who_failed_too_often_shuts_out_neither_neighbour_nor_owner(
    student: User, instructor: User
) -> None:
    for _ in range(4):
        sign_in("sensei")
    assert sign_in("gakusei", PASSWORD).status_code == 302, "the same address, another account"
    assert sign_in("sensei", PASSWORD, peer="10.0.0.2").status_code == 302


def test_signing_in_is_not_counted(student: User) -> None:
    assert codes([sign_in("gakusei", PASSWORD) for _ in range(12)]) == [302] * 12


def test_an_account_is_tried_from_many_addresses_up_to_a_limit(student: User) -> None:
    tries = [sign_in("gakusei", peer=f"10.0.1.{i}") for i in range(7)]
    assert codes(tries) == [200] * 6 + [429]


def test_an_address_tries_many_accounts_up_to_a_limit() -> None:
    assert codes([sign_in(f"name-{i}") for i in range(10)]) == [200] * 9 + [429]


def test_a_name_is_counted_however_it_is_written(student: User) -> None:
    spellings = ["gakusei", "ＧＡＫＵＳＥＩ", " Gakusei ", "ｇａｋｕｓｅｉ"]
    assert codes([sign_in(name) for name in spellings]) == [200, 200, 200, 429]


def test_sign_ups_are_counted_by_address_whoever_sends_them() -> None:
    data = {"username": "", "password1": "", "password2": ""}
    for expected in [422] * 4 + [429]:
        client = Client()
        client.force_login(services.create_guest())
        assert client.post("/accounts/signup/", data).status_code == expected


@pytest.mark.parametrize(
    ("trusted", "forwarded", "expected"),
    [
        (False, "203.0.113.9", "10.0.0.1"),
        (False, None, "10.0.0.1"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        (True, "198.51.100.7,, 2001:db8::1 ", "2001:db8::1"),
        (True, "", "10.0.0.1"),
        (True, "198.51.100.7, ", "10.0.0.1"),
        (True, None, "10.0.0.1"),
    ],
)
def test_only_what_a_trusted_proxy_appended_is_an_address(
    settings: Settings, trusted: bool, forwarded: str | None, expected: str
) -> None:
    settings.TRUST_PROXY = trusted
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers=headers)
    assert throttling.address(request) == expected


@pytest.mark.parametrize("trusted", [False, True])
def test_a_forged_address_does_not_help(settings: Settings, student: User, trusted: bool) -> None:
    settings.TRUST_PROXY = trusted
    data = {"username": "gakusei", "password": "wrong"}
    answers = [
        Client().post(
            "/accounts/login/", data, headers={"X-Forwarded-For": f"10.9.9.{i}, 203.0.113.9"}
        )
        for i in range(4)
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
