"""The debugger: one program on one machine, forwards and backwards."""

from courseware.machine.debugger.history import MAX_CHECKPOINTS, MAX_INPUT_BYTES
from courseware.machine.debugger.page_walk import PageWalk, PageWalkStep, walk
from courseware.machine.debugger.session import (
    MAX_BREAKPOINTS,
    MAX_STEPS_OUT,
    MAX_WATCHPOINT_BYTES,
    MAX_WATCHPOINTS,
    Debugger,
)
from courseware.machine.debugger.storage import MAX_CHECKPOINT_BYTES
from courseware.machine.debugger.timeline import MAX_TRAP_EVENTS, TrapEvent

__all__ = [
    "MAX_BREAKPOINTS",
    "MAX_CHECKPOINTS",
    "MAX_CHECKPOINT_BYTES",
    "MAX_INPUT_BYTES",
    "MAX_STEPS_OUT",
    "MAX_TRAP_EVENTS",
    "MAX_WATCHPOINTS",
    "MAX_WATCHPOINT_BYTES",
    "Debugger",
    "PageWalk",
    "PageWalkStep",
    "TrapEvent",
    "walk",
]
