"""The watch that every browser test relies on does see what must not happen."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.product import Product
from tests.browser.watch import Watch


@pytest.fixture
def watched(browser: Browser, running_product: Product, watch: Watch) -> Iterator[Page]:
    """A page whose problems are the test's subject, not its failure."""
    context = browser.new_context(base_url=running_product.url)
    watch.follow(context)
    yield context.new_page()
    context.close()


def insert(html: str) -> Callable[[Page], object]:
    return lambda page: page.evaluate(
        "html => document.body.append(document.createRange().createContextualFragment(html))", html
    )


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        (lambda page: page.goto("/nothing-here/"), "404 /nothing-here/"),
        (lambda page: page.evaluate("console.error('broken')"), "console: broken"),
        (
            lambda page: page.evaluate("setTimeout(() => { throw new Error('broken') })"),
            "exception: broken",
        ),
        (insert("<script>document.title = 'x'</script>"), "console: Executing inline script"),
        (insert("<p style='color: red'>x</p>"), "console: Applying inline style"),
        (insert("<img src='https://example.com/a.png' alt=''>"), "another host: https://example."),
        (insert("<img src='/static/none.png' alt=''>"), "404 /static/none.png"),
    ],
)
def test_a_problem_is_noticed(
    watched: Page, watch: Watch, act: Callable[[Page], object], problem: str
) -> None:
    watched.goto("/")
    assert watch.problems() == []
    act(watched)
    for _ in range(100):
        if watch.problems():
            break
        watched.wait_for_timeout(50)
    assert any(found.startswith(problem) for found in watch.problems()), watch.problems()


def test_what_was_announced_must_happen(watched: Page, watch: Watch) -> None:
    watch.announce("404 /nothing-here/")
    watched.goto("/")
    assert watch.problems() == ["announced, but did not happen: 404 /nothing-here/"]
    watched.goto("/nothing-here/")
    assert watch.problems() == []
