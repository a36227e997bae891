"""/cpuinfo/: a text pasted, a file chosen or dropped, sizes at the limit, and markup inert."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from tests.browser import steps
from tests.browser.watch import Watch

LIMIT = settings.CPUINFO_MAX_BYTES
TEXT = (steps.CPUINFO / "amd-guest.txt").read_text()
EVIL = "<script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">"
# Puts a file onto the page as a person's hand does: over it, then let go.
DROP = """([name, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], name, { type: "text/plain" }));
  const target = document.querySelector("main");
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true });
    const isRefused = target.dispatchEvent(event);
    if (kind !== "dragenter" && isRefused) throw new Error(`${kind} was left to the browser`);
  }
}"""


def sized(size: int) -> str:
    """A text of so many bytes, of which the beginning is a machine's and the rest is blank."""
    return TEXT + "\n" * 10 + " " * (size - len(TEXT) - 10)


def drop(page: Page, name: str, content: bytes) -> None:
    page.evaluate(DROP, [name, base64.b64encode(content).decode()])


def fill(page: Page, text: str) -> None:
    """Paste into the text field, and let the page know, as a paste does."""
    page.get_by_label("/proc/cpuinfo の本文").evaluate(
        "(field, text) => { field.value = text;"
        " field.dispatchEvent(new InputEvent('input', { bubbles: true })); }",
        text,
    )


def result(page: Page) -> Locator:
    return page.locator("#result")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_paste(open_browser: Callable[..., Page], script: bool) -> None:
    page = open_browser(java_script_enabled=script)
    for sample in ("amd-guest", "nested-guest", "riscv-board", "raspberry-pi-4"):
        page.goto("/cpuinfo/")
        page.get_by_label("/proc/cpuinfo の本文").fill(
            (steps.CPUINFO / f"{sample}.txt").read_text()
        )
        page.get_by_role("button", name="調べる", exact=True).click()
        expect(page.get_by_role("heading", name="調べた結果")).to_be_visible()
        expect(result(page)).to_contain_text("どんなマシンか")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_chosen_file(open_browser: Callable[..., Page], tmp_path: Path, script: bool) -> None:
    page = open_browser(java_script_enabled=script)
    file = tmp_path / "保存した本文.txt"
    file.write_bytes(TEXT.encode("utf-16"))
    page.goto("/cpuinfo/")
    page.get_by_label("/proc/cpuinfo を保存したファイル").set_input_files(file)
    page.get_by_role("button", name="ファイルを調べる").click()
    expect(result(page)).to_contain_text("ファイル「保存した本文.txt」")
    expect(result(page)).to_contain_text("UTF-16 の文字コードとして読みました")


def test_a_dropped_file_is_put_into_the_form_and_sent_by_its_button(page: Page) -> None:
    page.goto("/cpuinfo/")
    expect(page.get_by_text("ドラッグして置いても選べます")).to_be_visible()
    drop(page, "dropped.txt", TEXT.encode())
    expect(page.get_by_text("「dropped.txt」を選びました")).to_be_visible()
    field = page.get_by_label("/proc/cpuinfo を保存したファイル")
    expect(field).to_be_focused()
    assert field.evaluate("field => field.files[0].name") == "dropped.txt"
    expect(result(page)).to_have_count(0)
    page.get_by_role("button", name="ファイルを調べる").click()
    expect(result(page)).to_contain_text("ファイル「dropped.txt」")


def test_without_a_script_nothing_promises_dropping(open_browser: Callable[..., Page]) -> None:
    page = open_browser(java_script_enabled=False)
    page.goto("/cpuinfo/")
    expect(page.get_by_text("ドラッグして置いても選べます")).to_be_hidden()
    expect(page.get_by_label("/proc/cpuinfo を保存したファイル")).to_be_visible()


