from typing import Any

import pytest
from django.test import RequestFactory

from courseware.config.wsgi import application


def ask(method: str, url: str) -> tuple[str, dict[str, str], bytes]:
    """Return status, headers and body as a server gets them (Django's client drops bodies)."""
    told: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], error: Any = None, /) -> Any:
        told.extend((status, headers))

    answer = application(RequestFactory().generic(method, url).environ, start)
    body = b"".join(answer)
    answer.close()
    return told[0], dict(told[1]), body


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/", "/glossary/", "/accounts/login/", "/nothing/", "/me/"])
def test_head_has_the_headers_of_get_and_no_body(url: str) -> None:
    status, headers, body = ask("HEAD", url)
    expected_status, expected_headers, expected_body = ask("GET", url)
    assert (status, body) == (expected_status, b"")
    assert headers["Content-Type"] == expected_headers["Content-Type"]
    assert abs(int(headers["Content-Length"]) - len(expected_body)) < 20
