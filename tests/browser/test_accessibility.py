"""Each page, in each of its states, is accessible: light and dark, wide and narrow.

A page that anybody can open is an address in PAGES. A state that takes some doing is a
function in STATES: it brings the page there and announces the refusals that belong to it.
"""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

from courseware.grading.types.cloze import ClozeQuestion
from courseware.grading.types.command import CommandQuestion
from courseware.grading.types.hotspot import HotspotQuestion
from courseware.grading.types.machine import MachineQuestion
from courseware.grading.types.matching import MatchingQuestion
from courseware.grading.types.multiple import MultipleQuestion
from courseware.grading.types.numeric import NumericQuestion
from courseware.grading.types.ordering import OrderingQuestion
from courseware.grading.types.short_text import ShortTextQuestion
from courseware.grading.types.single import SingleQuestion
from courseware.grading.types.verdict import VerdictQuestion
from tests.browser import answers, steps
from tests.browser.product import Product
from tests.browser.watch import Watch

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = [1280, 375, 320]  # 320 CSS pixels: WCAG 2.2, 1.4.10 Reflow
HTML = {"Content-Type": "text/html; charset=utf-8"}
QUIZ = f"/lessons/{steps.LESSON}/quiz/"

PAGES = [
    "/",
    *(f"/lessons/{lesson}/" for lesson in answers.lessons()),
    "/glossary/",
    QUIZ,
    f"{QUIZ}again/",
    "/cpuinfo/",
    "/cpuinfo/samples/big-little/",
    "/cpuinfo/flags/",
    "/cpuinfo/flags/?q=amd",
    "/cpuinfo/flags/vmx/",
    "/cpuinfo/flags/sme/",
    "/cpuinfo/compare/",
    "/labs/",
    f"/labs/{steps.LAB}/",
    f"/labs/{steps.LAB}/runs/",
    "/labs/instructions/",
    "/exams/",
    "/exams/mock-351-1/",
    "/accounts/login/",
    "/accounts/signup/",
]


def unknown_address(page: Page, watch: Watch, product: Product) -> None:
    watch.announce("404 /nothing-here/")
    page.goto("/nothing-here/")


def error_page(status: int) -> Callable[[Page, Watch, Product], None]:
    """Return the state of a page that the product shows only when something is wrong."""

    def show(page: Page, watch: Watch, product: Product) -> None:
        html = render_to_string(f"{status}.html", {"amount": 10, "seconds": 60})
        watch.announce(f"{status} /failure/")
        page.route("**/failure/", lambda r: r.fulfill(status=status, body=html, headers=HTML))
        page.goto("/failure/")
        expect(page.locator("h1")).to_have_css("line-height", re.compile(r"\d+px"))

    show.__name__ = f"error_{status}"
    return show


def old_form(page: Page, watch: Watch, product: Product) -> None:
    watch.announce("403 /accounts/login/")
    page.goto("/accounts/login/")
    page.context.clear_cookies()
    page.get_by_role("button", name="ログインする").click()
    expect(page.get_by_role("heading", name="送信を受け付けられませんでした")).to_be_visible()


def students_only(page: Page, watch: Watch, product: Product) -> None:
    watch.announce("403 /authoring/")
    page.goto("/")
    steps.sign_up(page, "axe")
    page.goto("/authoring/")
    steps.sign_out(page)
    page.goto("/me/")


def refused_sign_up(page: Page, watch: Watch, product: Product) -> None:
    watch.announce("422 /accounts/signup/")
    page.goto("/accounts/signup/")
    page.get_by_role("button", name="登録する").click()
    expect(page.get_by_text("ユーザー名を入力してください。")).to_be_visible()
    expect(page.get_by_label("ユーザー名")).to_have_css("border-width", "2px")


def refused_sign_in(page: Page, watch: Watch, product: Product) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("ユーザー名").fill("nobody")
    page.get_by_label("パスワード").fill("nothing")
    page.get_by_role("button", name="ログインする").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def long_name(page: Page, watch: Watch, product: Product) -> None:
    page.goto("/")
    steps.sign_up(page, "名前" * 75)
    page.goto("/")


