"""Grade a program by what it observably does.

A test calls a function as RISC-V's standard calling convention says (``calls.py``), or runs the
whole program on the machine that its setup describes; then it looks at the output, at registers,
memory and disk, and at what the machine has counted (``checks.py``). The machine is reached only
through the protocols of ``machine.py``.
"""

from courseware.grading.programs.grading import CaseResult, given_text, grade_program
from courseware.grading.programs.machine import Loaded, Stopped
from courseware.grading.programs.model import Block, Case, ProgramTests, Setup
from courseware.grading.programs.parsing import Files, Names, parse_tests

__all__ = [
    "Block",
    "Case",
    "CaseResult",
    "Files",
    "Loaded",
    "Names",
    "ProgramTests",
    "Setup",
    "Stopped",
    "given_text",
    "grade_program",
    "parse_tests",
]
