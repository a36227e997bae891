"""Sets: a deadline by the server's clock, drafts that are graded, one handing in."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from courseware.classes.models import User
from courseware.quizzes.models import AnswerDraft, Attempt, QuestionSet, Submission

SET = "/exams/mock/"


def start(client: Client) -> str:
    return str(client.post(SET)["Location"])


def page_of(response: Any) -> str:
    return str(response.content.decode())


def place_of(url: str, identifier: str) -> int:
    """Return the number that a question has in the attempt."""
    items = Attempt.objects.get(pk=url.split("/")[2]).items
    return items.get(revision__question__identifier=identifier).position


def save(client: Client, url: str, page: str = "", **fields: Any) -> Any:
    """Post what was typed for questions: ``q1_answer`` is the field q1-answer."""
    data = {name.replace("_", "-"): value for name, value in fields.items()}
    numbers = {name.split("-")[0] for name in data}
    versions = {f"{number}-version": data.get(f"{number}-version", "0") for number in numbers}
    return client.post(f"{url}drafts/", {**versions, **data, "page": page or str(uuid.uuid4())})


def hand_in(client: Client, url: str, **fields: Any) -> Any:
    return client.post(f"{url}hand-in/", fields)


def pass_time(url: str, **ago: float) -> None:
    """Let the attempt's deadline have been so long ago."""
    attempts = Attempt.objects.filter(pk=url.split("/")[2])
    attempts.update(deadline=timezone.now() - timedelta(**ago))


def test_the_start_page_tells_the_rules_and_starts_nothing(exam: None, client: Client) -> None:
    page = page_of(client.get(SET))
    for words in ("小さな模擬試験", "10 分", "3 問", "説明です。"):
        assert words in page
    assert "小さな模擬試験" in page_of(client.get("/exams/"))
    assert not Attempt.objects.exists()


def test_a_round_ends_with_grades_by_topic_and_an_interval(exam: None, client: Client) -> None:
    url = start(client)
    place = place_of(url, "first-03")
    sitting = page_of(client.get(url))
    assert "残り 10 分" in sitting
    assert "ひみつ" not in sitting
    save(client, url, **{f"q{place}_answer": "ｈｉｍｉｔｓｕ－ｆｌａｇ"})
    assert "ｈｉｍｉｔｓｕ－ｆｌａｇ" in page_of(client.get(url)), "on another device too"
    refused = hand_in(client, url)
    assert refused.status_code == 422
    assert "答えのない問題が 2 問あります" in page_of(refused)
    assert hand_in(client, url, confirmed="1").status_code == 422
    assert hand_in(client, url, confirmed="2").status_code == 302
    page = page_of(client.get(url))
    for words in ("3 問中 1 問 (33%)", "95% 信頼区間", "Wilson", "ひみつの解説その三", "未解答"):
        assert words in page
    assert Submission.objects.count() == 1


def test_answering_one_by_one_is_no_way_to_learn_the_grade(exam: None, client: Client) -> None:
    url = start(client)
    answer = client.post(f"{url}questions/1/", {"key": str(uuid.uuid4()), "answer": "1"})
    assert answer.status_code == 404
    assert not Submission.objects.exists()


@pytest.mark.parametrize("release", ["never", "at"])
def test_nothing_is_told_before_the_release(
    db: None, import_exam: Callable[..., None], client: Client, release: str
) -> None:
    later = {"release_at": "2099-01-01 00:00:00"} if release == "at" else {}
    import_exam(release, **later)
    url = start(client)
    save(client, url, q1_answer="1")
    hand_in(client, url, confirmed="2")
    hand_in(client, url, confirmed="3")
    assert Attempt.objects.get().finished_at is not None
    for address in (url, SET, "/exams/", "/me/", f"{url}?already=1", f"{url}hand-in/"):
        page = page_of(client.get(address, follow=True))
        assert "ひみつ" not in page
        assert "正解です" not in page
    if release == "at":
        QuestionSet.objects.update(release_at=timezone.now() - timedelta(seconds=1))
        assert "ひみつの解説" in page_of(client.get(url))


