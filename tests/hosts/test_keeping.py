"""Keeping, naming, sharing and deleting texts: by whom, how much, and what is never stored."""

import html
import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from courseware.classes import services as people
from courseware.classes.models import User
from courseware.cpuinfo import samples
from courseware.hosts import keeping
from courseware.hosts.models import NAME_CHARACTERS, KeptHost
from courseware.hosts.services import Refused

TEXTS = {sample.key: sample.text for sample in samples()}
KEPT = "/cpuinfo/kept/"
UUID_TEXT = "4c4c4544-0042-3510-8052-b4c04f333532"

pytestmark = pytest.mark.django_db


def words_of(response: Any) -> str:
    page = response.content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def host(student: User) -> KeptHost:
    return keeping.keep(student, "研究室の計算機", TEXTS["amd-guest"])


@pytest.fixture
def other_client(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("betsu", password="correct horse battery"))
    return client


def actions(host: KeptHost) -> list[str]:
    return [
        reverse(f"hosts:{name}", args=[host.pk]) for name in ("rename", "share", "revoke", "delete")
    ]


def test_urls_are_stable(host: KeptHost) -> None:
    assert reverse("hosts:kept") == KEPT
    assert reverse("hosts:kept_host", args=[host.pk]) == f"{KEPT}{host.pk}/"
    assert reverse("hosts:shared", args=["x"]) == "/cpuinfo/shared/x/"


def test_a_report_can_be_kept_by_its_button(student_client: Client, student: User) -> None:
    report = student_client.post("/cpuinfo/", {"text": TEXTS["raspberry-pi-4"]})
    page = report.content.decode()
    form = page.split(f'action="{KEPT}"')[1].split("</form>")[0]
    text = html.unescape(re.findall(r'name="text" value="([^"]*)"', form)[0])
    response = student_client.post(KEPT, {"name": " 机の  Pi ", "text": text}, follow=True)
    assert "「机の Pi」を残しました。" in words_of(response)
    assert "Cortex-A72" in words_of(response)
    kept = KeptHost.objects.get(owner=student)
    assert kept.name == "机の Pi"
    assert response.redirect_chain == [(f"{KEPT}{kept.pk}/", 302)]
    assert "机の Pi" in words_of(student_client.get(KEPT))


def test_an_uploaded_file_can_be_kept_too(student_client: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    raw = TEXTS["amd-guest"].encode("utf-16")
    page = student_client.post("/cpuinfo/", {"file": SimpleUploadedFile("x", raw)}).content.decode()
    form = page.split(f'action="{KEPT}"')[1].split("</form>")[0]
    assert "AMD EPYC 7763" in form


def test_what_names_one_machine_is_removed_before_it_is_stored(student: User) -> None:
    serial = TEXTS["raspberry-pi-4"].split("Serial")[1].split()[1]
    text = TEXTS["raspberry-pi-4"] + f"UUID : {UUID_TEXT}\nnote {UUID_TEXT} 52:54:00:12:34:56\n"
    kept = keeping.keep(student, "x", text)
    stored = KeptHost.objects.get(pk=kept.pk).text
    for secret in (serial, UUID_TEXT, "52:54:00:12:34:56"):
        assert secret in text
        assert secret not in stored
    assert stored.count("\n") == text.count("\n")  # lines keep their numbers
    assert kept.size == len(stored.encode())


def test_nothing_of_a_visitor_or_a_guest_is_stored(client: Client) -> None:
    for browser in (client, Client()):
        if browser is not client:
            browser.force_login(people.create_guest())
        page = browser.post("/cpuinfo/", {"text": TEXTS["amd-guest"]})
        assert "ログイン" in words_of(page).split("この本文を残す")[1]
        assert 'name="text" value=' not in page.content.decode()
        for response in (
            browser.get(KEPT),
            browser.post(KEPT, {"name": "x", "text": TEXTS["amd-guest"]}),
            browser.get(f"{KEPT}{uuid4()}/"),
        ):
            assert response.status_code == 403
            assert "登録してログインした人だけ" in words_of(response)
            assert "50 件、合わせて 10,485,760 バイトまで" in words_of(response)
    with pytest.raises(Refused, match="登録してログイン"):
        keeping.keep(people.create_guest(), "x", TEXTS["amd-guest"])
    assert not KeptHost.objects.exists()


def test_others_do_not_find_it(
    host: KeptHost, other_client: Client, instructor_client: Client
) -> None:
    for browser in (other_client, instructor_client):
        assert browser.get(f"{KEPT}{host.pk}/").status_code == 404
        assert browser.get(f"{KEPT}{host.pk}/delete/").status_code == 404
        for address in actions(host):
            assert browser.post(address, {"name": "奪った"}).status_code == 404
        assert "研究室" not in words_of(browser.get(KEPT))
    host.refresh_from_db()
    assert (host.name, host.share_token) == ("研究室の計算機", None)


def test_the_number_and_the_size_are_limited_at_their_edges(student: User, settings: Any) -> None:
    settings.CPUINFO_KEPT_HOSTS = 2
    keeping.keep(student, "1", "processor : 0\n")
    keeping.keep(student, "2", "processor : 0\n")
    with pytest.raises(Refused, match="残せるのは 2 件まで"):
        keeping.keep(student, "3", "processor : 0\n")
    settings.CPUINFO_KEPT_HOSTS = 3
    settings.CPUINFO_KEPT_BYTES = 3 * len("processor : 0\n")
    with pytest.raises(Refused, match="バイトまで"):
        keeping.keep(student, "3", "processor : 00\n")
    keeping.keep(student, "3", "processor : 0\n")
    assert KeptHost.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "message"),
    [("", "名前を入力"), (" \u3000\n", "名前を入力"), ("あ" * (NAME_CHARACTERS + 1), "101 文字")],
)
def test_a_bad_name_is_refused_and_nothing_is_half_saved(
    student_client: Client, host: KeptHost, name: str, message: str
) -> None:
    response = student_client.post(KEPT, {"name": name, "text": TEXTS["amd-guest"]})
    assert response.status_code == 422
    assert message in words_of(response)
    response = student_client.post(f"{KEPT}{host.pk}/rename/", {"name": name})
    assert response.status_code == 422
    assert message in words_of(response)
    assert [kept.name for kept in KeptHost.objects.all()] == ["研究室の計算機"]