def test_sizes_at_the_limit_and_over_it_are_told_before_anything_is_sent(page: Page) -> None:
    sent = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto("/cpuinfo/")
    fill(page, sized(LIMIT + 1))
    problem = page.get_by_role("alert").filter(has_text=f"{LIMIT + 1:,} バイト")
    expect(problem).to_be_visible()
    expect(problem).to_contain_text(f"上限は {LIMIT:,} バイト")
    page.get_by_role("button", name="調べる", exact=True).click()
    expect(problem).to_be_focused()
    drop(page, "large.txt", sized(LIMIT + 1).encode())
    page.get_by_role("button", name="ファイルを調べる").click()
    expect(page.get_by_role("alert").filter(has_text="送りません")).to_have_count(2)
    assert "POST" not in sent

    fill(page, sized(LIMIT))
    expect(problem).to_have_count(1)  # the file's
    page.get_by_role("button", name="調べる", exact=True).click()
    expect(result(page)).to_contain_text("AMD EPYC 7763")
    drop(page, "edge.txt", sized(LIMIT).encode())
    expect(page.get_by_role("alert").filter(has_text="送りません")).to_have_count(0)
    page.get_by_role("button", name="ファイルを調べる").click()
    expect(result(page)).to_contain_text("ファイル「edge.txt」")


def test_bytes_are_counted_not_letters(page: Page) -> None:
    page.goto("/cpuinfo/")
    letters = LIMIT // 3
    fill(page, "あ" * letters)
    expect(page.get_by_role("alert").filter(has_text="送りません")).to_have_count(0)
    fill(page, "あ" * (letters + 1))
    expect(page.get_by_role("alert").filter(has_text="送りません")).to_have_count(1)


def test_without_a_script_the_server_tells_the_size(
    open_browser: Callable[..., Page], watch: Watch, tmp_path: Path
) -> None:
    watch.announce("413 /cpuinfo/")
    page = open_browser(java_script_enabled=False)
    file = tmp_path / "large.txt"
    for size, told in (
        (LIMIT, "AMD EPYC 7763"),
        (LIMIT + 1, f"大きすぎます ({LIMIT + 1:,} バイト)"),
    ):
        file.write_text(sized(size))
        page.goto("/cpuinfo/")
        page.get_by_label("/proc/cpuinfo を保存したファイル").set_input_files(file)
        page.get_by_role("button", name="ファイルを調べる").click()
        expect(page.locator("main")).to_contain_text(told)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_markup_in_the_text_is_shown_and_does_nothing(
    open_browser: Callable[..., Page], tmp_path: Path, script: bool
) -> None:
    page = open_browser(java_script_enabled=script)
    text = TEXT.replace("AMD EPYC 7763 64-Core Processor", EVIL) + f"{EVIL}\n"
    page.goto("/cpuinfo/")
    page.get_by_label("/proc/cpuinfo の本文").fill(text)
    page.get_by_role("button", name="調べる", exact=True).click()
    expect(result(page)).to_contain_text(EVIL)
    expect(result(page).locator("script, img")).to_have_count(0)
    expect(page).to_have_title("/proc/cpuinfo を調べる | 仮想化ラボ")


def test_a_narrow_screen_needs_no_sideways_scrolling(open_browser: Callable[..., Page]) -> None:
    page = open_browser(viewport={"width": 375, "height": 740})
    long_name = TEXT.replace("AMD EPYC 7763 64-Core Processor", "W" * 150)
    page.goto("/cpuinfo/")
    drop(page, "n" * 120 + ".txt", long_name.encode())
    page.get_by_role("button", name="ファイルを調べる").click()
    expect(result(page)).to_be_visible()
    fill(page, sized(LIMIT + 1))
    expect(page.get_by_role("alert").filter(has_text="送りません")).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide


@pytest.mark.parametrize(
    "sample", ["amd-guest", "nested-guest", "raspberry-pi-4", "riscv-board", "container"]
)
def test_each_asked_for_sample_opens_at_one_click(page: Page, sample: str) -> None:
    page.goto("/cpuinfo/")
    page.locator(f"a[href='/cpuinfo/samples/{sample}/']").click()
    expect(page.get_by_role("heading", name="調べた結果")).to_be_visible()
