"""Fragments that change privilege, trap, are interrupted, translate addresses, or use devices.

Each works, or traps, in any mode: the handlers let the program go on.
"""

from courseware.machine.isa.csr_numbers import CSR_NUMBERS
from courseware.machine.isa.table import INSTRUCTIONS
from courseware.machine.memory_map import (
    BARE_BLOCK_BASE,
    CLINT_BASE,
    FINISHER_BASE,
    PLIC_BASE,
    RAM_BASE,
    UART_BASE,
    VIRTIO_BLOCK_BASE,
    VIRTIO_CONSOLE_BASE,
)
from tests.machine.fuzz import flow, tables
from tests.machine.fuzz.builder import Builder
from tests.machine.fuzz.emitter import BY_MNEMONIC, RA, ZERO, Label
from tests.machine.fuzz.handlers import csr
from tests.machine.fuzz.layout import (
    ALIAS,
    BASE,
    CODE,
    DATA,
    FREE,
    HANDLERS,
    MEMORY_BYTES,
    SCRATCH,
    SUPER_ALIAS,
    TOHOST,
)

_MPP_SHIFT, _MPRV, _SUM, _MXR = 11, 1 << 17, 1 << 18, 1 << 19
_MPV, _SPV, _SPVP, _SPP = 1 << 7, 1 << 7, 1 << 8, 1 << 8
_COUNTERS = "cycle cycleh instret instreth time timeh mcycle minstret mcycleh".split()
# What a program needs in order to go on is left alone by random writes.
_KEPT = {"mtvec", "stvec", "vstvec", "mscratch", "sscratch", "vsscratch", "medeleg", "mstatus"}
_CSRS = sorted(
    name for name in CSR_NUMBERS if name not in _KEPT and not name.startswith(("pmp", "mhpm"))
)
_GUEST_MEMORY = tuple(i.mnemonic for i in INSTRUCTIONS if i.mnemonic.startswith(("hlv", "hsv")))
_FENCES = ("sfence.vma", "sfence.vma", "hfence.vvma", "hfence.gvma")
_BAD = (0, 4, 0x10_0000, UART_BASE, 0x1FFF_FFFC, RAM_BASE - 2, RAM_BASE + MEMORY_BYTES, 0xFFFF_FFFE)


_OFF, _TOR, _NA4, _NAPOT, _LOCKED = 0x00, 0x08, 0x10, 0x18, 0x80  # of pmpcfg


# --- traps ---


def trapping(b: Builder) -> None:
    """An instruction that traps, or may."""
    match b.random.randrange(9):
        case 0:
            b.code.word(b.random.choice((0xFFFF_FFFF, 0x0000_006B, 0xC000_1073, 0x0000_100F)))
        case 1:
            b.code.half(b.random.choice((0, 0x8002, 0x9002, 0x4002)))
        case 2:
            b.code.emit("ecall")
        case 3:
            b.code.emit("ebreak")
        case 4:
            b.code.emit("addi", rd=SCRATCH, rs1=BASE, imm=b.random.randint(1, 3))
            mnemonic = b.random.choice(("lr.w", "amoadd.w", "sc.w"))
            fields = {"rd": b.register(), "rs1": SCRATCH, "rs2": b.source()}
            names = BY_MNEMONIC[mnemonic].format.fields
            b.code.emit(mnemonic, **{n: v for n, v in fields.items() if n in names})
        case 5:
            b.code.li(SCRATCH, b.random.choice(_BAD))
            b.code.emit(b.random.choice(("lb", "lh", "lw")), rd=b.register(), rs1=SCRATCH, imm=0)
        case 6:
            b.code.li(SCRATCH, b.random.choice(_BAD))
            b.code.emit(b.random.choice(("sb", "sh", "sw")), rs2=BASE, rs1=SCRATCH, imm=2)
        case 7:
            b.code.emit(b.random.choice(("wfi", "wfi", "wfi", "sret", "mret")))
        case _:
            if b.chance(0.3):
                b.code.li(SCRATCH, b.random.choice(_BAD))
                b.code.emit("jalr", rd=RA, rs1=SCRATCH, imm=0)


# --- CSRs and privilege ---


