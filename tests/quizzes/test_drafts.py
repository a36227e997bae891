"""What is typed in a lesson's quiz and not graded yet."""

import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from courseware.classes.models import User
from courseware.quizzes.drafts import entries
from courseware.quizzes.models import AnswerDraft, Submission

Start = Callable[[Client], str]
SHAPES = sorted(Path(site.BASE_DIR, "templates/quizzes/shapes").glob("*_form.html"))


def posted(page: str = "", **fields: str) -> dict[str, str]:
    """Return what the page's form posts: ``q1_answer`` is the field q1-answer."""
    names = {name.replace("_", "-"): value for name, value in fields.items()}
    versions = {f"{name.split('-')[0]}-version": "0" for name in names}
    return {**versions, **names, "page": page or str(uuid.uuid4())}


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def test_one_button_saves_the_whole_page(start: Start, client: Client) -> None:
    url = start(client)
    saved = client.post(f"{url}drafts/", posted(q1_answer="1", q3_answer="入力の途中"), follow=True)
    page = saved.content.decode()
    assert "ここまでの答えを保存しました。" in page
    assert 'value="入力の途中"' in page
    assert re.search(r'name="q1-answer" value="1" checked', page)
    assert page.count("に保存しました</p>") == 2
    assert not Submission.objects.exists()
    assert 'value="入力の途中"' in text(client, url), "after a reload"


def test_another_device_shows_what_was_typed(
    start: Start, student: User, student_client: Client
) -> None:
    url = start(student_client)
    student_client.post(f"{url}drafts/", posted(q3_answer="入力の途中"))
    other = Client()
    other.force_login(student)
    assert 'value="入力の途中"' in text(other, url)


def test_grading_one_question_keeps_what_was_typed_for_others(start: Start, client: Client) -> None:
    url = start(client)
    fields = posted(q1_answer="0", q1_key=str(uuid.uuid4()), q2_answer="1", q3_answer="途中")
    response = client.post(f"{url}questions/1/", fields)
    assert response["Location"] == f"{url}#q1"
    page = text(client, url)
    assert 'value="途中"' in page
    assert re.search(r'name="q2-answer" value="1" checked', page)
    assert Submission.objects.get().item.position == 1
    refused = client.post(f"{url}questions/2/", posted(q2_key=str(uuid.uuid4()), q3_answer="先"))
    assert refused.status_code == 422, "blank; and the other question's conflict is told too"
    page = refused.content.decode()
    assert "別の画面で、この問題に違う答えが保存されています" in page
    assert 'value="途中"' in page
    assert 'value="先"' in page


def test_a_graded_question_takes_no_draft(start: Start, client: Client) -> None:
    url = start(client)
    client.post(f"{url}questions/3/", posted(q3_answer="vmx", q3_key=str(uuid.uuid4())))
    assert client.post(f"{url}drafts/", posted(q3_answer="other")).status_code == 302
    assert not AnswerDraft.objects.exists()


def test_a_question_that_is_not_there_is_ignored(start: Start, client: Client) -> None:
    url = start(client)
    fields = posted(q99_answer="1", q0_answer="1", q3_answer="a\0b")
    assert client.post(f"{url}drafts/", fields).status_code == 302
    assert AnswerDraft.objects.get().data == {"answer": ["ab"]}


def test_saving_is_a_post_and_limited(start: Start, client: Client, settings: Any) -> None:
    url = start(client)
    assert client.get(f"{url}drafts/")["Location"] == url
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "drafts": "1/minute"}
    statuses = [client.post(f"{url}drafts/", posted(q3_answer="a")).status_code for _ in "12"]
    assert statuses == [302, 429]


def test_a_save_takes_few_queries(
    start: Start, student_client: Client, django_assert_max_num_queries: Any
) -> None:
    url = start(student_client)
    fields = posted(q1_answer="1", q2_answer="1", q3_answer="a")
    with django_assert_max_num_queries(12):
        student_client.post(f"{url}drafts/", fields, HTTP_HX_REQUEST="true")


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_every_field_is_named_by_its_question(path: Path) -> None:
    """The page is one form: fields of the same name in two questions would be one."""
    names = re.findall(r'\bname="([^"]*)"', path.read_text())
    assert all(name.startswith("q{{ n }}-") for name in names), names


@given(
    st.dictionaries(
        st.text(max_size=8)
        | st.from_regex(r"q[0-9]{1,5}-(version|answer|keep|key)", fullmatch=True),
        st.lists(st.text(max_size=12), max_size=3),
    )
)
def test_anything_can_be_posted(fields: dict[str, list[str]]) -> None:
    for number, entry in entries(fields).items():
        assert f"q{number}-version" in fields
        assert entry.version >= 0
        assert all("\0" not in value for values in entry.data.values() for value in values)


@pytest.mark.django_db(transaction=True)
def test_twenty_pages_that_save_at_once_lose_nothing_silently(
    import_files: Callable[[], None], student: User
) -> None:
    import_files()
    browsers = [Client() for _ in range(20)]
    for browser in browsers:
        browser.force_login(student)
    url = str(browsers[0].post("/lessons/first/quiz/")["Location"])

    def save(number: int) -> int:
        try:
            fields = posted(q3_answer=f"answer {number}")
            return int(browsers[number].post(f"{url}drafts/", fields).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(save, range(20)))
    assert sorted(statuses) == [302] + [409] * 19
    draft = AnswerDraft.objects.get()
    assert draft.data == {"answer": [f"answer {statuses.index(302)}"]}
    assert draft.version == 1
