"""A server process that is killed between the write and the answer: nothing lost, nothing twice."""

import http.client
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from tests.browser.product import ROOT
from tests.quizzes.conftest import EXAM
from tests.quizzes.dying_server import DEATH

START_SECONDS = 60  # on a busy computer


class Site:
    """A data directory with its content, served by one process after another."""

    def __init__(self, data: Path, content: Path) -> None:
        self.data = data
        self.environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "DEBUG": "1",  # no static files have to be collected
            "DATA_DIR": str(data),
            "CONTENT_DIR": str(content),
            "DJANGO_SETTINGS_MODULE": "courseware.config.settings",
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        for command in (["migrate", "--verbosity=0"], ["import_content"]):
            self._python("manage.py", *command).wait()

    def _python(self, *arguments: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @contextmanager
    def served(self, moment: str = "never") -> Iterator["subprocess.Popen[bytes]"]:
        """Serve until the process is killed: by itself at the moment, or at the end."""
        server = self._python("-m", "tests.quizzes.dying_server", str(self.port), moment)
        try:
            deadline = time.monotonic() + START_SECONDS
            while True:
                try:
                    build_opener().open(self.url).close()
                    break
                except (URLError, ConnectionError):
                    assert time.monotonic() < deadline, "the server does not start"
                    time.sleep(0.1)
            yield server
        finally:
            server.kill()
            server.wait()

    def stored(self) -> tuple[int, int]:
        """Return how many grades, and how many finished attempts, the database holds."""
        with sqlite3.connect(self.data / "db.sqlite3") as database:
            (grades,) = database.execute("SELECT count(*) FROM quizzes_submission").fetchone()
            (finished,) = database.execute(
                "SELECT count(*) FROM quizzes_attempt WHERE finished_at IS NOT NULL"
            ).fetchone()
        return grades, finished


class Visitor:
    """A browser without a script."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))
        self.token = ""

    def get(self, path: str) -> tuple[str, str]:
        """Return the address and the page that a path leads to; its token is for the next post."""
        with self.opener.open(f"{self.site.url}{path}") as response:
            page = response.read().decode()
            self.token = re.findall(r'csrfmiddlewaretoken" value="([^"]+)', page)[0]
            return response.url.removeprefix(self.site.url), page

    def post(self, path: str, **fields: str) -> str:
        """Post a form and return the address that it leads to."""
        data = urlencode({"csrfmiddlewaretoken": self.token, **fields}).encode()
        with self.opener.open(f"{self.site.url}{path}", data) as response:
            return str(response.url.removeprefix(self.site.url))


@pytest.fixture
def site(tmp_path: Path, quiz_content: Path) -> Site:
    (quiz_content / "sets").mkdir()
    (quiz_content / "sets" / "mock.md").write_text(EXAM.format(release="handed-in"))
    data = tmp_path / "data"
    data.mkdir()
    return Site(data, quiz_content)


def survives(
    site: Site, visitor: Visitor, moment: str, path: str, committed: tuple[int, int], **fields: str
) -> None:
    """Post to a server that dies at the moment; then to one that lives, twice.

    ``committed`` is what the database holds once the post is stored; before that it is nothing.
    """
    with site.served(moment) as server:
        with pytest.raises((URLError, ConnectionError, http.client.HTTPException)):
            visitor.post(path, **fields)
        assert server.wait(START_SECONDS) == DEATH
    assert site.stored() == (committed if moment == "committed" else (0, 0))
    with site.served():
        for _ in range(2):
            visitor.post(path, **fields)
    assert site.stored() == committed


@pytest.mark.parametrize("moment", ["stored", "committed"])
def test_an_answer_is_graded_once(site: Site, moment: str) -> None:
    visitor = Visitor(site)
    with site.served():
        visitor.get("/lessons/first/quiz/")
        url = visitor.post("/lessons/first/quiz/")
        _, page = visitor.get(url)
        key = re.findall(r'name="q3-key" value="([^"]+)', page)[0]
    fields = {"q3-version": "0", "q3-key": key, "q3-answer": "VT-x"}
    survives(site, visitor, moment, f"{url}questions/3/", (1, 0), **fields)
    with site.served():
        _, page = visitor.get(url)
    assert "採点済みです。先に送った" not in page, "the retry is the same submission"
    assert "3 問中 1 問を採点済み" in page


@pytest.mark.parametrize("moment", ["stored", "committed"])
def test_a_set_is_handed_in_once_and_keeps_what_was_saved(site: Site, moment: str) -> None:
    visitor = Visitor(site)
    with site.served():
        visitor.get("/exams/mock/")
        url = visitor.post("/exams/mock/")
        _, page = visitor.get(url)
        typed = re.findall(r'<input type="text" id="(q\d)-answer"', page)[0]
        visitor.post(f"{url}drafts/", **{f"{typed}-version": "0", f"{typed}-answer": "VT-x"})
    survives(site, visitor, moment, f"{url}hand-in/", (1, 1), confirmed="2")
    with site.served():
        _, page = visitor.get(url)
    assert "3 問中 1 問 (33%)" in page


def test_a_draft_outlives_the_server(site: Site) -> None:
    visitor = Visitor(site)
    with site.served():
        visitor.get("/exams/mock/")
        url = visitor.post("/exams/mock/")
        _, page = visitor.get(url)
    typed = re.findall(r'<input type="text" id="(q\d)-answer"', page)[0]
    fields = {f"{typed}-version": "0", f"{typed}-answer": "途中まで"}
    with (
        site.served("committed"),
        pytest.raises((URLError, ConnectionError, http.client.HTTPException)),
    ):
        visitor.post(f"{url}drafts/", **fields)
    with site.served():
        assert "途中まで" in visitor.get(url)[1]
        try:
            visitor.post(f"{url}drafts/", **fields)
        except HTTPError as error:  # the retry finds its own words: no conflict
            pytest.fail(f"{error.code}")
