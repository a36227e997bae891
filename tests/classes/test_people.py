import re
import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string

from courseware.classes import services
from courseware.classes.models import User
from courseware.lessons.models import Lesson, LessonRead

PASSWORD = "correct horse battery"


@pytest.fixture
def lesson(db: None, content: Path) -> Lesson:
    call_command("import_content", content, verbosity=0)
    return Lesson.objects.get(slug="first")


def test_a_guests_work_is_the_accounts_after_sign_up(client: Client, lesson: Lesson) -> None:
    client.post("/lessons/first/finish/", {"finished": "1"})
    guest = User.objects.get()
    assert guest.is_guest
    client.post(
        "/accounts/signup/",
        {"username": "hanako", "password1": PASSWORD, "password2": PASSWORD},
    )
    account = User.objects.get()
    assert (account.pk, account.username, account.is_guest) == (guest.pk, "hanako", False)
    assert LessonRead.objects.get().user == account
    assert "hanako さん" in client.get("/me/").content.decode()


def test_signing_up_twice_from_one_browser_takes_the_work_once(lesson: Lesson) -> None:
    guest = services.create_guest()
    LessonRead.objects.create(user=guest, lesson=lesson)
    first = services.sign_up(guest, "first-name", PASSWORD)
    second = services.sign_up(guest, "second-name", PASSWORD)
    assert first.pk == guest.pk
    assert second.pk != guest.pk
    assert list(LessonRead.objects.values_list("user", flat=True)) == [first.pk]


SIGN_UP = {"username": "hanako", "password1": PASSWORD, "password2": PASSWORD}


@pytest.mark.parametrize("guest", [True, False])
def test_a_form_that_is_sent_twice_makes_one_account_and_signs_in(
    client: Client, lesson: Lesson, guest: bool
) -> None:
    if guest:
        client.post("/lessons/first/finish/", {"finished": "1"})
    second = Client()
    second.cookies.load({name: morsel.value for name, morsel in client.cookies.items()})
    for browser in (client, second):
        answer = browser.post("/accounts/signup/", SIGN_UP)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/me/")
        assert "hanako さん" in browser.get("/me/").content.decode()
    assert User.objects.count() == 1
    assert LessonRead.objects.count() == guest


@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_sent_many_times_at_once_makes_one_account(content: Path) -> None:
    call_command("import_content", content, verbosity=0)
    client = Client()
    client.post("/lessons/first/finish/", {"finished": "1"})
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    answers: list[tuple[int, str]] = []

    def post() -> None:
        browser = Client(raise_request_exception=False)
        browser.cookies.load(cookies)
        answer = browser.post("/accounts/signup/", SIGN_UP)
        answers.append((answer.status_code, answer.headers.get("Location", "")))
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [(302, "/me/")] * 6
    assert LessonRead.objects.get().user == User.objects.get()


@pytest.mark.django_db
def test_the_name_of_another_is_taken_whatever_the_password(client: Client) -> None:
    Client().post("/accounts/signup/", SIGN_UP)
    other = {"password1": "another horse battery", "password2": "another horse battery"}
    assert client.post("/accounts/signup/", SIGN_UP | other).status_code == 422
    User.objects.update(date_joined=timezone.now() - services.REPEAT)
    answer = client.post("/accounts/signup/", SIGN_UP)
    assert answer.status_code == 422
    assert "すでに使われています" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_failed_sign_up_changes_nothing(client: Client, lesson: Lesson) -> None:
    User.objects.create_user("hanako", password=PASSWORD)
    client.post("/lessons/first/finish/", {"finished": "1"})
    guest = User.objects.get(is_guest=True)
    with pytest.raises(IntegrityError):
        services.sign_up(guest, "hanako", PASSWORD)
    guest.refresh_from_db()
    assert guest.is_guest


def test_signing_in_moves_a_guests_work_to_the_account(
    client: Client, lesson: Lesson, student: User
) -> None:
    LessonRead.objects.create(user=student, lesson=Lesson.objects.get(slug="second"))
    for slug in ("first", "second"):
        client.post(f"/lessons/{slug}/finish/", {"finished": "1"})
    answer = client.post("/accounts/login/", {"username": "ｇａｋｕｓｅｉ", "password": PASSWORD})
    assert answer.status_code == 302
    assert set(LessonRead.objects.values_list("user", "lesson__slug")) == {
        (student.pk, "first"),
        (student.pk, "second"),
    }
    assert list(User.objects.values_list("pk", flat=True)) == [student.pk]