def test_the_server_hands_in_at_the_deadline_what_was_saved(exam: None, client: Client) -> None:
    url = start(client)
    place = place_of(url, "first-03")
    page = str(uuid.uuid4())
    save(client, url, page, **{f"q{place}_answer": "VT-x"})
    pass_time(url, seconds=29)
    in_time = save(client, url, page, **{f"q{place}_answer": "vt-x"})
    assert in_time.status_code == 302, "within the grace"
    pass_time(url, seconds=31)
    late = save(client, url, page, **{f"q{place}_answer": "svm"})
    assert "提出済みです" in page_of(client.get(late["Location"]))
    attempt = Attempt.objects.get()
    assert attempt.finished_at == attempt.deadline
    assert Submission.objects.get().response["texts"] == ["vt-x"]
    assert "自動で提出しました" in page_of(client.get(url))


def test_an_attempt_that_nobody_looks_at_is_handed_in_too(
    exam: None, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    url = start(client)
    save(client, url, q1_flag="1")
    pass_time(url, seconds=29)
    call_command("hand_in_over")
    assert "0 件" in capsys.readouterr().out, "within the grace"
    pass_time(url, seconds=31)
    for count in ("1 件", "0 件"):
        call_command("hand_in_over")
        assert count in capsys.readouterr().out
    assert Attempt.objects.get().finished_at is not None
    assert not Submission.objects.exists()


def test_what_a_client_says_of_score_time_and_person_counts_for_nothing(
    exam: None, client: Client, student: User
) -> None:
    lies = {
        "score": "99000",
        "max_score": "99000",
        "user": str(student.pk),
        "deadline": "2099-01-01T00:00:00Z",
        "finished_at": "2001-01-01T00:00:00Z",
        "late": "0",
        "seed": "1",
    }
    url = str(client.post(SET, lies)["Location"])
    place = place_of(url, "first-01")
    before = Attempt.objects.values("user", "seed", "deadline").get()
    client.post(f"{url}drafts/", {f"q{place}-version": "0", f"q{place}-answer": "0", **lies})
    hand_in(client, url, confirmed="2", **lies)
    assert Attempt.objects.values("user", "seed", "deadline").get() == before
    assert before["user"] != student.pk
    assert before["seed"] != 1
    finished_at = Attempt.objects.get().finished_at
    assert finished_at is not None
    assert timezone.now() - finished_at < timedelta(minutes=1)
    assert Submission.objects.get().max_score == 1000


def test_lateness_is_by_the_servers_clock(
    db: None, import_exam: Callable[..., None], client: Client
) -> None:
    import_exam(due_at="2001-01-01 00:00:00")
    url = start(client)
    hand_in(client, url, confirmed="3")
    assert Attempt.objects.get().late
    assert "締め切り" in page_of(client.get(url))
    other = Client()
    import_exam(due_at="2099-01-01 00:00:00")
    hand_in(other, start(other), confirmed="3")
    assert not Attempt.objects.order_by("created_at").last().late  # type: ignore[union-attr]


def test_a_closing_time_ends_what_is_under_way(
    db: None, import_exam: Callable[..., None], client: Client
) -> None:
    closes = timezone.localtime() + timedelta(minutes=3)
    import_exam(closes_at=closes.strftime("%Y-%m-%d %H:%M:%S"))
    start(client)
    deadline = Attempt.objects.get().deadline
    assert deadline == closes.replace(microsecond=0), "earlier than ten minutes from now"


def test_a_set_that_is_not_open_yet_says_so(
    db: None, import_exam: Callable[..., None], client: Client
) -> None:
    import_exam(opens_at="2099-01-01 00:00:00")
    assert "受け付けはまだ始まっていません" in page_of(client.post(SET))
    assert not Attempt.objects.exists()


def test_an_old_blank_page_takes_nothing_away(exam: None, client: Client) -> None:
    url = start(client)
    place = place_of(url, "first-03")
    save(client, url, **{f"q{place}_answer": "vmx"})
    assert save(client, url, **{f"q{place}_answer": ""}).status_code == 302
    assert AnswerDraft.objects.get().data == {"answer": ["vmx"]}
    draft = AnswerDraft.objects.get()
    save(client, url, **{f"q{place}_answer": "", f"q{place}_version": str(draft.version)})
    assert AnswerDraft.objects.get().data == {}, "emptied by a page that has seen it"


def test_what_is_kept_after_a_conflict_can_be_the_other_one(exam: None, client: Client) -> None:
    url = start(client)
    field = f"q{place_of(url, 'first-03')}"
    save(client, url, **{f"{field}_answer": "first"})
    kept = save(client, url, **{f"{field}_answer": "second", f"{field}_keep": "saved"})
    assert kept["Location"] == f"{url}#{field}"
    assert AnswerDraft.objects.get().data == {"answer": ["first"]}


def test_htmx_gets_what_became_of_the_save_and_the_overview(exam: None, client: Client) -> None:
    url = start(client)
    n = place_of(url, "first-03")
    data = {f"q{n}-version": "0", f"q{n}-answer": "vmx", f"q{n}-flag": "1"}
    response = client.post(f"{url}drafts/", data, HTTP_HX_REQUEST="true")
    fragment = page_of(response)
    assert "<html" not in fragment
    assert f'<div id="q{n}-draft" hx-swap-oob="innerHTML">' in fragment
    assert f'name="q{n}-version" value="1"' in fragment
    assert fragment.count("解答済み") == 1
    assert fragment.count("見直す") == 1
    conflict = client.post(f"{url}drafts/", {**data, f"q{n}-answer": "x"}, HTTP_HX_REQUEST="true")
    assert conflict.status_code == 409
    assert 'role="alert" data-conflict' in page_of(conflict)
    pass_time(url, seconds=31)
    late = client.post(f"{url}drafts/", data, HTTP_HX_REQUEST="true")
    assert late["HX-Redirect"] == url


def test_what_cannot_be_graded_is_told_before_handing_in(exam: None, client: Client) -> None:
    url = start(client)
    n = place_of(url, "first-03")
    save(client, url, **{f"q{n}_answer": "長" * 201})
    assert "書きかけ" in page_of(client.get(url))
    page = page_of(client.get(f"{url}hand-in/"))
    assert "未解答として扱います" in page
    assert "200 文字以内" in page
    assert hand_in(client, url, confirmed="2").status_code == 422
    hand_in(client, url, confirmed="3")
    assert not Submission.objects.exists()


def test_two_pages_do_not_overwrite_each_other(exam: None, client: Client) -> None:
    url = start(client)
    place = place_of(url, "first-03")
    field = f"q{place}_answer"
    save(client, url, **{field: "この画面"})
    conflict = save(client, url, **{field: "別の画面"})
    assert conflict.status_code == 409
    page = page_of(conflict)
    assert "別の画面で、この問題に違う答えが保存されています" in page
    assert "この画面" in page
    assert "別の画面" in page
    assert AnswerDraft.objects.get().data == {"answer": ["この画面"]}
    save(client, url, **{field: "別の画面", f"q{place}_keep": "1"})
    assert AnswerDraft.objects.get().data == {"answer": ["別の画面"]}


def test_one_page_saves_on_and_on(exam: None, client: Client) -> None:
    url, page = start(client), str(uuid.uuid4())
    place = place_of(url, "first-03")
    for typed in ("v", "vm", "vmx"):
        assert save(client, url, page, **{f"q{place}_answer": typed}).status_code == 302
    assert AnswerDraft.objects.get().version == 3


def test_a_draft_has_a_limit_at_its_edge(exam: None, client: Client, settings: Any) -> None:
    url = start(client)
    place = place_of(url, "first-03")
    settings.QUIZ_DRAFT_CHARACTERS = len('{"answer": ["abc"]}')
    assert save(client, url, **{f"q{place}_answer": "abc"}).status_code == 302
    refused = save(client, url, str(AnswerDraft.objects.get().page), **{f"q{place}_answer": "abcd"})
    assert refused.status_code == 409
    assert "答えが長すぎる" in page_of(refused)


def test_an_attempt_is_its_learners_alone(exam: None, client: Client) -> None:
    url, other = start(client), Client()
    other.get("/")
    for address in (url, f"{url}hand-in/"):
        assert other.get(address).status_code == 404
    assert save(other, url, q1_answer="1").status_code == 404
    assert not AnswerDraft.objects.exists()


def test_starting_again_asks_first_and_draws_what_was_not_seen(exam: None, client: Client) -> None:
    url = start(client)
    assert start(client) == url, "a double click goes on"
    hand_in(client, url, confirmed="3")
    assert "もう一度" in page_of(client.get(SET))
    assert start(client) == url
    again = str(client.post(SET, {"again": "1"})["Location"])
    assert again != url
    assert Attempt.objects.count() == 2


def test_tries_are_limited_and_a_closed_set_says_so(
    db: None, import_exam: Callable[..., None], client: Client
) -> None:
    import_exam(attempts="1")
    hand_in(client, start(client), confirmed="3")
    refused = client.post(SET, {"again": "1"})
    assert refused.status_code == 409
    assert "受けられるのは 1 回までです" in page_of(refused)
    import_exam(closes_at="2001-01-01 00:00:00")
    assert "受け付けは終わりました" in page_of(Client().post(SET))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("lesson: first", "lesson: nowhere", "レッスン「nowhere」がありません"),
        ("lesson: first", "questions: [nowhere]", "問題「nowhere」がありません"),
        ("weight: 1", "count: 1", "「weight」が必要です"),
        ("weight: 1", "weight: 0", "1 以上の整数"),
        ("release: handed-in", "release: later", "release"),
        ("release: handed-in", "release: at", "release_at"),
        ("minutes: 10", "minutes: 0", "minutes"),
        ("name: 全部, ", "", "「name」"),
    ],
)
def test_what_an_author_got_wrong_is_told(
    exam: None, quiz_content: Path, old: str, new: str, message: str
) -> None:
    path = quiz_content / "sets" / "mock.md"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(CommandError, match=rf"sets/mock\.md:\d+:\d+: .*{message}"):
        call_command("import_content", quiz_content, verbosity=0)


