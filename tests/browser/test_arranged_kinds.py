"""Orders, pairs, places, verdicts and programs as a student answers them."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from courseware.grading.types.hotspot import HotspotQuestion
from courseware.grading.types.machine import MachineQuestion
from courseware.grading.types.matching import MatchingQuestion
from courseware.grading.types.ordering import OrderingQuestion
from courseware.grading.types.verdict import VerdictQuestion
from tests.browser import answers, steps
from tests.browser.test_keyboard import focus_shows, tab_to
from tests.browser.watch import Watch


def find(page: Page, lesson: str, kind: type[Any]) -> tuple[Locator, Any]:
    """Return the card and the definition of a lesson's first question of a kind."""
    number = answers.position(lesson, kind)
    return steps.card(page, number), answers.questions(lesson)[number - 1]


def items(card: Locator) -> list[str]:
    """Return the items in the order in which they stand on the page."""
    return [answers.plain(text) for text in card.locator(".order__text").all_inner_texts()]


def right_order(question: OrderingQuestion) -> list[str]:
    return [answers.plain(item.text.markdown) for item in question.items]


def choose_pairs(card: Locator, question: MatchingQuestion) -> None:
    for pair in question.pairs:
        left = answers.plain(pair.left.markdown)
        (field,) = [
            item.get_by_role("combobox")
            for item in card.locator(".pairs__pair").all()
            if answers.plain(item.locator("label").inner_text()) == left
        ]
        right = answers.plain(question.rights[pair.right].markdown)
        (text,) = [
            option
            for option in field.locator("option").all_inner_texts()
            if answers.plain(option) == right
        ]
        field.select_option(label=text)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_orders_pairs_places_verdicts_and_programs_are_graded(
    open_browser: Callable[..., Page], script: bool
) -> None:
    page = open_browser(java_script_enabled=script)
    steps.start_quiz(page, "hvm")
    card, order = find(page, "hvm", OrderingQuestion)
    for place, text in enumerate(right_order(order), 1):
        item = card.locator(".order__item").nth(items(card).index(text))
        item.get_by_role("combobox").select_option(str(place))
    expect(steps.grade(card)).to_contain_text("正解です")

    lesson = "emulation-simulation"
    steps.start_quiz(page, lesson)
    card, pairs = find(page, lesson, MatchingQuestion)
    choose_pairs(card, pairs)
    expect(steps.grade(card)).to_contain_text("正解です")

    card, _ = find(page, lesson, HotspotQuestion)
    names = [answers.plain(name) for name in card.locator(".option").all_inner_texts()]
    (number,) = [name[0] for name in names if name.endswith("CPU(TCG)")]
    card.locator("label.region", has_text=number).click()
    expect(card.get_by_role("radio", name="CPU (TCG)")).to_be_checked()
    expect(steps.grade(card)).to_contain_text("正解です")

    card, program = find(page, lesson, MachineQuestion)
    card.get_by_role("textbox").fill(program.solution)
    expect(steps.grade(card)).to_contain_text("正解です")
    expect(card.get_by_text("✓ 合格")).to_have_count(len(program.tests.cases))

    steps.start_quiz(page, "proc-cpuinfo")
    card, _ = find(page, "proc-cpuinfo", VerdictQuestion)
    card.get_by_role("radio", name="表示あり").check()
    card.get_by_role("textbox").fill("ｈｙｐｅｒｖｉｓｏｒ")
    expect(steps.grade(card)).to_contain_text("正解です")


def test_an_order_without_a_mouse(page: Page) -> None:
    steps.start_quiz(page, "migration")
    card, order = find(page, "migration", OrderingQuestion)
    wanted = right_order(order)
    status = card.get_by_role("status").first
    for place, text in enumerate(wanted):
        at = items(card).index(text)
        if at == place:
            continue
        up = card.locator(".order__item").nth(at).get_by_role("button", name="を上へ")
        tab_to(page, up)
        while (at := at - 1) >= place:
            page.keyboard.press("Enter")
            expect(card.locator(".order__item").nth(at).get_by_role("combobox")).to_have_value(
                str(at + 1)
            )
            expect(status).to_contain_text(f"{len(wanted)} 個中 {at + 1} 番目に移しました。")
            moved = card.locator(".order__item").nth(at)
            expected = "を下へ" if at == 0 else "を上へ"
            expect(moved.get_by_role("button", name=expected)).to_be_focused()
            assert focus_shows(page)
        page.locator("h1").evaluate("e => { e.tabIndex = -1; e.focus(); }")
    assert items(card) == wanted
    tab_to(page, card.get_by_role("button", name="採点する"))
    page.keyboard.press("Enter")
    expect(card.locator(".verdict")).to_be_focused()
    expect(card.locator(".verdict")).to_contain_text("正解です")


def test_the_order_as_it_stands_can_be_kept_and_comes_back(page: Page, watch: Watch) -> None:
    watch.announce("422 /attempts/")
    steps.start_quiz(page, "migration")
    card, _ = find(page, "migration", OrderingQuestion)
    before = items(card)
    card.get_by_role("button", name="採点する").click()
    expect(card.get_by_role("alert")).to_contain_text("すべての項目に番号")
    card.get_by_role("button", name="今の並びのまま").click()
    card.get_by_role("button", name="を下へ").first.click()
    moved = [before[1], before[0], *before[2:]]
    assert items(card) == moved
    expect(card.locator(".draft")).to_contain_text("保存")
    page.reload()
    expect(card.get_by_role("combobox").first).to_have_value("1")
    assert items(card) == moved


def test_pairs_without_a_mouse(page: Page) -> None:
    steps.start_quiz(page, "emulation-simulation")
    card, question = find(page, "emulation-simulation", MatchingQuestion)
    for pair in question.pairs:
        left, right = pair.left.markdown, question.rights[pair.right].markdown
        field = card.get_by_role("combobox", name=left, exact=True)
        tab_to(page, field)
        for _ in range(len(question.rights)):
            if field.evaluate("e => e.selectedOptions[0].text") == right:
                break
            page.keyboard.press("ArrowDown")
        expect(field.locator("option:checked")).to_have_text(right)
        page.locator("h1").evaluate("e => { e.tabIndex = -1; e.focus(); }")
    tab_to(page, card.get_by_role("button", name="採点する"))
    page.keyboard.press("Enter")
    expect(card.locator(".verdict")).to_be_focused()
    expect(card.locator(".verdict")).to_contain_text("正解です")
