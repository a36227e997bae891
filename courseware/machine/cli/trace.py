"""The trace: one line for each step of the machine.

Fields are separated by tabs: cycle before the step; privilege (M, HS, U, VS or VU); pc and
instruction word in hexadecimal (a 16-bit instruction has four digits); the instruction as text
(this and the word are empty when an interrupt was taken or WFI waited);
and what the step did, separated by spaces: ``a0=00000005`` for each register that has another
value than before, ``[80001000:4]`` for bytes stored (address and size), and
``trap:M:8:00000000`` for a trap (to which privilege, xcause and xtval in hexadecimal); the last
line may have ``stop:b:00000000``, the trap that nobody handles and that so ends the run.
"""

from collections.abc import Sequence

from courseware.machine.machine import Step
from courseware.machine.registers import REGISTER_NAMES

# By mode and V: RISC-V privileged specification, "Privilege Modes" of the H extension.
_PRIVILEGES = {
    (0, False): "U",
    (1, False): "HS",
    (3, False): "M",
    (0, True): "VU",
    (1, True): "VS",
}


def privilege_name(mode: int, virtual: bool) -> str:
    """Return the name of a privilege mode."""
    return _PRIVILEGES[mode, virtual]


def word_text(word: int) -> str:
    """Return an instruction word in hexadecimal, in as many digits as it is long."""
    return f"{word:08x}" if word & 3 == 3 else f"{word & 0xFFFF:04x}"


def trace_line(cycle: int, mode: int, virtual: bool, step: Step, registers: Sequence[int]) -> str:
    """Return the line, with its newline, of a step from the given cycle and privilege."""
    effects = [f"{REGISTER_NAMES[n]}={registers[n]:08x}" for n in step.changed_registers]
    effects += [f"[{address:08x}:{size}]" for address, size in step.written]
    if step.trap is not None:
        effects.append(f"trap:{step.trap.level}:{step.trap.cause:x}:{step.trap.tval:08x}")
    if step.stop is not None and step.stop.cause is not None:
        effects.append(f"stop:{step.stop.cause:x}:{step.stop.tval or 0:08x}")
    fields = (
        str(cycle),
        privilege_name(mode, virtual),
        f"{step.address:08x}",
        word_text(step.word) if step.text else "",
        step.text,
        " ".join(effects),
    )
    return "\t".join(fields) + "\n"