def started_lesson(page: Page, watch: Watch, product: Product) -> None:
    steps.read_lesson(page)


def quiz_in_the_middle(page: Page, watch: Watch, product: Product) -> None:
    """One question of each kind graded, one of each kind refused because it is blank."""
    watch.announce("422 /attempts/")
    steps.start_quiz(page)
    questions = answers.questions(steps.LESSON)
    for kind in (SingleQuestion, MultipleQuestion, ShortTextQuestion):
        first, second, *_ = [n for n, q in enumerate(questions, 1) if isinstance(q, kind)]
        steps.fill_in(steps.card(page, first), questions[first - 1])
        steps.grade(steps.card(page, first))
        steps.card(page, second).get_by_role("button").click()
        expect(steps.card(page, second).get_by_role("alert")).to_be_visible()


def finished_quiz(page: Page, watch: Watch, product: Product) -> None:
    steps.start_quiz(page)
    steps.answer_all(page)


def begun_guest(page: Page, watch: Watch, product: Product) -> None:
    quiz_in_the_middle(page, watch, product)
    page.goto("/me/")


def quiz_with_history(page: Page, watch: Watch, product: Product) -> None:
    finished_quiz(page, watch, product)
    page.goto(QUIZ)
    expect(page.get_by_role("heading", name="これまでの記録")).to_be_visible()


def written_kinds(page: Page, watch: Watch, product: Product) -> None:
    """A number graded; another, and gaps, refused because they are blank."""
    watch.announce("422 /attempts/")
    steps.start_quiz(page, "hvm")
    questions = answers.questions("hvm")
    first, second, *_ = [n for n, q in enumerate(questions, 1) if isinstance(q, NumericQuestion)]
    steps.card(page, first).get_by_role("textbox").fill("1 回")
    steps.grade(steps.card(page, first))
    gaps = steps.card(page, answers.position("hvm", ClozeQuestion))
    for refused in (steps.card(page, second), gaps):
        refused.get_by_role("button", name="採点する").click()
        expect(refused.get_by_role("alert")).to_be_visible()


def graded_gaps_and_command(page: Page, watch: Watch, product: Product) -> None:
    steps.start_quiz(page, "migration")
    gaps = steps.card(page, answers.position("migration", ClozeQuestion))
    gaps.get_by_label("空欄【2】").select_option("null")
    gaps.get_by_label("空欄【3】").fill("-of")
    steps.grade(gaps)
    command = steps.card(page, answers.position("migration", CommandQuestion))
    command.get_by_role("textbox").fill("virsh migrate --live web01 qemu+ssh://host2/system")
    steps.grade(command)


def arranged_kinds(page: Page, watch: Watch, product: Product) -> None:
    """A program and pairs graded; a place in a figure and an order refused."""
    watch.announce("422 /attempts/")
    steps.start_quiz(page, "emulation-simulation")
    pairs = steps.card(page, answers.position("emulation-simulation", MatchingQuestion))
    pairs.get_by_role("combobox").first.select_option(index=1)
    steps.grade(pairs)
    program = steps.card(page, answers.position("emulation-simulation", MachineQuestion))
    program.get_by_role("textbox").fill("rd_of:\n        li a0, 10\n        ret\n")
    steps.grade(program)
    place = steps.card(page, answers.position("emulation-simulation", HotspotQuestion))
    place.get_by_role("button", name="採点する").click()
    expect(place.get_by_role("alert")).to_be_visible()
    place.locator("label.region").first.click()
    expect(place.locator(".draft")).to_contain_text("保存しました")


def graded_order_and_place(page: Page, watch: Watch, product: Product) -> None:
    watch.announce("422 /attempts/")
    steps.start_quiz(page, "hvm")
    order = steps.card(page, answers.position("hvm", OrderingQuestion))
    order.get_by_role("button", name="採点する").click()
    expect(order.get_by_role("alert")).to_be_visible()
    order.get_by_role("button", name="今の並びのまま").click()
    steps.grade(order)
    place = steps.card(page, answers.position("hvm", HotspotQuestion))
    place.get_by_role("radio").first.check()
    steps.grade(place)


