"""The translator: what only it can do wrong. ``fuzz`` compares it with the interpreter."""

import ast

import pytest

from courseware.machine import Engine, Machine, MachineLimits, StopReason, assemble
from courseware.machine.translator import emitter, translator
from courseware.machine.translator.emitter import PARAMETERS, Unit
from courseware.machine.translator.regions import MAX_INSTRUCTIONS, Region

NESTED = """
        li      s0, 40
        la      s1, table
outer:  li      t0, 7
        mv      t1, s1
1:      lw      t2, 0(t1)
        andi    t3, t2, 1
        beqz    t3, 2f
        add     a0, a0, t2
        j       3f
2:      xor     a0, a0, t2
        sw      a0, 4(t1)
3:      addi    t1, t1, 4
        addi    t0, t0, -1
        bnez    t0, 1b
        jal     mix
        addi    s0, s0, -1
        bnez    s0, outer
        ebreak
mix:    slli    t4, a0, 3
        srai    t5, a0, 2
        sub     a0, t4, t5
        bltz    a0, 4f
        addi    a0, a0, 17
4:      ret
        .data
table:  .word   3, 5, 8, 13, 21, 34, 55, 89
"""


@pytest.fixture
def units(monkeypatch: pytest.MonkeyPatch) -> list[Unit]:
    """Return the list that every function is added to that is made from now on."""
    made: list[Unit] = []

    def emit(region: Region, ram_size: int, is_direct: bool) -> Unit:
        unit = emitter.emit(region, ram_size, is_direct)
        made.append(unit)
        return unit

    monkeypatch.setattr(translator, "emit", emit)
    monkeypatch.setattr(translator, "_codes", {})
    return made


def run_both(source: str, count: int = 1_000_000) -> tuple[Machine, Machine]:
    """Return the interpreter's and the translator's machine after a run; they must be alike."""
    program = assemble(source)
    machines = Machine(program, engine=Engine.INTERPRETER), Machine(program)
    stops = [machine.run(count) for machine in machines]
    assert stops[0] == stops[1]
    assert machines[0].state() == machines[1].state()
    return machines


def test_hot_code_becomes_functions(units: list[Unit]) -> None:
    run_both(NESTED)
    assert units
    assert any("while n >=" in unit.source for unit in units)


def test_code_that_runs_once_becomes_none(units: list[Unit]) -> None:
    run_both("addi a0, a0, 1\n" * 1_000 + "ebreak\n")
    assert not units


@pytest.mark.parametrize("count", [*range(60, 120), 511, 1_023, 2_000])
def test_a_run_ends_at_the_very_cycle(count: int) -> None:
    program = assemble(NESTED)
    machines = [Machine(program, engine=engine) for engine in Engine]
    for machine in machines:
        machine.run(600)  # hot by now
        assert machine.run(count).reason is StopReason.INSTRUCTION_LIMIT
        assert machine.cycle == 600 + count
    assert machines[0].state() == machines[1].state()


def test_breakpoints_in_hot_code_are_exact() -> None:
    program = assemble(NESTED)
    stops = []
    for engine in Engine:
        machine = Machine(program, engine=engine)
        machine.run(600)
        for name in ("mix", "outer", "mix"):
            stop = machine.run(10_000, until={program.symbols[name]})
            assert stop.reason is StopReason.BREAKPOINT
            stops.append((name, machine.pc, machine.cycle))
    assert stops[:3] == stops[3:]
    assert [pc for _, pc, _ in stops[:3]] == [
        program.symbols[name] for name in ("mix", "outer", "mix")
    ]


def test_a_store_into_hot_code_takes_effect_at_once(units: list[Unit]) -> None:
    machine, _ = run_both("""
        li      s0, 200
        la      s1, patch
        li      s2, 100
        lw      s3, other
loop:   addi    s0, s0, -1
        bne     s0, s2, patch
        sw      s3, 0(s1)
patch:  addi    a0, a0, 1
        bnez    s0, loop
        ebreak
other:  addi    a0, a0, 1000
    """)
    assert machine.registers[10] == 99 + 101 * 1000
    assert units


def test_data_beside_code_does_not_cost_the_functions(units: list[Unit]) -> None:
    run_both("""
        li      s0, 5000
        la      s1, counter
loop:   lw      t0, 0(s1)
        addi    t0, t0, 1
        sw      t0, 0(s1)
        addi    s0, s0, -1
        bnez    s0, loop
        ebreak
counter: .word  0
    """)
    assert len(units) == 1


def test_a_loop_that_uses_a_device_stays_exact(units: list[Unit]) -> None:
    machine, _ = run_both("""
        li      s0, 300
        li      s1, 0x10000000
        li      t0, 'x'
loop:   lbu     t1, 5(s1)
        andi    t1, t1, 0x20
        beqz    t1, loop
        sb      t0, 0(s1)
        addi    s0, s0, -1
        bnez    s0, loop
        ebreak
    """)
    assert machine.output == b"x" * 300
    assert len(units) < 20


def test_self_modifying_loops_do_not_translate_for_ever(units: list[Unit]) -> None:
    run_both("""
        li      s0, 3000
        la      s1, patch
        lw      s2, patch
loop:   sw      s2, 0(s1)
patch:  addi    a0, a0, 1
        addi    s0, s0, -1
        bnez    s0, loop
        ebreak
    """)
    assert len(units) < 20


