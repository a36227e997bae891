"""What readers set for their eyes is kept: motion, brightness, size of text, paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from courseware.grading.types.single import SingleQuestion
from tests.browser import answers, steps

LESSON = f"/lessons/{steps.LESSON}/"
MOVING = """() => [...document.querySelectorAll("*")].filter((element) => {
  const style = getComputedStyle(element);
  return style.animationName !== "none" || style.transitionDuration.split(", ").some(
    (duration) => parseFloat(duration) > 0);
}).map((element) => element.outerHTML.slice(0, 80))"""
BRIGHTNESS = """(element, what) => getComputedStyle(element)[what].match(/\\d+/g)
  .slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / (3 * 255)"""


def brightness(page: Page, what: str) -> float:
    """Return the brightness of the page's ``color`` or ``backgroundColor``, from 0 to 1."""
    return float(page.locator("html").evaluate(BRIGHTNESS, what))


@pytest.mark.parametrize("address", ["/", LESSON, f"{LESSON}quiz/"])
def test_nothing_moves_for_readers_who_asked_for_that(page: Page, address: str) -> None:
    page.goto(address)
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(MOVING) != [], "else this test could not fail"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOVING) == []


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_the_chosen_brightness_is_kept(open_browser: Callable[..., Page], script: bool) -> None:
    page = open_browser(java_script_enabled=script, color_scheme="light")
    page.goto(LESSON)
    assert brightness(page, "backgroundColor") > 0.9
    page.get_by_role("button", name="暗い").click()
    expect(page).to_have_url(LESSON)
    expect(page.get_by_role("button", name="暗い")).to_have_attribute("aria-pressed", "true")
    for address in (LESSON, "/glossary/", "/accounts/login/"):
        page.goto(address)
        assert brightness(page, "backgroundColor") < 0.2
        assert brightness(page, "color") > 0.8
    page.get_by_role("button", name="自動").click()
    expect(page.get_by_role("button", name="自動")).to_have_attribute("aria-pressed", "true")
    assert brightness(page, "backgroundColor") > 0.9


def test_paper_is_white_and_has_the_text_alone(open_browser: Callable[..., Page]) -> None:
    page = open_browser(color_scheme="dark")
    page.goto(LESSON)
    page.get_by_role("button", name="暗い").click()
    page.emulate_media(media="print")
    assert brightness(page, "color") < 0.3
    for landmark in ("banner", "contentinfo", "navigation"):
        expect(page.get_by_role(landmark)).to_have_count(0)
    article, room = page.get_by_role("article").bounding_box(), page.viewport_size
    assert article
    assert room
    assert article["width"] > room["width"] / 2, "not in a column beside nothing"
    cut = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter((e) =>
             getComputedStyle(e).overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1
           ).map((e) => e.outerHTML.slice(0, 80))"""
    )
    assert cut == []


@pytest.mark.parametrize("width", [1280, 375])
def test_text_of_twice_the_size_is_usable(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.context.new_cdp_session(page).send(
        "Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}}
    )
    steps.read_lesson(page)
    assert page.locator("body").evaluate("e => getComputedStyle(e).fontSize") == "32px"
    steps.start_quiz(page)
    number = answers.position(steps.LESSON, SingleQuestion)
    steps.fill_in(steps.card(page, number), answers.questions(steps.LESSON)[number - 1])
    expect(steps.grade(steps.card(page, number))).to_contain_text("✓ 正解です")
    for address in ("/", LESSON, f"{LESSON}quiz/", page.url, "/me/", "/accounts/signup/"):
        page.goto(address)
        inner, outer = page.evaluate(
            "[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"
        )
        assert inner <= outer, address
