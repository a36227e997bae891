"""Random page tables and PMP entries: the machine does what ``reference.py`` says."""

import random
from functools import cache

import pytest

from courseware.machine import Engine, Machine, MachineLimits, Program, assemble
from tests.machine.privileged.reference import Context, Fault, Kind, pmp_allows

_LIMITS = MachineLimits(memory_bytes=0x10_0000)
_RAM, _END = 0x8000_0000, 0x8010_0000
_PARAMETERS = 0x8000_2000
_NAMES = (
    "mstatus mstatush satp vsatp hgatp vsstatus mepc s2 pmpcfg0 pmpcfg1"
    " pmpaddr0 pmpaddr1 pmpaddr2 pmpaddr3 pmpaddr4 pmpaddr5"
).split()
_MPRV, _SUM, _MXR, _MPV, _GVA = 1 << 17, 1 << 18, 1 << 19, 1 << 7, 1 << 6

# Loads and stores are done by M with MPRV; a fetch by mret to the mode.
_SOURCE = f"""
    la t0, handler
    csrw mtvec, t0
    li s1, {_PARAMETERS}
    lw s2, {4 * _NAMES.index("s2")}(s1)
    lw s3, 0(s1)
""" + "".join(
    f"    lw t0, {4 * number}(s1)\n    csrw {name}, t0\n"
    for number, name in enumerate(_NAMES)
    if name not in ("mstatus", "s2")
) + """
    csrw mstatus, s3
load:
    lw a0, 0(s2)
    ebreak
store:
    sw a0, 0(s2)
    ebreak
fetch:
    mret
    .balign 4
handler:
    ebreak
"""  # fmt: skip


@cache
def _program() -> Program:
    return assemble(_SOURCE)


class _Case:
    """One access of a machine whose memory and registers are set."""

    def __init__(self, engine: Engine, kind: Kind, parameters: dict[str, int]) -> None:
        self.machine = Machine(_program(), _LIMITS, engine=engine)
        self._kind = kind
        values = (parameters.get(name, 0) for name in _NAMES)
        data = b"".join(value.to_bytes(4, "little") for value in values)
        self.machine.write_memory(_PARAMETERS, data)

    def cause(self) -> int:
        """Do the access and return the cause of its trap; 0 when there was none."""
        machine, symbols = self.machine, _program().symbols
        machine.run(1_000, {symbols["load"]})
        assert machine.pc == symbols["load"]
        machine.pc = symbols[self._kind.name.lower()]
        if self._kind == Kind.FETCH:
            assert machine.step().trap is None
        trap = machine.step().trap
        if trap is None or (self._kind == Kind.FETCH and trap.cause not in Kind.FETCH.value):
            return 0
        return trap.cause


# --- translation ---

# Pages of RAM: the first stage's root and table, data, the second stage's tables and root.
_ROOT, _TABLE, _DATA, _GUEST_TABLE, _GUEST_ROOT = 0x80040, 0x80041, 0x80042, 0x80048, 0x8004C
_PAGES = (*range(0x80040, 0x80050),)
_GUEST_PAGES = (0x18000, 0x18001, 0x18002, 0x80040, 0x80041, 0x80042, 0x200001, 0x200002)
_ADDRESSES = (0x0040_0124, 0x0040_1124, 0x8004_2128, 0x0080_0004)


def _flags(random_: random.Random, leaf: bool) -> int:
    """Return flags of a PTE: mostly good ones."""
    if random_.random() < 0.1:
        return random_.randrange(256)
    if not leaf:
        return 1
    return random_.choice((0xCF, 0xDF, 0xDF, 0x1F, 0x5F, 0xDB, 0x53, 0x59, 0xD7, 0x4F, 0x1B, 0x03))


def _page_tables(random_: random.Random) -> dict[int, int]:
    """Return words of memory by address."""
    words: dict[int, int] = {}

    def put(page: int, index: int, number: int, leaf: bool) -> None:
        words[page * 4096 + 4 * index] = number << 10 | _flags(random_, leaf)

    superpages = (0x80000, 0x80000, 0x18000, 0x200000, 0x80400, 0x80001)
    for index in (1, 2, 0x200):
        leaf = random_.random() < 0.3
        tables = (_TABLE, 0x18001, 0x18001, 0x200001)
        put(_ROOT, index, random_.choice(superpages if leaf else tables), leaf)
    for index in (0, 1, 4, 0x42):
        put(_TABLE, index, random_.choice(_GUEST_PAGES), True)
    for index in (0x60, 0x200, 0x800):
        leaf = index == 0x200 or random_.random() < 0.2
        number = 0x80000 if leaf else _GUEST_TABLE
        put(_GUEST_ROOT, index, number if random_.random() < 0.95 else 0x14000, leaf)
    for index, page in enumerate((_ROOT, _TABLE, _DATA)):
        other = random_.choice((*_PAGES, 0x14000, 0x300000))
        put(_GUEST_TABLE, index, page if random_.random() < 0.8 else other, True)
    return words


