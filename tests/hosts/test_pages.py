"""The /cpuinfo/ pages: the form, the report, the samples, and what is refused."""

import html
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from courseware.cpuinfo import parse, report, samples
from courseware.cpuinfo.as_text import as_text
from courseware.hosts.cards import card

TEXTS = {sample.key: sample.text for sample in samples()}
INDEX = "/cpuinfo/"
HTMX = {"HTTP_HX_REQUEST": "true"}

pytestmark = pytest.mark.django_db


def page_of(response: Any) -> str:
    return response.content.decode()


def words_of(page: str) -> str:
    """What a reader sees: without tags, entities and runs of spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def section_of(page: str, key: str) -> str:
    """The words of the report's section with that key."""
    return words_of(
        page.split(f'<section aria-labelledby="{key}-title">')[1].split("</section>")[0]
    )


def paste(client: Client, text: str, **headers: Any) -> Any:
    return client.post(INDEX, {"text": text}, **headers)


def upload(client: Client, raw: bytes, name: str = "cpuinfo.txt", **headers: Any) -> Any:
    return client.post(INDEX, {"file": SimpleUploadedFile(name, raw)}, **headers)


def test_urls_are_stable() -> None:
    assert reverse("hosts:index") == "/cpuinfo/"
    assert reverse("hosts:sample", args=["amd-guest"]) == "/cpuinfo/samples/amd-guest/"


def test_the_form_tells_how_and_how_much_before_use(client: Client) -> None:
    words = words_of(page_of(client.get(INDEX)))
    assert "cat /proc/cpuinfo" in words
    assert "2,097,152 バイト、100,000 行、論理 CPU 4,096 個" in words
    assert "本文は保存せず" in words
    assert "シリアル番号の行は読み捨て" in words
    assert "調べた結果" not in words
    for sample in samples():
        assert sample.label in words


def test_a_pasted_text_gets_its_report_and_stays_in_the_form(client: Client) -> None:
    response = paste(client, TEXTS["intel-server"].replace("\n", "\r\n"))
    page = page_of(response)
    assert response.status_code == 200
    assert html.escape(TEXTS["intel-server"], quote=True) in page
    report = page.split('id="result"')[1]
    assert "貼り付けた本文 (224 行)" in words_of(report)
    assert "1 ソケット × 4 コア × 2 スレッド" in words_of(report.split("CPU と構成</h3>")[0])
    order = ["conclusion-title", "facts-title", "findings-title", "unknown-title", "flags-title"]
    places = [report.index(f'<h3 id="{part}">') for part in order]
    assert places == sorted(places)
    for part in order[1:]:
        assert f'href="#{part}"' in report


def test_each_fact_is_marked_in_words_and_shape_with_its_line(client: Client) -> None:
    page = page_of(paste(client, TEXTS["amd-guest"]))
    rows = {
        words_of(row.split("</dt>")[0]): words_of(row.split("</dt>")[1])
        for row in page.split('class="host-facts"')[1].split("</dl>")[0].split("<dt>")[1:]
    }
    assert rows["ベンダー"] == "AMD ● 読み取った 2 行目"
    assert rows["x86-64 の水準"].startswith("x86-64-v3 ◐ 計算した 20 行目")
    assert rows["マイクロアーキテクチャー"].startswith("Zen 3 ◐ 計算した")
    assert rows["命令の組が合う世代"].startswith("zen3 相当 ◐ 計算した")
    assert rows["論理 CPU"].startswith("2 ● 読み取った 1、29 行目")
    assert rows["種類の違うコアの混在"].startswith("なし ◐ 計算した")
    page = page_of(paste(client, TEXTS["big-little"]))
    words = words_of(page)
    assert "あり: Cortex-A53 × 4、Cortex-A72 × 2" in words
    assert "- ○ 分からない" in words
    assert "x86-64 の水準" not in words


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_a_terminal_calls_each_fact_as_the_page_does(key: str) -> None:
    result = report(parse(TEXTS[key]))
    rows = card(result, "").facts
    facts = as_text(result).split("■")[2].splitlines()[1:]
    assert [f"  {row.label}: {row.value} [{row.mark.word}]" for row in rows] == [
        line for line in facts if line and "注意:" not in line
    ]


