"""The code editor of a lab under a person's hands."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import program, program_field, write_program
from tests.browser.test_accessibility import barriers
from tests.browser.watch import Watch

PLAYGROUND = "/labs/playground/"
WRONG = "start:  nop\n        addi a0, a0, ５  # 半角で書くところ\n        ret\n"
RIGHT = WRONG.replace("５", "5")


def editor(page: Page) -> Locator:
    return page.locator(".code-editor")


def line(page: Page, number: int) -> Locator:
    return editor(page).locator(".cm-line").nth(number - 1)


def line_number(page: Page, number: int) -> Locator:
    return (
        editor(page)
        .locator(".cm-lineNumbers .cm-gutterElement")
        .get_by_text(str(number), exact=True)
    )


def mark(page: Page, kind: str) -> Locator:
    """Return the marks of a kind beside the lines."""
    return editor(page).locator(f".code-mark--{kind}:visible")


def is_beside(page: Page, kind: str, number: int) -> None:
    """Wait until the only mark of a kind is at the height of a line."""
    page.wait_for_function(
        """([kind, number]) => {
             const seen = (mark) => mark.checkVisibility({ visibilityProperty: true });
             const marks = [...document.querySelectorAll(`.code-mark--${kind}`)].filter(seen);
             const line = document.querySelectorAll(".code-editor .cm-line")[number - 1];
             const top = (element) => element.getBoundingClientRect().top;
             return marks.length === 1 && line
               && Math.abs(top(marks[0]) - top(line)) < line.offsetHeight / 2;
           }""",
        arg=[kind, number],
    )


def help_text(page: Page) -> Locator:
    return page.get_by_role("group", name="カーソルの位置の説明")


def said(page: Page) -> Locator:
    return help_text(page).get_by_role("status")


def go_to(page: Page, number: int, column: int) -> None:
    """Move the cursor with the keyboard."""
    program(page).press("Control+Home")
    for _ in range(number - 1):
        page.keyboard.press("ArrowDown")
    for _ in range(column - 1):
        page.keyboard.press("ArrowRight")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_what_is_typed_is_in_the_form_and_can_be_undone(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, "start:\n")
    program(page).press("Control+End")
    page.keyboard.type("        li a0, 7\nebreak  # 終わり")
    typed = "start:\n        li a0, 7\n        ebreak  # 終わり"
    expect(program_field(page)).to_have_value(typed)
    page.keyboard.press("Control+z")
    expect(program_field(page)).not_to_have_value(typed)
    page.keyboard.press("Control+y")
    expect(program_field(page)).to_have_value(typed)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#machine")).to_contain_text("0x00000007")
    page.reload()
    expect(program_field(page)).to_have_value(typed)


def test_words_are_told_apart_as_the_machine_knows_them(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(
        page,
        ".TEXT\nmain: amoadd.w.aq a0, x5, (sp) # ret\n"
        '1: csrrw fp, hgatp, t6 ; beqz a0, 1b\n ADDI y, q /* li\n mv */ .asciz "nop # \\" ret"\n',
    )
    found = {
        kind: editor(page).locator(f".tok-{kind}")
        for kind in "keyword meta variableName propertyName labelName macroName string".split()
    }
    expect(found["keyword"]).to_have_text(["amoadd.w.aq", "csrrw", "beqz"])
    expect(found["meta"]).to_have_text([".TEXT", ".asciz"])
    expect(found["variableName"]).to_have_text(["a0", "x5", "sp", "fp", "t6", "a0"])
    expect(found["propertyName"]).to_have_text(["hgatp"])
    expect(found["labelName"]).to_have_text(["main", "1", "1b"])
    expect(found["macroName"]).to_have_text(["ADDI"])  # not an instruction in capitals
    expect(found["string"]).to_have_text(['"nop # \\" ret"'])
    expect(editor(page).locator(".tok-comment")).to_have_text(["# ret", "/* li", " mv */"])


def test_a_problem_is_marked_at_its_place_until_it_is_mended(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, WRONG)
    program(page).press("Control+Enter")
    wrong = editor(page).locator(".cm-lintRange-error")
    expect(wrong).to_have_text(["５"])
    is_beside(page, "problem", 2)
    expect(program(page)).to_have_attribute("aria-invalid", "true")
    page.reload()
    expect(wrong).to_have_text(["５"])
    write_program(page, RIGHT)
    program(page).press("Control+Enter")
    expect(page.locator("#problems")).to_have_count(0)
    expect(wrong).to_have_count(0)
    expect(mark(page, "problem")).to_have_count(0)
    expect(program(page)).not_to_have_attribute("aria-invalid", "true")


def test_a_problem_is_reached_and_read_out_with_the_keyboard(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, WRONG)
    program(page).press("Control+Enter")
    expect(editor(page).locator(".cm-lintRange-error")).to_be_visible()
    program(page).press("Control+Home")
    expect(help_text(page)).not_to_contain_text("半角")
    page.keyboard.press("F8")
    assert page.evaluate("getSelection().toString()") == "５"
    expect(help_text(page)).to_contain_text("⚠ 2 行 22 桁: 全角の「５」があります。")
    expect(said(page)).to_contain_text("全角の「５」があります。")


@pytest.mark.parametrize(
    ("written", "column", "told"),
    [
        ("mul a0, a1, a2", 2, ["mul rd, rs1, rs2", "積の下位 32 ビット"]),
        ("mul a0, a1, a2", 6, ["a0 x10 (a0): 引数と戻り値", "mul rd, rs1, rs2"]),
        ("li a0, 1 # mul", 10, ["li rd, imm", "lui rd, %hi(imm)", "に置き換わります。"]),
        ("csrw mtvec, t0", 7, ["mtvec M モードのトラップハンドラーの番地", "0x305"]),
        ("csrw mtvec, t0", 1, ["csrw csr, rs1 は、csrrw zero, csr, rs1 に置き換わります。"]),
        ("jalr t0", 1, ["jalr rs1 は、jalr ra, 0(rs1) に置き換わります。"]),
        ("jalr", 1, ["jalr rd, imm(rs1)", "ほかに 3 通り"]),
        (".WORD 1", 3, [".byte / .half / .word / .dword 値, …", "ビットの数を並べます。"]),
        ("# mul", 3, ["ここに説明が出ます"]),
    ],
)
def test_what_is_under_the_cursor_is_explained(
    page: Page, written: str, column: int, told: list[str]
) -> None:
    page.goto(PLAYGROUND)
    write_program(page, f"x:\n{written}\n")
    go_to(page, 2, column)
    for part in told:
        expect(help_text(page)).to_contain_text(part)
    expect(help_text(page)).not_to_contain_text("undefined")


def test_the_explanation_is_read_out_when_asked_and_not_before(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, "mul a0, a1, a2\nnot a0, a1\n")
    go_to(page, 1, 1)
    expect(help_text(page)).to_contain_text("積の下位")
    expect(said(page)).to_have_text("")
    page.keyboard.press("F1")
    expect(said(page)).to_contain_text("mul rd, rs1, rs2")
    go_to(page, 2, 1)
    expect(help_text(page)).to_contain_text("xori")
    expect(said(page)).to_contain_text("mul rd, rs1, rs2")


def test_a_click_and_a_key_set_and_remove_a_breakpoint(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, "        nop\n        nop\n        ebreak\n")
    line_number(page, 2).click()
    is_beside(page, "breakpoint", 2)
    expect(program_field(page)).to_have_value("        nop\n        nop\n        ebreak\n")
    program(page).press("Control+Enter")
    is_beside(page, "current", 2)
    page.reload()
    is_beside(page, "breakpoint", 2)
    go_to(page, 2, 1)
    page.keyboard.press("F9")
    expect(mark(page, "breakpoint")).to_have_count(0)
    expect(program(page)).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("F9")
    is_beside(page, "breakpoint", 3)


def test_the_mark_of_the_next_line_moves_with_the_text(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, "        nop\n        nop\n        ebreak\n")
    press(page, "1 命令進める")
    is_beside(page, "current", 2)
    expect(editor(page).locator(".code-line--current")).to_have_count(1)
    program(page).press("Control+Home")
    page.keyboard.press("Enter")
    is_beside(page, "current", 3)


def test_kana_conversion_composes_in_a_comment(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, "        nop     # ")
    program(page).press("Control+End")
    keyboard = page.context.new_cdp_session(page)
    for text in ("n", "に", "にほん", "日本"):
        keyboard.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )
        expect(line(page, 1)).to_have_text(f"        nop     # {text}")
    keyboard.send("Input.insertText", {"text": "日本"})
    keyboard.send("Input.insertText", {"text": "、「ＣＰＵ」。"})
    expect(program_field(page)).to_have_value("        nop     # 日本、「ＣＰＵ」。")
    expect(editor(page).locator(".tok-comment")).to_have_text("# 日本、「ＣＰＵ」。")
    program(page).press("Control+Home")
    page.keyboard.press("Enter")
    expect(program_field(page)).to_have_value("\n        nop     # 日本、「ＣＰＵ」。")


def test_enter_that_ends_a_conversion_is_no_new_line_and_runs_nothing(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, "# ")
    program(page).press("Control+End")
    keyboard = page.context.new_cdp_session(page)
    keyboard.send(
        "Input.imeSetComposition", {"text": "変換", "selectionStart": 2, "selectionEnd": 2}
    )
    program(page).evaluate(
        """box => box.dispatchEvent(new KeyboardEvent("keydown", {
             key: "Enter", ctrlKey: true, isComposing: true, bubbles: true, cancelable: true}))"""
    )
    keyboard.send("Input.insertText", {"text": "変換"})
    expect(program_field(page)).to_have_value("# 変換")
    expect(page.locator("#bench-status")).not_to_contain_text("誤り")


def test_tab_indents_and_does_not_keep_the_keyboard(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, "x:")
    program(page).press("Control+End")
    page.keyboard.press("Tab")
    page.keyboard.type("ret")
    expect(program_field(page)).to_have_value("x:      ret")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(program(page)).not_to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(program(page)).to_be_focused()
    expect(page.get_by_text("Esc キーの次に Tab キー")).to_be_visible()
    described = program(page).get_attribute("aria-describedby") or ""
    assert "source-keys" in described.split()


def test_tab_can_be_made_to_leave_the_editor_for_good(page: Page) -> None:
    page.goto(PLAYGROUND)
    before = program_field(page).input_value()
    program(page).press("Control+m")
    page.keyboard.press("Tab")
    expect(program(page)).not_to_be_focused()
    expect(program_field(page)).to_have_value(before)


def test_a_line_becomes_a_comment_and_a_program_again(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, "x:\n        ret\n")
    go_to(page, 2, 1)
    page.keyboard.press("Control+/")
    expect(program_field(page)).to_have_value("x:\n        # ret\n")
    page.keyboard.press("Control+/")
    expect(program_field(page)).to_have_value("x:\n        ret\n")


def test_the_keys_of_the_editor_are_told_where_it_is(open_browser: Callable[..., Page]) -> None:
    for script in (True, False):
        page = open_browser(java_script_enabled=script)
        page.goto(PLAYGROUND)
        page.get_by_text("ほかの操作、キーボード、上限").click()
        expect(page.get_by_role("row", name="Ctrl+Enter")).to_be_visible()
        expect(page.get_by_role("row", name="F9")).to_have_count(1 if script else 0)


def test_a_word_is_found_and_nothing_is_sent(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, "nop\nebreak # ここ\nebreak # そこ\n")
    program(page).press("Control+Home")
    page.keyboard.press("Control+f")
    page.keyboard.type("ebreak")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(editor(page).locator(".cm-searchMatch-selected")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(program(page)).to_be_focused()
    assert page.evaluate("getSelection().toString()") == "ebreak"
    expect(page.locator("#machine")).to_contain_text("0 命令")


def test_the_label_and_a_link_lead_into_the_editor(page: Page) -> None:
    page.goto(PLAYGROUND)
    page.get_by_role("link", name="プログラムへ進む").click()
    expect(program(page)).to_be_focused()
    expect(program(page)).to_be_in_viewport()
    page.get_by_role("link", name="命令表").first.focus()
    page.get_by_text("プログラム (RISC-V アセンブリー)").click()
    expect(program(page)).to_be_focused()


def test_long_lines_scroll_in_the_editor_and_not_the_page(
    open_browser: Callable[..., Page],
) -> None:
    page = open_browser(viewport={"width": 375, "height": 800})
    page.goto(PLAYGROUND)
    write_program(page, "# " + "長い" * 200 + "\n")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 375
    scroller = editor(page).locator(".cm-scroller")
    assert scroller.evaluate("e => e.scrollWidth > 3 * e.clientWidth")
    size, of_page = (
        element.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
        for element in (scroller, page.locator("body"))
    )
    assert size == pytest.approx(0.92 * of_page, abs=0.1)


def test_the_editor_is_accessible_with_a_problem_and_a_search(page: Page) -> None:
    page.goto(PLAYGROUND)
    write_program(page, WRONG)
    program(page).press("Control+Enter")
    expect(editor(page).locator(".cm-lintRange-error")).to_be_visible()
    page.keyboard.press("Control+f")
    page.keyboard.type("nop")
    expect(editor(page).locator(".cm-searchMatch")).to_have_count(1)
    found = barriers(page)
    assert not found, "\n".join(found)


def test_the_current_line_is_seen_in_forced_colours(open_browser: Callable[..., Page]) -> None:
    page = open_browser(forced_colors="active")
    page.goto(PLAYGROUND)
    expect(editor(page).locator(".code-line--current")).to_have_css("outline-style", "solid")
    expect(mark(page, "current")).to_have_text("▶")


def test_the_editors_styles_pass_the_policy(page: Page) -> None:
    """Its own style sheet is in force; the watch notes any that is refused."""
    page.goto(PLAYGROUND)
    expect(editor(page).locator(".cm-scroller")).to_have_css("display", "flex")


def test_without_javascript_the_text_area_is_all(open_browser: Callable[..., Page]) -> None:
    page = open_browser(java_script_enabled=False)
    page.goto(PLAYGROUND)
    expect(editor(page)).to_have_count(0)
    expect(page.get_by_text("Esc キーの次に Tab キー")).to_be_hidden()
    program_field(page).fill("li a0, 9\nebreak\n")
    press(page, "▶ 実行")
    expect(page.locator("#machine")).to_contain_text("0x00000009")


def test_when_the_editor_does_not_come_the_text_area_stays(page: Page, watch: Watch) -> None:
    watch.announce("net::ERR_FAILED /static/vendor/codemirror")
    page.route("**/vendor/codemirror*", lambda route: route.abort())
    page.goto(PLAYGROUND)
    expect(editor(page)).to_have_count(0)
    program_field(page).fill(WRONG)
    program_field(page).press("Control+Enter")
    page.get_by_role("link", name="2 行 22 桁").click()
    expect(program_field(page)).to_be_focused()


def test_without_the_words_the_program_can_be_written(page: Page, watch: Watch) -> None:
    watch.announce("net::ERR_FAILED /labs/words.json")
    page.route("**/labs/words.json", lambda route: route.abort())
    page.goto(PLAYGROUND)
    expect(help_text(page)).to_contain_text("読み込めませんでした")
    write_program(page, WRONG)
    program(page).press("Control+Enter")
    expect(editor(page).locator(".cm-lintRange-error")).to_have_text(["５"])
