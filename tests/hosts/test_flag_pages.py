"""The pages of flags: the list in groups, the search, and a page for each name."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from courseware.cpuinfo import samples
from courseware.cpuinfo.knowledge import flags as flags_of
from courseware.cpuinfo.knowledge import groups, lines
from courseware.hosts import flags

LIST = "/cpuinfo/flags/"
HTMX: dict[str, Any] = {"HTTP_HX_REQUEST": "true"}
NAMES = {name for line in lines() for name in flags_of(line.family)}

pytestmark = pytest.mark.django_db


def page_of(response: Any) -> str:
    return response.content.decode()


def words_of(page: str) -> str:
    """What a reader sees: without tags, entities and runs of spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def names_of(page: str) -> list[str]:
    """The flags that the page lists, in its order."""
    return re.findall(r"<dt><a href=\"/cpuinfo/flags/([\w-]+)/#", page)


def found(query: str) -> list[str]:
    return [flag.name for flag in flags.search(query)]


def test_urls_are_stable() -> None:
    assert reverse("hosts:flags") == LIST
    assert reverse("hosts:flag", args=["sse4_1"]) == "/cpuinfo/flags/sse4_1/"


def test_the_list_has_every_flag_in_its_line_and_group(client: Client) -> None:
    page = page_of(client.get(LIST))
    assert len(names_of(page)) == flags.total()
    assert set(names_of(page)) == NAMES
    for line in lines():
        assert f'<h2 id="{line.family}">' in page
    for group in groups():
        assert group.title in words_of(page)


def test_each_name_has_a_page(client: Client) -> None:
    for name in sorted(NAMES):
        page = page_of(client.get(f"{LIST}{name}/"))
        for line in lines():
            if flag := flags_of(line.family).get(name):
                assert f'<h2 id="{line.family}">' in page
                assert flag.text in words_of(page)
                assert flag.english in words_of(page)


def test_a_flag_at_length_tells_what_its_absence_means_and_how_to_check(client: Client) -> None:
    words = words_of(page_of(client.get(f"{LIST}vmx/")))
    for heading in ("働き", "仮想マシンとの関わり", "表示がないとき", "確かめ方と設定"):
        assert heading in words
    assert "2005 年" in words
    assert "2.6.11 にはなく、2.6.24 にはあります。" in words
    assert "ls -l /dev/kvm" in words
    assert f'href="{LIST}ept/"' in page_of(client.get(f"{LIST}vmx/"))


def test_a_weakness_tells_how_it_works_and_where_its_mitigation_is_shown(client: Client) -> None:
    words = words_of(page_of(client.get(f"{LIST}l1tf/")))
    assert "しくみ" in words
    assert "働き" not in words
    assert "対策の状態は、Linux が次のファイルに表示します。" in words
    assert "cat /sys/devices/system/cpu/vulnerabilities/l1tf" in words


def test_a_short_page_has_no_empty_headings(client: Client) -> None:
    words = words_of(page_of(client.get(f"{LIST}cxmmx/")))
    assert "働き" not in words
    assert "表示がないとき" not in words
    assert "Cyrix" in words


def test_a_name_of_two_lines_is_explained_for_both(client: Client) -> None:
    words = words_of(page_of(client.get(f"{LIST}sme/")))
    assert "Secure Memory Encryption" in words
    assert "Scalable Matrix Extension" in words
    assert "2 種類の行" in words


def test_which_kernels_print_a_name(client: Client) -> None:
    assert "4.4 まではあり、4.14 にはありません。" in words_of(
        page_of(client.get(f"{LIST}eagerfpu/"))
    )
    assert "最も古い 2.6.11 にもあります。" in words_of(page_of(client.get(f"{LIST}fpu/")))
    assert "配布元" in words_of(page_of(client.get(f"{LIST}retpoline/")))


@pytest.mark.parametrize("name", ["no_such_flag", "VMX"])
def test_an_unknown_name_is_not_found(client: Client, name: str) -> None:
    assert client.get(f"{LIST}{name}/").status_code == 404


@pytest.mark.parametrize("query", ["vmx", "VMX", "ｖｍｘ", " vmx\u3000", "VT-x"])
def test_width_and_case_of_a_query_do_not_matter(query: str) -> None:
    assert found(query)[0] == "vmx"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("tsc-deadline", "tsc_deadline_timer"),
        ("sse4.1", "sse4_1"),
        ("sse 4 1", "sse4_1"),
        ("ＡＶＸ５１２−ＶＮＮＩ", "avx512_vnni"),
        ("Extended Page Tables", "ept"),
        ("投機的ストアバイパス", "ssbd"),
        ("ハイパーコール", "vmmcall"),
        ("暗号 amd", "sev"),
    ],
)
def test_names_english_and_japanese_are_found(query: str, name: str) -> None:
    assert name in found(query)