@pytest.mark.django_db
def test_a_merge_covers_every_table_that_points_at_a_learner() -> None:
    related = {r.related_model._meta.label for r in User._meta.related_objects if r.one_to_many}
    assert {"lessons.LessonRead", "quizzes.Attempt"} <= related


@pytest.mark.django_db(transaction=True)
def test_concurrent_merges_happen_once(content: Path) -> None:
    call_command("import_content", content, verbosity=0)
    account = User.objects.create_user("hanako", password=PASSWORD)
    guest = services.create_guest()
    LessonRead.objects.create(user=guest, lesson=Lesson.objects.get(slug="first"))
    errors: list[Exception] = []

    def merge() -> None:
        try:
            services.merge_guest(guest, account)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=merge) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert LessonRead.objects.get().user == account


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hx", [False, True])
@pytest.mark.parametrize(
    ("step", "url"),
    [
        ("courseware.lessons.services.set_finished", "/lessons/first/finish/"),
        ("courseware.quizzes.services.start_attempt", "/lessons/first/quiz/"),
    ],
)
def test_a_request_of_a_guest_who_signs_in_meanwhile_is_refused_in_words(
    client: Client, content: Path, monkeypatch: pytest.MonkeyPatch, step: str, url: str, hx: bool
) -> None:
    call_command("import_content", content, verbosity=0)
    client.post("/lessons/second/finish/", {"finished": "1"})
    account = User.objects.create_user("hanako", password=PASSWORD)
    ours = import_string(step)

    def late(user: User, *args: object, **options: object) -> object:
        services.merge_guest(User.objects.get(pk=user.pk), account)
        return ours(user, *args, **options)

    monkeypatch.setattr(step, late)
    answer = client.post(url, {"finished": "1"}, headers={"HX-Request": "true"} if hx else {})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "ログインの状態が変わりました。" in page
    assert ("<html" in page) is not hx
    assert list(LessonRead.objects.values_list("user", "lesson__slug")) == [(account.pk, "second")]


def test_an_error_of_a_learner_who_is_there_is_not_hidden(
    client: Client, lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise IntegrityError("ours")

    monkeypatch.setattr("courseware.lessons.services.set_finished", broken)
    with pytest.raises(IntegrityError, match="ours"):
        client.post("/lessons/first/finish/", {"finished": "1"})


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"username": ""}, "ユーザー名を入力してください"),
        ({"username": "guest-1"}, "guest-"),
        ({"username": "Ｇｕｅｓｔ-1"}, "guest-"),
        ({"username": "GAKUSEI"}, "すでに使われています"),
        ({"username": "ｇａｋｕｓｅｉ"}, "すでに使われています"),
        ({"username": "太 郎"}, "空白は使えません"),
        ({"username": "太郎!"}, "記号 @ . + - _ だけで"),
        ({"username": "太" * 151}, "長すぎます (151 文字)。150 文字まで"),
        ({"username": "㍿" * 75}, "長すぎます (300 文字)。150 文字まで"),
        ({"username": "taro\0"}, "ユーザー名に使えない文字があります"),
        ({"password1": "short", "password2": "short"}, "短すぎます。10 文字以上に"),
        ({"password1": "5029384756", "password2": "5029384756"}, "文字や記号も入れて"),
        ({"password1": "qwertyuiop", "password2": "qwertyuiop"}, "よく使われる"),
        (
            {"username": "taro.yamada", "password1": "taro.yamada", "password2": "taro.yamada"},
            "ユーザー名と似ています",
        ),
        ({"password1": ""}, "パスワードを入力してください"),
        ({"password2": "another horse battery"}, "二つのパスワードが一致しません"),
    ],
)
def test_a_form_that_cannot_be_used_says_why(
    client: Client, student: User, changes: dict[str, str], message: str
) -> None:
    password = "not the student's"
    data = {"username": "taro", "password1": password, "password2": password} | changes
    answer = client.post("/accounts/signup/", data)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["太郎", "Tarō.O-Hara+1", "山田_花子@1", "太" * 150])
