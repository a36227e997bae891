"""What must not happen in a browser, noted while a test runs."""

from collections import Counter
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# A navigation, or the end of the page, cancels what is still under way.
CANCELLED = "net::ERR_ABORTED"
# Chromium's own line for a failed request; the request is noted already.
ECHO = "Failed to load resource"


class Watch:
    """The problems of all browser contexts that it follows.

    Problems are console errors and warnings (violations of the content security policy are
    among them), exceptions of scripts, requests to another host, failed requests and error
    responses. A test announces those that belong to it; an announced one must happen.
    """

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._problems: Counter[str] = Counter()
        self._announced: set[str] = set()

    def follow(self, context: BrowserContext) -> None:
        """Note the problems of a context from now on."""
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failure)
        context.on("response", self._on_response)
        context.on("console", self._on_console)
        context.on("weberror", self._on_exception)

    def announce(self, problem: str) -> None:
        """Let problems pass that start like this: "404 /lessons/", "console: htmx:sendError"."""
        self._announced.add(problem)

    def problems(self) -> list[str]:
        """Return the problems that were not announced, and the announced ones that failed to
        appear."""
        unexpected = [p for p in self._problems if not p.startswith(tuple(self._announced))]
        missing = [a for a in self._announced if not any(p.startswith(a) for p in self._problems)]
        return [*unexpected, *(f"announced, but did not happen: {a}" for a in missing)]

    def _on_request(self, request: Request) -> None:
        if urlsplit(request.url).scheme not in ("data", "blob") and not self._is_ours(request.url):
            self._note(f"another host: {request.url}")

    def _on_failure(self, request: Request) -> None:
        if request.failure != CANCELLED:
            self._note(f"{request.failure} {self._path(request.url)}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"{response.status} {self._path(response.url)}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(ECHO):
            self._note(f"console: {message.text}")

    def _on_exception(self, error: WebError) -> None:
        self._note(f"exception: {error.error}")

    def _note(self, problem: str) -> None:
        self._problems[problem] += 1

    def _is_ours(self, url: str) -> bool:
        return url.startswith(f"{self._origin}/")

    def _path(self, url: str) -> str:
        return url.removeprefix(self._origin)
