"""The workbench: actions, breakpoints and panes, as requests."""

import re
from typing import Any

import pytest
from django.test import Client

from courseware.labs import services
from courseware.labs.actions import ACTIONS
from courseware.labs.models import Program
from courseware.machine.debugger import MAX_BREAKPOINTS
from tests.labs.steps import URL, page_after, post, status, text

CALLS = """_start:
        li   a0, 1
        call twice
        addi a0, a0, 5
        ebreak

twice:
        slli a0, a0, 1
        ret
"""
USER = """_start:
        la   t0, handler
        csrw mtvec, t0
        li   t0, -1
        csrw pmpaddr0, t0
        li   t0, 0x1f
        csrw pmpcfg0, t0
        la   t0, user
        csrw mepc, t0
        mret
user:   ecall
        j    user
handler:
        csrr t1, mcause
        csrr t0, mepc
        addi t0, t0, 4
        csrw mepc, t0
        mret
"""


def executed(page: str) -> int:
    found = re.search(r'<span class="num">([\d,]+)</span> 命令</dd>', page)
    assert found
    return int(found[1].replace(",", ""))


def current(page: str) -> str:
    found = re.search(r'aria-current="step">.*?<code>(.*?)</code>', page)
    assert found
    return found[1].strip()


def test_over_goes_through_a_call_and_out_leaves_it(labs: None, client: Client) -> None:
    page_after(client, "step", CALLS)
    page = page_after(client, "over", CALLS)
    assert current(page) == "addi a0, a0, 5"
    page_after(client, "reset", CALLS)
    for _ in range(3):  # the call is two instructions
        page = page_after(client, "step", CALLS)
    assert current(page) == "slli a0, a0, 1"
    assert "4 行の前にいます" in status(page_after(client, "out", CALLS))


def test_there_is_nothing_to_leave_at_the_start(labs: None, client: Client) -> None:
    assert "出る先がありません" in status(page_after(client, "out", CALLS.replace("li ", "li  ")))
    page = page_after(client, "out", CALLS.replace("li ", "li  "))
    assert "出る先がありません" in status(page)
    assert executed(page) == 0


def test_run_stops_at_breakpoints_goes_on_and_back_again(labs: None, client: Client) -> None:
    page = page_after(client, "break:7", CALLS)
    assert "8 行のブレークポイントを置きました" in status(page), "line 7 is a label alone"
    page = page_after(client, "run", CALLS)
    assert status(page).startswith("8 行: ")
    assert current(page) == "slli a0, a0, 1"
    page = page_after(client, "run", CALLS)
    assert "ebreak で止まりました" in status(page)
    assert current(page) == "ebreak"
    page = page_after(client, "reverse", CALLS)
    assert current(page) == "slli a0, a0, 1"
    page = page_after(client, "reverse", CALLS)
    assert "最初の命令の前に戻しました" in status(page)
    page = page_after(client, "break:8", CALLS)
    assert "8 行のブレークポイントを外しました" in status(page)
    assert "ebreak で止まりました" in status(page_after(client, "run", CALLS))


def test_run_at_the_end_runs_from_the_start_again(labs: None, client: Client) -> None:
    first = executed(page_after(client, "run", CALLS))
    page_after(client, "step", CALLS)
    assert executed(page_after(client, "run", CALLS)) == first
    ended = "li t0, 0x5555\nli t1, 0x100000\nsw t0, 0(t1)\n"
    assert executed(page_after(client, "run", ended)) == executed(page_after(client, "run", ended))


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("８", "8 行のブレークポイントを置きました"),
        ("twice", "8 行のブレークポイントを置きました"),
        ("0x80000000", "2 行のブレークポイントを置きました"),
        ("0x80001000", "0x80001000 番地のブレークポイントを置きました"),
        ("0x80000001", "0x80000001 は奇数です"),
        ("10", "10 行とそのあとに命令がありません"),
        ("nowhere", "「nowhere」という行もラベルもありません"),
        ("", "「」という行もラベルもありません"),
        ("9" * 64, "行とそのあとに命令がありません"),
        ("1:1", "「1:1」という行もラベルもありません"),
        ("-8", "0xfffffff8 番地のブレークポイントを置きました"),
    ],
)
def test_a_place_is_a_line_a_label_or_an_address(
    labs: None, client: Client, place: str, shown: str
) -> None:
    assert shown in status(page_after(client, "break", CALLS, place=place))


