"""Fragments of unprivileged code: control flow, memory, and code that changes itself."""

from tests.machine.fuzz.builder import BRANCHES, Builder
from tests.machine.fuzz.emitter import BY_MNEMONIC, RA, SHORT, ZERO, Label
from tests.machine.fuzz.layout import BASE, SCRATCH

_LOADS, _STORES = ("lb", "lh", "lw", "lbu", "lhu"), ("sb", "sh", "sw")
_AMOS = tuple(name for name in BY_MNEMONIC if name.startswith("amo"))
_SHORT_NOP = 0x0001


def straight(b: Builder) -> None:
    """Instructions one after the other."""
    b.some(8)


def constants(b: Builder) -> None:
    """Values on which something may depend."""
    for _ in range(b.random.randint(1, 3)):
        b.code.li(b.register(), b.value())


# --- memory ---


def memory(b: Builder) -> None:
    """Loads and stores of any alignment around a page boundary."""
    for _ in range(b.random.randint(1, 5)):
        base = 2 if b.chance(0.2) else BASE
        near = b.chance(0.4)
        offset = b.random.randint(-6, 6) if near else b.random.randint(-512, 511)
        if b.chance(0.5):
            offset &= ~3
        if b.chance(0.2):  # an address that is computed
            b.code.emit("andi", rd=SCRATCH, rs1=b.source(), imm=0x3FF)
            b.code.emit("add", rd=SCRATCH, rs1=SCRATCH, rs2=BASE)
            base = SCRATCH
        if b.chance(0.5):
            b.code.emit(b.random.choice(_LOADS), rd=b.register(), rs1=base, imm=offset)
        else:
            b.code.emit(b.random.choice(_STORES), rs2=b.source(), rs1=base, imm=offset)


def atomics(b: Builder) -> None:
    """AMOs, LR with its SC, and SC alone; seldom misaligned."""
    odd = b.random.randrange(4) if b.chance(0.1) else 0
    b.code.emit("addi", rd=SCRATCH, rs1=BASE, imm=4 * b.random.randint(-20, 20) + odd)
    for _ in range(b.random.randint(1, 3)):
        b.random.choice((amo, amo, reserve, conditional_store))(b)


def amo(b: Builder) -> None:
    """An AMO at the address in SCRATCH."""
    b.code.emit(b.random.choice(_AMOS), rd=b.register(), rs1=SCRATCH, rs2=b.source())


def reserve(b: Builder) -> None:
    """LR, and SC a little later."""
    b.code.emit("lr.w", rd=b.register(), rs1=SCRATCH)
    b.some(2)
    conditional_store(b)


def conditional_store(b: Builder) -> None:
    """SC, with or without a reservation."""
    b.code.emit("sc.w", rd=b.register(), rs1=SCRATCH, rs2=b.source())


def reservations(b: Builder) -> None:
    """Other accesses, jumps and traps between LR and SC, and SC to another word."""
    b.code.emit("addi", rd=SCRATCH, rs1=BASE, imm=4 * b.random.randint(-3, 3))
    b.code.emit("lr.w", rd=b.register(), rs1=SCRATCH)
    b.body(1)
    b.code.emit("addi", rd=SCRATCH, rs1=BASE, imm=4 * b.random.randint(-3, 3))
    b.code.emit("sc.w", rd=b.register(), rs1=SCRATCH, rs2=b.source())


# --- control flow ---


def loop(b: Builder) -> None:
    """A counted loop, sometimes entered in the middle, left early, or gone on with early."""
    counter, end, again = b.counter, Label(), Label()
    b.code.li(counter, b.random.choice((1, 2, 3, 20, 40, 60, 100, 150)) >> 2 * b.depth or 1)
    middle = Label() if b.chance(0.15) else None
    if middle:
        b.branch(middle)
    top = b.code.mark()
    b.body()
    if b.chance(0.25):
        b.branch(end)
    if b.chance(0.15):
        b.branch(again)
    if middle:
        b.code.place(middle)
        b.some(3)
    if b.chance(0.5):
        b.body(1)
    b.code.place(again)
    b.code.emit("addi", rd=counter, rs1=counter, imm=-1)
    if b.chance(0.8):
        b.code.branch("bne", counter, ZERO, top)
    else:  # a test in front of a jump back
        b.code.branch("beq", counter, ZERO, end)
        b.code.jump(top)
    b.code.place(end)