def judged_cpuinfo(page: Page, watch: Watch, product: Product) -> None:
    """A verdict graded, and another refused for want of evidence."""
    watch.announce("422 /attempts/")
    steps.start_quiz(page, "proc-cpuinfo")
    questions = answers.questions("proc-cpuinfo")
    first, second = [n for n, q in enumerate(questions, 1) if isinstance(q, VerdictQuestion)]
    steps.card(page, first).get_by_role("radio", name="判断できない").check()
    steps.grade(steps.card(page, first))
    refused = steps.card(page, second)
    refused.get_by_role("radio", name="表示あり").check()
    refused.get_by_role("button", name="採点する").click()
    expect(refused.get_by_role("alert")).to_be_visible()


def exam_in_the_middle(page: Page, watch: Watch, product: Product) -> None:
    page.goto("/exams/mock-351-1/")
    page.get_by_role("button", name="始める").click()
    page.get_by_role("radio").first.check()
    expect(page.locator("#overview")).to_contain_text("解答済み")


def exam_before_handing_in(page: Page, watch: Watch, product: Product) -> None:
    exam_in_the_middle(page, watch, product)
    page.get_by_role("button", name="見直しと提出へ", exact=True).click()
    watch.announce("422 /attempts/")
    page.get_by_role("button", name="提出する").click()
    expect(page.get_by_role("alert")).to_contain_text("答えのない問題が 29 問あります")


def exam_handed_in(page: Page, watch: Watch, product: Product) -> None:
    exam_before_handing_in(page, watch, product)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="提出する").click()
    expect(page.get_by_role("heading", name="範囲ごとの正答率")).to_be_visible()


def analysed_cpuinfo(page: Page, watch: Watch, product: Product) -> None:
    steps.analyse_cpuinfo(page)


