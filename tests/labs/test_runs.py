"""Runs are kept, listed, opened again and compared."""

import re
from typing import Any

import pytest
from django.test import Client

from courseware.labs.counters import Pair, pairs
from courseware.labs.models import Program, Run
from tests.labs.steps import URL, page_after, post, text

RUNS, COMPARE = f"{URL}runs/", f"{URL}compare/"
RIGHT = "add2:\n        add a0, a0, a1\n        ret\n"


def loop(times: int) -> str:
    return f"_start: li t0, {times}\n1: addi t0, t0, -1\nbnez t0, 1b\nebreak\n"


def run_two(client: Client) -> tuple[int, int]:
    for times in (10, 1_000):
        page_after(client, "run", loop(times))
    second, first = Run.objects.values_list("pk", flat=True)
    return first, second


def test_each_run_and_each_source_is_kept_once(labs: None, client: Client) -> None:
    page_after(client, "step", loop(3))
    page_after(client, "step", loop(3))
    page_after(client, "run", loop(3))
    page_after(client, "run", loop(4) + "oops\n")
    page_after(client, "grade", RIGHT)
    kept = list(Run.objects.order_by("pk").values_list("action", "source", "outcome"))
    assert [(action, source) for action, source, _ in kept] == [
        ("other", loop(3)),
        ("run", loop(3)),
        ("run", loop(4) + "oops\n"),
        ("grade", RIGHT),
    ]
    outcomes = [outcome for _, _, outcome in kept]
    assert outcomes[0] == ""
    assert "ebreak で止まりました" in outcomes[1]
    assert outcomes[2:] == ["プログラムの誤り 1 件", "3 件中 3 件のテストに合格"]
    assert Run.objects.get(action="run", source=loop(3)).counters["instructions"] == 7


def test_a_form_sent_twice_is_one_run(labs: None, client: Client) -> None:
    form = {"program": "", "base": "0", "action": "run", "source": loop(2)}
    for _ in range(3):
        assert client.post(URL, form).status_code == 302
    assert Run.objects.count() == 1


def test_the_list_tells_what_was_run_and_looking_creates_nobody(labs: None, client: Client) -> None:
    assert "まだ何も実行していません" in text(client.get(RUNS))
    assert not Program.objects.exists()
    run_two(client)
    page = text(client.get(RUNS))
    assert page.index("2,001 命令") < page.index("21 命令"), "the newest first"
    assert "200 回分まで" in page


def test_an_old_version_is_opened_and_nothing_is_overwritten(labs: None, client: Client) -> None:
    first, _ = run_two(client)
    response = client.post(RUNS, {"open": str(first)})
    assert response.status_code == 302
    assert response["Location"] == URL
    assert loop(10).strip() in text(client.get(URL))
    assert {p.source for p in Program.objects.all()} == {loop(10), loop(1_000)}
    client.post(RUNS, {"open": str(first)})
    assert Program.objects.count() == 2, "a second press makes no third one"


@pytest.mark.parametrize("number", ["", "x", "0", "999999", "9" * 30, "-1"])
def test_what_is_no_run_cannot_be_opened(labs: None, client: Client, number: str) -> None:
    run_two(client)
    assert client.post(RUNS, {"open": number}).status_code == 404
    assert client.get(COMPARE, {"a": number or "x", "b": number or "x"}).status_code == 404


def test_runs_of_others_and_of_other_labs_are_not_found(
    labs: None, client: Client, student_client: Client
) -> None:
    first, second = run_two(student_client)
    assert client.post(RUNS, {"open": str(first)}).status_code == 404
    assert client.get(COMPARE, {"a": first, "b": second}).status_code == 404
    assert student_client.get(COMPARE, {"a": first, "b": second}).status_code == 200
    assert student_client.post("/labs/free/runs/", {"open": str(first)}).status_code == 404
    assert "2,001 命令" not in text(client.get(RUNS))
    assert client.get("/labs/nothing/runs/").status_code == 404