def test_a_name_at_its_limit_and_in_any_letters(student_client: Client, host: KeptHost) -> None:
    name = "<b>" + "あ" * (NAME_CHARACTERS - 3)
    response = student_client.post(f"{KEPT}{host.pk}/rename/", {"name": name}, follow=True)
    host.refresh_from_db()
    assert host.name == name
    assert "<b>あ" not in response.content.decode()


@pytest.mark.parametrize("text", ["", " \n\u3000"])
def test_an_empty_text_is_not_kept(student_client: Client, text: str) -> None:
    response = student_client.post(KEPT, {"name": "x", "text": text})
    assert response.status_code == 422
    assert "残す本文が空です" in words_of(response)
    assert not KeptHost.objects.exists()


def test_sharing_and_revoking(student_client: Client, host: KeptHost, student: User) -> None:
    visitor = Client()
    page = student_client.post(f"{KEPT}{host.pk}/share/", follow=True)
    host.refresh_from_db()
    token = host.share_token
    assert token
    assert len(token) >= 43  # 256 bits
    address = f"/cpuinfo/shared/{token}/"
    assert f"http://testserver{address}" in page.content.decode()
    response = visitor.get(address)
    assert response.status_code == 200
    assert "AMD EPYC 7763" in words_of(response)
    assert student.username not in words_of(response)
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Referrer-Policy"] == "no-referrer"
    assert '<meta name="robots" content="noindex, nofollow">' in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    student_client.post(f"{KEPT}{host.pk}/share/")  # a double click keeps the link
    host.refresh_from_db()
    assert host.share_token == token
    student_client.post(f"{KEPT}{host.pk}/revoke/")
    assert visitor.get(address).status_code == 404
    student_client.post(f"{KEPT}{host.pk}/share/")
    host.refresh_from_db()
    assert host.share_token not in (None, token)
    assert visitor.get(address).status_code == 404
    assert visitor.get("/cpuinfo/shared/None/").status_code == 404


def test_deleting_asks_first(student_client: Client, host: KeptHost) -> None:
    keeping.share(host.owner, host.pk)
    token = KeptHost.objects.get().share_token
    asked = student_client.get(f"{KEPT}{host.pk}/delete/")
    assert "「研究室の計算機」を削除しますか" in words_of(asked)
    assert "共有のリンクも開けなくなります" in words_of(asked)
    assert KeptHost.objects.exists()
    response = student_client.post(f"{KEPT}{host.pk}/delete/", follow=True)
    assert "「研究室の計算機」を削除しました。" in words_of(response)
    assert not KeptHost.objects.exists()
    assert student_client.get(f"/cpuinfo/shared/{token}/").status_code == 404


def test_it_goes_with_the_account(host: KeptHost, student: User) -> None:
    student.delete()
    assert not KeptHost.objects.exists()


def test_the_database_holds_the_rules(student: User, host: KeptHost) -> None:
    keeping.share(student, host.pk)
    token = KeptHost.objects.get().share_token
    for fields in ({"name": ""}, {"share_token": ""}, {"share_token": token}):
        with pytest.raises(IntegrityError), transaction.atomic():
            KeptHost.objects.create(
                **{"owner": student, "name": "x", "text": "x", "size": 1, **fields}
            )


def test_forged_posts_and_reading_methods_change_nothing(student: User, host: KeptHost) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(student)
    for address in actions(host):
        assert strict.post(address, {"name": "x"}).status_code == 403
    for address in actions(host)[:3]:
        assert strict.get(address).status_code == 405
    assert strict.post(KEPT, {"name": "x", "text": "x"}).status_code == 403
    assert KeptHost.objects.get().name == "研究室の計算機"


def test_queries_are_bounded(
    student_client: Client, student: User, host: KeptHost, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        keeping.keep(student, str(number), TEXTS["old-32bit"])
    with django_assert_num_queries(3):  # the session, the user, the list
        listed = student_client.get(KEPT)
    assert "今は 6 件" in words_of(listed)
    with django_assert_num_queries(3):
        student_client.get(f"{KEPT}{host.pk}/")
    keeping.share(student, host.pk)
    token = KeptHost.objects.get(pk=host.pk).share_token
    with django_assert_num_queries(1):
        Client().get(f"/cpuinfo/shared/{token}/")


def test_rates_are_limited(student_client: Client, host: KeptHost, settings: Any) -> None:
    keeping.share(host.owner, host.pk)
    token = KeptHost.objects.get().share_token
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "cpuinfo": "1/minute"}
    address = f"{KEPT}{host.pk}/rename/"
    statuses = [student_client.post(address, {"name": "x"}).status_code for _ in range(2)]
    assert statuses == [302, 429]
    visitor = Client()
    looks = [visitor.get(f"/cpuinfo/shared/{token}/").status_code for _ in range(2)]
    assert looks == [200, 429]
