"""Random programs by kind, and how each is run: all of it made from a few numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from courseware.machine.hart import tlb
from courseware.machine.isa.csr_numbers import CSR_NUMBERS
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.program import Program, Segment
from courseware.machine.ram import PAGE_BYTES
from courseware.machine.state import MachineLimits, MachineOptions
from tests.machine.fuzz import flow, privileged, tables
from tests.machine.fuzz.builder import Builder, Fragment
from tests.machine.fuzz.emitter import BY_MNEMONIC, SHORT, SP, ZERO, Code, Label
from tests.machine.fuzz.handlers import GUEST_SAVED, SUPERVISOR_SAVED, Handlers, csr
from tests.machine.fuzz.layout import (
    BASE,
    CODE,
    DATA,
    FREE_REGISTERS,
    HANDLERS,
    MEMORY_BYTES,
    SAVED,
    SCRATCH,
    TOHOST,
)

LIMITS = MachineLimits(memory_bytes=MEMORY_BYTES, max_output_bytes=64)
_SECTOR_BYTES = 512
_EBREAK = BY_MNEMONIC["ebreak"].match


@dataclass(frozen=True)
class Kind:
    """What programs of a kind are made of. ``handles``: they have trap handlers."""

    weights: Mapping[Fragment, int]
    handles: bool = True


_FLOW: dict[Fragment, int] = {
    flow.straight: 3,
    flow.constants: 2,
    flow.memory: 4,
    flow.atomics: 2,
    flow.reservations: 1,
    flow.loop: 8,
    flow.diamond: 4,
    flow.branchy: 2,
    flow.call: 3,
    flow.table: 2,
    flow.irreducible: 2,
    flow.overlap: 2,
}
_REWRITING: dict[Fragment, int] = {flow.rewriting: 10, flow.copying: 6}
_TRAPS: dict[Fragment, int] = {
    privileged.trapping: 5,
    privileged.counters: 2,
    privileged.registers: 2,
    privileged.lower: 3,
}
_INTERRUPTS: dict[Fragment, int] = {privileged.timer: 4, privileged.interrupts: 5}
_PAGING: dict[Fragment, int] = {
    privileged.translate: 6,
    privileged.page_table: 5,
    privileged.aliased: 5,
    privileged.fences: 2,
    privileged.status: 3,
    privileged.to_machine: 1,
}
_GUESTS: dict[Fragment, int] = {
    privileged.guest: 12,
    privileged.guest_memory: 4,
    privileged.virtual_interrupt: 4,
}
_DEVICES: dict[Fragment, int] = {
    privileged.devices: 5,
    privileged.output: 1,
    privileged.transfer: 3,
    privileged.finish: 1,
}

KINDS: dict[str, Kind] = {
    "plain": Kind(_FLOW, handles=False),
    "rewriting": Kind(_FLOW | _REWRITING),
    "trapping": Kind(_FLOW | _TRAPS),
    "interrupted": Kind(_FLOW | _INTERRUPTS | {privileged.counters: 3, privileged.lower: 2}),
    "protected": Kind(
        _FLOW | _TRAPS | {privileged.protection: 7, privileged.aliased: 4, privileged.status: 2}
    ),
    "paging": Kind(_FLOW | _PAGING | {privileged.trapping: 1}),
    "paging-rewriting": Kind(_FLOW | _PAGING | _REWRITING),
    "guests": Kind(_FLOW | _PAGING | _GUESTS | {privileged.registers: 1}),
    "devices": Kind(_FLOW | _DEVICES | {privileged.interrupts: 2}),
    "everything": Kind(
        _FLOW
        | _REWRITING
        | _TRAPS
        | _INTERRUPTS
        | _PAGING
        | _GUESTS
        | _DEVICES
        | {privileged.protection: 1, privileged.words: 3}
    ),
    "words": Kind({flow.loop: 2, privileged.words: 5, privileged.lower: 1, flow.constants: 1}),
}
_TRANSLATES = ("paging", "paging-rewriting", "guests", "everything", "words")


@dataclass(frozen=True)
class Case:
    """A program and a run, by numbers: one for what surrounds, one for each fragment."""

    kind: str
    seed: str
    fragments: tuple[int, ...]

    @classmethod
    def of(cls, kind: str, seed: str) -> "Case":
        """Return the case of a seed."""
        random = Random(f"{kind} {seed}")
        count = random.choice((2, 4, 6, 9, 14))
        return cls(kind, seed, tuple(random.getrandbits(32) for _ in range(count)))


@dataclass(frozen=True)
class Built:
    """What a case stands for."""

    program: Program
    disk: bytes
    options: MachineOptions
    starts: tuple[int, ...]  # the addresses of the instructions
    tlb_entries: int  # more than that, and the TLB is emptied
    limits: MachineLimits = field(default=LIMITS)


def build(case: Case) -> Built:
    """Return the program of a case."""
    kind = KINDS[case.kind]
    random = Random(f"{case.kind} {case.seed} surroundings")
    b = Builder(random, kind.weights, short=random.choice((0.0, 0.5, 0.9)))
    handlers = Handlers(random, b.entries) if kind.handles else None
    _begin(b, handlers, translates=case.kind in _TRANSLATES)
    if random.random() < 0.5:
        _go_to_the_end_of_a_page(b)
    start = b.code.mark()
    for seed in case.fragments:
        b.random = Random(seed)
        b.entries.append(b.code.mark())
        if not b.is_full:
            b.fragment()
    b.random = random
    b.entries.append(b.code.mark())
    if handlers and random.random() < 0.6:
        b.code.emit("ecall")
        b.code.jump(start)
    else:
        b.code.word(_EBREAK)
        b.code.jump(start)
    if handlers:
        handlers.finish()
    segments = [Segment(CODE, b.code.finished()), _data(random)]
    starts = list(b.code.starts)
    if handlers:
        segments += [Segment(HANDLERS, handlers.code.finished()), *tables.page_tables(random)]
        starts += handlers.code.starts
    tohost = TOHOST if random.random() < 0.3 else None
    untrapped = random.choice((frozenset(), frozenset(), frozenset({"sstatus", "sret", "wfi"})))
    return Built(
        Program(tuple(segments), CODE, {"fromhost": TOHOST + 8}, {}, tohost),
        _disk(random),
        MachineOptions(untrapped),
        tuple(starts),
        random.choice((tlb.MAX_ENTRIES, tlb.MAX_ENTRIES, 8, 3)),
    )


def _go_to_the_end_of_a_page(b: Builder) -> None:
    """Go on where loops will lie across a page boundary."""
    there = Label()
    b.code.long_jump(there)
    b.code.align(PAGE_BYTES, before=2 * b.random.randint(1, 0x100))
    b.code.place(there)


def _data(random: Random) -> Segment:
    return Segment(DATA - 0x200, random.randbytes(32) * 32)


def _disk(random: Random) -> bytes:
    """Sectors of code: a few instructions and the return."""
    sectors = []
    for _ in range(8):
        code = Code(RAM_BASE, random, short=0.5)
        for _ in range(random.randint(1, 5)):
            register = random.randrange(10, 16)
            code.emit("addi", rd=register, rs1=register, imm=random.randint(-40, 40))
        code.half(SHORT["c.jr"].encode({"rs1": 1}))
        sectors.append(code.finished().ljust(_SECTOR_BYTES, b"\0"))
    return b"".join(sectors)


def _begin(b: Builder, handlers: Handlers | None, translates: bool) -> None:
    """Set registers, and all that handlers and lower modes need."""
    for register in FREE_REGISTERS:
        b.code.li(register, b.value())
    b.code.li(BASE, DATA)
    b.code.li(SP, DATA - 0x100)
    if handlers is None:
        return
    random = b.random
    _set(b.code, "pmpaddr15", 0xFFFF_FFFF)
    _set(b.code, "pmpcfg3", 0x1F00_0000)
    for name, label in (
        ("mtvec", handlers.vectors),
        ("stvec", handlers.supervisor_vectors),
        ("vstvec", handlers.supervisor_vectors),
    ):
        b.code.la(SCRATCH, label, offset=random.randrange(2))
        csr(b.code, "csrrw", ZERO, name, SCRATCH)
    saved = (("mscratch", SAVED), ("sscratch", SUPERVISOR_SAVED), ("vsscratch", GUEST_SAVED))
    for name, value in saved:
        _set(b.code, name, value)
    for name in ("mcounteren", "scounteren", "hcounteren"):
        _set(b.code, name, random.choice((7, 7, 5, 0)))
    if random.random() < 0.7:
        # Not ecall, which leads to M mode, nor where a handler itself could be stuck.
        _set(
            b.code,
            "medeleg",
            random.choice((0x00_00FC, 0x00_A0FC, 0x00_A0FC, 0xF0_A0FC, 0x40_0004)),
        )
        _set(b.code, "hedeleg", random.choice((0, 0xA0FC, 0xA0FC, 0x000C)))
    if random.random() < 0.6:
        _set(b.code, "mideleg", random.choice((0x222, 0x20, 0x2)))
        _set(b.code, "hideleg", random.choice((0, 0x444, 0x444, 0x40)))
    _set(b.code, "mie", random.choice((0, 0x88, 0xAAA, 0xEEE)))
    if random.random() < 0.5:
        _set(b.code, "mstatus", random.choice((0x8, 0xA, 0x2)))
    if translates:
        _set(b.code, "satp", tables.satp(0, 0))
        _set(b.code, "vsatp", tables.satp(0, 0))
        _set(b.code, "hgatp", tables.hgatp(0))


def _set(code: Code, name: str, value: int) -> None:
    code.li(SCRATCH, value)
    code.emit("csrrw", rd=ZERO, csr=CSR_NUMBERS[name], rs1=SCRATCH)
