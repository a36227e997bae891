"""Numbers, commands and gaps as a student answers them: with and without JavaScript, by keys."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from courseware.grading.types.cloze import ClozeQuestion
from courseware.grading.types.command import CommandQuestion
from courseware.grading.types.numeric import NumericQuestion
from tests.browser import answers, steps
from tests.browser.watch import Watch

LESSON = "migration"


def card(page: Page, kind: type[NumericQuestion | CommandQuestion | ClozeQuestion]) -> Locator:
    return steps.card(page, answers.position(LESSON, kind))


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_every_written_kind_is_graded(
    open_browser: Callable[..., Page], watch: Watch, script: bool
) -> None:
    watch.announce("422 /attempts/")
    page = open_browser(java_script_enabled=script)
    steps.start_quiz(page, LESSON)

    gaps = card(page, ClozeQuestion)
    gaps.get_by_label("空欄【1】").select_option("disk")
    gaps.get_by_label("空欄【3】").fill("ーｏｆ")
    verdict = steps.grade(gaps)
    expect(verdict).to_contain_text("一部が正解です")
    expect(gaps.locator(".outcome")).to_have_count(3)
    expect(gaps.get_by_text("未解答")).to_have_count(1)

    command = card(page, CommandQuestion)
    command.get_by_role("textbox").fill(
        "sudo\u3000virsh migrate web01 --live --undefinesource 'qemu+ssh://host2/system' "
        "--persistent"
    )
    expect(steps.grade(command)).to_contain_text("正解です")

    number = card(page, NumericQuestion)
    number.get_by_role("textbox").fill("２ ギガ")
    number.get_by_role("button", name="採点する").click()
    expect(card(page, NumericQuestion).get_by_role("alert")).to_contain_text("使える単位")
    field = card(page, NumericQuestion).get_by_role("textbox")
    expect(field).to_have_value("２ ギガ")
    field.fill("１ 時間")
    expect(steps.grade(card(page, NumericQuestion))).to_contain_text("不正解です")


def test_a_cloze_without_a_mouse(page: Page, watch: Watch) -> None:
    steps.start_quiz(page, LESSON)
    gaps = card(page, ClozeQuestion)
    fields = [gaps.get_by_label(f"空欄【{n}】") for n in (1, 2, 3)]
    fields[0].focus()
    page.keyboard.press("ArrowDown")
    expect(fields[0]).not_to_have_value("")
    page.keyboard.press("Tab")
    expect(fields[1]).to_be_focused()
    page.keyboard.press("Tab")
    expect(fields[2]).to_be_focused()
    page.keyboard.type("-of")
    page.keyboard.press("Enter")
    expect(gaps.locator(".verdict")).to_be_focused()
    expect(gaps.locator(".outcome").nth(2)).to_contain_text("✓ 正解")
