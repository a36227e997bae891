"""An instructor finds a question in the figures and corrects its grades; the learner is told."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from courseware.grading.types.choice import ChoiceQuestion
from tests.browser import answers, steps
from tests.browser.product import Product
from tests.browser.test_accessibility import barriers
from tests.browser.watch import Watch

PLACE = f"/teaching/lessons/{steps.LESSON}/"
REASON = "問題文があいまいで、二通りに読めました。"


def take_with_a_wrong_answer(page: Page, name: str) -> str:
    """Sign up and take the quiz, the first question wrongly; return the attempt's address."""
    page.goto("/")
    steps.sign_up(page, name)
    steps.start_quiz(page)
    first, *rest = answers.questions(steps.LESSON)
    assert isinstance(first, ChoiceQuestion)
    right = answers.right_labels(first)
    for label in steps.card(page, 1).locator(".option").all():
        if answers.plain(label.inner_text()) not in right:
            label.click()
            break
    expect(steps.grade(steps.card(page, 1))).to_contain_text("不正解です")
    for number, question in enumerate(rest, 2):
        steps.fill_in(steps.card(page, number), question)
        steps.grade(steps.card(page, number))
    expect(page.get_by_text("すべての問題を採点しました")).to_be_visible()
    return re.sub("#.*", "", page.url)


def looked_at(page: Page) -> None:
    """Nobody is kept out of the page that is shown."""
    found = barriers(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_an_instructor_corrects_a_question(
    open_browser: Callable[..., Page], running_product: Product, watch: Watch, script: bool
) -> None:
    name = f"seito-{uuid4().hex[:8]}"
    learner = open_browser()
    attempt = take_with_a_wrong_answer(learner, name)

    page = open_browser(java_script_enabled=script)
    page.goto("/teaching/")
    steps.sign_in(page, running_product.instructor, running_product.password)
    expect(page.get_by_role("heading", level=1)).to_have_text("問題の分析")
    identifier = f"{steps.LESSON}-01"
    page.goto(PLACE)
    page.get_by_role("link", name="平均得点率").click()
    expect(page.get_by_role("columnheader", name="平均得点率")).to_have_attribute(
        "aria-sort", "ascending"
    )
    page.get_by_role("link", name=identifier).click()
    expect(page.get_by_role("img", name="答えの割合")).to_be_visible()
    page.get_by_role("link", name="この問題を採点し直す").click()
    page.get_by_label("答えた全員を満点にする").check()
    page.get_by_role("button", name="だれの得点が変わるかを見る").click()
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("0 → 1 点")
    watch.announce("422 /teaching/")
    page.get_by_role("button", name="件を採点し直す").click()
    expect(page.get_by_role("alert")).to_contain_text("理由を入力してください")
    page.get_by_label("訂正の理由").fill(REASON)
    page.get_by_role("button", name="件を採点し直す").click()
    expect(page.get_by_text("採点し直しました。")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text=name)).to_be_visible()

    learner.goto(attempt)
    card = steps.card(learner, 1)
    expect(card).to_contain_text("満点にしました")
    expect(card).to_contain_text(REASON)
    card.get_by_text("答えたときの問題文と採点結果").click()
    expect(card.get_by_label("答えたときの解説")).to_be_visible()
    if script:
        looked_at(learner)


def test_pages_of_instructors_are_accessible(
    open_browser: Callable[..., Page], running_product: Product, watch: Watch
) -> None:
    take_with_a_wrong_answer(open_browser(), f"seito-{uuid4().hex[:8]}")
    page = open_browser()
    page.goto("/teaching/")
    steps.sign_in(page, running_product.instructor, running_product.password)
    looked_at(page)
    page.goto(PLACE)
    page.get_by_text("数値の意味と決まり").click()
    looked_at(page)
    page.goto(f"{PLACE}{steps.LESSON}-01/")
    looked_at(page)
    typed = next(q for q in answers.questions(steps.LESSON) if not isinstance(q, ChoiceQuestion))
    page.goto(f"{PLACE}{typed.id}/")
    looked_at(page)
    page.get_by_role("link", name="この問題を採点し直す").click()
    looked_at(page)
    page.goto(f"/teaching/questions/{steps.LESSON}-01/regrade/")
    page.get_by_label("答えた全員を満点にする").check()
    page.get_by_role("button", name="だれの得点が変わるかを見る").click()
    watch.announce("422 /teaching/")
    page.get_by_role("button", name="件を採点し直す").click()
    expect(page.get_by_role("alert")).to_be_visible()
    looked_at(page)
    page.get_by_label("訂正の理由").fill(REASON)
    page.get_by_role("button", name="件を採点し直す").click()
    expect(page.get_by_text("採点し直しました。")).to_be_visible()
    looked_at(page)
    page.goto("/teaching/regrades/")
    looked_at(page)