def blank_cpuinfo(page: Page, watch: Watch, product: Product) -> None:
    watch.announce("422 /cpuinfo/")
    page.goto("/cpuinfo/")
    page.get_by_role("button", name="調べる", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()


def searched_flags(page: Page, watch: Watch, product: Product) -> None:
    page.goto("/cpuinfo/flags/")
    page.get_by_label("名前や言葉で探す").fill("ｖｍｘ")
    expect(page.get_by_role("heading", name="「ｖｍｘ」の検索結果")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("個のフラグが見つかりました")
    expect(page.get_by_label("名前や言葉で探す")).to_be_focused()


def compared_hosts(page: Page, watch: Watch, product: Product) -> None:
    steps.compare_hosts(page)


def kept_without_account(page: Page, watch: Watch, product: Product) -> None:
    watch.announce("403 /cpuinfo/kept/")
    page.goto("/cpuinfo/kept/")


def kept_and_shared(page: Page, watch: Watch, product: Product) -> None:
    page.goto("/")
    steps.sign_up(page, f"axe-{uuid4().hex[:8]}")
    steps.keep_cpuinfo(page, "見本の写し")
    page.get_by_role("button", name="共有のリンクを作る").click()
    expect(page.get_by_label("共有のリンク")).to_be_visible()


def shared_report(page: Page, watch: Watch, product: Product) -> None:
    kept_and_shared(page, watch, product)
    page.goto(page.get_by_label("共有のリンク").input_value())
    expect(page.get_by_role("heading", name="結論")).to_be_visible()


def several_machines(page: Page, watch: Watch, product: Product) -> None:
    steps.analyse_cpuinfo(page)
    text = page.get_by_label("/proc/cpuinfo の本文")
    text.fill(text.input_value() * 2)
    page.get_by_role("button", name="調べる", exact=True).click()
    page.get_by_text("2 台目:").click()
    expect(page.get_by_role("heading", name="結論")).to_have_count(2)


def kept_list(page: Page, watch: Watch, product: Product) -> None:
    kept_and_shared(page, watch, product)
    page.goto("/cpuinfo/kept/")


def asked_before_deletion(page: Page, watch: Watch, product: Product) -> None:
    kept_and_shared(page, watch, product)
    page.get_by_role("link", name="削除する").click()
    expect(page.get_by_role("button", name="削除する")).to_be_visible()


def graded_lab(page: Page, watch: Watch, product: Product) -> None:
    steps.solve_lab(page)


def lab_with_problems(page: Page, watch: Watch, product: Product) -> None:
    page.goto(f"/labs/{steps.LAB}/")
    steps.write_program(page, "start: addd a0, a0\n")
    page.get_by_role("button", name="実行").click()
    expect(page.get_by_role("alert")).to_contain_text("誤り")


def full_workbench(page: Page, watch: Watch, product: Product) -> None:
    steps.fill_workbench(page)
    for pane in page.locator("#machine details:not([open]) > summary").all():
        pane.click()
    page.get_by_text("ほかの操作、キーボード、上限").click()
    page.get_by_label("置く行").fill("nowhere")
    page.get_by_label("置く行").press("Enter")
    expect(page.locator("#place-error")).to_be_visible()


def kept_runs(page: Page, watch: Watch, product: Product) -> None:
    steps.fill_workbench(page)
    page.goto("/labs/playground/runs/")
    expect(page.get_by_role("button", name="この版を開く")).to_have_count(2)


def compared_runs(page: Page, watch: Watch, product: Product) -> None:
    kept_runs(page, watch, product)
    page.get_by_role("button", name="選んだ二つを比べる").click()
    expect(page.get_by_role("img", name="二つの実行のカウンター")).to_be_visible()


def lessons_to_write(page: Page, watch: Watch, product: Product) -> None:
    page.goto("/authoring/")
    steps.sign_in(page, product.instructor, product.password)
    expect(page).to_have_url("/authoring/")


def editor(page: Page, watch: Watch, product: Product) -> None:
    lessons_to_write(page, watch, product)
    page.goto(f"/authoring/lessons/{steps.LESSON}/")


def editor_with_problems(page: Page, watch: Watch, product: Product) -> None:
    watch.announce("422 /authoring/")
    editor(page, watch, product)
    page.get_by_label("本文").fill("---\ntitle: 題\n---\n[[ない用語]]")
    expect(page.get_by_role("alert")).to_contain_text("誤りがあります")


STATES = [
    error_page(400),
    error_page(429),
    error_page(500),
    unknown_address,
    old_form,
    students_only,
    refused_sign_up,
    refused_sign_in,
    long_name,
    started_lesson,
    quiz_in_the_middle,
    finished_quiz,
    begun_guest,
    quiz_with_history,
    written_kinds,
    graded_gaps_and_command,
    arranged_kinds,
    graded_order_and_place,
    judged_cpuinfo,
    analysed_cpuinfo,
    blank_cpuinfo,
    searched_flags,
    compared_hosts,
    kept_without_account,
    kept_and_shared,
    kept_list,
    shared_report,
    several_machines,
    exam_in_the_middle,
    exam_before_handing_in,
    exam_handed_in,
    asked_before_deletion,
    graded_lab,
    lab_with_problems,
    full_workbench,
    kept_runs,
    compared_runs,
    lessons_to_write,
    editor,
    editor_with_problems,
]


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_accessible(page: Page, address: str) -> None:
    page.goto(address)
    found = barriers(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_a_state_is_accessible(
    page: Page,
    watch: Watch,
    running_product: Product,
    state: Callable[[Page, Watch, Product], None],
) -> None:
    state(page, watch, running_product)
    found = barriers(page)
    assert not found, "\n".join(found)


def barriers(page: Page) -> list[str]:
    """Return what keeps somebody out: axe's findings, and pages wider than the screen."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        inner, outer = page.evaluate(
            "[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"
        )
        if inner > outer:
            found.append(f"{width} px: the page is {inner} px wide")
    for width in WIDTHS[:2]:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            # Colours in the middle of a transition are nobody's colours.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [f"{width} px, {scheme}: {finding}" for finding in axe(page)]
    return found


def axe(page: Page) -> list[str]:
    """Return a line for each element that breaks a rule of axe-core."""
    options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for violation in Axe().run(page, options=options).response["violations"]
        for node in violation["nodes"]
    ]
