"""What the workbench costs: a button's whole way through the real server, against the bare machine.

The whole way is HTTP, session, database, the runner's process and the page's fragment. The bare
cost is that of the same instructions in this process, on a machine that has been made already.
"""

import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import django

django.setup()

from courseware.machine import Debugger, Machine, assemble  # noqa: E402
from tests.browser import product  # noqa: E402

LAB = "/labs/playground/"
INSTRUCTIONS = 100_000
LOOP = f"""_start: li t0, {INSTRUCTIONS // 4}
1:      addi t1, t1, 3
        xor  t2, t2, t1
        addi t0, t0, -1
        bnez t0, 1b
        ebreak
"""
PRESSES = 60
LEARNERS_A_CORE = 2
MOST_OVERHEAD_MS = 30  # median of one press, on an idle computer


class Learner:
    """A visitor with a connection of their own, who presses buttons as htmx does."""

    def __init__(self, url: str, source: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc)
        self._cookies = SimpleCookie()
        self._source = source
        self._read(self._get("GET", LAB))
        self.press("reset")

    def press(self, action: str) -> float:
        """Press a button and return the milliseconds until the answer is there."""
        form = self._hidden | {"action": action, "source": self._source}
        started = time.perf_counter()
        page = self._get("POST", LAB, urlencode(form))
        milliseconds = (time.perf_counter() - started) * 1000
        self._read(page)
        return milliseconds

    def _get(self, method: str, path: str, body: str | None = None) -> str:
        headers = {
            "Cookie": "; ".join(f"{c.key}={c.value}" for c in self._cookies.values()),
            "HX-Request": "true" if body else "false",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        page = response.read().decode()
        if response.status != 200:
            raise AssertionError(f"{method} {path}: {response.status}")
        for line in response.headers.get_all("Set-Cookie") or []:
            self._cookies.load(line)
        return page

    def _read(self, page: str) -> None:
        found = re.findall(r'name="(program|base|csrfmiddlewaretoken)" value="([^"]*)"', page)
        self._hidden = getattr(self, "_hidden", {}) | dict(found)


def main() -> bool:
    """Print the figures; return whether the overhead is within its limit."""
    with tempfile.TemporaryDirectory() as data, product.running(Path(data)) as server:
        step = _bare(_step)
        run = _bare(_run)
        learner = Learner(server.url, LOOP)
        is_good = _tell("a step", [learner.press("step") for _ in range(PRESSES)], step)
        # At its end, the button runs the program from its start again.
        times = [learner.press("run") for _ in range(PRESSES)]
        is_good &= _tell(f"a run of {INSTRUCTIONS:,} instructions", times, run)
        _tell_throughput(server.url, run)
    return is_good


def _bare(prepare: Callable[[], Callable[[], object]]) -> float:
    """Return the median of the milliseconds that something takes."""
    times = []
    for _ in range(PRESSES):
        action = prepare()
        started = time.perf_counter()
        action()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def _step() -> Callable[[], object]:
    debugger = Debugger(assemble(LOOP))
    return debugger.step


def _run() -> Callable[[], object]:
    machine = Machine(assemble(LOOP))
    return lambda: machine.run(2 * INSTRUCTIONS)


def _tell(name: str, times: list[float], bare: float) -> bool:
    median = statistics.median(times)
    slowest = sorted(times)[len(times) * 95 // 100]
    print(
        f"{name}: {median:.1f} ms (95 % within {slowest:.1f} ms), {median / bare:.1f} x the bare"
        f" machine's {bare:.2f} ms; overhead {median - bare:.1f} ms (at most {MOST_OVERHEAD_MS})"
    )
    return median - bare <= MOST_OVERHEAD_MS


def _tell_throughput(url: str, bare: float) -> None:
    """Press "run" as many learners at once, as fast as the server answers."""
    cores = len(os.sched_getaffinity(0))
    learners = [Learner(url, LOOP) for _ in range(LEARNERS_A_CORE * cores)]

    def presses(learner: Learner) -> None:
        for _ in range(PRESSES):
            learner.press("run")

    started = time.perf_counter()
    with ThreadPoolExecutor(len(learners)) as threads:
        list(threads.map(presses, learners))
    rate = len(learners) * PRESSES / (time.perf_counter() - started) / cores
    print(
        f"runs per second and core, {len(learners)} learners at once: {rate:.1f},"
        f" of {1000 / bare:.1f} on the bare machine: {rate * bare / 1000:.0%}"
    )
