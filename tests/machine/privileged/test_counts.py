"""What one access under translation costs, as Machine.counters tells it."""

import pytest

from courseware.machine import Counters, Engine, Machine, assemble
from tests.machine.privileged.test_privileged import ASSEMBLY, HERE, LIMITS, MAX_CYCLES

# Two loads of the page at s2 in a mode, after one-stage or two-stage translation was set up.
_ACCESS = """
    li s2, ADDRESS
    try {mode}, "nop; probe: lw a0, 0(s2); lw a0, 0(s2)"
    end
"""
_BARE = """
main:
    open_memory
    .equ ADDRESS, FREE
"""
_ONE_STAGE = """
main:
    open_memory
    translate
    map TABLE, 0, FREE + 0x10000, RWX
    sfence.vma
    .equ ADDRESS, PAGES
"""
_TWO_STAGES = """
main:
    open_memory
    translate_guest
    translate_in_guest
    map TABLE, 0, GPAGES, RWX
    map GTABLE, 0, FREE + 0x10000, RWX | PTE_U
    .set ADDRESS, PAGES
"""
_SMALL_TABLES = """
    # The first stage's own tables lie in 4-KiB pages of the second, too.
    map GTABLE, 1, ROOT, RWX | PTE_U
    map GTABLE, 2, TABLE, RWX | PTE_U
    map ROOT, 1, GPAGES + 0x2000, PTE_V
    set_csr vsatp, SV32 | ((GPAGES + 0x1000) >> 12)
"""


def _costs(setup: str, mode: str, engine: Engine) -> list[tuple[int, int, int, int]]:
    """Return what each of the two loads adds: loads of both stages, TLB misses, hits."""
    source = (HERE / "prelude.s").read_text() + setup + _ACCESS.format(mode=mode)
    made = assemble(source, ASSEMBLY)
    machine = Machine(made, LIMITS, engine=engine)
    machine.run(MAX_CYCLES, {made.symbols["probe"]})
    assert machine.pc == made.symbols["probe"]
    found = []
    for _ in range(2):
        before = machine.counters
        assert machine.advance(1) is None
        found.append(_difference(before, machine.counters))
    return found


def _difference(before: Counters, after: Counters) -> tuple[int, int, int, int]:
    return (
        after.walk_loads - before.walk_loads,
        after.guest_walk_loads - before.guest_walk_loads,
        after.tlb_misses - before.tlb_misses,
        after.tlb_hits - before.tlb_hits,
    )


@pytest.mark.parametrize("engine", Engine)
@pytest.mark.parametrize(
    ("setup", "mode", "first", "second"),
    [
        # The fetch of the instruction is a hit each time.
        pytest.param(_BARE, "IN_S", (0, 0, 0, 0), (0, 0, 0, 0), id="no stage"),
        pytest.param(_ONE_STAGE, "IN_S", (2, 0, 1, 1), (0, 0, 0, 2), id="one stage"),
        pytest.param(
            _ONE_STAGE + "map ROOT, 1, 0x80000000, RWX\n", "IN_S", (1, 0, 1, 1), (0, 0, 0, 2),
            id="one stage, superpage",
        ),
        # Both tables of the first stage are found through a superpage; the page takes two loads.
        pytest.param(_TWO_STAGES, "IN_VS", (2, 1 + 1 + 2, 1, 1), (0, 0, 0, 2), id="two stages"),
        pytest.param(
            _TWO_STAGES + _SMALL_TABLES, "IN_VS", (2, 3 * 2, 1, 1), (0, 0, 0, 2),
            id="two stages, 4 KiB everywhere: 8 loads",
        ),
        pytest.param(
            _TWO_STAGES + "csrw vsatp, zero\nhfence.gvma\n.set ADDRESS, GPAGES\n", "IN_VS",
            (0, 2, 1, 1), (0, 0, 0, 2), id="the second stage alone",
        ),
    ],
)  # fmt: skip
def test_costs_of_a_load(
    setup: str,
    mode: str,
    first: tuple[int, int, int, int],
    second: tuple[int, int, int, int],
    engine: Engine,
) -> None:
    assert _costs(setup, mode, engine) == [first, second]