def counters(b: Builder) -> None:
    """Counters read, and now and then written."""
    for _ in range(b.random.randint(1, 3)):
        csr(b.code, "csrrs", b.register(), b.random.choice(_COUNTERS), ZERO)
        b.some(2)
    if b.chance(0.15):
        name = b.random.choice(("mcycle", "minstret", "mcycleh", "minstreth"))
        csr(b.code, "csrrw", b.register(), name, b.source())


def registers(b: Builder) -> None:
    """Any CSR in any way."""
    for _ in range(b.random.randint(1, 3)):
        name = b.random.choice(_CSRS)
        number = CSR_NUMBERS[name] if b.chance(0.95) else b.random.randrange(4096)
        if b.chance(0.5):
            mnemonic = b.random.choice(("csrrw", "csrrs", "csrrc"))
            source = ZERO if b.chance(0.4) else b.source()
            b.code.emit(mnemonic, rd=b.register(), csr=number, rs1=source)
        else:
            mnemonic = b.random.choice(("csrrwi", "csrrsi", "csrrci"))
            zimm = 0 if b.chance(0.4) else b.random.randrange(32)
            b.code.emit(mnemonic, rd=b.register(), csr=number, zimm=zimm)


def status(b: Builder) -> None:
    """How memory is seen: MPRV with a mode, SUM, MXR; and the interrupt enables."""
    bits = b.random.choice((_SUM, _MXR, _SUM | _MXR, _MPRV, 1 << 3, 1 << 1))
    name = b.random.choice(("mstatus", "mstatus", "sstatus", "vsstatus"))
    if bits == _MPRV:
        name = "mstatus"
        b.code.li(SCRATCH, 3 << _MPP_SHIFT)
        csr(b.code, "csrrc", ZERO, "mstatus", SCRATCH)
        bits |= b.random.choice((0, 1, 3)) << _MPP_SHIFT
    b.code.li(SCRATCH, bits)
    csr(b.code, b.random.choice(("csrrs", "csrrs", "csrrc")), ZERO, name, SCRATCH)
    if bits & _MPRV:
        flow.memory(b)
        if b.chance(0.8):
            b.code.li(SCRATCH, _MPRV)
            csr(b.code, "csrrc", ZERO, "mstatus", SCRATCH)


def to_machine(b: Builder) -> None:
    """Go on in M mode."""
    b.code.emit("ecall")


def enter(b: Builder, mode: int, virtual: bool = False) -> None:
    """Go on in a mode, by way of M mode; perhaps at another address of the same code."""
    code, there = b.code, Label()
    to_machine(b)
    window = b.random.choice((RAM_BASE, RAM_BASE, ALIAS, SUPER_ALIAS)) if mode < 3 else RAM_BASE
    code.la(SCRATCH, there, offset=window - RAM_BASE)
    if b.chance(0.7):
        csr(code, "csrrw", ZERO, "mepc", SCRATCH)
        code.li(SCRATCH, 3 << _MPP_SHIFT)
        csr(code, "csrrc", ZERO, "mstatus", SCRATCH)
        code.li(SCRATCH, mode << _MPP_SHIFT)
        csr(code, "csrrs", ZERO, "mstatus", SCRATCH)
        code.li(SCRATCH, _MPV)
        csr(code, "csrrs" if virtual else "csrrc", ZERO, "mstatush", SCRATCH)
        code.emit("mret")
    else:
        csr(code, "csrrw", ZERO, "sepc", SCRATCH)
        code.li(SCRATCH, _SPP)
        csr(code, "csrrs" if mode else "csrrc", ZERO, "sstatus", SCRATCH)
        code.li(SCRATCH, _SPV)
        csr(code, "csrrs" if virtual else "csrrc", ZERO, "hstatus", SCRATCH)
        code.emit("sret")
    code.place(there)
    b.body(3)
    if b.chance(0.4):
        to_machine(b)


def lower(b: Builder) -> None:
    """Go on in U or S mode."""
    enter(b, b.random.choice((0, 0, 1)))


