"""What people do with the product, a step each. Tests put them together to journeys.

A step starts on any page, leaves the page where its work ends, and checks what a person
would check on the way. All but the marked ones work with and without JavaScript.
"""

import re
import unicodedata

from playwright.sync_api import Locator, Page, expect

from courseware.grading import Question
from courseware.grading.types.choice import ChoiceQuestion
from courseware.grading.types.short_text import ShortTextQuestion
from tests.browser import answers
from tests.browser.product import CONTENT, ROOT

LESSON = "hypervisors"  # the course's first; nobody edits it in these tests
LAB = "array-sum"
CPUINFO = ROOT / "courseware" / "cpuinfo" / "data" / "samples"
PASSWORD = "correct horse battery"


def read_lesson(page: Page) -> None:
    """Open the course, read its first lesson, mark it as read."""
    page.goto("/")
    page.get_by_role("link", name="最初のレッスンを読む").click()
    expect(page).to_have_url(re.compile(f"/lessons/{LESSON}/$"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.get_by_role("button", name="読み終えた印を付ける").click()
    expect(page.get_by_role("status").filter(has_text="読み終えました")).to_be_visible()


def start_quiz(page: Page, lesson: str = LESSON) -> None:
    """From the lesson's page to the first question of its quiz."""
    page.goto(f"/lessons/{lesson}/")
    page.get_by_role("link", name="クイズへ進む").click()
    page.get_by_role("button", name="クイズを始める").click()
    expect(page).to_have_url(re.compile("/attempts/"))


def card(page: Page, number: int) -> Locator:
    """Return the question with a number."""
    return page.locator(f"#q{number}")


def fill_in(card: Locator, question: Question) -> None:
    """Answer a question rightly; typed text in full-width characters. Nothing is sent."""
    if isinstance(question, ShortTextQuestion):
        card.get_by_role("textbox").fill(answers.typed_full_width(question))
    elif isinstance(question, ChoiceQuestion):
        right = answers.right_labels(question)
        labels = [label for label in card.locator("label").all() if _says(label, right)]
        assert len(labels) == len(right)
        for label in labels:
            label.click()
    else:
        raise NotImplementedError(question.type_name)


def _says(label: Locator, texts: set[str]) -> bool:
    return answers.plain(label.inner_text()) in texts


def grade(card: Locator) -> Locator:
    """Send the answer and return the verdict."""
    card.get_by_role("button", name="採点する").click()
    verdict = card.locator(".verdict")
    expect(verdict).to_be_visible()
    return verdict


def answer_all(page: Page) -> str:
    """Answer the whole quiz rightly, and return its score as the page tells it."""
    questions = answers.questions(LESSON)
    for number, question in enumerate(questions, 1):
        fill_in(card(page, number), question)
        expect(grade(card(page, number))).to_contain_text("✓ 正解です")
        expect(card(page, number).get_by_role("heading", name="解説")).to_be_visible()
    points = sum(question.points for question in questions)
    expect(page.get_by_text("すべての問題を採点しました")).to_be_visible()
    expect(page.locator("#quiz-summary")).to_contain_text(f"{points} / {points} 点")
    return f"{points} / {points} 点"


def analyse_cpuinfo(page: Page, sample: str = "nested-guest", model: str = "") -> None:
    """Paste a machine's /proc/cpuinfo and read the report, which names the model."""
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="/proc/cpuinfo").click()
    text = (CPUINFO / f"{sample}.txt").read_text()
    page.get_by_label("/proc/cpuinfo の本文").fill(text)
    page.get_by_role("button", name="調べる", exact=True).click()
    expect(page.get_by_role("heading", name="調べた結果")).to_be_visible()
    model = model or re.findall(r"model name\s*: (.*)", text)[0]
    expect(page.locator("#result")).to_contain_text(model)


def compare_hosts(page: Page) -> None:
    """Compare a pasted text with a sample, in a third row that is added and left empty."""
    page.goto("/cpuinfo/")
    page.get_by_role("link", name="2 台以上のホストを比べる").click()
    text = (CPUINFO / "intel-server.txt").read_text()
    page.get_by_label("/proc/cpuinfo の本文").first.fill(text)
    page.get_by_role("button", name="ホストの欄を増やす").click()
    expect(page.get_by_role("group", name="ホスト 3")).to_be_visible()
    expect(page.get_by_label("/proc/cpuinfo の本文").first).to_have_value(text)
    second = page.get_by_role("group", name="ホスト 2")
    second.get_by_label("または見本").select_option("sample:nested-guest")
    page.get_by_role("button", name="比べる", exact=True).click()
    expect(page.get_by_role("heading", name="比べた結果")).to_be_visible()
    result = page.locator("#result")
    expect(result).to_contain_text("-cpu Cascadelake-Server")
    expect(result.get_by_role("table").last).to_contain_text("推奨モデルでできる")


def keep_cpuinfo(page: Page, name: str) -> None:
    """Analyse a machine's text and keep it; one has to be signed in."""
    analyse_cpuinfo(page, "raspberry-pi-4", "Cortex-A72")
    keep = page.get_by_role("region", name="この本文を残す")
    keep.get_by_label("名前").fill(name)
    keep.get_by_role("button", name="残す").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator("#result")).to_contain_text("Cortex-A72")


def program(page: Page) -> Locator:
    """Return where a lab's program is written: the editor, or without JavaScript a text area."""
    return page.get_by_role("textbox", name="プログラム (")


