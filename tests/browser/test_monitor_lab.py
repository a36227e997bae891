"""The lab of the trap-and-emulate monitor, done as a student does it: with the keyboard alone, and
without JavaScript."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.product import CONTENT
from tests.browser.test_keyboard import tab_to

LAB = CONTENT / "labs" / "trap-and-emulate"
STARTER = (LAB / "starter.s").read_text()
# What is typed behind the comment line that ends so: the parts 【3】, 【2】 and 【1】, from below,
# so that the numbers of the lines above stay.
TYPED = [
    (
        "ハンドラーの番地 (STVEC) にする: 2 命令",
        ["csrr t0, mepc", "sw t0, SEPC(s0)", "lw t0, STVEC(s0)", "sw t0, PC(s0)"],
    ),
    ("仮想 CSR の SEPC の値にする: 2 命令", ["lw t0, SEPC(s0)", "sw t0, PC(s0)"]),
    ("合わせた (OR した) 値にする: 1 命令", ["or t3, t1, t2"]),
]


def line_of(end: str) -> int:
    (number,) = [n for n, line in enumerate(STARTER.split("\n"), 1) if line.endswith(end)]
    return number


def finished() -> str:
    lines = STARTER.split("\n")
    for end, instructions in TYPED:
        lines[line_of(end) : line_of(end)] = [f"        {text}" for text in instructions]
    return "\n".join(lines)


def press(page: Page, name: str) -> None:
    """Go to a button with Tab and press it with Enter."""
    tab_to(page, page.get_by_role("button", name=name, exact=True))
    page.keyboard.press("Enter")


def test_the_monitor_is_finished_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/labs/")
    tab_to(page, page.get_by_role("link", name="トラップ&エミュレート"))
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/labs/{LAB.name}/")
    expect(steps.program(page)).to_be_visible()
    tab_to(page, steps.program(page))
    for end, instructions in TYPED:
        page.keyboard.press("Control+Home")
        for _ in range(line_of(end) - 1):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("End")
        for text in instructions:
            page.keyboard.press("Enter")
            page.keyboard.type(text)
    # Escape, then Tab, leaves the editor.
    page.keyboard.press("Escape")
    press(page, "▶ 実行")
    output = page.get_by_role("region", name="出力")
    expect(output).to_have_text("Ac")
    press(page, "1 命令戻す")
    expect(page.locator("#bench-status")).to_contain_text("1 命令戻しました")
    press(page, "採点する")
    expect(page.get_by_role("heading", name="採点の結果")).to_contain_text("✓ 合格")
    expect(page.get_by_role("heading", name="合格した人への解説")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 375])
def test_the_monitor_is_finished_without_javascript(
    open_browser: Callable[..., Page], width: int
) -> None:
    page = open_browser(java_script_enabled=False, viewport={"width": width, "height": 800})
    page.goto(f"/labs/{LAB.name}/")
    page.get_by_role("button", name="採点する").click()
    expect(page.get_by_role("heading", name="採点の結果")).not_to_contain_text("✓ 合格")
    steps.write_program(page, finished())
    page.get_by_role("button", name="▶ 実行").click()
    expect(page.get_by_role("region", name="出力")).to_have_text("Ac")
    scenario = page.get_by_label("実行する条件")
    scenario.select_option(index=2)
    page.get_by_role("button", name="▶ 実行").click()
    expect(page.get_by_role("region", name="出力")).to_have_text("abc")
    page.get_by_role("button", name="採点する").click()
    expect(page.get_by_role("heading", name="採点の結果")).to_contain_text("✓ 合格")
    page.reload()
    expect(steps.program_field(page)).to_have_value(finished())