def protection(b: Builder) -> None:
    """A PMP entry: any kind of region around data, code or handlers; locked ones around data."""
    index = b.random.randrange(8)
    if b.chance(0.3):
        kind = _LOCKED | _NAPOT
        place = b.random.choice((DATA, DATA - 0x1000, DATA - 0x40, DATA + 0x40))
        span = b.random.choice((0xF, 0xF, 0x1FF))
    else:
        kind = b.random.choice((_OFF, _TOR, _NA4, _NAPOT, _NAPOT))
        place = b.random.choice((DATA, DATA, DATA + 0x40, FREE, CODE + 0x800, HANDLERS, 0))
        span = b.random.choice((0, 1, 3, 0xF, 0x1FF, 0x3FF))
    address = place >> 2
    b.code.li(SCRATCH, address & ~span | span >> 1 if kind & _NAPOT == _NAPOT else address)
    b.code.emit("csrrw", rd=b.register(), csr=CSR_NUMBERS["pmpaddr0"] + index, rs1=SCRATCH)
    b.code.li(SCRATCH, 0xFF << 8 * (index % 4))
    number = CSR_NUMBERS["pmpcfg0"] + index // 4
    b.code.emit("csrrc", rd=ZERO, csr=number, rs1=SCRATCH)
    b.code.li(SCRATCH, (kind | b.random.randrange(8)) << 8 * (index % 4))
    b.code.emit("csrrs", rd=b.register(), csr=number, rs1=SCRATCH)
    if b.chance(0.5):
        hot_memory(b)


def hot_memory(b: Builder) -> None:
    """Loads and stores often enough to be translated, whether they trap or not."""
    b.code.li(b.counter, b.random.choice((30, 60)))
    top = b.code.mark()
    flow.memory(b)
    b.some(2)
    b.code.emit("addi", rd=b.counter, rs1=b.counter, imm=-1)
    b.code.branch("bne", b.counter, ZERO, top)


# --- address translation ---


def translate(b: Builder) -> None:
    """Another address space, with or without a fence; then a mode that it holds for."""
    space = b.random.randrange(2)
    to_machine(b)
    value = 0 if b.chance(0.15) else tables.satp(space, b.random.randrange(3))
    if b.chance(0.06):  # code as a page table, into which walks write
        value = tables.satp_of(CODE)
    b.code.li(SCRATCH, value)
    csr(b.code, "csrrw", ZERO, "satp", SCRATCH)
    if b.chance(0.6):
        fences(b)
    enter(b, 0 if space else 1)


def page_table(b: Builder) -> None:
    """A change of a page table entry, with or without a fence, and accesses to its page."""
    page = b.random.choice((4, 5, 5, 7, b.random.randrange(8)))
    space = b.random.randrange(2)
    address = tables.leaf_address(space, page)
    if tables_of_guest := b.chance(0.4):
        address = tables.guest_leaf_address(page)
    b.code.li(SCRATCH, address)
    flags = b.random.choice((0x01, 0x02, 0x04, 0x06, 0x08, 0x10, 0x40, 0x80, 0xC0, 0x20))
    if b.chance(0.25):
        flags = b.random.choice((1, 2, 3)) << 10  # another page
    value = b.random.randrange(10, 16)
    toggle = 10 if value != 10 else 11
    b.code.li(toggle, flags)
    b.code.emit("lw", rd=value, rs1=SCRATCH, imm=0)
    b.code.emit("xor", rd=value, rs1=value, rs2=toggle)
    b.code.emit("sw", rs2=value, rs1=SCRATCH, imm=0)
    if b.chance(0.5):
        fences(b)
    if tables_of_guest and b.chance(0.5):
        b.code.emit("hfence.gvma", rs1=ZERO, rs2=ZERO)
    aliased(b)
    if b.chance(0.3):
        hot_memory(b)


def aliased(b: Builder) -> None:
    """Accesses to the same data at different virtual addresses."""
    for _ in range(b.random.randint(1, 3)):
        window = b.random.choice((0, 0, ALIAS - RAM_BASE, SUPER_ALIAS - RAM_BASE))
        page = b.random.choice((DATA, DATA, FREE))
        b.code.li(SCRATCH, page + window)
        offset = b.random.randint(-5, 5) if b.chance(0.5) else 4 * b.random.randint(-9, 9)
        if b.chance(0.5):
            b.code.emit(
                b.random.choice(("lw", "lh", "lbu")), rd=b.register(), rs1=SCRATCH, imm=offset
            )
        else:
            b.code.emit(
                b.random.choice(("sw", "sh", "sb")), rs2=b.source(), rs1=SCRATCH, imm=offset
            )


def fences(b: Builder) -> None:
    """A fence for all, or for an address or an address space."""
    rs1, rs2 = ZERO, ZERO
    if b.chance(0.3):
        rs1 = b.random.choice((BASE, SCRATCH, b.source()))
    if b.chance(0.2):
        rs2 = b.register()
    b.code.emit(b.random.choice(_FENCES), rs1=rs1, rs2=rs2)


