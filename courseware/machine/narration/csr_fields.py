"""The fields of the CSRs, and what changed in them.

Source: RISC-V privileged specification, "Machine-Level ISA", "Supervisor-Level ISA" and "H
Extension".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from courseware.machine.privilege import mode_name
from courseware.machine.stop import hexadecimal, trap_name
from courseware.machine.trap import Cause, Interrupt


@dataclass(frozen=True)
class CsrField:
    """Bits of a CSR. ``meanings`` are words for values; ``show`` writes a number."""

    name: str
    low: int
    width: int = 1
    meanings: Mapping[int, str] = field(default_factory=dict)
    show: Callable[[int], str] = str

    def value(self, register: int) -> int:
        """Return the field's value in a value of the CSR."""
        return register >> self.low & (1 << self.width) - 1

    def text(self, register: int) -> str:
        """Return the field's value with its meaning."""
        value = self.value(register)
        number = self.show(value)
        return f"{number} ({self.meanings[value]})" if value in self.meanings else number


_SPP = {0: mode_name(0), 1: mode_name(1)}
_MODES = _SPP | {3: mode_name(3)}
_SSTATUS = (
    CsrField("SIE", 1),
    CsrField("SPIE", 5),
    CsrField("SPP", 8, meanings=_SPP),
    CsrField("SUM", 18),
    CsrField("MXR", 19),
)
_MSTATUS = (
    *_SSTATUS[:1],
    CsrField("MIE", 3),
    CsrField("SPIE", 5),
    CsrField("MPIE", 7),
    CsrField("SPP", 8, meanings=_SPP),
    CsrField("MPP", 11, 2, _MODES),
    CsrField("MPRV", 17),
    *_SSTATUS[3:],
    CsrField("TVM", 20),
    CsrField("TW", 21),
    CsrField("TSR", 22),
)
_HSTATUS = (
    CsrField("GVA", 6),
    CsrField("SPV", 7),
    CsrField("SPVP", 8, meanings={0: mode_name(0, True), 1: mode_name(1, True)}),
    CsrField("HU", 9),
    CsrField("VTVM", 20),
    CsrField("VTW", 21),
    CsrField("VTSR", 22),
)
_TVEC = (
    CsrField("MODE", 0, 2, {0: "direct", 1: "vectored"}),
    CsrField("BASE", 2, 30, show=lambda base: hexadecimal(base << 2)),
)


def _atp(mode: str, space: str, width: int) -> tuple[CsrField, ...]:
    return (
        CsrField("MODE", 31, meanings={0: "Bare", 1: mode}),
        CsrField(space, 22, width),
        CsrField("PPN", 0, 22, show=lambda page: f"0x{page:x}"),
    )


def _interrupts(letters: str, *codes: Interrupt, shift: int = 0) -> tuple[CsrField, ...]:
    """Return the bits of xie (letters "IE") or xip ("IP"), as MTIE."""
    names = {"SOFTWARE": "S", "TIMER": "T", "EXTERNAL": "E"}

    def short(code: Interrupt) -> str:
        *mode, kind = code.name.split("_")
        prefix = "".join(word[0] for word in mode) if not shift else "S"
        return prefix + names[kind] + letters

    return tuple(CsrField(short(code), code - shift) for code in codes)


def _causes() -> tuple[CsrField, ...]:
    """Return the bits of medeleg: a bit for each exception."""
    return tuple(
        CsrField(f"ビット {int(cause)} の{trap_name(cause).partition(' (')[0]}", cause)
        for cause in Cause
    )


_S = (
    Interrupt.SUPERVISOR_SOFTWARE,
    Interrupt.SUPERVISOR_TIMER,
    Interrupt.SUPERVISOR_EXTERNAL,
)
_VS = (
    Interrupt.VIRTUAL_SUPERVISOR_SOFTWARE,
    Interrupt.VIRTUAL_SUPERVISOR_TIMER,
    Interrupt.VIRTUAL_SUPERVISOR_EXTERNAL,
)
_COUNTERS = (CsrField("CY", 0), CsrField("TM", 1), CsrField("IR", 2))
_PMP_MODES = {0: "OFF", 1: "TOR", 2: "NA4", 3: "NAPOT"}


def _pmp(register: int) -> tuple[CsrField, ...]:
    return tuple(
        CsrField(f"pmp{4 * register + entry}cfg の {name}", 8 * entry + low, width, meanings)
        for entry in range(4)
        for name, low, width, meanings in (
            ("R", 0, 1, {}),
            ("W", 1, 1, {}),
            ("X", 2, 1, {}),
            ("A", 3, 2, _PMP_MODES),
            ("L", 7, 1, {}),
        )
    )


CSR_FIELDS: dict[str, tuple[CsrField, ...]] = {
    "mstatus": _MSTATUS,
    "mstatush": (CsrField("GVA", 6), CsrField("MPV", 7)),
    "sstatus": _SSTATUS,
    "vsstatus": _SSTATUS,
    "hstatus": _HSTATUS,
    **dict.fromkeys(("mtvec", "stvec", "vstvec"), _TVEC),
    **dict.fromkeys(("satp", "vsatp"), _atp("Sv32", "ASID", 9)),
    "hgatp": _atp("Sv32x4", "VMID", 7),
    "mie": _interrupts("IE", *Interrupt),
    "mip": _interrupts("IP", *Interrupt),
    "mideleg": _interrupts("I", *Interrupt),
    "sie": _interrupts("IE", *_S),
    "sip": _interrupts("IP", *_S),
    "hie": _interrupts("IE", *_VS),
    "hip": _interrupts("IP", *_VS),
    "hvip": _interrupts("IP", *_VS),
    "hideleg": _interrupts("I", *_VS),
    "vsie": _interrupts("IE", *_VS, shift=1),
    "vsip": _interrupts("IP", *_VS, shift=1),
    **dict.fromkeys(("medeleg", "hedeleg"), _causes()),
    **dict.fromkeys(("mcounteren", "scounteren", "hcounteren"), _COUNTERS),
    **dict.fromkeys(("menvcfg", "senvcfg", "henvcfg"), (CsrField("FIOM", 0),)),
    **{f"pmpcfg{register}": _pmp(register) for register in range(4)},
}
_CAUSES = frozenset({"mcause", "scause", "vscause"})


def value_text(name: str, value: int) -> str:
    """Return a CSR's value in hexadecimal, with the trap that a cause register names.

    0, which a cause register holds before any trap, is not named.
    """
    text = hexadecimal(value)
    if name in _CAUSES and value:
        try:
            return f"{text} ({trap_name(value)})"
        except LookupError:
            return text
    return text


def changes(name: str, old: int, new: int) -> list[str]:
    """Return what changed in the fields of a CSR, as ``MPP は 0 (U モード) から … へ``."""
    return [
        f"{part.name} は {part.text(old)} から {part.text(new)} へ"
        for part in CSR_FIELDS.get(name, ())
        if part.value(old) != part.value(new)
    ]


def change_note(name: str, old: int, new: int) -> str:
    """Return a remark on what a write did to a CSR, in parentheses."""
    if old == new:
        return f" (値は {value_text(name, new)} のままです)"
    parts = [f"値は {value_text(name, old)} から {value_text(name, new)} へ"]
    return f" ({'、'.join(parts + changes(name, old, new))})"
