"""What a worker does for the web process: drive a program, or grade one. JSON in, JSON out."""

import base64
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from courseware.grading.programs import ProgramTests, Setup, grade_program
from courseware.labs.runner.loading import GradedMachine, Loader
from courseware.labs.runner.view import VIEW_SCHEMA, view_of
from courseware.machine import AssemblyError, Debugger, Engine, Stop

Json = dict[str, Any]
# Data for graded calls lies in the upper half of the memory, far from program and stack.
BLOCKS_OFFSET = 0x2_0000


def drive(request: Json) -> Json:
    """Carry out one action on a program and return what the page shows.

    The request has ``source``, ``setup`` and ``sources`` (Setup as JSON, and the sources that it
    names), ``state`` (base64 of the machine that the source runs on, or None to assemble it
    anew), ``action`` (run, step, back, reset or look), ``look`` (the
    address, or the label, whose memory is shown; or empty) and ``limits``. The answer has
    ``state`` and ``view``; after an assembly with problems ``state`` is None and the view
    holds ``problems`` (line, column, message) alone.
    """
    limits = request["limits"]
    try:
        debugger = _opened(request)
    except AssemblyError as error:
        return _problems(error)
    action = request["action"]
    stop = _act(debugger, action, limits)
    if request["state"] is None and action in ("back", "look"):
        action = "assemble"  # there was nothing to go back in: the page says what was done
    view = _view(action, debugger, stop, request["look"])
    return {"state": base64.b64encode(debugger.to_bytes()).decode(), "view": view}


def first_view(debugger: Debugger) -> Json:
    """Return what the page shows of a machine that nobody has run yet."""
    return _view("reset", debugger, None, "")


def _view(action: str, debugger: Debugger, stop: Stop | None, look: str) -> Json:
    return {"schema": VIEW_SCHEMA, "action": action, **view_of(debugger, stop, look)}


def _problems(error: AssemblyError) -> Json:
    return {"state": None, "view": {"problems": [asdict(p) for p in error.problems]}}


def _opened(request: Json) -> Debugger:
    if request["state"] is not None:
        # What another version of this program stored, and cannot be read now, starts anew.
        with suppress(ValueError):
            return Debugger.from_bytes(base64.b64decode(request["state"]))
    loader = Loader(request["source"], request["sources"], request["limits"])
    return loader.load(Setup.from_json(request["setup"])).debugger()


def _deadline(limits: Json) -> Callable[[], bool]:
    # Processor time: a program is not stopped because others keep the processor busy.
    end = time.process_time() + limits["seconds"]
    return lambda: time.process_time() > end


def _act(debugger: Debugger, action: str, limits: Json) -> Stop | None:
    """Do what was asked; return why the machine does not go on, or None when it can."""
    if action == "run":
        return debugger.run(limits["instructions"], deadline=_deadline(limits))
    if action == "step":
        step = debugger.step()
        return step.stop if step else debugger.machine.stop
    if action == "back":
        debugger.step_back()
    elif action == "reset":
        debugger.reset()
    return debugger.machine.stop


def grade(request: Json) -> Json:
    """Grade a program and return ``results`` (CaseResult as JSON).

    The request has ``source``, ``tests`` (ProgramTests.to_json), ``limits`` and, where it is
    not the usual one, the ``engine``. A source with problems is answered as ``drive`` answers it.
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
            _deadline(limits),
        )
        return {"results": [asdict(result) for result in results]}
    except AssemblyError as error:
        return _problems(error)


JOBS: dict[str, Callable[[Json], Json]] = {"drive": drive, "grade": grade}