def _check_translation(seed: int, engine: Engine) -> str:
    """Compare one random access; return what it came to."""
    random_ = random.Random(seed)
    words = _page_tables(random_)
    kind = random_.choice(tuple(Kind))
    virtual = random_.random() < 0.75
    supervisor = random_.random() < 0.6
    sum_, mxr, host_mxr = (random_.random() < 0.4 for _ in range(3))
    has_first, has_second = random_.random() < 0.85, random_.random() < 0.85
    root = random_.choice((_ROOT, 0x18000, 0x18000)) if virtual and has_second else _ROOT
    satp = (1 << 31 | root) if has_first else 0
    hgatp = (1 << 31 | _GUEST_ROOT) if has_second else 0
    address = random_.choice(_ADDRESSES if has_first else (*_ADDRESSES, 0x1800_2004))
    own = sum_ * _SUM | mxr * _MXR
    # Each of satp and sstatus that is not the access's own holds what would change it.
    parameters = {
        "mstatus": supervisor << 11
        | (_MPRV if kind != Kind.FETCH else 0)
        | (host_mxr * _MXR | (not sum_) * _SUM if virtual else own),
        "mstatush": virtual * _MPV,
        "satp": 1 << 31 | _DATA if virtual else satp,
        "vsatp": satp if virtual else 1 << 31 | _DATA,
        "hgatp": hgatp,
        "vsstatus": own if virtual else _SUM | _MXR,
        "mepc": address,
        "s2": address,
        "pmpcfg0": 0x1F,
        "pmpaddr0": 0xFFFF_FFFF,
    }
    case = _Case(engine, kind, parameters)
    machine = case.machine
    for place, word in words.items():
        machine.write_memory(place, word.to_bytes(4, "little"))
    before = machine.read_memory(_RAM, _END - _RAM)

    def memory(place: int) -> int | None:
        start = place - _RAM
        inside = 0 <= start < len(before)
        return int.from_bytes(before[start : start + 4], "little") if inside else None

    context = Context(memory, supervisor, virtual, satp, hgatp, sum_, mxr, virtual and host_mxr)
    try:
        physical = context.translate(address, kind)
        expected = 0 if _RAM <= physical <= _END - 4 else kind.value[0]
        fault = Fault(expected)
    except Fault as raised:
        fault, physical = raised, 0
    assert case.cause() == fault.cause
    after = dict(context.written)
    if fault.cause:
        assert machine.csr("mtval") == address
        assert machine.csr("mtval2") == fault.guest >> 2
        assert bool(machine.csr("mstatush") & _GVA) == virtual
        told = machine.csr("mtinst")
        assert told == fault.pseudo or (not fault.pseudo and told & 0x7F in (0, 0x03, 0x23))
    elif kind == Kind.STORE:
        after[physical] = machine.registers[10]
    elif kind == Kind.LOAD:
        assert machine.registers[10] == after.get(physical, memory(physical))
    expected_bytes = bytearray(before)
    for place, word in after.items():
        expected_bytes[place - _RAM : place - _RAM + 4] = word.to_bytes(4, "little")
    assert machine.read_memory(_RAM, _END - _RAM) == expected_bytes
    return f"{kind.name} {fault.cause} {fault.pseudo:x}"


@pytest.mark.parametrize("part", range(6))
def test_translation(part: int) -> None:
    came_to = {
        _check_translation(seed, tuple(Engine)[seed % 2])
        for seed in range(1_000 * part, 1_000 * part + 150)
    }
    assert len(came_to) > 12  # of the 3 * 4, and those with pseudoinstructions


# --- PMP ---


def _check_pmp(seed: int, engine: Engine) -> int:
    random_ = random.Random(seed)
    kind = random_.choice((Kind.LOAD, Kind.STORE))
    near = 0x8004_0000 >> 2
    config = [
        random_.choice((0, 1 << 3, 1 << 3, 2 << 3, 3 << 3, 3 << 3))
        | random_.choice((0, 1, 3, 3, 4, 5, 7, 7))
        | random_.choice((0, 0, 0, 0x80))
        for _ in range(6)
    ]
    address = [
        random_.choice((near + random_.randrange(8), near | (1 << random_.randrange(6)) - 1, near))
        for _ in range(6)
    ]
    mode = random_.choice((0, 1, 3))
    target = (near << 2) + random_.randrange(24)
    parameters = {
        "mstatus": mode << 11 | _MPRV,
        "s2": target,
        "pmpcfg0": int.from_bytes(bytes(config[:4]), "little"),
        "pmpcfg1": int.from_bytes(bytes(config[4:]), "little"),
        **{f"pmpaddr{n}": value for n, value in enumerate(address)},
    }
    case = _Case(engine, kind, parameters)
    # The program goes on in M, which the entries bind from the first on that is locked: they must
    # not reach its code. The addresses lie above it, only a TOR entry 0 begins below.
    if config[0] >> 3 & 3 == 1:
        return -1
    allowed = pmp_allows(config, _as_written(config, address), target, 4, kind, mode == 3)
    assert case.cause() == (0 if allowed else kind.value[0]), (config, address, hex(target))
    return allowed


def _as_written(config: list[int], address: list[int]) -> list[int]:
    """The registers as they come to be: a locked entry keeps what it held, which is 0.

    The program writes pmpcfg first.
    """
    result = []
    for index, value in enumerate(address):
        following = config[index + 1] if index + 1 < len(config) else 0
        is_locked = config[index] & 0x80 or (following & 0x80 and following >> 3 & 3 == 1)
        result.append(0 if is_locked else value)
    return result


@pytest.mark.parametrize("part", range(3))
def test_pmp(part: int) -> None:
    came_to = [
        _check_pmp(seed, tuple(Engine)[seed % 2])
        for seed in range(1_000 * part, 1_000 * part + 150)
    ]
    assert {0, 1} <= set(came_to)
