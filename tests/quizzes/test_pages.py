import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from courseware.classes.models import User
from courseware.quizzes.models import Attempt, Question, Submission
from courseware.quizzes.templatetags.quiz_tags import points

Start = Callable[[Client], str]
ALREADY = "この問題は採点済みです。先に送った解答の結果を表示しています。"


def card_of(page: str, position: int) -> str:
    """Return the HTML of one question's card."""
    start = page.index(f'<li class="card question" id="q{position}"')
    return page[start:].split("</li><li class=", 1)[0].split('<div class="quiz-summary"')[0]


def key_of(card: str) -> str:
    match = re.search(r'name="q\d+-key" value="([^"]+)"', card)
    assert match
    return match[1]


def value_of(card: str, label: str) -> str:
    """Return the value of the option with a label."""
    match = re.search(rf'value="(\d)"[^>]*><span>{label}', card)
    assert match
    return match[1]


def text(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def answer(client: Client, url: str, position: int, value: Any, **extra: Any) -> Any:
    """Answer by typing or by the labels of options, as the page shows them now."""
    card = card_of(text(client, url), position)
    values = [value_of(card, label) for label in value] if isinstance(value, list) else value
    data = {"key": key_of(card), "answer": values}
    return client.post(f"{url}questions/{position}/", data, **extra)


def test_the_start_page_tells_what_comes_and_creates_nobody(quiz: None, client: Client) -> None:
    page = text(client, "/lessons/first/quiz/")
    assert "一つ選ぶ 1 問" in page
    assert '<span class="num">4</span> 点' in page
    assert "クイズを始める" in page
    assert not User.objects.exists()
    assert not Attempt.objects.exists()


def test_a_lesson_without_questions_says_so(quiz: None, client: Client) -> None:
    assert "まだありません" in text(client, "/lessons/second/quiz/")
    assert client.post("/lessons/second/quiz/")["Location"] == "/lessons/second/quiz/"
    assert not Attempt.objects.exists()


@pytest.mark.parametrize("url", ["/lessons/none/quiz/", "/lessons/none/quiz/again/"])
def test_a_lesson_that_is_not_there_is_not_found(quiz: None, client: Client, url: str) -> None:
    assert client.get(url).status_code == 404
    assert client.post("/lessons/none/quiz/").status_code == 404
    assert not User.objects.exists()


def test_a_guest_goes_one_whole_round(start: Start, client: Client) -> None:
    url = start(client)
    assert answer(client, url, 1, ["ゲスト"])["Location"] == f"{url}#q1"
    answer(client, url, 2, ["甲", "丙"])
    page = text(client, url)
    assert "3 問中 2 問を採点済み" in page
    assert "得点 1.666 / 4 点" in page
    assert "すべての問題を採点しました" not in page
    answer(client, url, 3, "ＨＩＭＩＴＳＵ－ｆｌａｇ\u3000")
    page = text(client, url)
    assert "得点 2.666 / 4 点" in page
    assert "すべての問題を採点しました" in page
    for part in ("正解です", "一部が正解です", "ひみつの理由その六", "ひみつの解説その三"):
        assert part in page
    attempt = Attempt.objects.get()
    assert attempt.finished_at is not None
    assert attempt.user.username.startswith("guest-")


def test_a_single_choice_explains_every_option(start: Start, client: Client) -> None:
    url = start(client)
    answer(client, url, 1, ["専用"])
    card = card_of(text(client, url), 1)
    assert "不正解です" in card
    assert "0 / 1 点" in card
    assert len(re.findall("ひみつの理由", card)) == 3
    outcomes = card.split('<li class="outcome')[1:]
    chosen = [o for o in outcomes if "あなたの選択" in o]
    right = [o for o in outcomes if "正しい選択肢" in o]
    assert ["専用" in o for o in chosen] == [True]
    assert ["ゲスト" in o and "選んでいません" in o for o in right] == [True]
    assert "<form" not in card


def test_a_foreseen_wrong_answer_is_explained(start: Start, client: Client) -> None:
    url = start(client)
    answer(client, url, 3, "<b>svm</b>")
    card = card_of(text(client, url), 3)
    assert "&lt;b&gt;svm&lt;/b&gt;" in card
    assert "ひみつの理由その七" not in card
    other = Client()
    url = start(other)
    answer(other, url, 3, "SVM")
    card = card_of(text(other, url), 3)
    assert "ひみつの理由その七" in card
    assert "himitsu-flag" in card


@pytest.mark.parametrize(
    ("position", "value", "message"),
    [
        (1, "", "選択肢を選んでから採点してください。"),
        (1, "9", "この問題にありません"),
        (2, [], "選択肢を選んでから採点してください。"),
        (3, "\u3000", "答えを入力してから採点してください。"),
        (3, "あ" * 201, "200 文字以内で入力してください"),
    ],
)
@pytest.mark.parametrize("htmx", [True, False])
def test_a_blank_or_impossible_answer_is_a_message_at_its_field(
    start: Start, client: Client, position: int, value: Any, message: str, htmx: bool
) -> None:
    url = start(client)
    headers = {"HTTP_HX_REQUEST": "true"} if htmx else {}
    data: dict[str, Any] = {"key": str(uuid.uuid4())}
    if value != "":
        data["answer"] = value
    response = client.post(f"{url}questions/{position}/", data, **headers)  # type: ignore[arg-type]
    assert response.status_code == 422
    page = response.content.decode()
    assert ("<html" in page) != htmx
    assert page.count(message) == 1
    assert f'id="q{position}-error"' in page
    assert not Submission.objects.exists()
    assert "ひみつ" not in page
    assert "himitsu" not in page


def test_a_refused_answer_stays_in_its_field(start: Start, client: Client) -> None:
    url = start(client)
    key = str(uuid.uuid4())
    page = client.post(f"{url}questions/3/", {"key": key, "answer": "長" * 201}).content.decode()
    assert f'value="{"長" * 201}"' in page


def test_without_a_key_nothing_is_graded(start: Start, client: Client) -> None:
    url = start(client)
    for data in ({"answer": "0"}, {"answer": "0", "key": "x"}):
        response = client.post(f"{url}questions/1/", data)
        assert response.status_code == 422
        assert "送信の識別子がありません" in response.content.decode()
    assert not Submission.objects.exists()


def test_a_key_grades_one_question(start: Start, client: Client) -> None:
    url = start(client)
    key = str(uuid.uuid4())
    assert client.post(f"{url}questions/1/", {"key": key, "answer": "0"}).status_code == 302
    response = client.post(f"{url}questions/2/", {"key": key, "answer": "0"})
    assert response.status_code == 422
    assert "別の問題に使われています" in response.content.decode()
    assert Submission.objects.count() == 1


def test_a_retry_gets_the_stored_grade_and_another_answer_a_notice(
    start: Start, client: Client
) -> None:
    url = start(client)
    card = card_of(text(client, url), 1)
    first = {"key": key_of(card), "answer": value_of(card, "ゲスト")}
    other = {"key": str(uuid.uuid4()), "answer": value_of(card, "専用")}
    for data in (first, first):
        page = client.post(f"{url}questions/1/", data, follow=True).content.decode()
        assert "正解です" in card_of(page, 1)
        assert ALREADY not in page
    page = client.post(f"{url}questions/1/", other, follow=True).content.decode()
    assert ALREADY in card_of(page, 1)
    assert "不正解です" not in page
    page = client.post(f"{url}questions/1/", other, HTTP_HX_REQUEST="true").content.decode()
    assert ALREADY in page
    blank = client.post(f"{url}questions/1/", {"key": str(uuid.uuid4())}, follow=True)
    assert ALREADY in blank.content.decode()
    assert Submission.objects.get().score == 1000


def test_htmx_gets_the_card_and_the_progress_alone(start: Start, client: Client) -> None:
    url = start(client)
    response = answer(client, url, 1, ["ゲスト"], HTTP_HX_REQUEST="true")
    fragment = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in fragment
    assert "ひみつの解説その一" in fragment
    assert "ひみつの解説その二" not in fragment
    assert '<div id="quiz-progress" hx-swap-oob="innerHTML">' in fragment
    assert "3 問中 1 問を採点済み" in fragment
    assert 'tabindex="-1" data-focus' in fragment


def test_the_order_of_options_stays_through_grading(start: Start, client: Client) -> None:
    url = start(client)
    labels = ("ゲスト", "専用", "二台")
    before = card_of(text(client, url), 1)
    assert before != card_of(text(client, url), 1)  # another key each time
    order = sorted(labels, key=before.index)
    answer(client, url, 1, ["専用"])
    after = card_of(text(client, url), 1)
    assert sorted(labels, key=after.index) == order


def test_attempts_differ_in_the_order_of_options(start: Start) -> None:
    orders = set()
    for _ in range(12):
        client = Client()
        card = card_of(text(client, start(client)), 1)
        orders.add(tuple(sorted(("ゲスト", "専用", "二台"), key=card.index)))
    assert len(orders) > 1


def test_an_attempt_is_its_learners_alone(
    start: Start, client: Client, student_client: Client
) -> None:
    url = start(client)
    for stranger in (Client(), student_client):
        assert stranger.get(url).status_code == 404
        data = {"key": str(uuid.uuid4()), "answer": "0"}
        assert stranger.post(f"{url}questions/1/", data).status_code == 404
    assert not Submission.objects.exists()
    assert client.get(f"/attempts/{uuid.uuid4()}/").status_code == 404
    data = {"key": str(uuid.uuid4()), "answer": "0"}
    assert client.post(f"{url}questions/4/", data).status_code == 404


def test_starting_again_continues_and_a_new_attempt_asks_first(
    start: Start, client: Client
) -> None:
    url = start(client)
    assert start(client) == url
    assert client.post("/lessons/first/quiz/", {"again": "1"})["Location"] == url
    assert "続きから解く" in text(client, "/lessons/first/quiz/")
    answer(client, url, 1, ["ゲスト"])
    assert client.post("/lessons/first/quiz/")["Location"] == f"{url}#q2"
    answer(client, url, 2, ["甲", "乙"])
    answer(client, url, 3, "vt-x")
    assert start(client) == url
    page = text(client, "/lessons/first/quiz/")
    assert "前回の結果を見る" in page
    assert "4 / 4 点" in page
    assert 'href="/lessons/first/quiz/again/"' in page
    assert "クイズをもう一度解きますか" in text(client, "/lessons/first/quiz/again/")
    assert Attempt.objects.count() == 1
    second = client.post("/lessons/first/quiz/", {"again": "1"})["Location"]
    assert second != url
    assert client.post("/lessons/first/quiz/", {"again": "1"})["Location"] == second
    assert Attempt.objects.count() == 2


def test_an_attempt_keeps_the_revisions_it_began_with(
    start: Start, client: Client, quiz_content: Path, import_files: Callable[[], None]
) -> None:
    url = start(client)
    answer(client, url, 1, ["ゲスト"])
    folder = quiz_content / "questions" / "first"
    path = folder / "first-01.md"
    path.write_text(path.read_text().replace("専用の CPU", "特別な CPU"))
    (folder / "first-02.md").unlink()
    import_files()
    page = text(client, url)
    assert "専用の CPU" in page
    assert "特別な CPU" not in page
    answer(client, url, 2, ["甲", "乙"])
    answer(client, url, 3, "vt-x")
    assert "得点 4 / 4 点" in text(client, url)
    second = text(client, client.post("/lessons/first/quiz/", {"again": "1"})["Location"])
    assert "特別な CPU" in second
    assert "2 問中 0 問を採点済み" in second


def test_pages_of_an_attempt_are_not_cached(start: Start, client: Client) -> None:
    url = start(client)
    for address in (url, "/lessons/first/quiz/"):
        assert "no-store" in client.get(address)["Cache-Control"]


def test_reading_does_not_write(start: Start, client: Client) -> None:
    url = start(client)
    before = [list(m.objects.values()) for m in (User, Attempt, Submission)]
    for address in (url, "/lessons/first/quiz/", "/lessons/first/quiz/again/", "/me/"):
        client.get(address)
    assert [list(m.objects.values()) for m in (User, Attempt, Submission)] == before


def test_the_address_of_an_answer_leads_to_its_question(start: Start, client: Client) -> None:
    url = start(client)
    assert client.get(f"{url}questions/1/")["Location"] == f"{url}#q1"
    assert client.get(f"{url}questions/4/").status_code == 404
    assert client.get(f"{url}questions/0/").status_code == 404
    assert client.post(f"{url}questions/4/", {"answer": "0"}).status_code == 404
    assert Client().get(f"{url}questions/1/").status_code == 404


def test_my_page_lists_the_newest_attempts(
    start: Start, client: Client, settings: Any, student: User
) -> None:
    from django.urls import reverse

    settings.QUIZ_ATTEMPTS_SHOWN = 2
    client.force_login(student)
    lesson = Question.objects.all()[0].lesson
    url = start(client)
    for _ in range(2):
        Attempt.objects.create(user=student, lesson=lesson, seed=1)
    page = text(client, reverse("classes:my_page"))
    assert page.count('href="/attempts/') == 2
    assert url not in page
    assert "新しい順に 2 回分" in page
    settings.QUIZ_ATTEMPTS_SHOWN = 3
    page = text(client, reverse("classes:my_page"))
    assert url in page
    assert "3 問中 0 問を採点済み" in page
    assert "新しい順に" not in page


@pytest.mark.parametrize(("address", "queries"), [("attempt", 5), ("quiz", 6), ("my_page", 5)])
def test_queries_are_bounded(
    start: Start,
    student_client: Client,
    django_assert_max_num_queries: Any,
    address: str,
    queries: int,
) -> None:
    from django.urls import reverse

    url = start(student_client)
    answer(student_client, url, 1, ["ゲスト"])
    addresses = {
        "attempt": url,
        "quiz": "/lessons/first/quiz/",
        "my_page": reverse("classes:my_page"),
    }
    with django_assert_max_num_queries(queries):
        assert student_client.get(addresses[address]).status_code == 200


def test_an_answer_takes_few_queries(
    start: Start, student_client: Client, django_assert_max_num_queries: Any
) -> None:
    url = start(student_client)
    card = card_of(text(student_client, url), 1)
    data = {"key": key_of(card), "answer": "0"}
    with django_assert_max_num_queries(14):
        student_client.post(f"{url}questions/1/", data, HTTP_HX_REQUEST="true")


def test_answers_are_rate_limited(start: Start, student_client: Client, settings: Any) -> None:
    url = start(student_client)
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "answers": "1/minute"}
    data = {"key": str(uuid.uuid4()), "answer": "0"}
    statuses = [student_client.post(f"{url}questions/1/", data).status_code for _ in range(2)]
    assert statuses == [302, 429]


@pytest.mark.parametrize(
    ("thousandths", "shown"), [(0, "0"), (1000, "1"), (1500, "1.5"), (666, "0.666"), (10_000, "10")]
)
def test_scores_are_written_in_points(thousandths: int, shown: str) -> None:
    assert points(thousandths) == shown
