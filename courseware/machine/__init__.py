"""A RISC-V computer with assembler and debugger, small enough to understand whole.

``assemble(source)`` returns a ``Program``; a ``Machine`` runs it; a ``Debugger`` also goes back.
Plain Python: no Django, no other package of this project.
"""

from courseware.machine.assembler.assemble import assemble
from courseware.machine.assembler.directives import DIRECTIVES
from courseware.machine.assembler.problems import (
    AssemblyError,
    AssemblyLimits,
    AssemblyProblem,
)
from courseware.machine.assembler.pseudo import PSEUDO_INSTRUCTIONS
from courseware.machine.debugger import Debugger, PageWalk, PageWalkStep, TrapEvent, walk
from courseware.machine.hart.access import Access
from courseware.machine.hart.counters import COUNTER_NAMES, Counters
from courseware.machine.hart.csrs import NAMES as CSR_NAMES
from courseware.machine.hart.traps import TrapRecord
from courseware.machine.isa.decoder import disassemble
from courseware.machine.isa.explanation import describe
from courseware.machine.isa.table import INSTRUCTION_GROUPS, INSTRUCTIONS
from courseware.machine.machine import Console, Engine, Machine, Step
from courseware.machine.privilege import mode_name
from courseware.machine.program import Program, Segment
from courseware.machine.registers import REGISTER_NAMES, REGISTER_NUMBERS
from courseware.machine.state import MachineLimits, MachineOptions, State
from courseware.machine.stop import Stop, StopReason, trap_name
from courseware.machine.watch import Watchpoint

__all__ = [
    "COUNTER_NAMES",
    "CSR_NAMES",
    "DIRECTIVES",
    "INSTRUCTIONS",
    "INSTRUCTION_GROUPS",
    "PSEUDO_INSTRUCTIONS",
    "REGISTER_NAMES",
    "REGISTER_NUMBERS",
    "Access",
    "AssemblyError",
    "AssemblyLimits",
    "AssemblyProblem",
    "Console",
    "Counters",
    "Debugger",
    "Engine",
    "Machine",
    "MachineLimits",
    "MachineOptions",
    "PageWalk",
    "PageWalkStep",
    "Program",
    "Segment",
    "State",
    "Step",
    "Stop",
    "StopReason",
    "TrapEvent",
    "TrapRecord",
    "Watchpoint",
    "assemble",
    "describe",
    "disassemble",
    "mode_name",
    "trap_name",
    "walk",
]
