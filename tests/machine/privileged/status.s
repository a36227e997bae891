# The stacks of mstatus, hstatus and vsstatus: what traps, mret and sret do to them.

    .equ MSTACK, MIE | MPIE | MPP | MPRV
    .equ SSTACK, SIE | SPIE | SPP | MPRV
    .equ VSTACK, SIE | SPIE | SPP
    .equ HSTACK, GVA | SPV | SPVP

    .macro put_bits name, mask
    csrr a0, \name
    li t0, \mask
    and a0, a0, t0
    call put_word
    .endm

    # mret from M: the mode before mret is M; mstatus as given, then what the target sees.
    # Line: cause of the ecall there (its mode), and mstatus right after mret (kept by the
    # ecall: MPIE holds what MIE was, MPP the mode).
    .macro returns_from_machine text, status, high
    say "\text"
    set_csr mstatus, \status
    set_csr mstatush, \high
    la t0, 1f
    csrw mepc, t0
    la tp, 2f
    mret
    .balign 4
1:  ecall
    .balign 4
2:  put_csr mcause
    put_bits mstatus, MSTACK
    put_bits mstatush, MPV | GVA
    csrw mstatus, zero
    csrw mstatush, zero
    .endm

main:
    open_memory
    returns_from_machine "mret to U, MPIE=0, MPRV=1", MPRV, 0
    returns_from_machine "mret to U, MPIE=1", MPIE, 0
    returns_from_machine "mret to S, MPIE=0, MIE=1, MPRV=1", MPP_S | MIE | MPRV, 0
    returns_from_machine "mret to S, MPIE=1", MPP_S | MPIE, 0
    returns_from_machine "mret to M, MPIE=0, MPRV=1: MPRV stays", MPP | MPRV, 0
    returns_from_machine "mret to M, MPIE=1", MPP | MPIE, 0
    returns_from_machine "mret to M with MPV=1: no virtualization in M", MPP, MPV
    returns_from_machine "mret to VU with MPRV=1", MPRV, MPV
    returns_from_machine "mret to VS", MPP_S, MPV

    # After mret to M, MPP is U, MPV is 0, MIE is what MPIE was, MPIE is 1.
    say "mstatus and mstatush in M after mret to M"
    set_csr mstatus, MPP | MPRV
    set_csr mstatush, MPV | GVA
    la t0, 1f
    csrw mepc, t0
    mret
    .balign 4
1:  csrr s2, mstatus
    csrr s3, mstatush
    csrw mstatus, zero
    put s2
    put s3
    csrw mstatush, zero

    # Traps into M: MPIE = MIE, MIE = 0, MPP, MPV
    .macro traps_to_machine text, mode, pie
    say "\text"
    li t0, MPIE
    csrc mstatus, t0
    li t0, \pie
    csrs mstatus, t0
    try \mode, "nop"
    put_bits mstatus, MSTACK
    put_bits mstatush, MPV | GVA
    .endm
    traps_to_machine "trap from U with MIE=0", IN_U, 0
    traps_to_machine "trap from U with MIE=1", IN_U, MPIE
    traps_to_machine "trap from S with MIE=1", IN_S, MPIE
    traps_to_machine "trap from M with MIE=1", IN_M, MPIE
    traps_to_machine "trap from M with MIE=0", IN_M, 0
    traps_to_machine "trap from VU with MIE=1", IN_VU, MPIE
    traps_to_machine "trap from VS with MIE=0", IN_VS, 0

    # sret in HS: sstatus and hstatus before; then cause of the ecall in the target, sstatus, hstatus
    .macro returns_from_supervisor text, status, hypervisor
    say "\text"
    csrw mstatus, zero
    set_bits mstatus, \status
    set_csr hstatus, \hypervisor
    try IN_S, "la t0, 3f; csrw sepc, t0; sret; 3: nop"
    put_csr mcause
    put_bits mstatus, SSTACK
    put_bits hstatus, HSTACK
    .endm
    returns_from_supervisor "sret to U, SPIE=0, SIE=1", SIE, 0
    returns_from_supervisor "sret to U, SPIE=1", SPIE, 0
    returns_from_supervisor "sret to S, SPIE=1, SPVP=1", SPIE | SPP, SPVP
    returns_from_supervisor "sret to VU, SPIE=1, SPVP=1", SPIE, SPV | SPVP
    returns_from_supervisor "sret to VS, SPIE=0", SPP, SPV
    returns_from_supervisor "sret to VS, SPIE=0, GVA=1", SPP, SPV | GVA

    # sret in M clears MPRV as well, and obeys SPV.
    say "sret in M to S with MPRV=1: mcause, sstatus and MPRV"
    set_csr mstatus, MPRV | SPP | SPIE
    csrw hstatus, zero
    la t0, 1f
    csrw sepc, t0
    la tp, 2f
    sret
    .balign 4
