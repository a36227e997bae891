"""What a keyboard does: kana conversion, Enter, and a quiz without a mouse."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from courseware.grading.types.multiple import MultipleQuestion
from courseware.grading.types.short_text import ShortTextQuestion
from courseware.grading.types.single import SingleQuestion
from tests.browser import answers, steps
from tests.browser.watch import Watch

QUESTIONS = answers.questions(steps.LESSON)
ENTER = {"key": "Enter", "code": "Enter", "text": "\r"}
# Chromium and Firefox report Enter as a part of the composition; Safari ends the
# composition first and then reports key code 229.
COMPOSING = {"composition": True, "code": 13}
SAFARI = {"composition": False, "code": 229}


def confirm_conversion(page: Page, text: str, composition: bool, code: int) -> None:
    """Type kana with an input method and press the Enter that confirms the conversion."""
    keyboard: CDPSession = page.context.new_cdp_session(page)
    end = len(text)
    keyboard.send(
        "Input.imeSetComposition", {"text": text, "selectionStart": end, "selectionEnd": end}
    )
    if not composition:
        keyboard.send("Input.insertText", {"text": text})
    key = ENTER | {"windowsVirtualKeyCode": code}
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", **key})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    if composition:
        keyboard.send("Input.insertText", {"text": text})
    keyboard.detach()


def posts(page: Page) -> list[str]:
    """Return a list that grows with each form that the page sends."""
    sent: list[str] = []
    page.on("request", lambda r: sent.append(r.url) if r.method == "POST" else None)
    return sent


def typed_answer(page: Page) -> tuple[Locator, Callable[[], None]]:
    """Start the quiz; return a short-text question's field, and how to see its grade."""
    steps.start_quiz(page)
    card = steps.card(page, answers.position(steps.LESSON, ShortTextQuestion))
    return card.get_by_role("textbox"), lambda: expect(card.locator(".verdict")).to_be_visible()


def user_name(page: Page) -> tuple[Locator, Callable[[], None]]:
    """Open the sign-in page; return its first field, and how to see that it was sent."""
    page.goto("/accounts/login/")
    return page.get_by_label("ユーザー名"), lambda: expect(
        page.get_by_role("alert")
    ).to_be_visible()


@pytest.mark.parametrize("how", [COMPOSING, SAFARI], ids=["composing", "safari"])
@pytest.mark.parametrize("place", [typed_answer, user_name])
def test_enter_that_confirms_a_conversion_does_not_submit(
    page: Page,
    place: Callable[[Page], tuple[Locator, Callable[[], None]]],
    how: dict[str, object],
) -> None:
    field, is_sent = place(page)
    if place is user_name:
        page.get_by_label("パスワード").fill("nothing")
    sent = posts(page)
    field.focus()
    confirm_conversion(page, "かそうか", **how)  # type: ignore[arg-type]
    expect(field).to_have_value("かそうか")
    page.wait_for_timeout(300)
    assert sent == []

    page.keyboard.press("Enter")
    is_sent()
    assert len(sent) == 1


@pytest.mark.parametrize("how", [COMPOSING, SAFARI], ids=["composing", "safari"])
def test_that_enter_would_submit_without_the_guard(page: Page, how: dict[str, object]) -> None:
    """The two tests above can fail: the simulated key does submit when nobody stops it."""
    page.route(
        "**/js/app*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    field, is_sent = user_name(page)
    page.get_by_label("パスワード").fill("nothing")
    field.focus()
    confirm_conversion(page, "かそうか", **how)  # type: ignore[arg-type]
    is_sent()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, which must show."""
    for _ in range(80):
        page.keyboard.press("Tab")
        assert focus_shows(page), page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("e => e === document.activeElement"):
            return
    raise AssertionError("the keyboard does not get there")


def focus_shows(page: Page) -> bool:
    """True when the focused element, or the label or editor around it, has an outline."""
    return bool(
        page.evaluate(
            """() => {
                 const focused = document.activeElement;
                 return [focused, focused.closest("label, .code-editor")].some(
                   (e) => e && getComputedStyle(e).outlineStyle !== "none"
                     && parseFloat(getComputedStyle(e).outlineWidth) >= 2);
               }"""
        )
    )


def test_a_quiz_without_a_mouse(page: Page, watch: Watch) -> None:
    page.goto(f"/lessons/{steps.LESSON}/quiz/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="本文へ移動")).to_be_focused()
    expect(page.get_by_role("link", name="本文へ移動")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    tab_to(page, page.get_by_role("button", name="クイズを始める"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/attempts/"))

    single = steps.card(page, answers.position(steps.LESSON, SingleQuestion))
    tab_to(page, single.get_by_role("radio").first)
    page.keyboard.press("ArrowDown")
    expect(single.get_by_role("radio").nth(1)).to_be_checked()
    assert focus_shows(page)
    page.keyboard.press("Enter")
    expect(single.locator(".verdict")).to_be_focused()
    assert focus_shows(page)

    multiple = steps.card(page, answers.position(steps.LESSON, MultipleQuestion))
    tab_to(page, multiple.get_by_role("checkbox").first)
    page.keyboard.press("Space")
    tab_to(page, multiple.get_by_role("checkbox").nth(1))
    page.keyboard.press("Space")
    expect(multiple.get_by_role("checkbox", checked=True)).to_have_count(2)
    tab_to(page, multiple.get_by_role("button"))
    page.keyboard.press("Space")
    expect(multiple.locator(".verdict")).to_be_focused()

    watch.announce("422 /attempts/")
    short = steps.card(page, answers.position(steps.LESSON, ShortTextQuestion))
    tab_to(page, short.get_by_role("textbox"))
    page.keyboard.press("Enter")
    expect(short.get_by_role("alert")).to_be_visible()
    expect(short.get_by_role("textbox")).to_be_focused()
    page.keyboard.type("a wrong answer")
    page.keyboard.press("Enter")
    expect(short.locator(".verdict")).to_be_focused()
    expect(short.locator(".verdict")).to_contain_text("不正解です")
