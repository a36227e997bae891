"""Impatient people and broken connections: nothing is stored twice, nothing typed is lost."""

import re
import sqlite3
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from courseware.grading.types.short_text import ShortTextQuestion
from tests.browser import answers, steps
from tests.browser.product import Product
from tests.browser.watch import Watch

NUMBER = answers.position(steps.LESSON, ShortTextQuestion)
QUESTION = answers.questions(steps.LESSON)[NUMBER - 1]
NOTICE = "#connection-notice"


def submissions(product: Product, page: Page) -> int:
    """Return how many submissions the attempt on the page has in the database."""
    attempt = re.findall(r"/attempts/([0-9a-f-]{36})/", page.url)[0].replace("-", "")
    with sqlite3.connect(product.data / "db.sqlite3") as database:
        (count,) = database.execute(
            "SELECT count(*) FROM quizzes_submission JOIN quizzes_attemptitem"
            " ON quizzes_attemptitem.id = item_id WHERE attempt_id = ?",
            [attempt],
        ).fetchone()
    return int(count)


def test_going_back_and_reloading_shows_the_grade(page: Page, running_product: Product) -> None:
    steps.start_quiz(page)
    card = steps.card(page, NUMBER)
    steps.fill_in(card, QUESTION)
    steps.grade(card)
    page.reload()
    expect(card.locator(".verdict")).to_contain_text("✓ 正解です")
    page.get_by_role("link", name="用語集").click()
    expect(page).to_have_url("/glossary/")
    page.go_back()
    expect(card.locator(".verdict")).to_contain_text("✓ 正解です")
    expect(card.get_by_role("textbox")).to_have_count(0)
    assert submissions(running_product, page) == 1


def test_back_and_reload_without_a_script(
    open_browser: Callable[..., Page], running_product: Product
) -> None:
    page = open_browser(java_script_enabled=False)
    steps.start_quiz(page)
    card = steps.card(page, NUMBER)
    steps.fill_in(card, QUESTION)
    steps.grade(card)
    expect(page).to_have_url(re.compile(f"#q{NUMBER}$"))
    expect(card).to_be_in_viewport()
    page.reload()
    expect(card.locator(".verdict")).to_contain_text("✓ 正解です")
    page.go_back()
    expect(card.locator(".verdict")).to_contain_text("✓ 正解です")
    assert submissions(running_product, page) == 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_blank_answer_is_not_a_wrong_one(
    open_browser: Callable[..., Page], watch: Watch, running_product: Product, script: bool
) -> None:
    watch.announce("422 /attempts/")
    page = open_browser(java_script_enabled=script)
    steps.start_quiz(page)
    card = steps.card(page, NUMBER)
    card.get_by_role("textbox").fill("\u3000")
    card.get_by_role("button").click()
    expect(card.get_by_role("alert")).to_be_visible()
    assert submissions(running_product, page) == 0
    steps.fill_in(card, QUESTION)
    expect(steps.grade(card)).to_contain_text("✓ 正解です")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_double_click_is_one_submission(
    open_browser: Callable[..., Page], running_product: Product, script: bool
) -> None:
    page = open_browser(java_script_enabled=script)
    steps.start_quiz(page)
    card = steps.card(page, NUMBER)
    steps.fill_in(card, QUESTION)
    card.get_by_role("button").dblclick()
    expect(card.locator(".verdict")).to_contain_text("✓ 正解です")
    expect(card.get_by_text("採点済みです")).to_have_count(0)
    assert submissions(running_product, page) == 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_second_tab_gets_the_first_ones_grade(
    open_browser: Callable[..., Page], running_product: Product, script: bool
) -> None:
    first = open_browser(java_script_enabled=script)
    steps.start_quiz(first)
    second = first.context.new_page()
    second.goto(first.url)
    steps.fill_in(steps.card(first, NUMBER), QUESTION)
    steps.card(second, NUMBER).get_by_role("textbox").fill("a wrong answer")
    steps.grade(steps.card(first, NUMBER))
    verdict = steps.grade(steps.card(second, NUMBER))
    expect(verdict).to_contain_text("✓ 正解です")
    expect(steps.card(second, NUMBER).get_by_text("採点済みです")).to_be_visible()
    assert submissions(running_product, first) == 1


def test_the_server_is_gone_and_comes_back(page: Page, watch: Watch) -> None:
    watch.announce("net::ERR_CONNECTION_REFUSED /attempts/")
    watch.announce("console: htmx:")
    steps.start_quiz(page)
    card = steps.card(page, NUMBER)
    steps.fill_in(card, QUESTION)
    typed = card.get_by_role("textbox").input_value()
    page.route("**/attempts/**", lambda route: route.abort("connectionrefused"))
    card.get_by_role("button").click()
    expect(page.locator(NOTICE)).to_contain_text("サーバーに届きませんでした")
    expect(page.locator(NOTICE)).to_be_in_viewport()
    expect(card.get_by_role("textbox")).to_have_value(typed)

    page.unroute("**/attempts/**")
    expect(steps.grade(card)).to_contain_text("✓ 正解です")
    expect(page.locator(NOTICE)).to_be_hidden()


def test_a_refusal_says_why_and_keeps_what_was_typed(page: Page, watch: Watch) -> None:
    """The cookies are gone: the form is not valid any more."""
    watch.announce("403 /attempts/")
    steps.start_quiz(page)
    card = steps.card(page, NUMBER)
    steps.fill_in(card, QUESTION)
    typed = card.get_by_role("textbox").input_value()
    page.context.clear_cookies()
    for _ in range(2):
        card.get_by_role("button").click()
        expect(card.get_by_role("alert")).to_be_focused()
    expect(card.get_by_role("alert")).to_contain_text("送信を受け付けませんでした")
    expect(card.get_by_role("alert")).to_be_in_viewport()
    expect(card.get_by_role("textbox")).to_have_value(typed)


@pytest.mark.parametrize(
    ("status", "answer", "told"),
    [
        (429, "<!DOCTYPE html><html><main><h1>間を空けてください</h1><p>あとで。</p>", "あとで。"),
        (
            502,
            "<html><body><center>Bad Gateway</center></body></html>",
            "サーバーで問題が起きました",
        ),
    ],
)
def test_a_failure_says_so_and_keeps_what_was_typed(
    page: Page, watch: Watch, status: int, answer: str, told: str
) -> None:
    watch.announce(f"{status} /attempts/")
    steps.start_quiz(page)
    card = steps.card(page, NUMBER)
    steps.fill_in(card, QUESTION)
    typed = card.get_by_role("textbox").input_value()
    page.route(
        "**/attempts/**",
        lambda route: route.fulfill(status=status, body=answer, content_type="text/html"),
    )
    card.get_by_role("button").click()
    expect(page.locator(NOTICE)).to_contain_text(told)
    expect(card.get_by_role("textbox")).to_have_value(typed)
