"""The control and status registers that this hart has, and what reading and writing them means.

Source: privileged specification, chapters "Machine-Level ISA", "Supervisor-Level ISA" and "H
Extension". Fields are WARL as written there: what cannot be written keeps its value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from courseware.machine.hart.access import MACHINE, SUPERVISOR, USER
from courseware.machine.hart.pmp import ENTRIES
from courseware.machine.isa.csr_numbers import CSR_NUMBERS
from courseware.machine.trap import Cause, Interrupt

if TYPE_CHECKING:
    from courseware.machine.hart.hart import Hart

WORD = 0xFFFF_FFFF

# mstatus, sstatus, vsstatus
SIE, MIE, SPIE, MPIE, SPP = 1 << 1, 1 << 3, 1 << 5, 1 << 7, 1 << 8
MPP_SHIFT, MPP = 11, 3 << 11
MPRV, SUM, MXR, TVM, TW, TSR = 1 << 17, 1 << 18, 1 << 19, 1 << 20, 1 << 21, 1 << 22
_SSTATUS = SIE | SPIE | SPP | SUM | MXR
_MSTATUS = _SSTATUS | MIE | MPIE | MPRV | TVM | TW | TSR
# mstatush
GVA, MPV = 1 << 6, 1 << 7
# hstatus
HSTATUS_GVA, SPV, SPVP, HU = 1 << 6, 1 << 7, 1 << 8, 1 << 9
VTVM, VTW, VTSR = 1 << 20, 1 << 21, 1 << 22
_HSTATUS = HSTATUS_GVA | SPV | SPVP | HU | VTVM | VTW | VTSR

_S_INTERRUPTS = (
    1 << Interrupt.SUPERVISOR_SOFTWARE
    | 1 << Interrupt.SUPERVISOR_TIMER
    | 1 << Interrupt.SUPERVISOR_EXTERNAL
)
VS_INTERRUPTS = _S_INTERRUPTS << 1
_M_INTERRUPTS = _S_INTERRUPTS << 2
_VSSIP = 1 << Interrupt.VIRTUAL_SUPERVISOR_SOFTWARE


def _bits(*causes: Cause) -> int:
    return sum(1 << cause for cause in causes)


_HEDELEG = sum(1 << cause for cause in range(Cause.ECALL_FROM_U + 1)) | _bits(
    Cause.INSTRUCTION_PAGE_FAULT, Cause.LOAD_PAGE_FAULT, Cause.STORE_PAGE_FAULT
)
_MEDELEG = _HEDELEG | _bits(
    Cause.ECALL_FROM_S,
    Cause.ECALL_FROM_VS,
    Cause.INSTRUCTION_GUEST_PAGE_FAULT,
    Cause.LOAD_GUEST_PAGE_FAULT,
    Cause.VIRTUAL_INSTRUCTION,
    Cause.STORE_GUEST_PAGE_FAULT,
)

_COUNTERS = 0b111  # CY, TM, IR
_SV32 = 1 << 31
_HGATP = _SV32 | 0x7F << 22 | ((1 << 22) - 1) & ~3
_MISA = 1 << 30 | sum(1 << ord(letter) - ord("A") for letter in "ACHIMSU")


class Csrs:
    """The registers that hold what was written to them; others are made of these or of more.

    ``mip`` holds the bits that software may set; ``lines`` are those that devices drive.
    ``htimedelta`` has 64 bits.
    """

    NAMES = (
        "mstatus mstatush medeleg mideleg mie mtvec mcounteren menvcfg mscratch mepc mcause mtval"
        " mip mtinst mtval2 stvec scounteren senvcfg sscratch sepc scause stval satp"
        " hstatus hedeleg hideleg hvip hcounteren henvcfg htimedelta htval htinst hgatp"
        " vsstatus vstvec vsscratch vsepc vscause vstval vsatp lines"
    ).split()  # fmt: skip

    def __init__(self) -> None:
        self.mstatus = self.mstatush = self.medeleg = self.mie = self.mtvec = 0
        self.mideleg = VS_INTERRUPTS  # these bits are read-only ones
        self.mcounteren = self.menvcfg = self.mscratch = self.mepc = self.mcause = 0
        self.mtval = self.mip = self.mtinst = self.mtval2 = 0
        self.stvec = self.scounteren = self.senvcfg = self.sscratch = self.sepc = 0
        self.scause = self.stval = self.satp = 0
        self.hstatus = self.hedeleg = self.hideleg = self.hvip = self.hcounteren = 0
        self.henvcfg = self.htimedelta = self.htval = self.htinst = self.hgatp = 0
        self.vsstatus = self.vstvec = self.vsscratch = self.vsepc = self.vscause = 0
        self.vstval = self.vsatp = 0
        self.lines = 0

    @property
    def pending(self) -> int:
        """Return mip as it reads."""
        return self.mip | self.lines | self.hvip


def _ignore(hart: "Hart", value: int) -> None:
    """Write what cannot be written."""


@dataclass(frozen=True)
class Register:
    """A CSR. ``modified`` is what csrrs and csrrc set and clear bits of, where not what reads."""

    read: Callable[["Hart"], int]
    write: Callable[["Hart", int], None] = _ignore
    modified: Callable[["Hart"], int] | None = None


def find(hart: "Hart", number: int, is_written: bool) -> Register:
    """Return the CSR that an instruction may access.

    Raises Trap: illegal instruction, or virtual instruction where a guest may not but a
    hypervisor might ("H Extension", "Virtual-Instruction Exception").
    """
    if number not in REGISTERS or (is_written and number >> 10 == 3):
        raise hart.illegal()
    level = number >> 8 & 3  # 2 is the hypervisor's: S, but not VS
    if hart.virtual:
        if level == MACHINE:
            raise hart.illegal()
        if level == 2 or (level == SUPERVISOR and hart.mode == USER):
            raise hart.virtual_instruction()
    elif hart.mode < (SUPERVISOR if level == 2 else level):
        raise hart.illegal()
    _check_traps(hart, number)
    if hart.virtual and number in _GUEST_NUMBERS:
        number = _GUEST_NUMBERS[number]
    return REGISTERS[number]


def _check_traps(hart: "Hart", number: int) -> None:
    """Raise Trap for what mstatus, hstatus and the counter enables withhold."""
    csr = hart.csr
    if number == CSR_NUMBERS["satp"]:
        if hart.virtual and csr.hstatus & VTVM:
            raise hart.virtual_instruction()
        if not hart.virtual and hart.mode == SUPERVISOR and csr.mstatus & TVM:
            raise hart.illegal()
    elif number == CSR_NUMBERS["hgatp"]:
        if hart.mode == SUPERVISOR and csr.mstatus & TVM:
            raise hart.illegal()
    elif number & ~0x9F == 0xC00 and hart.mode < MACHINE:
        _check_counter(hart, 1 << (number & 0x1F))


def _check_counter(hart: "Hart", bit: int) -> None:
    csr = hart.csr
    if not csr.mcounteren & bit:
        raise hart.illegal()
    if hart.virtual and not csr.hcounteren & bit:
        raise hart.virtual_instruction()
    if hart.mode == USER and not csr.scounteren & bit:
        raise hart.virtual_instruction() if hart.virtual else hart.illegal()


# --- kinds of registers ---


def _plain(name: str, mask: int = WORD) -> Register:
    """A register whose bits outside the mask keep their value."""

    def write(hart: "Hart", value: int) -> None:
        old = getattr(hart.csr, name)
        setattr(hart.csr, name, old & ~mask | value & mask)

    return Register(lambda hart: getattr(hart.csr, name), write)


def _noticed(register: Register, notice: Callable[["Hart"], None]) -> Register:
    """A register whose change the hart must hear of."""

    def write(hart: "Hart", value: int) -> None:
        register.write(hart, value)
        notice(hart)

    return Register(register.read, write, register.modified)


def _constant(value: int) -> Register:
    return Register(lambda hart: value)


def _vector(name: str) -> Register:
    """A trap vector: modes are direct and vectored; another keeps the old one."""

    def write(hart: "Hart", value: int) -> None:
        old = getattr(hart.csr, name)
        mode = old & 3 if value & 2 else value & 3
        setattr(hart.csr, name, value & ~3 | mode)

    return Register(lambda hart: getattr(hart.csr, name), write)


def _views(hart: "Hart") -> None:
    hart.update_views()


def _interrupts(hart: "Hart") -> None:
    hart.look_up()


def _half(name: str, shift: int) -> Register:
    """A half of a 64-bit register."""

    def write(hart: "Hart", value: int) -> None:
        old = getattr(hart.csr, name)
        setattr(hart.csr, name, old & ~(WORD << shift) | value << shift)

    return Register(lambda hart: getattr(hart.csr, name) >> shift & WORD, write)


# --- registers with rules of their own ---


def _write_mstatus(hart: "Hart", value: int) -> None:
    mpp = value >> MPP_SHIFT & 3
    mask = _MSTATUS | (MPP if mpp in (USER, SUPERVISOR, MACHINE) else 0)
    hart.csr.mstatus = hart.csr.mstatus & ~mask | value & mask


def _some(name: str, mask: Callable[["Hart"], int]) -> Register:
    """A view of some bits of another register."""

    def write(hart: "Hart", value: int) -> None:
        bits = mask(hart)
        setattr(hart.csr, name, getattr(hart.csr, name) & ~bits | value & bits)

    return Register(lambda hart: getattr(hart.csr, name) & mask(hart), write)


def _atp(name: str) -> Register:
    """Satp and its like: without a mode but Bare and Sv32, nothing is unsupported."""
    return _noticed(_plain(name), _views)


_MIP_WRITABLE = _S_INTERRUPTS


def _write_mip(hart: "Hart", value: int) -> None:
    hart.csr.mip = value & _MIP_WRITABLE
    hart.csr.hvip = hart.csr.hvip & ~_VSSIP | value & _VSSIP


def _write_sip(hart: "Hart", value: int) -> None:
    mask = 1 << Interrupt.SUPERVISOR_SOFTWARE & WORD
    if hart.csr.mideleg & mask:
        hart.csr.mip = hart.csr.mip & ~mask | value & mask


def _write_hip(hart: "Hart", value: int) -> None:
    hart.csr.hvip = hart.csr.hvip & ~_VSSIP | value & _VSSIP


def _write_vsip(hart: "Hart", value: int) -> None:
    if hart.csr.hideleg & _VSSIP:
        _write_hip(hart, value << 1)


def _write_vsie(hart: "Hart", value: int) -> None:
    mask = hart.csr.hideleg & VS_INTERRUPTS
    hart.csr.mie = hart.csr.mie & ~mask | value << 1 & mask


def _software_mip(hart: "Hart") -> int:
    """Return mip without what devices drive, so that csrrs does not copy a line into a bit."""
    return hart.csr.mip | hart.csr.hvip


def _pmp_config(register: int) -> Register:
    def write(hart: "Hart", value: int) -> None:
        hart.pmp.write_config(register, value)
        hart.mmu.forget_maps()
        hart.update_views()

    return Register(lambda hart: hart.pmp.read_config(register), write)


def _pmp_address(index: int) -> Register:
    def write(hart: "Hart", value: int) -> None:
        hart.pmp.write_address(index, value)
        hart.mmu.forget_maps()
        hart.update_views()

    return Register(lambda hart: hart.pmp.address[index], write)


def _clock(read: Callable[["Hart"], int], name: str) -> dict[str, Register]:
    """The machine's counter and its read-only shadow, both halves; ``read`` gives 64 bits."""

    def half(shift: int) -> Register:
        def write(hart: "Hart", value: int) -> None:
            now = read(hart)
            # The write itself is a cycle and an instruction, and counts no more.
            wanted = now & ~(WORD << shift) | value << shift
            hart.move_counter(name, wanted - now - 1)

        return Register(lambda hart: read(hart) >> shift & WORD, write)

    return {f"m{name}": half(0), f"m{name}h": half(32)}