def test_the_best_match_comes_first() -> None:
    assert found("sev")[:3] == ["sev", "sev_es", "sev_snp"]
    assert found("h")[0] == "h"
    names = found("ept")
    assert names[:2] == ["ept", "ept"]  # of flags and of vmx flags
    assert names.index("ept_ad") < names.index("npt")


def test_all_words_have_to_be_there() -> None:
    both = set(found("暗号 AMD"))
    assert both <= set(found("暗号")) & set(found("AMD"))
    assert found("vmx no-such-word") == []


@pytest.mark.parametrize("query", ["", "  ", "\u3000", "\u200b"])
def test_an_empty_query_lists_all(client: Client, query: str) -> None:
    page = page_of(client.get(LIST, {"q": query}))
    assert len(names_of(page)) == (0 if query == "\u200b" else flags.total())
    assert found(query) == []


@given(st.text(max_size=120))
def test_any_query_finds_flags_once_each_or_none(query: str) -> None:
    results = flags.search(query)
    assert len(set(results)) == len(results) <= flags.total()


@given(st.sampled_from(sorted(NAMES)))
def test_a_name_finds_its_flag_first(name: str) -> None:
    assert found(name)[0] == name


def test_the_result_is_told_and_the_query_kept(client: Client) -> None:
    page = page_of(client.get(LIST, {"q": "sev_snp"}))
    assert re.search(r'role="status">.*個のフラグが見つかりました', page)
    assert 'value="sev_snp"' in page
    assert names_of(page)[0] == "sev_snp"
    nothing = words_of(page_of(client.get(LIST, {"q": "zzzz"})))
    assert "0 個のフラグが見つかりました。つづりを" in nothing


def test_htmx_gets_the_list_alone(client: Client) -> None:
    response = client.get(LIST, {"q": "avx2"}, **HTMX)
    page = page_of(response)
    assert "<html" not in page
    assert "<form" not in page
    assert names_of(page)[0] == "avx2"
    assert "HX-Request" in response["Vary"]


def test_the_longest_query_is_told_and_searched_and_a_longer_one_refused(
    client: Client, settings: Any
) -> None:
    maximum = settings.CPUINFO_QUERY_CHARACTERS
    assert f"{maximum} 文字まで" in words_of(page_of(client.get(LIST)))
    assert client.get(LIST, {"q": "a" * maximum}).status_code == 200
    refused = client.get(LIST, {"q": "a" * (maximum + 1)})
    assert refused.status_code == 422
    assert f"{maximum} 文字まで" in words_of(page_of(refused))
    assert client.get(LIST, {"q": "a" * (maximum + 1)}, **HTMX).status_code == 422


def test_a_query_is_shown_as_text(client: Client) -> None:
    page = page_of(client.get(LIST, {"q": "<script>x</script>"}))
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


@pytest.mark.parametrize("address", [LIST, f"{LIST}?q=amd", f"{LIST}vmx/"])
def test_no_query_goes_to_the_database(client: Client, address: str) -> None:
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    assert len(queries) == 0


@pytest.mark.parametrize("address", [LIST, f"{LIST}?q=amd", f"{LIST}vmx/"])
def test_nothing_inline(client: Client, address: str) -> None:
    page = page_of(client.get(address))
    assert "style=" not in page
    assert not re.search(r"\son\w+=", page)
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)


def test_only_reading(client: Client) -> None:
    assert client.post(LIST).status_code == 405
    assert client.post(f"{LIST}vmx/").status_code == 405
    assert client.head(LIST).status_code == 200


def test_reports_link_to_pages_that_exist(client: Client) -> None:
    linked: set[str] = set()
    for sample in samples():
        page = page_of(client.get(f"/cpuinfo/samples/{sample.key}/"))
        linked |= set(re.findall(r'href="/cpuinfo/flags/([\w-]+)/#', page))
    assert {"vmx", "hypervisor", "asimd"} <= linked <= NAMES
    assert linked & set(flags_of("bugs"))


def test_bugs_of_a_report_are_explained_and_unknown_ones_listed(client: Client) -> None:
    text = "processor : 0\nflags : fpu vmx\nbugs : l1tf zzz_new\n"
    words = words_of(page_of(client.post("/cpuinfo/", {"text": text})))
    assert "L1 Terminal Fault" not in words  # the page of the flag has the English name
    assert "L1TF (Foreshadow)" in words
    assert "まだ説明のないもの: zzz_new" in words


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("入れ子", "vmx"),
        ("入れ子の仮想化", "vmx"),
        ("ネスト", "vmx"),
        ("コンテナ", "vmx"),
        ("コンテナー", "vmx"),
        ("葉", "hypervisor"),
        ("サイドチャネル", "spectre_v1"),
        ("サイドチャンネル", "spectre_v1"),
    ],
)
def test_other_words_for_the_same_find_it_too(query: str, name: str) -> None:
    assert name in [flag.name for flag in flags.search(query)]
