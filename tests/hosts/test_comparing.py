"""/cpuinfo/compare/: rows of texts, files, samples and kept hosts, and their comparison."""

import html
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from courseware.classes.models import User
from courseware.cpuinfo import samples
from courseware.cpuinfo.comparison import models
from courseware.hosts import keeping
from courseware.hosts.models import NAME_CHARACTERS
from tests.cpuinfo.machines import arm_text, text_of

TEXTS = {sample.key: sample.text for sample in samples()}
COMPARE = "/cpuinfo/compare/"

pytestmark = pytest.mark.django_db


def words_of(response: Any) -> str:
    page = response.content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def compare(client: Client, rows: Any = 2, **fields: Any) -> Any:
    data = {name.replace("_", "-"): value for name, value in fields.items()}
    return client.post(COMPARE, {"rows": rows, "action": "compare", **data})


def pair(client: Client, one: str = "haswell", other: str = "skylake") -> Any:
    return compare(client, text_1=text_of(one), text_2=text_of(other).replace("\n", "\r\n"))


def test_the_form_tells_its_limits_before_use(client: Client) -> None:
    assert reverse("hosts:compare") == COMPARE
    words = words_of(client.get(COMPARE))
    assert "2 台から 16 台まで" in words
    assert "1 台 2,097,152 バイトまで、合わせて 4,194,304 バイトまで" in words
    assert "一度に送れるのは 3,145,728 バイトまで" in words
    assert "本文は保存せず" in words
    assert "比べた結果" not in words
    assert client.get("/cpuinfo/").content.decode().count(f'href="{COMPARE}"') == 1


def test_two_pasted_texts(client: Client) -> None:
    response = pair(client)
    words = words_of(response)
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "-cpu Haswell-noTSX-IBRS,+abm" in words
    assert "<model fallback='forbid'>Haswell-noTSX-IBRS</model>" in words
    assert "reported-model Haswell-noTSX-IBRS" in words
    assert "cpu: custom-common" in words
    table = words.split("移行元 ＼ 移行先")[1].split("からの移行の理由")[0]
    assert "ホスト 1 同じホスト ✓ できる" in table
    assert "ホスト 2 ◐ 推奨モデルでできる 同じホスト" in table
    assert "avx512f ホスト 1 にありません。" in words
    assert text_of("haswell")[:40] in html.unescape(response.content.decode())  # stays in the form


def test_a_cut_text_leaves_losses_open(client: Client) -> None:
    whole = text_of("skylake")
    words = words_of(compare(client, text_1=whole, text_2=whole[: whole.index(" avx512cd")]))
    assert "本文にフラグが全部は載っていないホスト (ホスト 2) があり" in words
    assert "確かなもの 0 個" in words
    assert "skylake 不明" in words
    assert "失うものはありません" not in words
    assert "にありません。" not in words


def test_where_proxmox_does_not_run_it_is_not_spoken_of(client: Client) -> None:
    z14 = (
        "vendor_id : IBM/S390\n# processors : 1\nfeatures : esan3 zarch vx\n"
        "processor 0: version = 00, identification = 02A4B8, machine = 3906\n"
    )
    words = words_of(compare(client, text_1=z14, text_2=z14.replace("3906", "3931")))
    assert "-cpu z14" in words
    assert "推奨モデルでできる" in words
    assert "Proxmox" not in words.split("比べた結果")[1]
    assert "Proxmox" in words_of(pair(client)).split("比べた結果")[1]


def test_names_files_and_samples(client: Client) -> None:
    response = compare(
        client,
        rows=3,
        label_1="棚の  下",
        file_1=SimpleUploadedFile("a.txt", text_of("zen2").encode("utf-16")),
        file_2=SimpleUploadedFile("b.txt", text_of("zen3").encode()),
        choice_3="sample:amd-guest",
    )
    words = words_of(response)
    label = next(sample.label for sample in samples() if sample.key == "amd-guest")
    assert "棚の 下 からの移行の理由 → b.txt できる" in words
    assert f"→ {label}" in words
    assert "-cpu EPYC" in words


def test_flags_lead_to_their_pages(client: Client) -> None:
    page = pair(client).content.decode()
    assert '<a href="/cpuinfo/flags/avx512f/"><code>avx512f</code></a>' in page
    for flag in models.offered():
        assert client.get(reverse("hosts:flag", args=[flag])).status_code == 200, flag
    assert "x86-64 の水準" in page
    arm = arm_text("0xd0c", features="fp asimd <b>x</b> cpuid")
    response = compare(client, text_1=arm, text_2=arm_text("0xd0c"))
    assert response.status_code == 200
    assert "x86-64 の水準" not in response.content.decode()
    assert "<b>x</b>" not in response.content.decode()
    assert "/cpuinfo/flags/" not in response.content.decode().split('id="result"')[1]


def test_several_machines_in_one_text(client: Client) -> None:
    both = text_of("zen2") + text_of("zen3")
    words = words_of(compare(client, label_1="棚", text_1=both))
    assert "棚 (1) からの移行の理由 → 棚 (2) できる" in words
    many = compare(client, text_1=both * 8, text_2=text_of("zen2"))
    assert many.status_code == 422
    assert "比べられるのは 16 台までです (今は 17 台)" in words_of(many)
    assert compare(client, text_1=both * 8).status_code == 200
    alone = compare(client, text_1=both * 8 + text_of("zen2"))
    assert alone.status_code == 422
    assert "比べられるのは 16 台までです (今は 17 台)" in words_of(alone)


