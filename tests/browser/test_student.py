"""A student goes one whole round, with JavaScript and without it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import answers, steps


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_whole_round(open_browser: Callable[..., Page], script: bool) -> None:
    page = open_browser(java_script_enabled=script)
    name = "がくせい１" if script else "がくせい２"

    steps.read_lesson(page)
    steps.start_quiz(page)
    score = steps.answer_all(page)
    steps.analyse_cpuinfo(page)
    steps.solve_lab(page)
    steps.my_page_shows(page, score)

    steps.sign_up(page, name)
    steps.my_page_shows(page, score)
    steps.sign_out(page)
    page.goto("/me/")
    expect(page.get_by_role("heading", name="ログイン")).to_be_visible()

    elsewhere = open_browser(java_script_enabled=script)
    elsewhere.goto("/")
    steps.sign_in(elsewhere, name)
    steps.my_page_shows(elsewhere, score)
    elsewhere.locator("a[href^='/attempts/']").click()
    verdicts = elsewhere.locator(".verdict", has_text="✓ 正解です")
    expect(verdicts).to_have_count(len(answers.questions(steps.LESSON)))
