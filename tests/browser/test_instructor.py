"""An instructor changes a lesson in the browser; students see it when it is published."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.browser import answers, steps
from tests.browser.product import Product
from tests.browser.watch import Watch

LESSON = "emulation-simulation"  # the one that these tests edit
STUDENTS_PAGE = f"/lessons/{LESSON}/"
EDITOR = f"/authoring/lessons/{LESSON}/"
LOOK = """(root) => ["h1", ".lead", ".objectives", ".objectives li", ".article > p",
                     ".article > h2", ".article .term", ".article pre", ".article table",
                     ".article svg text"].map(
  (selector) => {
    const style = getComputedStyle(root.querySelector(selector));
    return [selector, style.font, style.color, style.background, style.lineHeight, style.padding,
            style.marginTop, style.marginBottom, style.borderTop, style.fill];
  })"""


@pytest.fixture
def editor(page: Page, running_product: Product) -> Page:
    """The instructor's browser with the lesson's editor open."""
    page.goto(EDITOR)
    steps.sign_in(page, running_product.instructor, running_product.password)
    expect(page).to_have_url(EDITOR)
    return page


def type_at_the_end(editor: Page, text: str) -> None:
    """Type as a person does, at the end of the source."""
    source = editor.get_by_label("本文")
    source.focus()
    source.press("Control+End")
    editor.keyboard.insert_text(text)


def test_a_change_reaches_students_when_it_is_published(
    editor: Page, open_browser: Callable[..., Page]
) -> None:
    student = open_browser()
    steps.start_quiz(student, LESSON)
    question = answers.questions(LESSON)[0]
    steps.fill_in(steps.card(student, 1), question)
    steps.grade(steps.card(student, 1))
    graded, attempt = steps.card(student, 1).inner_text(), student.url.partition("#")[0]

    type_at_the_end(editor, "\n\n講師がブラウザーで**書き足した**段落です。\n")
    preview = editor.locator("#preview")
    expect(preview.get_by_text("書き足した")).to_have_css("font-weight", "700")

    editor.get_by_role("button", name="下書きに保存").click()
    expect(editor.get_by_role("status")).to_contain_text("下書きを保存しました")
    expect(editor.get_by_text("未公開の下書きあり")).to_be_visible()
    student.goto(STUDENTS_PAGE)
    expect(student.get_by_role("article")).not_to_contain_text("書き足した")

    editor.get_by_role("button", name="公開する").click()
    expect(editor.get_by_role("status")).to_contain_text("公開しました")
    student.reload()
    expect(student.get_by_role("article")).to_contain_text("書き足した")
    student.goto(attempt)
    assert steps.card(student, 1).inner_text() == graded


def test_the_preview_looks_as_the_students_page_does(
    editor: Page, open_browser: Callable[..., Page]
) -> None:
    student = open_browser()
    student.goto(STUDENTS_PAGE)
    type_at_the_end(editor, "\n見比べます。\n")
    preview = editor.locator("#preview article")
    expect(preview.get_by_text("見比べます。")).to_be_visible()
    assert preview.evaluate(LOOK) == student.get_by_role("article").evaluate(LOOK)


def test_a_mistake_is_shown_with_its_line_and_nothing_is_saved(
    editor: Page, watch: Watch, open_browser: Callable[..., Page]
) -> None:
    watch.announce(f"422 {EDITOR}")
    source = editor.get_by_label("本文")
    text = source.input_value()
    lines = text.split("\n")
    wrong = next(n for n, line in enumerate(lines, 1) if line.startswith("minutes:"))
    source.fill(text.replace(lines[wrong - 1], "minutes: とても長い"))

    link = editor.locator("#problems").get_by_role("link", name=f"{wrong} 行")
    link.click()
    expect(source).to_be_focused()
    selected = source.evaluate("e => e.value.slice(e.selectionStart, e.selectionEnd)")
    assert selected == "minutes: とても長い"
    assert source.evaluate("e => e.value.slice(0, e.selectionStart)").count("\n") == wrong - 1

    editor.get_by_role("button", name="公開する").click()
    expect(editor.get_by_role("alert").filter(has_text="まだ保存していません")).to_be_visible()
    expect(editor.get_by_label("本文")).to_have_value(re.compile("とても長い"))
    student = open_browser()
    student.goto(STUDENTS_PAGE)
    expect(student.get_by_role("article")).to_be_visible()
    editor.goto(EDITOR)
    expect(editor.get_by_label("本文")).to_have_value(text)


def test_what_is_typed_before_the_scripts_come_is_previewed_and_cared_for(
    editor: Page, watch: Watch
) -> None:
    watch.announce(f"422 {EDITOR}")
    held: list[Route] = []
    editor.route("**/*.js", lambda route: held.append(route))
    editor.goto(EDITOR, wait_until="commit")
    source = editor.get_by_label("本文")
    source.fill("---\ntitle: 題\n---\n")
    for route in held:
        route.continue_()
    editor.unroute("**/*.js")
    expect(editor.locator("#problems")).to_be_visible()
    assert source.evaluate("e => e.value !== e.defaultValue")


def test_the_preview_stays_where_the_author_reads(editor: Page) -> None:
    reading = editor.locator("#preview .editor__page")
    reading.evaluate("e => e.scrollTop = 1200")
    type_at_the_end(editor, "\n続きです。\n")
    expect(reading.get_by_text("続きです。")).to_be_attached()
    assert reading.evaluate("e => e.scrollTop") == 1200


def test_leaving_asks_while_text_is_not_saved(editor: Page, watch: Watch) -> None:
    watch.announce(f"422 {EDITOR}")
    asked: list[str] = []

    def note(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    editor.on("dialog", note)
    editor.goto(EDITOR)
    assert asked == [], "nothing was typed"
    type_at_the_end(editor, "\n見るだけです。\n")
    expect(editor.locator("#preview")).to_contain_text("見るだけです。")
    editor.goto(EDITOR)
    assert asked == ["beforeunload"], "the text was previewed, and is not saved"
    asked.clear()
    type_at_the_end(editor, "\n[[ない用語]]\n")
    editor.get_by_role("button", name="下書きに保存").click()
    expect(editor.get_by_role("alert").filter(has_text="まだ保存していません")).to_be_visible()
    assert asked == [], "the text was sent"
    editor.get_by_label("本文").click()
    editor.goto("/authoring/")
    assert asked == ["beforeunload"], "it was refused, so it is not saved"


def test_who_may_not_write(page: Page, watch: Watch) -> None:
    for address in ("/authoring/", EDITOR):
        page.goto(address)
        expect(page).to_have_url(re.compile(f"/accounts/login/\\?next={address}$"))
    steps.sign_up(page, "書けない学生")
    for address in ("/authoring/", EDITOR):
        watch.announce(f"403 {address}")
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text("このページは開けません")


def test_an_instructor_without_a_script(
    open_browser: Callable[..., Page], watch: Watch, running_product: Product
) -> None:
    page = open_browser(java_script_enabled=False)
    page.goto(EDITOR)
    steps.sign_in(page, running_product.instructor, running_product.password)
    source = page.get_by_label("本文")
    text = source.input_value()
    source.fill(text + "\n試しに見るだけの文です。\n")
    page.get_by_role("button", name="プレビュー").click()
    expect(page.locator("#preview article")).to_contain_text("試しに見るだけの文です。")
    watch.announce(f"422 {EDITOR}")
    page.get_by_label("本文").fill("---\ntitle: [\n---\n")
    page.get_by_role("button", name="下書きに保存").click()
    expect(page.get_by_role("alert")).to_contain_text("行")
    page.goto(EDITOR)
    expect(page.get_by_label("本文")).to_have_value(text)