# --- guests ---


def guest(b: Builder) -> None:
    """A guest: one stage or two, VS or VU."""
    code, space = b.code, b.random.randrange(2)
    to_machine(b)
    for name, value, off in (
        ("hgatp", tables.hgatp(b.random.randrange(2)), 0.15),
        ("vsatp", tables.satp(space, b.random.randrange(2)), 0.3),
    ):
        code.li(SCRATCH, 0 if b.chance(off) else value)
        csr(code, "csrrw", ZERO, name, SCRATCH)
        if b.chance(0.5):
            fences(b)
    enter(b, 0 if space else 1, virtual=True)


def guest_memory(b: Builder) -> None:
    """A hypervisor's loads and stores in its guest."""
    if b.chance(0.5):
        b.code.li(SCRATCH, b.random.choice((_SPVP, 1 << 9, _SPVP | 1 << 9)))
        csr(b.code, b.random.choice(("csrrs", "csrrc")), ZERO, "hstatus", SCRATCH)
    window = b.random.choice((0, 0, ALIAS - RAM_BASE, SUPER_ALIAS - RAM_BASE))
    b.code.li(SCRATCH, b.random.choice((DATA, CODE, FREE)) + window + b.random.randint(-4, 4))
    for _ in range(b.random.randint(1, 3)):
        instruction = BY_MNEMONIC[b.random.choice(_GUEST_MEMORY)]
        fields = {"rd": b.register(), "rs1": SCRATCH, "rs2": b.source()}
        names = instruction.format.fields
        b.code.emit(instruction.mnemonic, **{n: v for n, v in fields.items() if n in names})


def virtual_interrupt(b: Builder) -> None:
    """Interrupts that a hypervisor injects, and their enables."""
    b.code.li(SCRATCH, b.random.choice((0x4, 0x40, 0x400, 0x444)))
    name = b.random.choice(("hvip", "hvip", "hie", "hip", "vsie", "vsip", "hideleg"))
    csr(b.code, b.random.choice(("csrrs", "csrrs", "csrrc")), b.register(), name, SCRATCH)
    if b.chance(0.4):
        b.code.emit("csrrsi", rd=ZERO, csr=CSR_NUMBERS["vsstatus"], zimm=2)


# --- interrupts and devices ---


def timer(b: Builder) -> None:
    """The timer is set to a moment soon to come."""
    b.code.li(SCRATCH, CLINT_BASE + 0xBFF8)
    now = b.register() or 10
    b.code.emit("lw", rd=now, rs1=SCRATCH, imm=0)
    b.code.emit("addi", rd=now, rs1=now, imm=b.random.choice((-1, 0, 1, 2, 3, 5, 9, 33, 200, 900)))
    b.code.li(SCRATCH, CLINT_BASE + 0x4000)
    b.code.emit("sw", rs1=SCRATCH, rs2=now, imm=0)
    b.code.emit("sw", rs1=SCRATCH, rs2=ZERO, imm=4)


def interrupts(b: Builder) -> None:
    """Interrupts are enabled, disabled, raised by software, or delegated."""
    match b.random.randrange(5):
        case 0:
            b.code.li(SCRATCH, CLINT_BASE)
            b.code.emit("sw", rs1=SCRATCH, rs2=b.source(), imm=0)
        case 1:
            b.code.li(SCRATCH, b.random.choice((0x80, 0x88, 0xAAA, 0x8AA, 0x222)))
            csr(b.code, "csrrs", b.register(), "mie", SCRATCH)
        case 2:
            name = b.random.choice(("mstatus", "sstatus"))
            mnemonic = b.random.choice(("csrrsi", "csrrsi", "csrrci"))
            zimm = b.random.choice((8, 2, 10))
            b.code.emit(mnemonic, rd=ZERO, csr=CSR_NUMBERS[name], zimm=zimm)
        case 3:
            b.code.li(SCRATCH, b.random.choice((0x2, 0x20, 0x200, 0x22)))
            name = b.random.choice(("mip", "mip", "sip", "mideleg", "sie"))
            csr(b.code, b.random.choice(("csrrs", "csrrs", "csrrc")), b.register(), name, SCRATCH)
        case _:
            b.code.emit("wfi")