1:  ecall
    .balign 4
2:  put_csr mcause
    put_bits mstatus, SSTACK
    say "sret in M to VU: mcause, hstatus, MPV"
    set_csr mstatus, 0
    set_csr hstatus, SPV
    la t0, 1f
    csrw sepc, t0
    la tp, 2f
    sret
    .balign 4
1:  ecall
    .balign 4
2:  put_csr mcause
    put_bits hstatus, HSTACK
    put_bits mstatush, MPV | GVA

    # sret in VS works on vsstatus and leaves sstatus and hstatus alone.
    .macro returns_from_guest text, status
    say "\text"
    csrw mstatus, zero
    set_bits mstatus, SPP | SIE
    set_csr hstatus, SPV | SPVP
    set_csr vsstatus, \status
    try IN_VS, "la t0, 3f; csrw sepc, t0; sret; 3: nop"
    put_csr mcause
    put_bits vsstatus, VSTACK
    put_bits mstatus, SSTACK
    put_bits hstatus, HSTACK
    put_bits mstatush, MPV | GVA
    .endm
    returns_from_guest "sret in VS to VU, SPIE=1", SPIE
    returns_from_guest "sret in VS to VS, SPIE=0, SIE=1", SPP | SIE

    # Traps into HS: sstatus and hstatus after, with the ecall of U, VU and VS delegated.
    set_csr medeleg, 0x500
    csrw hedeleg, zero
    .macro traps_to_supervisor text, mode, status, hypervisor, code
    say "\text"
    csrw mstatus, zero
    set_bits mstatus, \status
    set_csr hstatus, \hypervisor
    csrw vsstatus, zero
    try \mode, "\code"
    show_delegated
    put_bits mstatus, SSTACK
    put_bits hstatus, HSTACK
    .endm
    traps_to_supervisor "trap from U to HS with SIE=1: SPVP stays", IN_U, SIE, SPVP | SPV, "nop"
    traps_to_supervisor "trap from U to HS with SIE=0: SPVP stays", IN_U, SPP, 0, "nop"
    traps_to_supervisor "trap from VU to HS with SIE=1", IN_VU, SIE, SPVP, "nop"
    traps_to_supervisor "trap from VS to HS with SIE=1", IN_VS, SIE, 0, "nop"
    set_csr medeleg, 0x100
    traps_to_supervisor "trap from VU to HS, SIE=0, GVA was 1", IN_VU, SPIE, GVA, "nop"
    traps_to_supervisor "trap from VS stays in M when not delegated", IN_VS, SIE, 0, "nop"

    # A trap from S to S
    set_csr medeleg, 0x4
    traps_to_supervisor "illegal instruction in S to HS", IN_S, SIE, SPV | SPVP, "csrw cycle, zero"
    csrw mstatus, zero

    # Traps into VS: vsstatus after; sstatus, hstatus untouched.
    set_csr medeleg, 0x104
    set_csr hedeleg, 0x104
    .macro traps_to_guest text, mode, code, status
    say "\text"
    csrw mstatus, zero
    csrw hstatus, zero
    set_csr vsstatus, \status
    try \mode, "\code"
    show_delegated
    put_bits vsstatus, VSTACK
    put_bits mstatus, SSTACK
    put_bits hstatus, HSTACK
    .endm
    traps_to_guest "trap from VU to VS with SIE=1", IN_VU, "nop", SIE | SPP
    traps_to_guest "trap from VU to VS with SIE=0", IN_VU, "nop", SPIE
    traps_to_guest "trap from VS to VS with SIE=1", IN_VS, "csrw cycle, zero", SIE
    csrw medeleg, zero
    csrw hedeleg, zero

    end