def test_cross_vendor_gets_no_setting_but_the_reason(client: Client) -> None:
    words = words_of(pair(client, "haswell", "zen2"))
    assert "全ホストに共通の設定は勧められません。ベンダーが違います" in words
    assert "✕ 勧められない" in words
    assert "custom-common" not in words


def test_a_row_is_added_without_javascript_and_texts_stay(client: Client) -> None:
    response = client.post(
        COMPARE, {"rows": 2, "action": "add", "text-1": "一つ目", "choice-2": "sample:amd-guest"}
    )
    page = response.content.decode()
    assert response.status_code == 200
    assert 'name="text-3"' in page
    assert 'name="text-4"' not in page
    assert "一つ目</textarea>" in page
    assert 'value="sample:amd-guest" selected' in page
    assert '<legend id="row-3" tabindex="-1" data-focus>' in page
    full = client.post(COMPARE, {"rows": 16, "action": "add"}).content.decode()
    assert 'name="text-16"' in full
    assert 'name="text-17"' not in full
    assert 'value="add"' not in full


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "比べるホストを 2 台以上"),
        ({"text_1": "processor : 0\n", "text_2": " \r\n\u3000"}, "比べるホストを 2 台以上"),
        ({"text_1": "x", "choice_1": "sample:amd-guest"}, "ホスト 1: 本文、ファイル、選択のうち"),
        ({"text_1": "x", "choice_2": "sample:none"}, "ホスト 2: 選んだものが見つかりません"),
        ({"text_1": "x", "choice_2": "nonsense"}, "ホスト 2: 選んだものが見つかりません"),
        ({"text_1": "x", "choice_2": "kept:1"}, "ホスト 2: 選んだものが見つかりません"),
        ({"text_1": "x", "text_2": "y", "label_2": "あ" * 101}, "ホスト 2: 名前は 100 文字以内"),
    ],
)
def test_what_cannot_be_compared_is_told_by_row(
    client: Client, fields: dict[str, Any], message: str
) -> None:
    response = compare(client, **fields)
    assert response.status_code == 422
    assert message in words_of(response)
    assert "比べた結果" not in words_of(response)


def test_a_name_at_its_limit(client: Client) -> None:
    name = "あ" * NAME_CHARACTERS
    response = compare(client, label_1=name, text_1="x", text_2="y")
    assert response.status_code == 200
    assert f"{name} からの移行" in words_of(response)


def test_sizes_at_their_edges(client: Client, settings: Any) -> None:
    settings.CPUINFO_MAX_BYTES = len(text_of("skylake"))
    assert pair(client).status_code == 200
    response = compare(client, text_1=text_of("haswell"), text_2=text_of("skylake") + "x")
    assert response.status_code == 413
    assert "ホスト 2 の本文が大きすぎます" in words_of(response)
    settings.CPUINFO_COMPARE_MAX_BYTES = len(text_of("haswell") + text_of("skylake"))
    assert pair(client).status_code == 200
    settings.CPUINFO_COMPARE_MAX_BYTES -= 1
    response = pair(client)
    assert response.status_code == 413
    assert "本文が合わせて" in words_of(response)
    assert text_of("haswell")[:40] in html.unescape(response.content.decode())


def test_a_body_over_the_limit_is_refused_unread(client: Client, settings: Any) -> None:
    response = compare(client, text_1="x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))
    assert response.status_code == 413
    assert "大きすぎるため、読まずに止めました" in words_of(response)


def test_kept_hosts_can_be_chosen_by_their_owner_alone(
    student_client: Client, student: User, instructor_client: Client
) -> None:
    one = keeping.keep(student, "机の下", text_of("zen2"))
    other = keeping.keep(student, "棚の上", text_of("zen3"))
    page = student_client.get(COMPARE)
    assert "机の下" in words_of(page)
    choices = {"choice_1": f"kept:{one.pk}", "choice_2": f"kept:{other.pk}"}
    words = words_of(compare(student_client, **choices))
    assert "机の下 からの移行の理由 → 棚の上 できる" in words
    for browser in (instructor_client, Client()):
        response = compare(browser, **choices)
        assert response.status_code == 422
        assert "見つかりません" in words_of(response)
        assert "机の下" not in words_of(response)


def test_queries_are_bounded(
    client: Client, student_client: Client, student: User, django_assert_num_queries: Any
) -> None:
    kept = [keeping.keep(student, str(i), text_of("zen2")) for i in range(8)]
    with django_assert_num_queries(0):
        pair(client)
    choices = {f"choice_{i}": f"kept:{host.pk}" for i, host in enumerate(kept, 1)}
    with django_assert_num_queries(4):  # the session, the user, the chosen, the list
        assert compare(student_client, rows=8, **choices).status_code == 200


def test_markup_is_inert_and_serials_are_dropped(client: Client) -> None:
    evil = "<script>alert(1)</script>"
    text = text_of("zen2").replace("model name\t: zen2", f"model name : {evil}\nSerial : 12345678")
    response = compare(
        client,
        label_1=evil,
        file_1=SimpleUploadedFile("x", text.encode()),
        text_2=text_of("zen2"),
    )
    page = response.content.decode()
    assert "<script>alert" not in page
    assert "12345678" not in page


def test_sixteen_hosts_on_one_page(client: Client) -> None:
    fields = {f"text_{i}": text_of("skylake" if i % 2 else "haswell") for i in range(1, 17)}
    response = compare(client, rows=16, **fields)
    assert response.status_code == 200
    assert response.content.decode().count("verdict-") == 16 * 15


def test_comparisons_are_rate_limited_and_need_the_token(client: Client, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "cpuinfo": "1/minute"}
    assert [pair(client).status_code for _ in range(2)] == [200, 429]
    assert pair(Client(enforce_csrf_checks=True)).status_code == 403
