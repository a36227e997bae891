"""A TLB entry that a walk replaces without any fence: old and new never mix."""

from courseware.machine import Engine, Machine, StopReason, assemble
from courseware.machine.trap import Cause

A0 = 10

# M mode loads and stores as S mode does (MPRV). The page at 0x4000_0000 is first read-only and
# leads to "one"; then its entry is changed to a writable one of "two", and a store walks again.
SOURCE = """
        .equ MPRV, 1 << 17
        .equ AS_SUPERVISOR, MPRV | 1 << 11
        li   t0, -1
        csrw pmpaddr0, t0
        li   t0, 0x1f
        csrw pmpcfg0, t0
        li   t0, 0x80000000 + (root >> 12)
        csrw satp, t0
        li   t1, 3 << 11
        csrc mstatus, t1
        li   t1, AS_SUPERVISOR
        li   s0, 0x40000000
        csrs mstatus, t1
        lw   a1, 0(s0)
        li   t2, MPRV
        csrc mstatus, t2
        la   t3, leaves
        li   t4, (two >> 12 << 10) + 0xc7
        sw   t4, 0(t3)
        csrs mstatus, t1
        li   t5, 0x55
        sw   t5, 4(s0)
before: lw   a0, 4(s0)
        ebreak
        .balign 4096
one:    .word 1, 1
        .balign 4096
two:    .word 2, 2
        .balign 4096
root:   .space 1024
        .word (leaves >> 12 << 10) + 1
        .balign 4096
leaves: .word (one >> 12 << 10) + 0xc3
        .balign 4096
"""


def test_a_replaced_translation_holds_for_every_access_and_after_restoring() -> None:
    program = assemble(SOURCE)
    for engine in Engine:
        machine = Machine(program, engine=engine)
        assert machine.run(100, {program.symbols["before"]}).reason is StopReason.BREAKPOINT
        restored = Machine.restore(machine.snapshot(), engine)
        for either in (machine, restored):
            assert either.run(100).reason is StopReason.BREAKPOINT
            assert either.registers[A0] == 0x55
        assert machine.state() == restored.state()


# An AMO that is itself the page table entry of its address: the walk sets A and D in it, which
# makes it a jump, before the access turns out to be one outside of RAM.
OWN_ENTRY = """
code:   li   t0, -1
        csrw pmpaddr0, t0
        li   t0, 0x1f
        csrw pmpcfg0, t0
        la   t0, handler
        csrw mtvec, t0
        li   t0, 0x80000000 + (root >> 12)
        csrw satp, t0
        li   a2, (own - code) / 4 << 12
        li   t1, 3 << 11
        csrc mstatus, t1
        li   t1, 1 << 17 | 1 << 11
        csrs mstatus, t1
own:    amoadd.w a0, a1, (a2)
        .balign 4
handler: ebreak
        .balign 4096
root:   .word (code >> 12 << 10) + 1
        .balign 4096
"""


def test_an_instruction_that_its_own_walk_changes_may_trap() -> None:
    program = assemble(OWN_ENTRY)
    before = program.segments[0].data[program.symbols["own"] - 0x8000_0000]
    for engine in Engine:
        machine = Machine(program, engine=engine)
        stop = machine.run(100, {program.symbols["handler"]})
        assert stop.reason is StopReason.BREAKPOINT
        assert machine.csr("mcause") == Cause.STORE_ACCESS_FAULT
        assert machine.csr("mepc") == program.symbols["own"]
        assert machine.csr("mtinst") == 0
        assert machine.read_memory(program.symbols["own"], 1)[0] == before | 0xC0
