"""Grade a program by what it observably does: call one of its functions, look at the results.

A test calls a function as RISC-V's standard calling convention says (arguments in a0 to a7,
the result in a0, sp and s0 to s11 preserved) and compares the result, the memory that it was
given, and the registers that it had to preserve. The machine is reached only
through the protocols of ``grading.py``.
"""

from courseware.grading.programs.grading import CaseResult, grade_program
from courseware.grading.programs.model import Block, Case, ProgramTests
from courseware.grading.programs.parsing import parse_tests

__all__ = ["Block", "Case", "CaseResult", "ProgramTests", "grade_program", "parse_tests"]
