"""The runner: separate processes, hard limits, a queue with an end."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import pytest
from django.conf import settings

from courseware.grading.programs import Setup
from courseware.labs.runner.pool import (
    RunnerBusy,
    RunnerFailed,
    RunnerLimits,
    RunnerPool,
    RunnerTimedOut,
)

Workers = Callable[[], set[int]]
LIMITS = RunnerLimits(
    processes=1,
    waiting=4,
    wait_seconds=20,
    wall_seconds=20,
    cpu_seconds=10,
    address_space_bytes=settings.RUNNER_ADDRESS_SPACE_BYTES,
)


def make(**changes: Any) -> Iterator[RunnerPool]:
    pool = RunnerPool(RunnerLimits(**{**vars(LIMITS), **changes}))
    yield pool
    pool.close()


def children() -> set[int]:
    """Return the processes whose parent is this one."""
    found = set()
    for entry in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat") as stat:
                fields = stat.read().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == os.getpid() and fields[0] != "Z":
            found.add(int(entry))
    return found


@pytest.fixture
def workers() -> Callable[[], set[int]]:
    """Return a function that returns the processes that the test has started."""
    others = children()
    return lambda: children() - others


@pytest.fixture
def pool() -> Iterator[RunnerPool]:
    yield from make()


def request(source: str, action: str = "run", **limits: Any) -> dict[str, Any]:
    return {
        "source": source,
        "setup": asdict(Setup()),
        "sources": {},
        "state": None,
        "action": action,
        "look": "",
        "limits": {**settings.LAB_LIMITS, **limits},
    }


ENDLESS = "1: j 1b\n"


def test_a_program_runs_in_another_process_that_serves_again(
    workers: Workers, pool: RunnerPool
) -> None:
    for number in (1, 2):
        view = pool.call("drive", request(f"li a0, {number}\nebreak\n"))["view"]
        assert view["registers"][10] == number
    assert len(workers()) == 1


def test_an_endless_loop_ends_at_the_instruction_limit_and_says_so(pool: RunnerPool) -> None:
    view = pool.call("drive", request(ENDLESS, instructions=20_000))["view"]
    assert view["stop"]["reason"] == "instruction-limit"
    assert "20,000 命令" in view["stop"]["message"]
    assert view["instret"] == 20_000


def test_the_instruction_limit_holds_at_its_edge(pool: RunnerPool) -> None:
    source = "nop\nnop\nebreak\n"
    reason = lambda n: pool.call("drive", request(source, instructions=n))["view"]["stop"]["reason"]  # noqa: E731
    assert reason(1) == "instruction-limit"
    assert reason(3) == "breakpoint"


def test_a_run_that_takes_too_long_ends_at_the_time_limit_and_says_so(pool: RunnerPool) -> None:
    view = pool.call("drive", request(ENDLESS, instructions=10**12, seconds=0.2))["view"]
    assert view["stop"]["reason"] == "time-limit"
    assert view["registers"], "the state at that moment is shown"


def test_output_ends_at_its_limit(pool: RunnerPool) -> None:
    source = "li a1, 0x10000000\nli a0, 65\n1: sb a0, 0(a1)\nj 1b\n"
    view = pool.call("drive", request(source, output_bytes=100))["view"]
    assert view["stop"]["reason"] == "output-limit"
    assert view["output"] == "A" * 100


def test_a_worker_that_does_not_answer_is_killed_and_replaced() -> None:
    for pool in make(wall_seconds=1):
        started = time.monotonic()
        with pytest.raises(RunnerTimedOut):
            pool.call("drive", request(ENDLESS, instructions=10**12, seconds=1000))
        assert time.monotonic() - started < 60
        assert pool.call("drive", request("ebreak\n"))["view"]["stop"]["reason"] == "breakpoint"


def test_the_kernel_ends_a_worker_that_uses_too_much_processor_time() -> None:
    for pool in make(cpu_seconds=1, wall_seconds=60):
        with pytest.raises(RunnerFailed) as caught:
            pool.call("drive", request(ENDLESS, instructions=10**12, seconds=1000))
        assert not isinstance(caught.value, RunnerTimedOut)
        assert pool.call("drive", request("ebreak\n"))["view"]["stop"]["reason"] == "breakpoint"


def test_a_worker_that_needs_too_much_memory_fails_alone(pool: RunnerPool) -> None:
    with pytest.raises(RunnerFailed):
        pool.call("drive", request("ebreak\n", memory_bytes=2 * LIMITS.address_space_bytes))
    assert pool.call("drive", request("ebreak\n"))["view"]["stop"]["reason"] == "breakpoint"


def test_a_worker_that_was_killed_is_replaced(workers: Workers, pool: RunnerPool) -> None:
    pool.call("drive", request("ebreak\n"))
    (worker,) = workers()
    os.kill(worker, 9)
    while workers():
        time.sleep(0.01)
    assert pool.call("drive", request("ebreak\n"))["view"]["stop"]["reason"] == "breakpoint"


def test_closing_ends_every_worker(workers: Workers) -> None:
    for pool in make(processes=3):
        with ThreadPoolExecutor() as threads:
            run = request(ENDLESS, instructions=10**12, seconds=1)
            jobs = [threads.submit(pool.call, "drive", run) for _ in range(3)]
            assert all(job.result() for job in jobs)
        assert len(workers()) == 3
    assert workers() == set()


def test_who_waits_too_long_for_a_worker_is_told() -> None:
    for pool in make(wait_seconds=0.05):
        pool.call("drive", request("ebreak\n"))
        with ThreadPoolExecutor() as threads:
            long_run = request(ENDLESS, instructions=10**12, seconds=2)
            job = threads.submit(pool.call, "drive", long_run)
            while not job.running():
                time.sleep(0.01)
            time.sleep(0.2)
            with pytest.raises(RunnerBusy):
                pool.call("drive", request("ebreak\n"))
            assert job.result()["view"]["stop"]["reason"] == "time-limit"


def test_no_more_than_so_many_wait_for_a_worker() -> None:
    # A worker gives way to all else, so that on a busy computer a second takes long.
    for pool in make(waiting=1, wait_seconds=100, wall_seconds=100):
        pool.call("drive", request("ebreak\n"))
        with ThreadPoolExecutor() as threads:
            long_run = request(ENDLESS, instructions=10**12, seconds=1)
            jobs = [threads.submit(pool.call, "drive", long_run) for _ in range(6)]
            outcomes = [job.exception() for job in jobs]
        assert [type(outcome) for outcome in outcomes if outcome] == [RunnerBusy] * 4
        assert pool.call("drive", request("ebreak\n"))["view"]["stop"]["reason"] == "breakpoint"


def test_a_worker_has_no_environment_no_files_and_no_network(
    workers: Workers, pool: RunnerPool
) -> None:
    pool.call("drive", request("ebreak\n"))
    (worker,) = workers()
    with open(f"/proc/{worker}/environ") as environ:
        assert "DJANGO" not in environ.read()
    with open(f"/proc/{worker}/stat") as stat:
        assert stat.read().rpartition(")")[2].split()[16] == "10", "pages come before programs"
    with open(f"/proc/{worker}/limits") as limits:
        rows = {line[:26].strip(): line[26:].split()[:2] for line in limits}
    assert rows["Max open files"] == ["3", "3"]
    assert rows["Max file size"] == ["0", "0"]
    assert rows["Max address space"] == [str(LIMITS.address_space_bytes)] * 2
    assert sorted(os.listdir(f"/proc/{worker}/fd")) == ["0", "1", "2"]


def test_a_worker_imports_no_django(workers: Workers, pool: RunnerPool) -> None:
    pool.call("drive", request("ebreak\n"))
    (worker,) = workers()
    with open(f"/proc/{worker}/cmdline") as line:
        assert "courseware.labs.runner.worker" in line.read()
    with open(f"/proc/{worker}/maps") as maps:
        text = maps.read()
    assert "_sqlite3" not in text
    assert "psycopg" not in text
