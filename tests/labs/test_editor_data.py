"""What the lab's page tells its editor: marks, and the nonce of its styles."""

import re

from django.test import Client

from tests.labs.steps import URL, post, text

COUNT = "_start:\n        li a0, 1\n        addi a0, a0, 2\n        ebreak\n"


def marks(page: str) -> tuple[str, str]:
    """Return the line that comes next and the lines with breakpoints, as the page has them."""
    found = re.search(r'id="bench-marks" hidden data-line="(.*?)" data-breakpoints="(.*?)"', page)
    assert found
    return found[1], found[2]


def test_the_marks_are_the_next_line_and_the_breakpoints(labs: None, client: Client) -> None:
    answer = text(post(client, "step", COUNT, htmx=True))
    assert marks(answer) == ("3", "")
    answer = text(post(client, "break:4", COUNT, htmx=True))
    assert marks(answer) == ("3", "4")
    answer = text(post(client, "break:2", COUNT, htmx=True))
    assert marks(answer) == ("3", "2 4")
    assert marks(text(client.get(URL))) == ("3", "2 4")


def test_no_line_is_marked_where_the_machine_is_outside_the_program(
    labs: None, client: Client
) -> None:
    answer = post(client, "step", "_start: nop\n", htmx=True)
    assert answer.status_code == 200
    assert marks(text(answer)) == ("", "")


def test_the_nonce_is_for_styles_and_for_one_answer(labs: None, client: Client) -> None:
    nonces = set()
    for _ in range(2):
        answer = client.get(URL)
        found = re.search(r'data-nonce="([^"]+)"', text(answer))
        assert found
        policy = answer["Content-Security-Policy"]
        allowed = [part for part in policy.split(";") if f"'nonce-{found[1]}'" in part]
        assert [part.split()[0] for part in allowed] == ["style-src"]
        nonces.add(found[1])
    assert len(nonces) == 2
    assert "nonce" not in client.get("/labs/")["Content-Security-Policy"]