def _shadow(read: Callable[["Hart"], int], name: str) -> dict[str, Register]:
    return {
        name: Register(lambda hart: read(hart) & WORD),
        f"{name}h": Register(lambda hart: read(hart) >> 32 & WORD),
    }


def _time(hart: "Hart") -> int:
    delta = hart.csr.htimedelta if hart.virtual else 0
    return hart.time() + delta & (1 << 64) - 1


_BY_NAME: dict[str, Register] = {
    "mvendorid": _constant(0),
    "marchid": _constant(0),
    "mimpid": _constant(0),
    "mhartid": _constant(0),
    "mconfigptr": _constant(0),
    "mstatus": _noticed(Register(lambda hart: hart.csr.mstatus, _write_mstatus), _views),
    "mstatush": _noticed(_plain("mstatush", GVA | MPV), _views),
    "misa": _constant(_MISA),
    "medeleg": _plain("medeleg", _MEDELEG),
    "mideleg": _noticed(_plain("mideleg", _S_INTERRUPTS), _interrupts),
    "mie": _noticed(_plain("mie", _M_INTERRUPTS | _S_INTERRUPTS | VS_INTERRUPTS), _interrupts),
    "mtvec": _vector("mtvec"),
    "mcounteren": _plain("mcounteren", _COUNTERS),
    "menvcfg": _plain("menvcfg", 1),
    "menvcfgh": _constant(0),
    "mcountinhibit": _constant(0),
    "mscratch": _plain("mscratch"),
    "mepc": _plain("mepc", ~1),
    "mcause": _plain("mcause"),
    "mtval": _plain("mtval"),
    "mip": _noticed(
        Register(lambda hart: hart.csr.pending, _write_mip, _software_mip), _interrupts
    ),
    "mtinst": _plain("mtinst"),
    "mtval2": _plain("mtval2"),
    "tselect": _constant(0),  # no triggers: tdata1 reads as type 0
    "tdata1": _constant(0),
    "tdata2": _constant(0),
    "tdata3": _constant(0),
    "sstatus": _noticed(_some("mstatus", lambda hart: _SSTATUS), _views),
    "sie": _noticed(_some("mie", lambda hart: hart.csr.mideleg & _S_INTERRUPTS), _interrupts),
    "stvec": _vector("stvec"),
    "scounteren": _plain("scounteren", _COUNTERS),
    "senvcfg": _plain("senvcfg", 1),
    "sscratch": _plain("sscratch"),
    "sepc": _plain("sepc", ~1),
    "scause": _plain("scause"),
    "stval": _plain("stval"),
    "sip": _noticed(
        Register(
            lambda hart: hart.csr.pending & hart.csr.mideleg & _S_INTERRUPTS,
            _write_sip,
            lambda hart: hart.csr.mip & hart.csr.mideleg & _S_INTERRUPTS,
        ),
        _interrupts,
    ),
    "satp": _atp("satp"),
    "hstatus": _noticed(_plain("hstatus", _HSTATUS), _views),
    "hedeleg": _plain("hedeleg", _HEDELEG),
    "hideleg": _noticed(_plain("hideleg", VS_INTERRUPTS), _interrupts),
    "hie": _noticed(_some("mie", lambda hart: VS_INTERRUPTS), _interrupts),
    "hip": _noticed(
        Register(lambda hart: hart.csr.pending & VS_INTERRUPTS, _write_hip), _interrupts
    ),
    "hvip": _noticed(_plain("hvip", VS_INTERRUPTS), _interrupts),
    "hgeie": _constant(0),
    "hgeip": _constant(0),
    "hcounteren": _plain("hcounteren", _COUNTERS),
    "henvcfg": _plain("henvcfg", 1),
    "henvcfgh": _constant(0),
    "htimedelta": _half("htimedelta", 0),
    "htimedeltah": _half("htimedelta", 32),
    "htval": _plain("htval"),
    "htinst": _plain("htinst"),
    "hgatp": _noticed(_plain("hgatp", _HGATP), _views),
    "vsstatus": _noticed(_plain("vsstatus", _SSTATUS), _views),
    "vsie": _noticed(
        Register(lambda hart: (hart.csr.mie & hart.csr.hideleg & VS_INTERRUPTS) >> 1, _write_vsie),
        _interrupts,
    ),
    "vstvec": _vector("vstvec"),
    "vsscratch": _plain("vsscratch"),
    "vsepc": _plain("vsepc", ~1),
    "vscause": _plain("vscause"),
    "vstval": _plain("vstval"),
    "vsip": _noticed(
        Register(
            lambda hart: (hart.csr.pending & hart.csr.hideleg & VS_INTERRUPTS) >> 1, _write_vsip
        ),
        _interrupts,
    ),
    "vsatp": _atp("vsatp"),
    **_clock(lambda hart: hart.mcycle, "cycle"),
    **_clock(lambda hart: hart.minstret, "instret"),
    **_shadow(lambda hart: hart.mcycle, "cycle"),
    **_shadow(lambda hart: hart.minstret, "instret"),
    **_shadow(_time, "time"),
    **{f"pmpcfg{n}": _pmp_config(n) for n in range(ENTRIES // 4)},
    **{f"pmpcfg{n}": _constant(0) for n in range(ENTRIES // 4, 16)},
    **{f"pmpaddr{n}": _pmp_address(n) for n in range(ENTRIES)},
    **{f"pmpaddr{n}": _constant(0) for n in range(ENTRIES, 64)},
    **{f"mhpmevent{n}": _constant(0) for n in range(3, 32)},
    **{f"mhpmcounter{n}{h}": _constant(0) for n in range(3, 32) for h in ("", "h")},
    **{f"hpmcounter{n}{h}": _constant(0) for n in range(3, 32) for h in ("", "h")},
}
NAMES = frozenset(_BY_NAME)
REGISTERS: dict[int, Register] = {CSR_NUMBERS[name]: csr for name, csr in _BY_NAME.items()}

# With V=1 the supervisor's numbers reach the guest's registers.
_GUEST_NUMBERS = {
    CSR_NUMBERS[name]: CSR_NUMBERS["v" + name]
    for name in "sstatus sie stvec sscratch sepc scause stval sip satp".split()
}


def read(hart: "Hart", name: str) -> int:
    """Return a CSR's value by name, as M mode reads it. Raises KeyError for one that is not."""
    return REGISTERS[CSR_NUMBERS[name]].read(hart)