def devices(b: Builder) -> None:
    """Registers of devices, read and written in a loop or not."""
    base = b.random.choice(
        (UART_BASE, UART_BASE, UART_BASE, CLINT_BASE + 0xB000, PLIC_BASE, PLIC_BASE + 0x2000,
         PLIC_BASE + 0x20_0000, BARE_BLOCK_BASE, VIRTIO_BLOCK_BASE, VIRTIO_CONSOLE_BASE)
    )  # fmt: skip
    b.code.li(SCRATCH, base)
    for _ in range(b.random.randint(1, 3)):
        size = "b" if base == UART_BASE and b.chance(0.9) else "w" if b.chance(0.95) else "h"
        offset = b.random.randrange(8) if base == UART_BASE else 4 * b.random.randrange(0x40)
        if b.chance(0.5):
            b.code.emit("l" + size, rd=b.register(), rs1=SCRATCH, imm=offset)
        else:
            b.code.emit("s" + size, rs1=SCRATCH, rs2=b.source(), imm=offset)


def output(b: Builder) -> None:
    """Text for the console."""
    b.code.li(SCRATCH, UART_BASE)
    b.code.li(10, b.random.randint(32, 126))
    b.code.emit("sb", rs1=SCRATCH, rs2=10, imm=0)


def transfer(b: Builder) -> None:
    """Code that the disk brings into RAM, again and again, and that is run."""
    code = b.code
    target = 28
    place = FREE + 0x200 * b.random.randrange(3)
    code.li(b.counter, b.random.choice((2, 10, 40)))
    code.li(target, place)
    top = code.mark()
    code.li(SCRATCH, BARE_BLOCK_BASE)
    code.emit("andi", rd=14, rs1=b.counter, imm=b.random.choice((1, 3, 12)))
    code.emit("sw", rs1=SCRATCH, rs2=14, imm=0x0C)
    code.emit("sw", rs1=SCRATCH, rs2=target, imm=0x10)
    code.emit("addi", rd=14, rs1=ZERO, imm=1)
    code.emit("sw", rs1=SCRATCH, rs2=14, imm=0x14)
    code.emit("sw", rs1=SCRATCH, rs2=14, imm=0x18)
    if b.chance(0.3):
        code.emit("fence.i")
    code.emit("jalr", rd=RA, rs1=target, imm=0)
    code.emit("addi", rd=b.counter, rs1=b.counter, imm=-1)
    code.branch("bne", b.counter, ZERO, top)


def finish(b: Builder) -> None:
    """A store that ends the program, under a condition that seldom holds."""
    behind = Label()
    b.code.emit("andi", rd=14, rs1=b.source(), imm=63)
    b.code.branch("bne", 14, ZERO, behind)
    if b.chance(0.5):
        b.code.li(SCRATCH, FINISHER_BASE)
        b.code.li(14, b.random.choice((0x5555, 0x3_3333, 0x7777, 0)))
        b.code.emit("sw", rs1=SCRATCH, rs2=14, imm=0)
    else:
        b.code.li(SCRATCH, TOHOST)
        b.code.li(14, b.random.choice((1, 3, 0x41, DATA)))
        b.code.emit("sw", rs1=SCRATCH, rs2=14, imm=0)
        b.code.li(14, b.random.choice((0, 0, 0x0101_0000)))
        b.code.emit("sw", rs1=SCRATCH, rs2=14, imm=4)
    b.code.place(behind)


# --- anything ---


def words(b: Builder) -> None:
    """Any instruction with any fields, or any bits at all."""
    for _ in range(b.random.randint(1, 4)):
        match b.random.randrange(8):
            case 0:
                b.code.word(b.random.getrandbits(32) | 3)
            case 1 | 2:
                bits = b.random.getrandbits(16)
                b.code.half(bits & ~1 if bits & 3 == 3 else bits)
            case _:
                instruction = b.random.choice(INSTRUCTIONS)
                names = instruction.format.fields
                fields = {name: b.field(field) for name, field in names.items()}
                if "csr" in fields:
                    fields["csr"] = CSR_NUMBERS[b.random.choice(_CSRS)]
                if "rd" in fields:
                    fields["rd"] = b.register()
                for name in ("rs1", "rs2"):
                    if name in fields:
                        fields[name] = BASE if b.chance(0.3) else b.source()
                b.code.word(instruction.encode(fields))
