"""Work counted, not timed: how many lines of the package a call runs.

What runs inside of C functions (searching, joining, sorting) is not counted. The package's
regular expressions are linear by their form: repetitions are possessive, bounded, or end at a
character that the next one begins with.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import courseware.cpuinfo

_PLACE = courseware.cpuinfo.__file__.removesuffix("__init__.py")


def lines_run(step: Callable[[], object]) -> int:
    """Return how many lines of courseware.cpuinfo the step runs."""
    count = 0

    def on_line(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return on_line

    def on_call(frame: FrameType, event: str, argument: Any) -> Any:
        return on_line if frame.f_code.co_filename.startswith(_PLACE) else None

    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        step()
    finally:
        sys.settrace(before)
    return count