def test_a_finding_has_its_state_reason_evidence_and_command(client: Client) -> None:
    page = page_of(paste(client, TEXTS["amd-guest"]))
    items = page.split('<li class="finding ')[1:]
    hardware = words_of(items[0].split("</li>")[0])
    assert "✕ 表示なし" in hardware
    assert "20 行目 flags : (97 個。vmx、svm はない)" in hardware
    assert "systemd-detect-virt --vm" in hardware
    guest = words_of(items[1].split("</li>")[0])
    assert "✓ 表示あり" in guest
    assert "20 行目 flags : … hypervisor …" in guest
    iommu = words_of(items[-1].split("</ul>")[0])
    assert "? 判断できない" in iommu
    assert "ls /sys/kernel/iommu_groups" in iommu


def test_what_no_text_tells_comes_with_commands(client: Client) -> None:
    unknown = section_of(page_of(paste(client, TEXTS["intel-server"])), "unknown")
    for part in ("VT-d / AMD-Vi", "ls -l /dev/kvm", "ls /sys/kernel/iommu_groups", "dmesg"):
        assert part in unknown


def test_vector_flags_are_said_to_be_no_virtualization_flags(client: Client) -> None:
    words = section_of(page_of(paste(client, TEXTS["intel-server"])), "flags")
    virtualization, others = words.split("仮想化のフラグではないもの", 1)
    assert "vmx Intel VT-x" in virtualization
    assert "avx2 AVX2" in others
    assert "avx2" not in virtualization
    assert "仮想マシンを動かせるかどうかと関係ありません" in others
    assert "ライブマイグレーション" in others


def test_this_machines_own_text(client: Client) -> None:
    response = upload(client, Path("/proc/cpuinfo").read_bytes(), "cpuinfo")
    words = words_of(page_of(response))
    assert response.status_code == 200
    assert "ファイル「cpuinfo」" in words
    assert "読めなかった行" not in words


def test_every_machine_of_one_text_is_told_and_ids_stay_unique(client: Client) -> None:
    page = page_of(
        paste(client, TEXTS["intel-server"] + TEXTS["amd-guest"] + TEXTS["raspberry-pi-4"])
    )
    words = words_of(page)
    assert "本文には 3 台のマシンがありました" in words
    assert re.search(r"2 台目: .*AMD EPYC 7763 64-Core Processor", words)
    assert "3 台目:" in words
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {"facts-title", "m2-facts-title", "m3-findings-title"} <= set(ids)
    assert "ほかのマシン" not in words_of(page_of(paste(client, TEXTS["intel-server"])))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "cp932"])
def test_an_uploaded_file_in_any_encoding(client: Client, encoding: str) -> None:
    text = TEXTS["amd-guest"] + ("# 全角の説明\n" if encoding == "cp932" else "")
    words = words_of(page_of(upload(client, text.encode(encoding))))
    assert "AMD EPYC 7763 64-Core Processor ● 読み取った" in words


def test_htmx_gets_the_report_alone_and_the_old_problem_is_cleared(client: Client) -> None:
    response = paste(client, TEXTS["amd-guest"], **HTMX)
    fragment = page_of(response)
    assert response.status_code == 200
    assert "<html" not in fragment
    assert "<textarea" not in fragment
    assert '<h2 id="report-title" tabindex="-1" data-focus>' in fragment
    assert '<div id="problem" hx-swap-oob="innerHTML"></div>' in fragment


@pytest.mark.parametrize("htmx", [{}, HTMX])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"text": ""}, "貼り付けた本文が空です。"),
        ({"text": " \r\n\u3000\r\n"}, "貼り付けた本文が空です。"),
        ({}, "ファイルを選んでから"),
        ({"file": b""}, "ファイル「x.txt」が空です。"),
    ],
)
def test_nothing_to_read_is_a_message_that_says_what_to_do(
    client: Client, data: dict[str, Any], message: str, htmx: dict[str, Any]
) -> None:
    if "file" in data:
        data = {"file": SimpleUploadedFile("x.txt", data["file"])}
    response = client.post(INDEX, data, **htmx)
    assert response.status_code == 422
    words = words_of(page_of(response))
    assert message in words
    assert "調べた結果" not in words
    assert response.get("HX-Retarget") == ("#problem" if htmx else None)
    assert ("<html" in page_of(response)) is not bool(htmx)