def test_enter_sets_a_breakpoint_where_its_field_is_filled_in(labs: None, client: Client) -> None:
    assert "置きました" in status(page_after(client, "enter", CALLS, place="twice", look=""))
    page = page_after(client, "enter", CALLS, place="", look="twice")
    assert 'value="twice"' in page
    assert "外す" in page


def test_a_wrong_place_says_so_at_its_field(labs: None, client: Client) -> None:
    page = page_after(client, "break", CALLS, place="nowhere")
    assert re.search(r'id="place"[^>]*value="nowhere"[^>]*aria-invalid="true"', page)
    assert 'id="place-error"' in page
    assert 'id="place-error"' not in page_after(client, "step", CALLS)


def test_breakpoints_are_limited_and_the_limit_is_shown(labs: None, client: Client) -> None:
    assert f"{MAX_BREAKPOINTS} 個まで置けます" in page_after(client, "break", CALLS, place="2")
    Program.objects.update(
        view=Program.objects.get().view
        | {"breakpoints": {f"0x{4 * n:08x}": 4 * n for n in range(MAX_BREAKPOINTS - 1)}}
    )
    assert "置きました" in status(page_after(client, "break", CALLS, place="2"))
    page = page_after(client, "break", CALLS, place="3")
    assert f"ブレークポイントは {MAX_BREAKPOINTS} 個までです" in status(page)
    assert "外しました" in status(page_after(client, "break", CALLS, place="2"))


def test_breakpoints_go_with_their_lines_when_the_program_changes(
    labs: None, client: Client
) -> None:
    page_after(client, "break:8", CALLS)
    longer = "# a line more\n" + CALLS
    page = page_after(client, "run", longer)
    assert current(page) == "slli a0, a0, 1"
    assert 'data-breakpoints="9"' in page
    broken = longer.replace("li   a0, 1", "lii  a0, 1")
    assert 'data-breakpoints="9"' in page_after(client, "run", broken)
    page = page_after(client, "run", "# and another\n" + longer)
    assert 'data-breakpoints="10"' in page
    assert current(page) == "slli a0, a0, 1"
    assert 'data-breakpoints="10"' in page_after(client, "grade", "# and another\n" + longer)
    cut = "# and another\n" + longer[: longer.index("twice:")] + "twice: ret\n"
    assert 'data-breakpoints=""' in page_after(client, "run", cut)


def test_breakpoints_survive_the_tab_and_the_runner(labs: None, client: Client) -> None:
    page_after(client, "break:8", CALLS)
    services.runner().close()
    page = text(client.get(URL))
    assert 'data-breakpoints="8"' in page
    assert 'id="line-8"' in page
    assert current(page_after(client, "run", CALLS)) == "slli a0, a0, 1"


def test_a_line_in_sight_can_be_pressed_without_script(labs: None, client: Client) -> None:
    page = page_after(client, "step", CALLS)
    pressed = re.findall(r'value="break:(\d+)" aria-pressed="(true|false)"', page)
    assert ("2", "false") in pressed
    page = page_after(client, "break:2", CALLS)
    assert ("2", "true") in re.findall(r'value="break:(\d+)" aria-pressed="(true|false)"', page)


def test_what_a_first_lab_does_not_need_is_folded(labs: None, client: Client) -> None:
    page = text(client.get(URL))
    opened = dict(re.findall(r'<details class="card pane"[^>]*data-pane="(\w+)"( open)?>', page))
    assert opened == {
        "registers": " open",
        "memory": " open",
        "breakpoints": "",
        "csrs": "",
        "traps": "",
        "tables": "",
        "counters": "",
    }
    for promise in (
        "置いた行がここに並びます",
        "使うと、ここに値と意味を",
        "例外や割り込みが起きると",
    ):
        assert promise in page


def test_traps_and_csrs_are_told_with_their_meaning(labs: None, client: Client) -> None:
    page_after(client, "break", USER, place="handler")
    page = page_after(client, "run", USER)
    pane = page[page.index('data-pane="csrs"') : page.index('data-pane="tables"')]
    assert re.search(r'data-pane="csrs" open>', page)
    assert "U モードからの環境呼び出し" in pane
    assert "MPP = 0 (U モード)" in pane
    assert "U モード → M モード" in pane
    assert "11 行" in pane, "where the ecall is"
    changed = re.findall(r'<tr class="changed">.*?<code>(\w+)</code>', pane)
    assert {"mepc", "mcause", "mtvec"} <= set(changed)
    page = page_after(client, "step", USER)
    assert not re.search(r'<tr class="changed">.*?<code>mepc</code>', page)
    assert "PMP" in page


