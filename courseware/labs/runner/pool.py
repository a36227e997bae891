"""The web process's side of the runner: a few workers, a queue with an end, hard deadlines."""

import logging
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from courseware.labs.runner.framing import receive, send

logger = logging.getLogger(__name__)
ROOT = Path(__file__).resolve().parents[3]
START_SECONDS = 30.0  # for a worker to import and report that it is ready


class RunnerBusy(Exception):
    """Too many requests wait for a worker, or this one waited too long. Nothing was run."""


class RunnerFailed(Exception):
    """The worker gave no answer. Nothing came of the request."""


class RunnerTimedOut(RunnerFailed):
    """The worker did not answer in time, and was ended."""


@dataclass(frozen=True)
class RunnerLimits:
    """Of a pool, and of each request in it."""

    processes: int
    waiting: int  # requests that may wait for a free worker at once
    wait_seconds: float  # for a free worker
    wall_seconds: float  # for an answer, before the worker is killed
    cpu_seconds: int  # of one request, enforced by the kernel
    address_space_bytes: int  # of a worker, enforced by the kernel


class RunnerPool:
    """Workers, started when they are first needed and replaced when they fail."""

    def __init__(self, limits: RunnerLimits) -> None:
        self._limits = limits
        self._line = threading.BoundedSemaphore(limits.processes + limits.waiting)
        self._places: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(limits.processes):
            self._places.put(None)

    def call(self, job: str, request: dict[str, Any]) -> dict[str, Any]:
        """Return a worker's answer. Raises RunnerBusy or RunnerFailed."""
        if not self._line.acquire(blocking=False):
            raise RunnerBusy
        try:
            with self._worker() as worker:
                return worker.call({"job": job, **request}, self._limits.wall_seconds)
        finally:
            self._line.release()

    @contextmanager
    def _worker(self) -> Iterator["_Worker"]:
        try:
            worker = self._places.get(timeout=self._limits.wait_seconds)
        except queue.Empty:
            raise RunnerBusy from None
        try:
            worker = _unless_ended(worker) or _Worker(self._limits)
            yield worker
        finally:
            self._places.put(_unless_ended(worker))

    def close(self) -> None:
        """End all workers; the pool can be used on."""
        seconds = self._limits.wall_seconds + START_SECONDS
        # All at first: what is put back would be the next that is taken.
        workers = [self._places.get(timeout=seconds) for _ in range(self._limits.processes)]
        for worker in workers:
            if worker is not None:
                worker.end()
            self._places.put(None)


def _unless_ended(worker: "_Worker | None") -> "_Worker | None":
    """Return a worker that can go on; one that cannot gives back what it holds."""
    if worker is None or worker.alive:
        return worker
    worker.end()
    return None


class _Worker:
    def __init__(self, limits: RunnerLimits) -> None:
        self._process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [
                sys.executable,
                "-m",
                "courseware.labs.runner.worker",
                str(limits.cpu_seconds),
                str(limits.address_space_bytes),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={},
        )
        with self._killed_after(START_SECONDS):
            self._answer()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def call(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        with self._killed_after(seconds):
            try:
                send(self._process.stdin, request)  # type: ignore[arg-type]
            except OSError:
                self.end()
                raise RunnerFailed from None
            return self._answer()

    def _answer(self) -> dict[str, Any]:
        answer = receive(self._process.stdout)  # type: ignore[arg-type]
        if answer is None:
            self.end()
            raise RunnerFailed
        if "failed" in answer:
            logger.error("A job of the runner failed.\n%s", answer["failed"])
            raise RunnerFailed
        return answer

    @contextmanager
    def _killed_after(self, seconds: float) -> Iterator[None]:
        """Kill the process when the block takes longer. Raises RunnerTimedOut then."""
        expired = threading.Event()

        def kill() -> None:
            expired.set()
            self._process.kill()

        timer = threading.Timer(seconds, kill)
        timer.start()
        try:
            yield
        except RunnerFailed:
            raise (RunnerTimedOut if expired.is_set() else RunnerFailed) from None
        finally:
            timer.cancel()
            timer.join()
            if expired.is_set():
                self._process.wait()

    def end(self) -> None:
        """End the process, where it still runs, and give back what it holds."""
        self._process.kill()
        with suppress(OSError):  # what it was sent and never read
            self._process.__exit__(None, None, None)