def test_a_set_without_its_file_is_retired(exam: None, quiz_content: Path, client: Client) -> None:
    (quiz_content / "sets" / "mock.md").unlink()
    call_command("import_content", quiz_content, verbosity=0)
    assert client.get(SET).status_code == 404


@pytest.mark.parametrize(("address", "most"), [("attempt", 6), ("set", 8), ("list", 5)])
def test_queries_are_bounded(
    exam: None,
    student_client: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    address: str,
    most: int,
) -> None:
    url = start(student_client)
    save(student_client, url, q1_answer="1", q2_answer="1")
    with django_assert_max_num_queries(most):
        student_client.get({"attempt": url, "set": SET, "list": "/exams/"}[address])


@pytest.mark.django_db(transaction=True)
def test_twenty_hand_ins_and_saves_at_once_make_one_set_of_grades(
    import_exam: Callable[..., None], student: User
) -> None:
    import_exam()
    browsers = [Client() for _ in range(20)]
    for browser in browsers:
        browser.force_login(student)
    url = start(browsers[0])
    place = place_of(url, "first-03")
    save(browsers[0], url, **{f"q{place}_answer": "VT-x"})

    def act(number: int) -> int:
        try:
            if number % 4 == 3:
                return int(save(browsers[number], url, **{f"q{place}_answer": "VT-x"}).status_code)
            return int(hand_in(browsers[number], url, confirmed="2").status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(act, range(20))) == {302}
    assert Submission.objects.get().score == 1000
    assert Attempt.objects.get().finished_at is not None