def program_field(page: Page) -> Locator:
    """Return the form's field that holds the program, whatever it is written in."""
    return page.locator("#source")


def write_program(page: Page, text: str) -> None:
    """Put a program in place of the one that is there: pasted into the editor."""
    box = program(page)
    if box.evaluate("box => box.tagName") == "TEXTAREA":
        box.fill(text)
        return
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    box.press("ControlOrMeta+a")
    box.press("ControlOrMeta+v")
    expect(program_field(page)).to_have_value(text)


# Builds an Sv32 table, and stores in S mode to a page that may only be read.
PAGING = """_start:
        la   t0, handler
        csrw mtvec, t0
        li   t0, -1
        csrw pmpaddr0, t0
        li   t0, 0x1f
        csrw pmpcfg0, t0
        la   t0, root
        la   t1, leaf
        srli t2, t1, 12
        slli t2, t2, 10
        ori  t2, t2, 1
        li   t3, 2048
        add  t3, t0, t3
        sw   t2, 0(t3)
        li   t4, 16
        li   t5, 0x2000000f
        li   t6, 0x400
1:      sw   t5, 0(t1)
        addi t1, t1, 4
        add  t5, t5, t6
        addi t4, t4, -1
        bnez t4, 1b
        li   t5, 0x20000003
        sw   t5, 1024(t0)
        srli t0, t0, 12
        li   t1, 0x80000000
        or   t0, t0, t1
        csrw satp, t0
        la   t0, super
        csrw mepc, t0
        li   t0, 0x800
        csrs mstatus, t0
        mret
super:  li   a0, 0x40000000
        sw   a1, 0(a0)
handler:
        li   t0, 0x5555
        li   t1, 0x100000
        sw   t0, 0(t1)
        .balign 4096
root:   .space 4096
leaf:   .space 4096
"""


def fill_workbench(page: Page) -> None:
    """Run to a breakpoint and on into a page fault: every pane has something to show."""
    page.goto("/labs/playground/")
    write_program(page, PAGING)
    page.get_by_role("button", name="▶ 実行").click()
    expect(page.locator("#bench-status")).to_contain_text("正常に終わりました")
    page.locator("#breakpoints > summary").click()
    page.get_by_label("置く行").fill("super")
    page.get_by_label("置く行").press("Enter")
    expect(page.locator("#bench-status")).to_contain_text("ブレークポイントを置きました")
    page.get_by_role("button", name="最初に戻す").click()
    expect(page.locator("#bench-status")).to_contain_text("最初の命令の前にいます")
    page.get_by_role("button", name="▶ 実行").click()
    expect(page.locator("#bench-status")).to_contain_text("ブレークポイントで止まりました")
    for sentence in ("を a0 に入れました", "ストア・ページ・フォールト"):
        page.get_by_role("button", name="1 命令進める").click()
        expect(page.locator("#bench-status")).to_contain_text(sentence)


def solve_lab(page: Page) -> None:
    """Run the lab's starter a step forth and back, then write the solution and pass."""
    page.goto("/labs/")
    page.locator(f"a[href='/labs/{LAB}/']").click()
    page.get_by_role("button", name="1 命令進める").click()
    retired = page.get_by_role("region", name="計算機の状態")
    expect(retired).to_contain_text("1 命令")
    page.get_by_role("button", name="1 命令戻す").click()
    expect(retired).to_contain_text("0 命令")
    write_program(page, (CONTENT / "labs" / LAB / "solution.s").read_text())
    page.get_by_role("button", name="採点する").click()
    expect(page.get_by_role("heading", name="採点の結果")).to_contain_text("✓ 合格")


def my_page_shows(page: Page, score: str) -> None:
    """Look at one's page: the lesson is read, the lab passed, and the quiz is there once, with
    its score."""
    page.goto("/me/")
    read = page.get_by_role("listitem").filter(has_text="✓ 読了")
    expect(read).to_have_count(1)
    expect(read.get_by_role("link")).to_have_attribute("href", f"/lessons/{LESSON}/")
    passed = page.get_by_role("listitem").filter(has_text="✓ 合格")
    expect(passed.get_by_role("link")).to_have_attribute("href", f"/labs/{LAB}/")
    attempts = page.locator("a[href^='/attempts/']")
    expect(attempts).to_have_count(1)
    expect(page.get_by_role("listitem").filter(has=attempts)).to_contain_text(score)


def sign_up(page: Page, name: str) -> None:
    """Make an account, which takes over what was done before."""
    page.get_by_role("link", name="登録").first.click()
    page.get_by_label("ユーザー名").fill(name)
    page.get_by_label("パスワード", exact=True).fill(PASSWORD)
    page.get_by_label(re.compile("確認")).fill(PASSWORD)
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(
        unicodedata.normalize("NFKC", name)
    )


def sign_out(page: Page) -> None:
    """Sign out; the course page shows that nobody is signed in."""
    page.get_by_role("button", name="ログアウト").click()
    expect(page.get_by_role("banner").get_by_role("link", name="ログイン")).to_be_visible()


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    """Sign in from whichever page asks for it, or from the header's link."""
    if "/accounts/login/" not in page.url:
        page.get_by_role("banner").get_by_role("link", name="ログイン").click()
    page.get_by_label("ユーザー名").fill(name)
    page.get_by_label("パスワード").fill(password)
    page.get_by_role("button", name="ログインする").click()
    expect(page.get_by_role("button", name="ログアウト")).to_be_visible()