def test_two_runs_are_compared_as_chart_and_table(labs: None, client: Client) -> None:
    first, second = run_two(client)
    page = text(client.get(COMPARE, {"a": first, "b": second}))
    row = re.search(r"実行した命令</th>(.*?)</tr>", page)
    assert row
    assert re.findall(r">([^<]+)</td>", row[1]) == ["21", "2,001", "95.29 倍"]
    lengths = re.findall(r'bars__bar--(\w)" x="20" y="\d+" width="([\d.]+)"', page)
    assert lengths[:2] == [("a", "2.5"), ("b", "240.0")]
    assert "style=" not in page


def test_a_choice_of_one_asks_for_the_other(labs: None, client: Client) -> None:
    first, _ = run_two(client)
    response = client.get(COMPARE, {"a": first})
    assert response.status_code == 422
    assert "A と B に一つずつ" in text(response)
    assert re.search(rf'name="a" value="{first}" checked', text(response))


def test_runs_without_counters_are_not_compared(labs: None, client: Client) -> None:
    page_after(client, "grade", RIGHT)
    page_after(client, "run", RIGHT + "oops\n")
    assert "この版を開く" in text(client.get(RUNS))
    assert 'type="radio"' not in text(client.get(RUNS))
    keys = Run.objects.values_list("pk", flat=True)
    assert client.get(COMPARE, {"a": keys[0], "b": keys[1]}).status_code == 404


def test_the_oldest_beyond_the_limit_are_dropped(labs: None, client: Client, settings: Any) -> None:
    settings.LAB_RUNS_KEPT = 2
    for times in (1, 2, 3):
        page_after(client, "run", loop(times))
    assert [run.source for run in Run.objects.all()] == [loop(3), loop(2)]
    assert "2 回分まで" in text(client.get(RUNS))


def test_the_list_has_pages(labs: None, client: Client, settings: Any) -> None:
    settings.LAB_RUNS_SHOWN = 2
    for times in (1, 2, 3):
        page_after(client, "run", loop(times))
    assert "1 / 2 ページ" in text(client.get(RUNS))
    page = text(client.get(f"{RUNS}?page=2"))
    assert page.count("この版を開く") == 1


def test_queries_are_bounded(
    labs: None, client: Client, django_assert_max_num_queries: Any
) -> None:
    for times in range(5):
        page_after(client, "run", loop(times + 1))
    first, second = Run.objects.values_list("pk", flat=True)[:2]
    with django_assert_max_num_queries(6):
        client.get(RUNS)
    with django_assert_max_num_queries(5):
        client.get(COMPARE, {"a": first, "b": second})
    page = text(client.get(URL))
    assert RUNS in page


@pytest.mark.parametrize(("action", "most"), [("step", 14), ("run", 18)])
def test_a_press_takes_few_queries(
    labs: None, client: Client, django_assert_max_num_queries: Any, action: str, most: int
) -> None:
    page_after(client, "run", loop(1))
    page = text(client.get(URL))
    found = dict(re.findall(r'name="(program|base)" value="([^"]*)"', page))
    form = {**found, "action": action, "source": loop(1)}
    with django_assert_max_num_queries(most):
        assert client.post(URL, form, headers={"HX-Request": "true"}).status_code == 200


def test_ratios_are_readable() -> None:
    def ratio(a: int, b: int) -> str:
        return Pair("", False, a, b).ratio

    assert [ratio(0, 5), ratio(4, 0), ratio(4, 6), ratio(2, 2_000), ratio(163, 1)] == [
        "—",
        "0.00 倍",
        "1.50 倍",
        "1,000 倍",
        "1/163",
    ]


def test_counters_that_neither_has_are_left_out() -> None:
    both = pairs({"instructions": 3, "traps": 1, "traps.M.breakpoint": 1}, {"instructions": 2})
    labels = [pair.label for pair in both]
    assert labels[:2] == ["実行した命令", "サイクル (時間)"]
    assert labels[2] == "トラップ"
    assert labels[3].startswith("M モードへ: ")
    assert len(labels) == 4


def test_conflict_and_refusal_keep_no_run(labs: None, client: Client) -> None:
    run_two(client)
    form = {"program": "", "base": "0", "action": "run", "source": loop(7)}
    assert client.post(URL, form).status_code == 409
    assert post(client, "run", "\0").status_code == 422
    assert Run.objects.count() == 2
