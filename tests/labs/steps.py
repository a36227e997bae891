"""What a learner does on a lab's page, as requests."""

import html
import re
from typing import Any

from django.test import Client

URL = "/labs/adding/"


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)">', page)
    assert found, name
    return found[1]


def text(response: Any) -> str:
    """Return a page as it reads, without escapes."""
    return html.unescape(response.content.decode())


def post(client: Client, action: str, source: str, *, htmx: bool = False, **fields: str) -> Any:
    """Press a button on the page as it is now."""
    page = text(client.get(URL))
    form = {name: hidden(page, name) for name in ("program", "base")}
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(URL, form | {"action": action, "source": source} | fields, headers=headers)


def page_after(client: Client, action: str, source: str, **fields: str) -> str:
    """Press a button and return the page that it leads to."""
    response = post(client, action, source, htmx=False, **fields)
    assert response.status_code == 302, text(response)
    return text(client.get(URL))


def status(page: str) -> str:
    """Return what the status line says."""
    found = re.search(r'id="bench-status"[^>]*>(.*?)</p>', page, re.S)
    assert found
    return found[1].strip()
