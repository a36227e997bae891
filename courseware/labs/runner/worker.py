"""The process that runs learners' programs: one request after another, within rlimits.

Started by ``pool`` as ``python -m courseware.labs.runner.worker CPU_SECONDS ADDRESS_SPACE_BYTES``.
It has no environment, and once it is ready it can open no file and no socket.
"""

import os
import resource
import sys
import traceback
from math import ceil
from typing import Any

from courseware.labs.runner.framing import receive, send
from courseware.labs.runner.jobs import JOBS

# Pages come before programs where both want the processor.
NICENESS = 10


def main() -> None:
    """Answer requests until the pool closes the pipe."""
    cpu_seconds, address_space = int(sys.argv[1]), int(sys.argv[2])
    os.nice(NICENESS)
    _lock_down(address_space)
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    send(answers, {"ready": True})
    while (request := receive(requests)) is not None:
        _allow_cpu_seconds(cpu_seconds)
        send(answers, _answer(request))


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return JOBS[request["job"]](request)
    except Exception:  # one failed job must not end the worker: the pool logs it
        return {"failed": traceback.format_exc()}


def _lock_down(address_space: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (address_space, address_space))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Standard input, output and error stay open; a fourth descriptor cannot be had, so
    # there is no file and no network.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def _allow_cpu_seconds(seconds: int) -> None:
    """Let this request use so much processor time; the kernel ends the process beyond it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main()
