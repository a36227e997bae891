"""What a learner does with a machine: one action, and what the page shows then."""

import time
from collections.abc import Callable
from typing import Any

from courseware.grading.programs import Setup
from courseware.labs.runner.breakpoints import UnknownPlace, anew, apply, toggled
from courseware.labs.runner.csrs import csr_values
from courseware.labs.runner.paging import coming_access, is_translated
from courseware.labs.runner.view import VIEW_SCHEMA, address_of, view_of
from courseware.machine import Access, Debugger, PageWalk, Stop, walk

Json = dict[str, Any]
NEED_A_PAST = {"back", "reverse", "out", "look"}


def perform(debugger: Debugger, request: Json) -> Json:
    """Carry out the action of a request (see ``jobs.drive``); return the view of the machine."""
    is_new = request["state"] is None
    parts = Setup.from_json(request["setup"]).parts
    shifts = {part.name: part.linked - part.at for part in parts}
    breakpoints = request.get("breakpoints", {})
    if is_new:
        breakpoints = anew(breakpoints, debugger.program, shifts)
    action, place = request["action"], {"typed": request.get("place", ""), "error": "", "name": ""}
    if action == "break":
        try:
            place["name"], breakpoints = toggled(
                debugger.program, breakpoints, place["typed"], shifts
            )
        except UnknownPlace as problem:
            place["error"] = str(problem)
    if action == "out" and not debugger.may_return:
        action = "nowhere"
    elif is_new and action in NEED_A_PAST:
        action = "assemble"  # there is nothing to go back in: the page says what was done
    apply(debugger, breakpoints)
    csrs = csr_values(debugger.machine)
    last = coming_access(debugger.machine) if action == "step" else None
    stop = _act(debugger, action, request["limits"])
    looked = _walk_of(debugger, request["look"]) if request["action"] == "look" else None
    view = view_of(debugger, stop, request["look"], looked or last)
    return {
        "schema": VIEW_SCHEMA,
        "action": action,
        **view,
        "csrs_changed": [name for name, value in view["csrs"].items() if value != csrs[name]],
        "breakpoints": breakpoints,
        "place": place,
        # Which access the walk is of
        "lit": "look" if looked else "last" if last else "next",
    }


def _act(debugger: Debugger, action: str, limits: Json) -> Stop | None:
    """Do what was asked; return why the machine does not go on, or None when it can."""
    stop: Stop | None = None
    match action:
        case "run":
            return _run(debugger, limits["instructions"], deadline(limits))
        case "step":
            step = debugger.step()
            stop = step.stop if step else None
        case "over":
            stop = debugger.step_over(limits["instructions"], deadline(limits))
        case "out":
            stop = debugger.step_out(limits["instructions"], deadline(limits))
        case "back":
            debugger.step_back()
        case "reverse":
            stop = debugger.reverse_continue()
        case "reset":
            debugger.reset()
    return stop or debugger.machine.stop


def _run(debugger: Debugger, instructions: int, has_ended: Callable[[], bool]) -> Stop:
    """Run on; from the start again where the machine has come to its end."""
    machine = debugger.machine
    before = machine.cycle, machine.traps_taken
    stop = debugger.run(instructions, deadline=has_ended)
    if before != (0, 0) and before == (machine.cycle, machine.traps_taken):
        debugger.reset()
        stop = debugger.run(instructions, deadline=has_ended)
    return stop


def deadline(limits: Json) -> Callable[[], bool]:
    """Return whether the time of a request is over, as a function.

    Processor time: a program is not stopped because others keep the processor busy.
    """
    end = time.process_time() + limits["seconds"]
    return lambda: time.process_time() > end


def _walk_of(debugger: Debugger, look: str) -> PageWalk | None:
    """Return the walk of the address that is looked at; None where nothing is translated."""
    machine = debugger.machine
    address = address_of(debugger, look) if look else None
    if address is None or not is_translated(machine):
        return None
    return walk(machine, address, Access.LOAD)
