# Where exceptions go: medeleg for all below M, hedeleg for VS and VU; what is put into the CSRs.

    .equ ALL, -1

    .macro everywhere text, code
    attempt_delegated "\text in U", IN_U, "\code"
    attempt_delegated "\text in S", IN_S, "\code"
    attempt_delegated "\text in VU", IN_VU, "\code"
    attempt_delegated "\text in VS", IN_VS, "\code"
    attempt_delegated "\text in M", IN_M, "\code"
    .endm

    .macro exceptions
    everywhere "ecall", "nop"
    everywhere "illegal instruction", "csrr a0, 0x8ff"
    everywhere "load access fault", "lw a0, 4(s2)"
    everywhere "store access fault", "sw a0, 8(s2)"
    everywhere "amo access fault", "amoadd.w a0, a0, (s2)"
    everywhere "misaligned lr.w", "lr.w a0, (s3)"
    everywhere "misaligned amo", "amoadd.w a0, a0, (s3)"
    .endm

main:
    open_memory
    li s2, NOWHERE
    li s3, FREE + 2

    say "-- medeleg=0, hedeleg all ones: everything comes to M (line: mcause alone)"
    csrw medeleg, zero
    set_csr hedeleg, ALL
    everywhere "ecall", "nop"
    everywhere "illegal instruction", "csrr a0, 0x8ff"

    say "-- medeleg all ones but ecall from S and VS, hedeleg=0: to HS"
    set_csr medeleg, 0xf0b1ff
    csrw hedeleg, zero
    exceptions

    say "-- medeleg and hedeleg: those from VS and VU to VS"
    set_csr medeleg, 0xf0b1ff
    set_csr hedeleg, ALL
    exceptions

    li s4, FREE + 0x100                 # an ebreak there
    li t0, 0x00100073
    sw t0, 0(s4)
    .macro breakpoint text, mode
    say "ebreak in \text"
    jump_in \mode, s4
    show_delegated
    .endm
    breakpoint U, IN_U
    breakpoint S, IN_S
    breakpoint VU, IN_VU
    breakpoint VS, IN_VS
    .macro fetch_fault text, mode
    say "fetch access fault in \text"
    jump_in \mode, s2
    show_delegated
    .endm
    fetch_fault U, IN_U
    fetch_fault S, IN_S
    fetch_fault VU, IN_VU
    fetch_fault VS, IN_VS

    say "-- hedeleg cannot delegate virtual instruction exceptions"
    attempt_delegated "hfence.gvma in VS", IN_VS, "hfence.gvma"
    attempt_delegated "read hstatus in VU", IN_VU, "csrr a0, hstatus"
    csrw medeleg, zero
    attempt_delegated "hfence.gvma in VS, medeleg=0", IN_VS, "hfence.gvma"

    say "-- stvec in vectored mode: exceptions go to its base (mepc of the ecall there)"
    set_csr medeleg, 0x104
    csrw hedeleg, zero
    csrsi stvec, 1
    try IN_U, "nop"
    put_csr mcause
    put_csr scause
    csrr s3, mepc
    la s4, delegated
    sub s3, s3, s4
    put s3

    end