def test_a_name_may_be_what_the_form_says(client: Client, name: str) -> None:
    assert "日本語の名前も使えます" in client.get("/accounts/signup/").content.decode()
    form = {"username": name, "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/signup/", form).status_code == 302
    assert User.objects.get().username == name


@pytest.mark.django_db
def test_a_wrong_password_and_an_unknown_name_are_answered_alike(
    client: Client, student: User
) -> None:
    pages = [
        client.post("/accounts/login/", {"username": name, "password": "wrong"}).content.decode()
        for name in ("gakusei", "nobody")
    ]
    for page in pages:
        assert "ユーザー名またはパスワードが正しくありません。" in page


@pytest.mark.django_db
def test_guests_can_never_sign_in(client: Client) -> None:
    guest = services.create_guest()
    for password in ("", "!", guest.password):
        client.post("/accounts/login/", {"username": guest.username, "password": password})
        assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_a_class_of_sixty_behind_one_address_may_mistake_itself() -> None:
    mistaken = {"username": "taro", "password1": PASSWORD, "password2": "another"}
    answers = [Client().post("/accounts/signup/", mistaken) for _ in range(120)]
    assert {answer.status_code for answer in answers} == {422}


@pytest.mark.django_db
def test_my_page_asks_visitors_to_sign_in(client: Client) -> None:
    answer = client.get("/me/")
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


@pytest.mark.django_db
def test_signing_out_ends_the_session(student_client: Client) -> None:
    assert student_client.get("/accounts/logout/").status_code == 405
    student_client.post("/accounts/logout/")
    assert student_client.get("/me/").status_code == 302


@pytest.mark.django_db
def test_the_first_instructor_gets_a_password_that_is_shown_once(
    capsys: pytest.CaptureFixture[str], client: Client
) -> None:
    call_command("create_local_instructor")
    out = capsys.readouterr().out
    password = out.split("パスワード: ")[1].split()[0]
    assert client.login(username="instructor", password=password)
    assert User.objects.get().may_write_lessons
    call_command("create_local_instructor")
    assert capsys.readouterr().out == ""


@pytest.mark.django_db
def test_forms_are_protected_from_other_sites() -> None:
    client = Client(enforce_csrf_checks=True)
    for url in ("/accounts/login/", "/accounts/signup/", "/theme/", "/accounts/logout/"):
        answer = client.post(url)
        assert answer.status_code == 403
        assert "送信を受け付けられませんでした" in answer.content.decode()


def token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    return found[1]


def test_forms_that_are_open_stay_good_when_a_visitor_becomes_a_guest(lesson: Lesson) -> None:
    browser = Client(enforce_csrf_checks=True)
    form = {"csrfmiddlewaretoken": token(browser.get("/lessons/first/").content.decode())}
    for finished in ("1", "0"):
        response = browser.post("/lessons/first/finish/", form | {"finished": finished})
        assert response.status_code == 302, "the second post is a guest's, with the first token"


def test_a_form_from_before_signing_in_is_refused_in_words(lesson: Lesson, student: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    form = {"csrfmiddlewaretoken": token(browser.get("/accounts/login/").content.decode())}
    browser.post("/accounts/login/", form | {"username": "gakusei", "password": PASSWORD})
    url = "/lessons/first/finish/"
    page = browser.post(url, form).content.decode()
    assert "ページを再読み込み" in page
    fragment = browser.post(url, form, headers={"HX-Request": "true"})
    assert fragment["HX-Reswap"] == "afterbegin"
    assert "<html" not in fragment.content.decode()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"username": "a b", "password1": PASSWORD, "password2": PASSWORD}, "username"),
        ({"username": "hanako", "password1": "short", "password2": "short"}, "password1"),
        ({"username": "hanako", "password1": PASSWORD, "password2": "other"}, "password2"),
    ],
)
@pytest.mark.django_db
def test_the_first_wrong_field_has_the_focus(
    client: Client, data: dict[str, str], field: str
) -> None:
    page = client.post("/accounts/signup/", data).content.decode()
    focused = re.findall(r"<input[^>]*autofocus[^>]*>", page)
    assert len(focused) == 1
    assert f'name="{field}"' in focused[0]