def diamond(b: Builder) -> None:
    """If and else."""
    otherwise, end = Label(), Label()
    b.branch(otherwise, near=True)
    b.some(4)
    if b.chance(0.7):
        b.code.jump(end, near=True)
    b.code.place(otherwise)
    b.some(4)
    b.code.place(end)


def branchy(b: Builder) -> None:
    """Bigger parts that are left out at times."""
    end = Label()
    b.branch(end)
    b.body(2)
    b.code.place(end)


def call(b: Builder) -> None:
    """A function that is called, perhaps from several places."""
    function, behind = Label(), Label()
    link = RA if b.chance(0.8) else 5
    for _ in range(b.random.randint(1, 2)):
        if b.chance(0.2):
            b.code.la(SCRATCH, function)
            b.code.emit("jalr", rd=link, rs1=SCRATCH, imm=0)
        else:
            b.code.jump(function, link=link)
        b.some(2)
    b.code.jump(behind)
    b.code.place(function)
    b.some(4)
    if b.chance(0.3):
        memory(b)
    if b.chance(0.3):
        early = Label()
        b.branch(early, near=True)
        b.code.emit("jalr", rd=ZERO, rs1=link, imm=0)
        b.code.place(early)
        b.some(2)
    if link == RA and b.chance(0.5):
        b.code.half(SHORT["c.jr"].encode({"rs1": RA}))
    else:
        b.code.emit("jalr", rd=ZERO, rs1=link, imm=b.random.choice((0, 0, 0, 1)))
    b.code.place(behind)


def table(b: Builder) -> None:
    """A jump through a table of addresses, whose index goes round."""
    addresses, behind = Label(), Label()
    cases = [Label() for _ in range(b.random.choice((2, 4)))]
    index = b.random.choice((b.counter, b.register(), b.source()))
    b.code.emit("andi", rd=SCRATCH, rs1=index, imm=len(cases) - 1)
    b.code.emit("slli", rd=SCRATCH, rs1=SCRATCH, imm=2)
    other = b.random.randrange(10, 16)
    b.code.la(other, addresses)
    b.code.emit("add", rd=SCRATCH, rs1=SCRATCH, rs2=other)
    b.code.emit("lw", rd=SCRATCH, rs1=SCRATCH, imm=0)
    b.code.emit("jalr", rd=b.random.choice((ZERO, ZERO, RA)), rs1=SCRATCH, imm=0)
    b.code.align(4)
    b.code.place(addresses)
    for case in cases:
        b.code.address_of(case)
    for case in cases:
        b.code.place(case)
        b.some(3)
        if b.chance(0.7):
            b.code.jump(behind)
    b.code.place(behind)


def irreducible(b: Builder) -> None:
    """A cycle with two entries."""
    counter, first, second, end = b.counter, Label(), Label(), Label()
    b.code.li(counter, b.random.choice((3, 30, 70)))
    b.branch(second)
    b.code.place(first)
    b.some(3)
    b.code.emit("addi", rd=counter, rs1=counter, imm=-1)
    b.code.branch("beq", counter, ZERO, end)
    b.code.place(second)
    b.some(3)
    b.code.emit("addi", rd=counter, rs1=counter, imm=-1)
    b.code.branch("blt", ZERO, counter, first)
    b.code.place(end)


def overlap(b: Builder) -> None:
    """A jump into the middle of a 32-bit instruction, where another one is."""
    inside = Label()
    b.branch(inside, near=True)
    start = b.code.here
    register = b.random.randrange(10, 16)
    second = b.random.choice(
        (
            SHORT["c.addi"].encode({"rd": register, "imm": b.random.randint(1, 31)}),
            SHORT["c.xor"].encode({"rd": register, "rs2": b.random.randrange(8, 16)}),
            SHORT["c.j"].encode({"imm": 2 * b.random.randint(1, 2)}),
            SHORT["c.li"].encode({"rd": register, "imm": b.random.randint(-32, 31)}),
        )
    )
    # The upper half of lui holds the upper 16 bits of its immediate.
    low = BY_MNEMONIC["lui"].encode({"rd": b.register(), "imm": b.random.randrange(16)})
    b.code.word(low | second << 16)
    inside.address = start + 2
    b.code.half(SHORT["c.addi"].encode({"rd": register, "imm": 1}))
    b.code.half(SHORT["c.addi"].encode({"rd": register, "imm": 2}))


# --- code that changes itself ---


