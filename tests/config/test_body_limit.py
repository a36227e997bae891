"""No address reads a body that no form can send."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("url", ["/accounts/login/", "/labs/playground/", "/theme/", "/cpuinfo/"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_body_over_the_limit_is_refused(client: Client, url: str, headers: Any) -> None:
    body = b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    response = client.post(url, body, "multipart/form-data; boundary=b", headers=headers)
    assert response.status_code == 413
    page = response.content.decode()
    assert "3 MiB" in page or "3,145,728 バイト" in page
    assert ("<html" in page) == (not headers)


def test_a_body_at_the_limit_is_read(client: Client) -> None:
    body = b"theme=dark&next=/&x="
    body += b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE - len(body))
    response = client.post("/theme/", body, "application/x-www-form-urlencoded")
    assert response.status_code == 302
