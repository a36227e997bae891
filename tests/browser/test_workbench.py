"""The workbench under a person's hands: keys, breakpoints, panes, runs."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.test_labs import PLAYGROUND, executed, press

COUNT = (
    "_start:\n        li   a0, 1\n        addi a0, a0, 2\n        addi a0, a0, 3\n        ebreak\n"
)


def test_the_keys_work_in_the_editor_and_outside(page: Page) -> None:
    page.goto(PLAYGROUND)
    steps.write_program(page, COUNT)
    steps.program(page).press("F10")
    executed(page, "1")
    expect(steps.program(page)).to_be_focused()
    page.keyboard.press("F10")
    executed(page, "2")
    page.keyboard.press("F2")
    executed(page, "1")
    page.keyboard.press("Control+Enter")
    executed(page, "3")
    page.locator("body").press("Shift+F2")
    executed(page, "0")
    page.keyboard.press("Control+F10")
    executed(page, "1")
    expect(steps.program_field(page)).to_have_value(COUNT)


def test_a_key_that_belongs_to_a_conversion_does_nothing(page: Page) -> None:
    page.goto(PLAYGROUND)
    press(page, "1 命令進める")
    executed(page, "1")
    steps.program(page).focus()
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "れ", "selectionStart": 1, "selectionEnd": 1})
    page.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent(
             "keydown", {key: "F10", isComposing: true, bubbles: true, cancelable: true}))"""
    )
    page.wait_for_timeout(300)
    executed(page, "1")
    session.send("Input.insertText", {"text": "れ"})
    page.keyboard.press("F10")
    expect(page.locator("#problems")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_breakpoint_is_set_and_removed_at_the_number_of_its_line(
    open_browser: Callable[..., Page], script: bool
) -> None:
    page = open_browser(java_script_enabled=script)
    page.goto(PLAYGROUND)
    steps.write_program(page, COUNT)
    press(page, "1 命令進める")
    executed(page, "1")
    line = page.get_by_role("button", name="4 行のブレークポイント")
    line.click()
    expect(line).to_have_attribute("aria-pressed", "true")
    press(page, "▶ 実行")
    executed(page, "2")
    expect(page.locator("#bench-status")).to_contain_text("4 行: ")
    line.click()
    expect(line).to_have_attribute("aria-pressed", "false")
    press(page, "▶ 実行")
    executed(page, "3")


def test_the_focus_stays_where_breakpoints_are_set_and_removed(page: Page) -> None:
    page.goto(PLAYGROUND)
    steps.write_program(page, COUNT)
    page.keyboard.press("F10")
    executed(page, "1")
    line = page.get_by_role("button", name="4 行のブレークポイント")
    line.press("Enter")
    expect(line).to_have_attribute("aria-pressed", "true")
    expect(line).to_be_focused()
    page.get_by_role("button", name="外す (4 行)").press("Enter")
    expect(line).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#breakpoints > summary")).to_be_focused()


def test_panes_stay_as_they_were_left(page: Page) -> None:
    page.goto(PLAYGROUND)
    registers, counters = (
        page.locator(f"[data-pane={name}]") for name in ("registers", "counters")
    )
    registers.locator("summary").click()
    counters.locator("summary").press("Enter")
    expect(counters.get_by_role("table")).to_be_visible()
    press(page, "1 命令進める")
    executed(page, "1")
    for _ in range(2):
        expect(registers.locator(".register").first).to_be_hidden()
        expect(counters.get_by_role("table")).to_be_visible()
        page.reload()


def test_the_walk_and_the_trap_are_told(page: Page) -> None:
    steps.fill_workbench(page)
    tables = page.locator("[data-pane=tables]")
    expect(tables).to_contain_text("書き込みに要る W が 0 な")
    expect(tables.locator(".table-row--lit")).to_have_count(1)
    expect(tables.locator(".table-row--lit")).to_contain_text("0x40000000")
    expect(page.locator("[data-pane=traps]")).to_contain_text("S モード → M モード")
    page.get_by_label("表示する番地").fill("0x80001000")
    press(page, "表示する")
    expect(tables).to_contain_text("「表示する番地」に入力した番地の変換")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_two_runs_are_chosen_compared_and_an_old_version_opened(
    open_browser: Callable[..., Page], script: bool
) -> None:
    page = open_browser(java_script_enabled=script)
    page.goto(PLAYGROUND)
    for source, sum_ in ((COUNT, "0x00000006"), (COUNT.replace("a0, 1", "a0, 9"), "0x0000000e")):
        steps.write_program(page, source)
        press(page, "▶ 実行")
        executed(page, "3")
        expect(page.locator("#machine")).to_contain_text(sum_)
    page.get_by_role("link", name="これまでの実行を見る").click()
    page.get_by_role("button", name="選んだ二つを比べる").click()
    expect(page.get_by_role("row", name="実行した命令")).to_contain_text("1.00 倍")
    page.get_by_role("link", name="ほかの実行を選ぶ").click()
    page.get_by_role("button", name="この版を開く").last.click()
    expect(steps.program_field(page)).to_have_value(COUNT)


def test_the_first_screen_of_the_workbench_is_not_wider_than_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 812})
    steps.fill_workbench(page)
    inner, outer = page.evaluate(
        "[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"
    )
    assert inner <= outer
    buttons = page.get_by_role("group", name="計算機の操作").get_by_role("button")
    for button in buttons.all():
        box = button.bounding_box()
        assert box
        assert box["height"] >= 24, "WCAG 2.2, 2.5.8 Target Size"


def test_all_of_the_left_column_can_be_reached_on_a_low_wide_screen(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 700})
    page.goto(PLAYGROUND)
    page.get_by_text("ほかの操作、キーボード、上限").click()
    page.locator(".bench").evaluate("bench => bench.scrollIntoView()")
    last = page.locator(".bench__more li").last
    last.evaluate("line => line.scrollIntoView({block: 'nearest'})")
    expect(last).to_be_in_viewport()
    expect(page.get_by_role("heading", name="計算機の状態")).to_be_in_viewport()