def test_a_text_at_the_limit_is_read_and_one_byte_more_is_not(
    client: Client, settings: Any
) -> None:
    text = TEXTS["amd-guest"] + "# あ\n"
    settings.CPUINFO_MAX_BYTES = len(text.encode())
    assert "x86-64-v3" in page_of(paste(client, text.replace("\n", "\r\n")))
    assert "x86-64-v3" in page_of(upload(client, text.encode()))
    response = paste(client, text + " ")
    assert response.status_code == 413
    page = page_of(response)
    size = settings.CPUINFO_MAX_BYTES
    assert f"貼り付けた本文が大きすぎます ({size + 1:,} バイト)" in page
    assert f"上限は {size:,} バイト" in page
    assert html.escape(text) in page  # so that it can be shortened
    assert "x86-64-v3" not in page
    response = upload(client, text.encode() + b" ", **HTMX)
    assert response.status_code == 413
    assert response["HX-Retarget"] == "#problem"
    assert "大きすぎます" in page_of(response)


def test_the_real_limit_fits_into_a_request(client: Client, settings: Any) -> None:
    line = "flags\t\t: fpu vme\n"
    text = (line * (settings.CPUINFO_MAX_BYTES // len(line))).ljust(settings.CPUINFO_MAX_BYTES, "x")
    assert paste(client, text.replace("\n", "\r\n")).status_code == 200
    assert paste(client, text + "x").status_code == 413


@pytest.mark.parametrize("htmx", [{}, HTMX])
def test_a_body_over_the_limit_is_refused_unread_in_japanese(
    client: Client, settings: Any, htmx: dict[str, Any]
) -> None:
    maximum = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    for response in (
        upload(client, b"x" * (maximum + 1), **htmx),
        paste(client, "x" * (maximum + 1), **htmx),
        client.post(INDEX, "text=" + "x" * maximum, "application/x-www-form-urlencoded", **htmx),
    ):
        assert response.status_code == 413
        words = words_of(page_of(response))
        assert "大きすぎるため、読まずに止めました" in words
        assert f"{maximum:,} バイトまで" in words
        assert response.get("HX-Retarget") == ("#problem" if htmx else None)


def test_a_body_at_the_limit_is_read(client: Client, settings: Any) -> None:
    empty = client.post(INDEX, "text=", "application/x-www-form-urlencoded")
    assert empty.status_code == 422
    body = "text=" + "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE - len("text="))
    response = client.post(INDEX, body, "application/x-www-form-urlencoded")
    assert "貼り付けた本文が大きすぎます" in page_of(response)


def test_a_forged_post_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert paste(strict, TEXTS["amd-guest"]).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page_of(strict.get(INDEX)))
    assert token
    data = {"text": TEXTS["amd-guest"], "csrfmiddlewaretoken": token[1]}
    assert strict.post(INDEX, data).status_code == 200


def test_markup_in_the_text_is_shown_and_inert(client: Client) -> None:
    evil = "<script>alert(1)</script>"
    text = f"processor : 0\nvendor_id : {evil}\nmodel name : {evil}\nflags : fpu <b>x</b>\n{evil}\n"
    text += f"wonder : {evil}\nbugs : <i>\nSerial : 123456789\n"
    page = page_of(paste(client, text)) + page_of(upload(client, text.encode(), f"{evil}.txt"))
    assert "<script>alert" not in page
    assert "<i>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_serial_numbers_are_in_no_report(client: Client) -> None:
    text = TEXTS["raspberry-pi-4"]
    serial = text.split("Serial")[1].split()[1]
    fragment = page_of(paste(client, text, **HTMX))
    assert serial not in fragment
    assert "シリアル番号の行 (38 行目) は読み捨てました" in fragment


def test_what_was_not_understood_is_listed_by_line(client: Client) -> None:
    lines = TEXTS["amd-guest"].split("\n")
    lines.insert(5, "wonder : 1")
    lines.insert(7, "not a line of it")
    text = "\n".join(lines).replace(" fsrm", " fsrm zzz_new")
    page = page_of(paste(client, text))
    unread = section_of(page, "unread")
    assert "2 行は意味が分からなかった" in unread
    assert "6 行目 wonder : 1" in unread
    assert "8 行目 not a line of it" in unread
    assert "zzz_new" in section_of(page, "flags").split("まだ説明のないフラグ")[1]


def test_repairs_and_warnings_are_told(client: Client) -> None:
    text = TEXTS["amd-guest"]
    cut = text[: text.index(" hypervisor")]
    page = page_of(upload(client, cut.encode("utf-16")))
    words = words_of(page)
    assert "読み取りの注意があります: flags 行が途中で切れているようです" in words
    assert "UTF-16 の文字コードとして読みました。" in section_of(page, "notes")
    assert "x86-64-v3 以上" not in words
    assert "以上 ◐ 計算した" in words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("こんにちは\n", "/proc/cpuinfo として読めませんでした"),
        ("Architecture: x86_64\nByte Order: Little Endian\n", "これは lscpu の出力です"),
        ("processor : 0\nhart : 0\nmmu : sv39\n", "この本文からは判断できません"),
    ],
)
def test_another_text_gets_an_honest_report(client: Client, text: str, said: str) -> None:
    response = paste(client, text)
    words = words_of(page_of(response))
    assert response.status_code == 200
    assert said in words
    assert "✕ 表示なし" not in words