def _patch(b: Builder) -> int:
    """Return an instruction of 32 bits for a place that is written."""
    rd, rs1 = b.random.randrange(10, 16), b.random.randrange(10, 16)
    match b.random.randrange(6):
        case 0:
            return BY_MNEMONIC[b.random.choice(BRANCHES)].encode({"rs1": rd, "rs2": rs1, "imm": 8})
        case 1:
            return BY_MNEMONIC["jal"].encode({"rd": ZERO, "imm": b.random.choice((4, 6, 8))})
        case 2:
            short = SHORT["c.addi"].encode({"rd": rd, "imm": b.random.randint(1, 31)})
            return short | SHORT["c.mv"].encode({"rd": rs1, "rs2": rd}) << 16
        case 3:
            return BY_MNEMONIC["sw"].encode({"rs1": BASE, "rs2": rd, "imm": 4 * rs1})
        case _:
            imm = b.random.randint(-2048, 2047)
            return BY_MNEMONIC["addi"].encode({"rd": rd, "rs1": rs1, "imm": imm})


def rewriting(b: Builder) -> None:
    """A loop that stores into itself: before, behind, or at what runs next; all or a part."""
    counter, slot, end = b.counter, Label(), Label()
    one, other = _patch(b), _patch(b)
    patch, difference = 28, 29
    b.code.li(counter, b.random.choice((2, 10, 40, 80)))
    b.code.li(patch, one)
    b.code.li(difference, one ^ other)
    b.code.la(SCRATCH, slot)
    top = b.code.mark()

    def store() -> None:
        skip = Label()
        if b.chance(0.5):  # only every few times
            b.code.emit("andi", rd=14, rs1=counter, imm=b.random.choice((1, 7, 15, 31)))
            b.code.branch("bne", 14, ZERO, skip, near=True)
        b.code.emit("xor", rd=patch, rs1=patch, rs2=difference)
        match b.random.randrange(6):
            case 0:
                b.code.emit("sh", rs1=SCRATCH, rs2=patch, imm=0)
            case 1:
                b.code.emit("srli", rd=14, rs1=patch, imm=24)
                b.code.emit("sb", rs1=SCRATCH, rs2=14, imm=3)
            case 2:
                b.code.emit("amoswap.w", rd=14, rs1=SCRATCH, rs2=patch)
            case _:
                b.code.emit("sw", rs1=SCRATCH, rs2=patch, imm=0)
        if b.chance(0.3):
            b.code.emit("fence.i")
        b.code.place(skip)

    position = b.random.randrange(3)
    if position == 0:
        store()
        b.some(2)
    elif position == 1 and b.chance(0.3):
        store()
    b.code.place(slot)
    b.code.word(one)
    b.plain()
    b.code.emit("addi", rd=10, rs1=10, imm=1)  # what short jumps over the slot land near
    b.code.emit("addi", rd=11, rs1=11, imm=1)
    if position:
        store()
    b.some(2)
    if b.chance(0.15):
        b.branch(end)
    b.code.emit("addi", rd=counter, rs1=counter, imm=-1)
    b.code.branch("bne", counter, ZERO, top)
    b.code.place(end)


def copying(b: Builder) -> None:
    """A function that is copied to another place and called there, then changed."""
    function, behind, end = Label(), Label(), Label()
    target = 28
    b.code.li(target, 0x8000_7000 + 4 * b.random.randrange(-4, 8))
    b.code.la(SCRATCH, function)
    for index in range(3):
        b.code.emit("lw", rd=14, rs1=SCRATCH, imm=4 * index)
        b.code.emit("sw", rs2=14, rs1=target, imm=4 * index)
    if b.chance(0.5):
        b.code.emit("fence.i")
    b.code.li(b.counter, b.random.choice((1, 20, 60)))
    top = b.code.mark()
    b.code.emit("jalr", rd=RA, rs1=target, imm=0)
    b.some(2)
    if b.chance(0.3):
        b.code.emit("sb", rs1=target, rs2=b.counter, imm=3)  # part of an immediate
    b.code.emit("addi", rd=b.counter, rs1=b.counter, imm=-1)
    b.code.branch("bne", b.counter, ZERO, top)
    b.code.jump(behind)
    if b.code.here & 2:
        b.code.half(_SHORT_NOP)
    b.code.place(function)
    b.code.word(BY_MNEMONIC["addi"].encode({"rd": 15, "rs1": 15, "imm": b.random.randint(0, 15)}))
    b.code.word(BY_MNEMONIC["xor"].encode({"rd": 14, "rs1": 15, "rs2": 14}))
    b.code.word(BY_MNEMONIC["jalr"].encode({"rd": ZERO, "rs1": RA, "imm": 0}))
    b.code.place(behind)
    b.code.place(end)