def test_machines_share_functions(units: list[Unit], monkeypatch: pytest.MonkeyPatch) -> None:
    Machine(assemble(NESTED)).run(100_000)
    count = len(units)
    Machine(assemble(NESTED)).run(100_000)
    assert len(units) == count
    monkeypatch.setattr(translator, "MAX_CODES", 1)
    Machine(assemble(NESTED.replace("17", "18"))).run(100_000)
    assert len(translator._codes) <= 1


def test_regions_are_bounded(units: list[Unit]) -> None:
    body = "addi a0, a0, 1\nbeqz a1, 1f\nxor a0, a0, a1\n1: add a1, a1, a0\n" * 300
    run_both(f"li s0, 40\nloop: {body} addi s0, s0, -1\nbeqz s0, 9f\nj loop\n9: ebreak\n")
    assert units
    for unit in units:
        assert unit.need <= emitter.MAX_EMITTED + MAX_INSTRUCTIONS
        assert len(unit.source) < 200_000


def test_a_page_table_changes_where_hot_code_reads() -> None:
    """The same code and addresses, other pages: only the fence makes the change seen."""
    interpreted, _ = run_both("""
        .equ    ROOT, 0x80010000
        .equ    LEAF, 0x80011000
        li      t0, -1
        csrw    pmpaddr0, t0
        li      t0, 0x1f
        csrw    pmpcfg0, t0
        li      t0, ROOT + 0x800        # 4 MiB where the program is: D A X W R V
        li      t1, 0x200000cf
        sw      t1, 0(t0)
        li      t0, ROOT                # address 0: first the page at 0x80020000
        li      t1, (LEAF >> 12) << 10 | 1
        sw      t1, 0(t0)
        li      s2, LEAF
        li      t1, (0x80020000 >> 12) << 10 | 0xcf
        sw      t1, 0(s2)
        li      s3, (0x80021000 >> 12) << 10 | 0xcf
        li      t0, 0x80020000
        li      t1, 1
        sw      t1, 0(t0)
        li      t0, 0x80021000
        li      t1, 1000
        sw      t1, 0(t0)
        li      t0, 1 << 31 | ROOT >> 12
        csrw    satp, t0
        li      t0, 1 << 11
        csrs    mstatus, t0
        la      t0, supervisor
        csrw    mepc, t0
        mret
supervisor:
        jal     sum
        sw      s3, 0(s2)
        jal     sum
        sfence.vma
        jal     sum
        ebreak
sum:    li      s1, 100
1:      lw      t0, 0(zero)
        add     a0, a0, t0
        addi    s1, s1, -1
        bnez    s1, 1b
        ret
    """)
    assert interpreted.registers[10] == 100 + 100 + 100_000
    assert interpreted.counters.tlb_misses > 0


NAMES = {
    *PARAMETERS, "n", "m", "i", "a", "t", "k", "quotient", "remainder",
    *(f"r{number}" for number in range(1, 32)),
}  # fmt: skip
STATEMENTS = (
    ast.Module, ast.FunctionDef, ast.arguments, ast.arg, ast.Assign, ast.AugAssign, ast.Return,
    ast.While, ast.If, ast.IfExp, ast.Break, ast.Continue, ast.Pass, ast.Expr, ast.Tuple,
    ast.Subscript, ast.Name, ast.Load, ast.Store, ast.Constant, ast.BinOp, ast.UnaryOp, ast.BoolOp,
    ast.Compare, ast.Call, ast.Attribute, ast.operator, ast.unaryop, ast.cmpop, ast.boolop,
)  # fmt: skip
CALLED = {"quotient", "remainder", "retreat"} | {
    f"{kind}{bits}" for kind in ("load", "store") for bits in (8, 16, 32)
}


def test_nothing_but_integers_of_a_program_gets_into_source(units: list[Unit]) -> None:
    run_both(NESTED)
    run_both("""
        li      s0, 90
loop:   divu    a1, s0, s0
        rem     a2, a1, s0
        lb      a3, -4(sp)
        sh      a2, -8(sp)
        addi    s0, s0, -1
        bnez    s0, loop
        ebreak
    """)
    assert len(units) > 1
    for unit in units:
        for node in ast.walk(ast.parse(unit.source)):
            assert isinstance(node, STATEMENTS), ast.dump(node)
            match node:
                case ast.Constant(value):
                    assert type(value) is int
                case ast.Name(name):
                    assert name in NAMES or (name[0] == "q" and name[1:].isdigit())
                case ast.Attribute(ast.Name(owner), attribute):
                    assert (owner, attribute) == ("mmu", "accesses")
                case ast.Call(ast.Name(function)):
                    assert function in CALLED
                case ast.Call() | ast.Attribute():
                    raise AssertionError(ast.dump(node))


def test_functions_see_no_builtins() -> None:
    assert translator._GLOBALS["__builtins__"] == {}


def test_a_small_machine_translates_too() -> None:
    program = assemble(NESTED)
    machine = Machine(program, MachineLimits(memory_bytes=4_096))
    assert machine.run(100_000).reason is StopReason.BREAKPOINT
    assert machine.pc == program.symbols["mix"] - 4