def test_a_report_stays_small_whatever_is_pasted(client: Client, settings: Any) -> None:
    settings.CPUINFO_NAMES_SHOWN = 3
    names = " ".join(f"new{number}" for number in range(20_000))
    text = f"processor : 0\nvendor_id : {'v' * 9000}\nflags : lm {names}\nbugs : {names}\n"
    fragment = page_of(paste(client, text + "No colon\n" * 5000, **HTMX))
    assert len(fragment) < 100_000
    assert "new2<" in fragment
    assert "new3<" not in fragment
    assert fragment.count("ほか 19997 個") == 2
    assert "はじめの 100 行を示します" in fragment


@pytest.mark.parametrize("key", sorted(TEXTS))
def test_a_sample_opens_at_its_own_address(client: Client, settings: Any, key: str) -> None:
    settings.CPUINFO_MAX_BYTES = 10  # of visitors' texts
    response = client.get(f"/cpuinfo/samples/{key}/")
    page = page_of(response)
    sample = next(sample for sample in samples() if sample.key == key)
    assert response.status_code == 200
    assert sample.label in page
    assert "調べた結果" in page
    assert html.escape(sample.text) in page
    assert 'aria-current="page">' + html.escape(sample.label) in page


def test_a_sample_that_is_not_there(client: Client) -> None:
    assert client.get("/cpuinfo/samples/nothing/").status_code == 404
    assert client.post("/cpuinfo/samples/amd-guest/").status_code == 405


def test_the_report_on_a_pasted_text_is_kept_by_nobody(client: Client) -> None:
    from courseware.classes.models import User

    response = paste(client, TEXTS["amd-guest"])
    assert "no-store" in response["Cache-Control"]
    assert "vlab_session" not in client.cookies
    assert not User.objects.exists()
    words = words_of(page_of(client.get(INDEX)))
    assert "調べた結果" not in words


def test_no_queries_beyond_the_session(
    client: Client, student_client: Client, django_assert_num_queries: Any
) -> None:
    def round_trip(browser: Client) -> None:
        for response in (
            browser.get(INDEX),
            browser.get("/cpuinfo/samples/amd-guest/"),
            paste(browser, TEXTS["intel-server"]),
        ):
            assert response.status_code == 200

    with django_assert_num_queries(0):
        round_trip(client)
    with django_assert_num_queries(6):  # the session and the user, three times
        round_trip(student_client)


@pytest.mark.parametrize("htmx", [{}, HTMX])
def test_analyses_are_rate_limited(client: Client, settings: Any, htmx: dict[str, Any]) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "cpuinfo": "1/minute"}
    responses = [paste(client, TEXTS["amd-guest"], **htmx) for _ in range(2)]
    assert [response.status_code for response in responses] == [200, 429]
    assert client.get(INDEX).status_code == 200
    page = page_of(responses[1])
    assert "60 秒あたり 1 回" in page
    assert ("<html" in page) is not bool(htmx)
    assert responses[1].get("HX-Reswap") == ("afterbegin" if htmx else None)
