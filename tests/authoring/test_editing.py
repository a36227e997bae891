from pathlib import Path

import pytest
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from courseware.lessons.models import Lesson, LessonRevision

URL = "/authoring/lessons/first/"


@pytest.fixture(autouse=True)
def _imported(db: None, content: Path) -> None:
    call_command("import_content", content, verbosity=0)


def lesson() -> Lesson:
    return Lesson.objects.select_related("published", "draft").get(slug="first")


def published() -> LessonRevision:
    revision = lesson().published
    assert revision is not None
    return revision


def post(client: Client, action: str, source: str, base: object, **headers: str) -> HttpResponse:
    return client.post(URL, {"action": action, "source": source, "base": str(base)}, **headers)  # type: ignore[return-value, arg-type]


@pytest.mark.parametrize("url", ["/authoring/", URL])
def test_only_instructors_come_in(
    client: Client, student_client: Client, instructor_client: Client, url: str
) -> None:
    assert client.get(url)["Location"].startswith("/accounts/login/")
    client.post("/lessons/first/finish/", {"finished": "1"})
    assert client.get(url)["Location"].startswith("/accounts/login/"), "a guest"
    assert student_client.get(url).status_code == 403
    assert student_client.post(url).status_code in (403, 405)
    assert instructor_client.get(url).status_code == 200
    assert instructor_client.get("/authoring/lessons/nothing/").status_code == 404


def test_a_draft_is_seen_by_nobody_until_it_is_published(
    client: Client, instructor_client: Client
) -> None:
    before = published()
    source = before.source.replace("最初", "書き直した題")
    assert post(instructor_client, "save", source, before.pk).status_code == 302
    assert published() == before
    assert "書き直した題" not in client.get("/lessons/first/").content.decode()
    assert "書き直した題" in instructor_client.get(URL).content.decode()

    assert post(instructor_client, "publish", source, lesson().draft_id).status_code == 302
    assert "書き直した題" in client.get("/lessons/first/").content.decode()
    assert lesson().draft is None
    assert LessonRevision.objects.get(pk=before.pk).title == "最初"


def test_a_lesson_that_is_only_a_draft_is_not_found_by_students(
    student_client: Client, instructor_client: Client
) -> None:
    revision = published()
    Lesson.objects.filter(slug="first").update(published=None, draft=revision)
    assert student_client.get("/lessons/first/").status_code == 404
    assert instructor_client.get(URL).status_code == 200
    assert instructor_client.get("/authoring/").status_code == 200


def test_the_preview_is_the_students_page_and_stores_nothing(
    client: Client, instructor_client: Client
) -> None:
    source = published().source.replace("はじめに", "試し書き")
    page = post(instructor_client, "preview", source, lesson().published_id).content.decode()
    assert LessonRevision.objects.count() == 2
    post(instructor_client, "publish", source, lesson().published_id)
    article = client.get("/lessons/first/").content.decode()
    article = article.split("<article>")[1].split("</article>")[0]
    assert article in page


def test_htmx_gets_the_preview_alone(instructor_client: Client) -> None:
    source = published().source
    page = post(
        instructor_client, "preview", source, lesson().published_id, HTTP_HX_REQUEST="true"
    ).content.decode()
    assert page.strip().startswith('<section class="editor__preview" id="preview"')


@pytest.mark.parametrize("action", ["preview", "save", "publish"])
def test_front_matter_errors_show_their_line_and_keep_the_text(
    instructor_client: Client, action: str
) -> None:
    source = published().source.replace("minutes: 5", "minutes: 五")
    answer = post(instructor_client, action, source, lesson().published_id)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "4 行 1 桁" in page
    assert "minutes: 五" in page
    assert LessonRevision.objects.count() == 2


@pytest.mark.parametrize("action", ["preview", "save", "publish"])
def test_a_control_character_is_told_with_its_place_and_nothing_is_saved(
    instructor_client: Client, action: str
) -> None:
    source = published().source.replace("の話", "の\0話")
    answer = post(instructor_client, action, source, lesson().published_id)
    assert answer.status_code == 422
    assert "10 行 10 桁</a>: 制御文字 U+0000" in answer.content.decode()
    assert LessonRevision.objects.count() == 2


def test_nobody_overwrites_what_another_saved(instructor_client: Client) -> None:
    base = lesson().published_id
    first = published().source.replace("最初", "甲の題")
    second = published().source.replace("最初", "乙の題")
    assert post(instructor_client, "save", first, base).status_code == 302
    for action in ("save", "publish"):
        answer = post(instructor_client, action, second, base)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert "別の画面でこのレッスンが保存されました" in page
        assert "乙の題" in page
    draft = lesson().draft
    assert draft is not None
    assert draft.title == "甲の題"


def test_the_length_limit_is_shown_and_holds_at_its_edge(
    instructor_client: Client, settings: object
) -> None:
    source = published().source
    settings.LESSON_MAX_SOURCE_CHARACTERS = len(source)  # type: ignore[attr-defined]
    page = instructor_client.get(URL).content.decode()
    assert f"長さは {len(source):,} 文字" in page
    assert "空行のない続きは 3,000 文字まで" in page
    base = lesson().published_id
    assert post(instructor_client, "preview", source, base).status_code == 200
    over = post(instructor_client, "preview", source + "字", base)
    assert over.status_code == 422
    assert "本文が長すぎます" in over.content.decode()


@pytest.mark.parametrize("base", ["", "x", "９", "9" * 40, "-1"])
def test_a_forged_base_is_a_conflict_not_a_crash(instructor_client: Client, base: str) -> None:
    assert post(instructor_client, "save", published().source, base).status_code == 422


def test_an_authors_script_stays_text(client: Client, instructor_client: Client) -> None:
    source = published().source + "\n<script>alert(1)</script>\n"
    post(instructor_client, "publish", source, lesson().published_id)
    page = client.get("/lessons/first/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_queries_are_bounded(
    instructor_client: Client, django_assert_max_num_queries: object
) -> None:
    for url in ("/authoring/", URL):
        with django_assert_max_num_queries(6):  # type: ignore[operator]
            instructor_client.get(url)
