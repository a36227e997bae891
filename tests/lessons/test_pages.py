from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from courseware.classes.models import User
from courseware.lessons.models import Lesson, LessonRead


@pytest.fixture(autouse=True)
def _imported(db: None, content: Path) -> None:
    call_command("import_content", content, verbosity=0)


def test_the_course_lists_its_lessons_in_order(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "試しの講座" in page
    assert page.index("最初") < page.index("二番目")


def test_the_course_leads_to_the_first_lesson_that_is_not_read(client: Client) -> None:
    assert "最初のレッスンを読む" in client.get("/").content.decode()
    client.post("/lessons/first/finish/", {"finished": "1"})
    page = client.get("/").content.decode()
    assert 'href="/lessons/second/">続きを読む: 二番目</a>' in page
    client.post("/lessons/second/finish/", {"finished": "1"})
    assert "すべて読了" in client.get("/").content.decode()


def test_a_lesson_links_to_its_neighbours_and_its_headings(client: Client) -> None:
    page = client.get("/lessons/first/").content.decode()
    assert 'rel="next"' in page
    assert 'rel="prev"' not in page
    assert 'href="#s-はじめに"' in page
    assert "じゅんかそうか、paravirtualization" in page
    assert 'rel="prev"' in client.get("/lessons/second/").content.decode()


def test_the_title_comes_before_the_contents_and_these_before_the_text(client: Client) -> None:
    page = client.get("/lessons/first/").content.decode()
    order = [page.index(part) for part in ("<h1>最初", "このページの目次", 'id="s-はじめに"')]
    assert order == sorted(order)


def test_a_lesson_that_is_not_published_is_not_found(client: Client) -> None:
    Lesson.objects.filter(slug="first").update(published=None)
    assert client.get("/lessons/first/").status_code == 404
    assert client.post("/lessons/first/finish/", {"finished": "1"}).status_code == 404
    assert "最初</a>" not in client.get("/").content.decode()
    assert client.get("/lessons/nothing/").status_code == 404


def test_reading_creates_nobody(client: Client) -> None:
    for url in ("/", "/lessons/first/", "/glossary/", "/accounts/login/"):
        assert client.get(url).status_code == 200
    assert not User.objects.exists()
    assert "vlab_session" not in client.cookies


def test_a_guest_marks_a_lesson_as_read_and_takes_it_back(client: Client) -> None:
    for _ in range(2):
        answer = client.post("/lessons/first/finish/", {"finished": "1"}, follow=True)
        assert "読み終えました" in answer.content.decode()
    assert LessonRead.objects.count() == 1
    assert "✓ 読了" in client.get("/").content.decode()
    client.post("/lessons/first/finish/", {"finished": "0"})
    assert not LessonRead.objects.exists()


def test_htmx_gets_the_fragment_of_the_same_page(client: Client) -> None:
    answer = client.post("/lessons/first/finish/", {"finished": "1"}, HTTP_HX_REQUEST="true")
    fragment = answer.content.decode()
    assert fragment.strip().startswith('<form id="finish"')
    assert "<html" not in fragment


def test_the_glossary_shows_reading_english_and_definition(client: Client) -> None:
    page = client.get("/glossary/").content.decode()
    for part in ('id="term-pv"', "じゅんかそうか", "paravirtualization", "ゲストが協力する"):
        assert part in page


@pytest.mark.parametrize(("url", "queries"), [("/", 5), ("/lessons/first/", 5), ("/glossary/", 3)])
def test_queries_are_bounded(
    student_client: Client, django_assert_max_num_queries: object, url: str, queries: int
) -> None:
    with django_assert_max_num_queries(queries):  # type: ignore[operator]
        assert student_client.get(url).status_code == 200
