# Interrupts of M and S: which is taken, when, where to, in which order; mip and sip.

    .equ MSIP, CLINT
    .equ MTIMECMP, CLINT + 0x4000

    # Several nops in a mode, in which an interrupt may come: then mepc is 0 for one that was due
    # at once. Line: mcause mtval mepc a0.
    .macro due text, mode
    say "\text"
    try \mode, "nop; nop"
    show
    .endm

    .macro due_delegated text, mode
    say "\text"
    try \mode, "nop; nop"
    show_delegated
    .endm

    # Enable in mstatus for the attempts that follow: MPIE becomes MIE.
    .macro machine_interrupts enabled
    li t0, MPIE
    csrc mstatus, t0
    li t0, (\enabled) * MPIE
    csrs mstatus, t0
    .endm

main:
    open_memory
    # No timer: mtimecmp in the far future
    li t0, MTIMECMP
    li t1, -1
    sw t1, 4(t0)
    sw t1, 0(t0)

    say "-- software interrupt of M"
    machine_interrupts 0
    due "not pending, M", IN_M
    li t0, MSIP
    li t1, 1
    sw t1, 0(t0)
    due "pending, not enabled, U", IN_U
    set_csr mie, 1 << 3
    due "pending, enabled, U, MIE=0", IN_U
    due "pending, enabled, S, MIE=0", IN_S
    due "pending, enabled, VS, MIE=0", IN_VS
    due "pending, enabled, M, MIE=0", IN_M
    machine_interrupts 1
    due "pending, enabled, M, MIE=1", IN_M
    say "mip"
    put_csr mip
    set_csr mip, 0
    say "MSIP cannot be cleared in mip"
    put_csr mip
    li t0, MSIP
    sw zero, 0(t0)
    say "but in the CLINT"
    put_csr mip

    say "-- timer interrupt of M"
    li t0, MTIMECMP
    sw zero, 0(t0)
    sw zero, 4(t0)
    set_csr mie, 1 << 7
    machine_interrupts 0
    due "M, MIE=0", IN_M
    due "S", IN_S
    machine_interrupts 1
    due "M, MIE=1", IN_M
    say "mip"
    put_csr mip
    li t0, MTIMECMP
    li t1, -1
    sw t1, 4(t0)
    say "mip after mtimecmp was set to later"
    put_csr mip

    say "-- enabled by an instruction: taken before the next one"
    machine_interrupts 0
    csrw mie, zero
    set_csr mip, 2
    set_csr mie, 2
    attempt "csrs mstatus.MIE", IN_M, "csrsi mstatus, 8; nop; nop"
    csrw mie, zero
    machine_interrupts 1
    attempt "csrs mie", IN_M, "csrsi mie, 2; nop; nop"
    csrw mie, zero
    csrw mip, zero
    attempt "csrs mip", IN_M, "csrsi mie, 2; csrsi mip, 2; nop"
    csrw mip, zero
    csrw mie, zero
    csrw mip, zero

    # Priority: M external is not here; MSI before MTI before SEI before SSI before STI
    say "-- order of priority in M (S interrupts not delegated)"
    li t0, MSIP
    li t1, 1
    sw t1, 0(t0)
    li t0, MTIMECMP
    sw zero, 0(t0)
    sw zero, 4(t0)
    csrw mideleg, zero
    set_csr mip, 0x222
    set_csr mie, 0xaaa
    due "all", IN_U
    set_csr mie, 0xaa2
    due "without MSI", IN_U
    set_csr mie, 0xa22
    due "without MTI", IN_U
    set_csr mie, 0x822
    due "without SEI", IN_U
    set_csr mie, 0x820
    due "without SSI", IN_U
    set_csr mie, 0x800
    due "without STI", IN_U

    say "-- delegated to S"
    set_csr mideleg, 0x222
    csrw mie, zero
    set_csr mie, 0x222
    machine_interrupts 1
    due "M with MIE=1: S interrupts are disabled", IN_M
    csrci mstatus, 2
    due_delegated "S with SIE=0", IN_S
    due_delegated "U with SIE=0", IN_U
    csrci mstatus, 2
    due_delegated "VS with SIE=0", IN_VS
    csrsi mstatus, 2
    due_delegated "S with SIE=1", IN_S
    csrsi mstatus, 2
    set_csr mie, 0x22
    due_delegated "without SEI", IN_S
    csrsi mstatus, 2
    set_csr mie, 0x20
    due_delegated "without SSI", IN_S
    csrsi mstatus, 2
    set_csr mie, 0xaa
    due "MSI before all of S", IN_S
    csrsi mstatus, 2
    set_csr mie, 0x22
    set_csr mideleg, 0x200
    due "not delegated: to M even in S with SIE=0", IN_S

    say "-- enabled by S for itself"
    set_csr mideleg, 0x222
    set_csr mie, 0x22
    csrci mstatus, 2
    attempt_delegated "csrs sstatus.SIE", IN_S, "csrsi sstatus, 2; nop"
    csrci mstatus, 2
    csrw mie, zero
    attempt_delegated "csrs sie", IN_S, "csrsi sstatus, 2; csrsi sie, 2; nop"
    csrci mstatus, 2
    csrw mip, zero
    csrw mie, zero
    attempt_delegated "csrs sip", IN_S, "csrsi sstatus, 2; csrsi sie, 2; csrsi sip, 2; nop"
    say "sret to U: taken at its target"
    csrci mstatus, 2
    set_csr mie, 2
    set_csr mip, 2
    try IN_S, "la t0, 3f; csrw sepc, t0; sret; 3: nop"
    show_delegated

    say "-- vectored (line: cause, where the trap went, from the base on)"
    csrw mip, zero
    csrw mie, zero
    csrci mstatus, 2
    csrsi stvec, 1
    .macro vectored text, mode, bit
    say "\text"
    csrci mstatus, 2
    set_csr mip, 1 << \bit
    set_csr mie, 1 << \bit
    try \mode, "nop"
    put_csr scause
    csrr s3, mepc
    la s4, delegated
    sub s3, s3, s4
    put s3
    csrw mip, zero
    csrw mie, zero
    .endm
    vectored "SSI", IN_U, 1
    vectored "STI", IN_U, 5
    vectored "SEI", IN_U, 9
    csrci stvec, 1
    vectored "SEI, stvec in direct mode", IN_U, 9

    # The same in M: a table of instructions of its own
    la s3, vectors + 1
    csrr s4, mtvec
    .macro vectored_machine text, bits
    say "\text"
    csrw mtvec, s3
    li t0, \bits
    csrs mip, t0
    csrs mie, t0
    try IN_U, "nop"
    csrw mtvec, s4
    csrw mie, zero
    csrw mip, zero
    put_csr mcause
    put s5
    .endm
    csrw mideleg, zero
    vectored_machine "SSI in M", 1 << 1
    vectored_machine "MSI in M", 1 << 3
    vectored_machine "STI in M", 1 << 5
    vectored_machine "MTI in M", 1 << 7
    vectored_machine "SEI in M", 1 << 9
    vectored_machine "an exception in M", 0

    say "-- wfi goes on when an interrupt is pending, whether it is taken or not"
    machine_interrupts 0
    csrw mie, zero
    li t0, MTIMECMP
    li t1, -1
    sw t1, 4(t0)
    li t0, MSIP
    sw zero, 0(t0)
    # The timer 1,000 ticks from now
    li t0, CLINT + 0xbff8
    lw t1, 0(t0)
    addi t1, t1, 1000
    li t0, MTIMECMP
    sw t1, 0(t0)
    sw zero, 4(t0)
    set_csr mie, 1 << 7
    say "mip before, wfi in M with MIE=0, mip after"
    csrr s2, mip
    wfi
    csrr s3, mip
    put s2
    put s3
    li t0, MTIMECMP
    li t1, -1
    sw t1, 4(t0)
    li t0, CLINT + 0xbff8
    lw t1, 0(t0)
    addi t1, t1, 1000
    li t0, MTIMECMP
    sw t1, 0(t0)
    sw zero, 4(t0)
    attempt "wfi in S, the timer of M: mepc is behind the wfi", IN_S, "wfi; nop"

    end

    .balign 64
vectors:
    j 10f
    j 11f
    j 12f
    j 13f
    j 14f
    j 15f
    j 16f
    j 17f
    j 18f
    j 19f
10: li s5, 0
    j come_back
11: li s5, 1
    j come_back
12: li s5, 2
    j come_back
13: li s5, 3
    j come_back
14: li s5, 4
    j come_back
15: li s5, 5
    j come_back
16: li s5, 6
    j come_back
17: li s5, 7
    j come_back
18: li s5, 8
    j come_back
19: li s5, 9
    j come_back
