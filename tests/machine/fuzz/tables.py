"""Page tables that map RAM and devices where they are, with some entries that are odd."""

from random import Random

from courseware.machine.memory_map import (
    CLINT_BASE,
    FINISHER_BASE,
    PLIC_BASE,
    RAM_BASE,
    UART_BASE,
)
from courseware.machine.program import Segment
from tests.machine.fuzz.layout import (
    ALIAS,
    DATA,
    FREE,
    GUEST_LEAVES,
    GUEST_ROOT,
    LEAVES,
    MEMORY_BYTES,
    ROOTS,
    SUPER_ALIAS,
)

V, R, W, X, U, G, A, D = (1 << bit for bit in range(8))
_DEVICES = (FINISHER_BASE, CLINT_BASE, PLIC_BASE, UART_BASE)
_ODD_PAGES = {(address - RAM_BASE) >> 12 for address in (DATA - 1, DATA, FREE)}
_SV32 = 1 << 31


def satp(space: int, asid: int) -> int:
    """Return satp for one of the address spaces."""
    return satp_of(ROOTS[space]) | asid << 22


def satp_of(root: int) -> int:
    """Return satp for the table at an address."""
    return _SV32 | root >> 12


def hgatp(vmid: int) -> int:
    """Return hgatp for the second stage."""
    return _SV32 | vmid << 22 | GUEST_ROOT >> 12


def leaf_address(space: int, page: int) -> int:
    """Return where the entry of a 4-KiB page of RAM is."""
    return LEAVES[space] + 4 * page


def guest_leaf_address(page: int) -> int:
    """Return where the second stage's entry of a 4-KiB page of RAM is."""
    return GUEST_LEAVES + 4 * page


def page_tables(random: Random) -> tuple[Segment, ...]:
    """Return the tables of both address spaces and of the second stage."""
    segments = []
    for space, user in enumerate((0, U)):
        segments.append(Segment(LEAVES[space], _leaves(random, user, odd=0.4)))
        segments.append(Segment(ROOTS[space], _root(random, 1024, LEAVES[space], user)))
    segments.append(Segment(GUEST_LEAVES, _leaves(random, U, odd=0.7)))
    segments.append(Segment(GUEST_ROOT, _root(random, 4096, GUEST_LEAVES, U)))
    return tuple(segments)


def _leaves(random: Random, user: int, odd: float) -> bytes:
    """Entries that allow all, except for a share of those of data."""
    marks = random.choice((0, A, A | D))
    entries = []
    for page in range(MEMORY_BYTES >> 12):
        flags = V | R | W | X | user | marks
        if page in _ODD_PAGES and random.random() < odd:
            flags ^= random.choice((V, W, R | W, X, U, D, A, G))
        elif random.random() < 0.02:
            flags ^= 1 << random.randrange(8)
        entries.append(_entry((RAM_BASE >> 12) + page, flags))
    if random.random() < 0.3:  # two pages of data in each other's place
        first, second = sorted(random.sample(sorted(_ODD_PAGES), 2))
        entries[first], entries[second] = entries[second], entries[first]
    return b"".join(entries)


def _root(random: Random, size: int, leaves: int, user: int) -> bytes:
    all_ = V | R | W | X | user | A | D
    entries = {
        RAM_BASE >> 22: _entry(leaves >> 12, V),
        ALIAS >> 22: _entry(leaves >> 12, V),
        SUPER_ALIAS >> 22: _entry(RAM_BASE >> 12, all_ if random.random() < 0.9 else all_ ^ D),
    }
    for base in _DEVICES:
        entries[base >> 22] = _entry(base >> 22 << 10, all_)
    return b"".join(entries.get(index, bytes(4)) for index in range(size))


def _entry(page: int, flags: int) -> bytes:
    return (page << 10 | flags).to_bytes(4, "little")
