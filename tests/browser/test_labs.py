"""The lab's page under a person's hands."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.browser.steps import program, program_field, write_program
from tests.browser.watch import Watch

PLAYGROUND = "/labs/playground/"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def executed(page: Page, count: str) -> None:
    """Expect so many instructions to have been executed."""
    fact = page.locator("#machine .facts > div", has_text="実行した命令")
    expect(fact).to_contain_text(f"{count} 命令")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_enter_in_the_address_field_shows_memory_and_runs_nothing(
    open_browser: Callable[..., Page], script: bool
) -> None:
    page = open_browser(java_script_enabled=script)
    page.goto(PLAYGROUND)
    press(page, "1 命令進める")
    executed(page, "1")
    page.get_by_label("表示する番地").fill("０ｘ８０００００００")
    page.get_by_label("表示する番地").press("Enter")
    expect(page.locator(".memory tbody th").first).to_have_text("0x80000000")
    executed(page, "1")
    page.get_by_label("表示する番地").fill("done")
    press(page, "表示する")
    expect(page.locator(".memory tbody th").first).to_have_text("0x80000020")
    executed(page, "1")


def test_the_focus_stays_on_the_button_and_the_step_is_told(page: Page) -> None:
    page.goto(PLAYGROUND)
    button = page.get_by_role("button", name="1 命令進める")
    button.focus()
    for count in ("1", "2", "3"):
        page.keyboard.press("Enter")
        executed(page, count)
        expect(button).to_be_focused()
    expect(page.locator("#bench-status")).to_contain_text("入れました")
    expect(page.locator(".listing__line--current")).to_have_count(1)


def test_a_problem_leads_to_its_place_in_the_program(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, "start:\n        addi a0, a0, ５\n        ebreak\n")
    press(page, "▶ 実行")
    page.get_by_role("link", name="2 行 22 桁").click()
    expect(program(page)).to_be_focused()
    assert page.evaluate("getSelection().toString()") == "５"


def test_control_enter_runs_and_an_endless_loop_names_its_limit(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, "1: j 1b\n")
    program(page).press("Control+Enter")
    expect(page.locator("#bench-status")).to_contain_text("命令数の上限 1,000,000 命令")
    executed(page, "1,000,000")


def test_the_machine_is_there_after_a_reload_and_after_back(page: Page) -> None:
    page.goto(PLAYGROUND)
    press(page, "1 命令進める")
    executed(page, "1")
    press(page, "1 命令進める")
    executed(page, "2")
    page.reload()
    executed(page, "2")
    page.goto("/labs/")
    page.go_back()
    executed(page, "2")
    press(page, "1 命令戻す")
    executed(page, "1")


def test_a_second_tab_is_told_before_it_overwrites(
    open_browser: Callable[..., Page], watch: Watch
) -> None:
    watch.announce(f"409 {PLAYGROUND}")
    first = open_browser()
    first.goto(PLAYGROUND)
    press(first, "1 命令進める")
    executed(first, "1")
    second = first.context.new_page()
    second.goto(PLAYGROUND)
    press(second, "▶ 実行")
    expect(second.get_by_text("Hello, virtual world!").last).to_be_visible()
    write_program(first, "ebreak # mine\n")
    press(first, "▶ 実行")
    expect(first.get_by_text("別の画面 (タブ) でこのプログラムが変わりました")).to_be_visible()
    expect(program_field(first)).to_have_value("ebreak # mine\n")
    press(first, "▶ 実行")
    executed(first, "0")


def test_what_was_typed_is_not_lost_by_starting_again(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, "ebreak # typed, not run\n")
    page.get_by_text("プログラムを最初から書き直す").click()
    press(page, "配られた状態から新しく始める")
    expect(program_field(page)).not_to_have_value("ebreak # typed, not run\n")
    page.get_by_text("プログラムを最初から書き直す").click()
    page.get_by_role("button", name="開く").click()
    expect(program_field(page)).to_have_value("ebreak # typed, not run\n")


def test_leaving_with_a_program_that_was_not_run_asks(page: Page) -> None:
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.goto(PLAYGROUND)
    program(page).press_sequentially("# ")
    page.on("dialog", stay)
    page.evaluate("location.href = '/'")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    expect(program(page)).to_be_visible()
