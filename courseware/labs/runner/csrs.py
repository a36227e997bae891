"""The control and status registers that the page shows, in groups."""

from collections.abc import Iterable

from courseware.machine import Machine
from courseware.machine.hart.csrs import VS_INTERRUPTS

# Of each group the registers, in the order of the page.
CSR_GROUPS: dict[str, tuple[str, ...]] = {
    "M": (
        *("mstatus", "mtvec", "mepc", "mcause", "mtval", "mscratch"),
        *("mie", "mip", "medeleg", "mideleg"),
    ),
    "S": ("sstatus", "stvec", "sepc", "scause", "stval", "sscratch", "sie", "sip", "satp"),
    "H": (
        *("hstatus", "hedeleg", "hideleg", "hgatp", "htval", "htinst"),
        *("hvip", "hie", "hip", "mtval2", "mtinst"),
    ),
    "VS": (
        *("vsstatus", "vstvec", "vsepc", "vscause", "vstval", "vsscratch"),
        *("vsie", "vsip", "vsatp"),
    ),
    "PMP": (*(f"pmpcfg{n}" for n in range(4)), *(f"pmpaddr{n}" for n in range(16))),
}
# What shows other registers, or is set by traps without a guest, does not say that a group is used.
_SAY_NOTHING = {"sstatus", "sie", "sip", "hie", "hip", "mtinst", "mtval2"}
AT_RESET = {"mideleg": VS_INTERRUPTS}  # the others are 0
_NAMES = tuple(name for names in CSR_GROUPS.values() for name in names)


def csr_values(machine: Machine) -> dict[str, int]:
    """Return the values of all registers of the groups by name."""
    return {name: machine.csr(name) for name in _NAMES}


def is_used(names: Iterable[str], values: dict[str, int]) -> bool:
    """Say whether a program has put something into registers of a group."""
    return any(values[name] != AT_RESET.get(name, 0) for name in names if name not in _SAY_NOTHING)
