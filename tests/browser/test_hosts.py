"""Hosts are compared; a text is kept, shared with somebody without an account, and taken back."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.watch import Watch


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_comparing_keeping_and_sharing(
    open_browser: Callable[..., Page], watch: Watch, script: bool
) -> None:
    watch.announce("404 /cpuinfo/shared/")
    page = open_browser(
        java_script_enabled=script, viewport={"width": 375 if script else 1280, "height": 800}
    )
    steps.compare_hosts(page)

    steps.sign_up(page, "ほかん１" if script else "ほかん２")
    steps.keep_cpuinfo(page, "机の上の Pi")
    page.get_by_role("button", name="共有のリンクを作る").click()
    link = page.get_by_label("共有のリンク").input_value()

    visitor = open_browser(java_script_enabled=script)
    visitor.goto(link)
    expect(visitor.get_by_role("heading", level=1)).to_have_text("共有された報告: 机の上の Pi")
    expect(visitor.locator("main")).not_to_contain_text("ほかん")

    page.goto("/cpuinfo/compare/")
    for number in (1, 2):
        row = page.get_by_role("group", name=f"ホスト {number}")
        row.get_by_label("または見本").select_option(label="机の上の Pi")
    page.get_by_role("button", name="比べる", exact=True).click()
    expect(page.locator("#result")).to_contain_text("-cpu host")

    page.goto("/cpuinfo/kept/")
    page.get_by_role("link", name="机の上の Pi").click()
    page.get_by_role("button", name="共有をやめる").click()
    expect(page.get_by_role("button", name="共有のリンクを作る")).to_be_visible()
    visitor.goto(link)
    expect(visitor.get_by_role("heading", level=1)).not_to_contain_text("共有された報告")

    page.get_by_role("link", name="削除する").click()
    page.get_by_role("button", name="削除する").click()
    expect(page.get_by_text("まだ何も残していません")).to_be_visible()
