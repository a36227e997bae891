"""Speeds of pages, the runner and /proc/cpuinfo, as ratios to a named peer in the same run.

Seconds mean little on a shared computer; a ratio of two things that were timed in turn
means more. Each figure is the median of the rounds' ratios, with the lowest and the highest.
"""

import gc
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import setup_databases, setup_test_environment, teardown_databases  # noqa: E402

from courseware.cpuinfo import parse, report, samples  # noqa: E402
from courseware.grading.programs import Setup  # noqa: E402
from courseware.labs import services  # noqa: E402
from courseware.labs.runner.jobs import drive  # noqa: E402

ROUNDS = 7
CPUS = 1024
REQUESTS = 60


@dataclass(frozen=True)
class Comparison:
    """Something, the peer that it is measured against, and what would be too much."""

    name: str
    peer: str
    run: Callable[[], object]
    run_peer: Callable[[], object]
    most: float | None = None
    clock: Callable[[], float] = time.perf_counter

    def ratios(self) -> list[float]:
        """Return the ratio of each round: time of the thing by time of the peer."""
        return [self._seconds(self.run) / self._seconds(self.run_peer) for _ in range(ROUNDS)]

    def _seconds(self, step: Callable[[], object]) -> float:
        # As timeit does: a collection of all that Django holds would hit one of the two.
        gc.collect()
        gc.disable()
        try:
            started = self.clock()
            step()
            return self.clock() - started
        finally:
            gc.enable()


def _cpuinfo() -> Comparison:
    block = samples()[0].text.split("\n\n")[0]
    text = "".join(_cpu(block, number) + "\n\n" for number in range(CPUS))

    def split() -> list[list[str]]:
        return [
            [part.strip() for part in line.partition(":")[::2]] for line in text.split("\n") if line
        ]

    return Comparison(
        f"/proc/cpuinfo of {CPUS} CPUs read and reported",
        "the same text split into keys and values",
        lambda: report(parse(text)),
        split,
        most=5,
        clock=time.process_time,  # all in this process: others on the computer do not count
    )


def _cpu(block: str, number: int) -> str:
    """Return a CPU's block with what differs between the CPUs of a large machine."""
    values = {
        "processor": str(number),
        "cpu MHz": f"{2000 + number}.{number % 997:03}",
        "physical id": str(number // 512),
        "siblings": "512",
        "cpu cores": "256",
        "core id": str(number // 2 % 256),
        "apicid": str(number),
        "initial apicid": str(number),
    }
    for key, value in values.items():
        block = re.sub(rf"^({key}\s*): .*", rf"\g<1>: {value}", block, flags=re.M)
    return block


def _page(url: str) -> Comparison:
    client = Client()

    def get(address: str) -> None:
        for _ in range(REQUESTS):
            client.get(address)

    def empty() -> None:
        with override_settings(ROOT_URLCONF="tests.bench.empty"):
            get("/")

    return Comparison(f"the page {url}", "an empty view", lambda: get(url), empty)


def _runner() -> Comparison:
    request = {
        "source": "1: addi a0, a0, 1\nj 1b\n",
        "setup": asdict(Setup()),
        "sources": {},
        "state": None,
        "action": "step",
        "look": "",
        "limits": settings.LAB_LIMITS,
    }
    services.runner().call("drive", request)  # starts the process
    return Comparison(
        "one step in the runner's process",
        "the same step in this process",
        lambda: [services.runner().call("drive", request) for _ in range(REQUESTS)],
        lambda: [drive(request) for _ in range(REQUESTS)],
    )


def main() -> None:
    """Print a line for each comparison."""
    setup_test_environment()
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        call_command("import_content", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        comparisons = [_cpuinfo(), _runner()]
        comparisons += [_page(url) for url in ("/", "/lessons/hvm/", "/labs/toy-machine/")]
        for comparison in comparisons:
            ratios = comparison.ratios()
            most = f", at most {comparison.most:g} wanted" if comparison.most else ""
            print(
                f"{comparison.name}: {statistics.median(ratios):.1f} x {comparison.peer} "
                f"({min(ratios):.1f} to {max(ratios):.1f}{most})"
            )
    finally:
        teardown_databases(databases, verbosity=0)
        services.runner().close()
