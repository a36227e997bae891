"""The words of the assembly language, as the editor gets them."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from courseware.machine import DIRECTIVES, INSTRUCTIONS, PSEUDO_INSTRUCTIONS

URL = "/labs/words.json"


@pytest.mark.django_db
def test_the_words_are_those_of_the_machine(client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        words = client.get(URL).json()
    assert len(queries) == 0
    real = {instruction.mnemonic for instruction in INSTRUCTIONS}
    pseudo = {instruction.mnemonic for instruction in PSEUDO_INSTRUCTIONS}
    assert real | pseudo <= set(words["mnemonics"])
    assert set(words["directives"]) == set(DIRECTIVES)
    assert words["directives"][".zero"]["form"] == ".space / .zero / .skip 数, 値"
    assert {"x0", "zero", "fp", "t6"} <= set(words["registers"])
    assert {"mstatus", "hgatp", "pmpaddr63"} <= set(words["csrs"])
    assert words["mnemonics"]["not"] == [
        {"form": "not rd, rs1", "description": "", "expansion": ["xori rd, rs1, -1"]}
    ]


@pytest.mark.django_db
def test_a_browser_that_has_the_words_does_not_get_them_again(client: Client) -> None:
    first = client.get(URL)
    assert first["Cache-Control"].startswith("max-age=")
    again = client.get(URL, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert not again.content
    assert client.get(URL, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.django_db
def test_the_words_travel_compressed(client: Client) -> None:
    plain = client.get(URL)
    packed = client.get(URL, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) * 4 < len(plain.content)
