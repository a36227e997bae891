"""A browser and the real product for the tests of this folder."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import product
from tests.browser.product import Product
from tests.browser.watch import Watch

TIMEOUT = 20_000  # milliseconds that an action or an expectation may take
# Chromium asks nobody anything: a request to another host is then the page's own.
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
]

expect.set_options(timeout=TIMEOUT)


@pytest.fixture(scope="session")
def running_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One server for each process of the test run."""
    with product.running(tmp_path_factory.mktemp("product")) as server:
        yield server


# For each module, not for the session: while Playwright runs, its event loop does, and
# Django refuses the database to a thread with a running loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. A machine without it fails the tests: they could not run."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is not installed: run scripts/install-test-packages (or make test).")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def watch(running_product: Product) -> Watch:
    """What went wrong in the test's browser contexts (see ``open_browser``)."""
    return Watch(running_product.url)


@pytest.fixture
def open_browser(
    browser: Browser, running_product: Product, watch: Watch
) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page of a new visitor: no cookies, nothing cached.

    It takes the options of Playwright's ``new_context``. The test fails when anything
    happened that it had not announced to ``watch``.
    """
    contexts = []

    def open_page(**options: Any) -> Page:
        settings = {"base_url": running_product.url, "locale": "ja-JP"} | options
        context = browser.new_context(**settings)
        context.set_default_timeout(TIMEOUT)
        watch.follow(context)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    assert watch.problems() == []


@pytest.fixture
def page(open_browser: Callable[..., Page]) -> Page:
    """A page of a new visitor."""
    return open_browser()