def test_only_the_newest_traps_are_shown_and_the_limit_is_said(
    labs: None, client: Client, settings: Any
) -> None:
    settings.LAB_LIMITS = {**settings.LAB_LIMITS, "instructions": 500}
    page = page_after(client, "run", USER)
    traps = re.findall(r'<li value="(\d+)">', page)
    assert len(traps) == 20
    assert traps == sorted(traps, key=int, reverse=True)
    assert "新しい順に 20 回分を表示しています" in page
    taken = re.search(r'<span class="pane__hint">(\d+) 回</span>', page)
    assert taken
    assert taken[1] == traps[0]


def test_counters_name_the_traps(labs: None, client: Client, settings: Any) -> None:
    settings.LAB_LIMITS = {**settings.LAB_LIMITS, "instructions": 100}
    page = page_after(client, "run", USER)
    counters = page[page.index('data-pane="counters"') :]
    assert "M モードへ: U モードからの環境呼び出し" in counters
    assert "TLB ミス" not in counters, "nothing was translated"


def test_code_without_source_is_disassembled_around_pc(labs: None, client: Client) -> None:
    source = """_start:
        la   t0, code
        la   t1, copy
        li   t2, 16
1:      lw   t3, 0(t0)
        sw   t3, 0(t1)
        addi t0, t0, 4
        addi t1, t1, 4
        addi t2, t2, -4
        bnez t2, 1b
        fence.i
        la   t1, copy
        jr   t1
code:   .option norvc
        addi a0, a0, 1
        addi a0, a0, 2
        addi a0, a0, 3
        ebreak
        .data
        .balign 16
copy:   .space 16
"""
    page = page_after(client, "run", source)
    assert current(page) == "ebreak"
    rows = re.findall(r"番地のブレークポイント.*?<code>(.*?)</code>", page)
    assert rows[:4] == ["addi a0, a0, 1", "addi a0, a0, 2", "addi a0, a0, 3", "ebreak"]
    address = re.search(r'value="break:(0x[0-9a-f]{8})"', page)
    assert address
    assert f"{address[1]} 番地のブレークポイントを置きました" in status(
        page_after(client, f"break:{address[1]}", source)
    )
    page_after(client, "reset", source)
    assert current(page_after(client, "run", source)) == "addi a0, a0, 1"


def test_htmx_gets_what_a_plain_form_gets(labs: None, client: Client) -> None:
    fragment = text(post(client, "break:8", CALLS, htmx=True))
    assert "<html" not in fragment
    assert 'data-breakpoints="8"' in fragment
    assert "8 行のブレークポイントを置きました" in fragment
    assert 'data-breakpoints="8"' in text(client.get(URL))


def test_a_failed_run_leaves_the_machine_where_it_was(
    labs: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from courseware.labs.runner.pool import RunnerBusy

    page_after(client, "step", CALLS)
    pool = services.runner()

    class Busy:
        def call(self, job: str, request: dict[str, Any]) -> dict[str, Any]:
            raise RunnerBusy

    monkeypatch.setattr(services, "runner", Busy)
    page = page_after(client, "step", CALLS)
    assert "順番を待つ時間の上限" in page
    assert executed(page) == 1
    monkeypatch.setattr(services, "runner", lambda: pool)
    page = page_after(client, "step", CALLS)
    assert executed(page) == 2
    assert "順番を待つ時間の上限" not in page


def test_each_button_has_its_keys_and_they_are_in_the_table(labs: None, client: Client) -> None:
    page = text(client.get(URL))
    keys = [action.keys for action in ACTIONS]
    assert len(set(keys)) == len(keys)
    for action in ACTIONS:
        assert f'value="{action.name}" aria-keyshortcuts="{action.keys}"' in page
        assert f"<kbd>{action.shown_keys}</kbd></th><td>{action.label}: {action.what}" in page
    for taken in ("F3", "F5", "F6", "F7", "F11", "F12", "Shift+F10"):
        assert taken not in keys, "it is the browser's"
