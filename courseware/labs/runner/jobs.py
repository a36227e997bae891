"""What a worker does for the web process: drive a program, or grade one. JSON in, JSON out."""

import base64
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from courseware.grading.programs import ProgramTests, Setup, grade_program
from courseware.labs.runner.actions import deadline, perform
from courseware.labs.runner.loading import GradedMachine, Loader
from courseware.machine import AssemblyError, Debugger, Engine

Json = dict[str, Any]
# Data for graded calls lies in the upper half of the memory, far from program and stack.
BLOCKS_OFFSET = 0x2_0000


def drive(request: Json) -> Json:
    """Carry out one action on a program and return what the page shows.

    The request has ``source``, ``setup`` and ``sources`` (Setup as JSON, and the sources that it
    names), ``state`` (base64 of the machine that the source runs on, or None to assemble it
    anew), ``action``, ``look`` (the address, or the label, whose memory is shown; or empty),
    ``limits``, and may have ``breakpoints`` (those there are) and ``place``. The actions are run,
    step, over (a step, but a call as a whole), out (of a function), back, reverse (to the
    breakpoint before), reset, look, and break (at ``place``, or no more). The answer has
    ``state`` and ``view``; after an assembly with problems ``state`` is None and the view
    holds ``problems`` (line, column, message) alone.
    """
    try:
        debugger = _opened(request)
    except AssemblyError as error:
        return _problems(error)
    view = perform(debugger, request)
    return {"state": base64.b64encode(debugger.to_bytes()).decode(), "view": view}


def first_view(debugger: Debugger) -> Json:
    """Return what the page shows of a machine that nobody has run yet."""
    request = {"state": None, "setup": asdict(Setup()), "action": "reset", "look": "", "limits": {}}
    return perform(debugger, request)


def _problems(error: AssemblyError) -> Json:
    return {"state": None, "view": {"problems": [asdict(p) for p in error.problems]}}


def _opened(request: Json) -> Debugger:
    if request["state"] is not None:
        # What another version of this program stored, and cannot be read now, starts anew.
        with suppress(ValueError):
            return Debugger.from_bytes(base64.b64decode(request["state"]))
    loader = Loader(request["source"], request["sources"], request["limits"])
    return loader.load(Setup.from_json(request["setup"])).debugger()


def grade(request: Json) -> Json:
    """Grade a program and return ``results`` (CaseResult as JSON).

    The request has ``source``, ``tests`` (ProgramTests.to_json), ``limits`` and, where they are
    not the usual ones, the ``engine`` and ``tells_hidden`` (see ``grade_program``). A source with
    problems is answered as ``drive`` answers it.
    """
    limits = request["limits"]
    tests = ProgramTests.from_json(request["tests"])
    engine = Engine(request.get("engine", Engine.TRANSLATOR))
    try:
        loader = Loader(request["source"], tests.sources, limits)
        segments = loader.program.segments
        blocks_at = (segments[0].address if segments else 0) + BLOCKS_OFFSET
        results = grade_program(
            tests,
            lambda case: GradedMachine(loader.load(case.setup), engine),
            blocks_at,
            deadline(limits),
            tells_hidden=request.get("tells_hidden", True),
        )
        return {"results": [asdict(result) for result in results]}
    except AssemblyError as error:
        return _problems(error)


JOBS: dict[str, Callable[[Json], Json]] = {"drive": drive, "grade": grade}
