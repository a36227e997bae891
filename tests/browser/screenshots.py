"""Take the README's pictures of the main pages (``make screenshots``)."""

import shutil
import sys
import tempfile
from pathlib import Path

import django

django.setup()

from playwright.sync_api import Page, expect, sync_playwright  # noqa: E402

from tests.browser import answers, product, steps  # noqa: E402

SIZE = {"width": 1200, "height": 860}  # CSS pixels


def main(folder: Path) -> None:
    """Write a PNG of each main page into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as data,
        product.running(Path(data)) as server,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        context = chromium.new_context(base_url=server.url, viewport=SIZE, locale="ja-JP")  # type: ignore[arg-type]
        page = context.new_page()

        def take(name: str) -> None:
            page.screenshot(path=folder / f"{name}.png")

        page.goto("/")
        take("course")
        page.goto("/glossary/")
        take("glossary")
        steps.read_lesson(page)
        page.evaluate("scrollTo(0, 0)")
        take("lesson")
        _quiz(page)
        take("quiz")
        page.goto("/cpuinfo/samples/intel-server/")
        take("cpuinfo")
        _lab(page)
        take("lab")
        page.goto("/me/")
        take("my-page")
        page.goto("/authoring/")
        steps.sign_in(page, server.instructor, server.password)
        page.goto("/authoring/lessons/hypervisors/")
        take("authoring")
        chromium.close()


def _quiz(page: Page) -> None:
    steps.start_quiz(page)
    steps.fill_in(steps.card(page, 1), answers.questions(steps.LESSON)[0])
    steps.grade(steps.card(page, 1))
    steps.card(page, 1).scroll_into_view_if_needed()


def _lab(page: Page) -> None:
    page.goto("/labs/toy-machine/")
    for _ in range(6):
        count = page.locator("#machine .num").first
        before = count.inner_text() if count.count() else ""
        page.get_by_role("button", name="1 命令進める").click()
        expect(count).not_to_have_text(before)
    page.locator("#bench").evaluate("bench => bench.scrollIntoView()")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
