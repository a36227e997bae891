# Interrupts of VS: hvip, hideleg, where they go, what the guest sees; HS interrupts while V=1.

    .equ MTIMECMP, CLINT + 0x4000

    .macro due text, mode
    say "\text"
    try \mode, "nop; nop"
    show_delegated
    .endm

    .macro supervisor_interrupts enabled
    csrci mstatus, 2
    csrsi mstatus, 2 * (\enabled)
    .endm

    .macro guest_interrupts enabled
    csrci vsstatus, 2
    csrsi vsstatus, 2 * (\enabled)
    .endm

main:
    open_memory
    li t0, MTIMECMP
    li t1, -1
    sw t1, 4(t0)
    sw t1, 0(t0)
    set_csr mideleg, 0x222

    say "-- not delegated by hideleg: to HS under their own numbers"
    csrw hideleg, zero
    set_csr mie, 0x444
    set_csr hvip, 0x444
    supervisor_interrupts 0
    due "HS with SIE=0", IN_S
    due "U with SIE=0", IN_U
    supervisor_interrupts 0
    due "VU", IN_VU
    supervisor_interrupts 0
    due "VS", IN_VS
    supervisor_interrupts 1
    due "HS with SIE=1: external first", IN_S
    supervisor_interrupts 1
    set_csr mie, 0x44
    due "without external: software", IN_S
    supervisor_interrupts 1
    set_csr mie, 0x40
    due "without software: timer", IN_S

    say "-- delegated by hideleg: to VS under the supervisor's numbers"
    set_csr hideleg, 0x444
    set_csr mie, 0x444
    supervisor_interrupts 1
    guest_interrupts 1
    due "HS with SIE=1: those of VS are not for it", IN_S
    supervisor_interrupts 1
    due "U", IN_U
    guest_interrupts 0
    due "VS with SIE=0 in vsstatus", IN_VS
    guest_interrupts 0
    due "VU with SIE=0 in vsstatus", IN_VU
    guest_interrupts 1
    due "VS with SIE=1: external first", IN_VS
    guest_interrupts 1
    set_csr mie, 0x44
    due "without external: software", IN_VS
    guest_interrupts 1
    set_csr mie, 0x40
    due "without software: timer", IN_VS
    guest_interrupts 1
    csrw mie, zero
    due "none enabled", IN_VS

    say "-- HS interrupts come before those of VS, whatever vsstatus and sstatus say"
    set_csr mie, 0x666
    set_csr mip, 0x22
    set_csr hvip, 0x444
    supervisor_interrupts 0
    guest_interrupts 1
    due "VS, SSI and STI pending", IN_VS
    csrw mip, zero
    set_csr hvip, 0x440
    due "VS, only those of VS", IN_VS
    guest_interrupts 1
    set_csr hideleg, 0x400
    due "VSTI for HS, VSEI for VS: HS first", IN_VS
    set_csr hideleg, 0x444

    say "-- the guest's views: sip and sie in VS"
    set_csr mie, 0
    set_csr hvip, 0x444
    set_csr mip, 0x226
    guest_interrupts 0
    attempt "sip in VS", IN_VS, "csrr a0, sip"
    attempt "sie in VS after ones were written", IN_VS, "li t0, -1; csrw sie, t0; csrr a0, sie"
    say "mie then"
    put_csr mie
    attempt "sip in VS after zero was written", IN_VS, "csrw sip, zero; csrr a0, sip"
    say "hvip then"
    put_csr hvip
    attempt "SSIP set by VS", IN_VS, "csrsi sip, 2; csrr a0, sip"
    say "hvip then"
    put_csr hvip
    set_csr hideleg, 0x440
    csrw mie, zero
    attempt "sip in VS, VSSI not delegated", IN_VS, "csrr a0, sip"
    attempt "SSIP cleared by VS, not delegated", IN_VS, "csrci sip, 2"
    say "hvip then"
    put_csr hvip
    csrw hvip, zero
    set_csr mie, 0x444
    attempt "sie in VS, VSSI not delegated", IN_VS, "csrr a0, sie"
    attempt "sie in VS after zero was written, VSSI not delegated", IN_VS, "csrw sie, zero; csrr a0, sie"
    say "mie then"
    put_csr mie
    set_csr hvip, 0x444
    set_csr hideleg, 0x444
    csrw mie, zero
    csrw mip, zero
    say "hip and sip of HS: each its own"
    attempt "hip in S", IN_S, "csrr a0, hip"
    attempt "sip in S", IN_S, "csrr a0, sip"

    say "-- enabled by VS for itself, and by sret in HS"
    set_csr hvip, 0x4
    set_csr mie, 0x4
    guest_interrupts 0
    attempt_delegated "csrs sstatus.SIE in VS", IN_VS, "csrsi sstatus, 2; nop"
    guest_interrupts 0
    csrw mie, zero
    attempt_delegated "csrs sie in VS", IN_VS, "csrsi sstatus, 2; csrsi sie, 2; nop"
    guest_interrupts 1
    set_csr mie, 0x4
    set_csr hstatus, SPV
    set_bits mstatus, SPP
    attempt_delegated "sret to VS", IN_S, "la t0, 3f; csrw sepc, t0; sret; 3: nop"
    say "hstatus and vsstatus after the interrupt in VS"
    put_csr hstatus
    put_csr vsstatus
    csrw hstatus, zero

    say "-- an interrupt to HS from VS: htval, htinst are 0; hstatus, sstatus"
    set_csr hideleg, 0
    supervisor_interrupts 0
    due "VS", IN_VS
    put_csr hstatus
    put_csr mstatus
    csrw hstatus, zero

    say "-- vectored in VS: the supervisor's number (line: cause, where it went from the base on)"
    set_csr hideleg, 0x444
    csrsi vstvec, 1
    .macro vectored text, bit
    say "\text"
    csrw vsstatus, zero
    set_csr hvip, 1 << \bit
    set_csr mie, 1 << \bit
    try IN_VU, "nop"
    put_csr vscause
    csrr s3, mepc
    la s4, delegated
    sub s3, s3, s4
    put s3
    csrw hvip, zero
    csrw mie, zero
    .endm
    vectored "VSSI", 2
    vectored "VSTI", 6
    vectored "VSEI", 10
    say "-- vectored in HS: their own number"
    csrw hideleg, zero
    csrsi stvec, 1
    .macro vectored_supervisor text, bit
    say "\text"
    supervisor_interrupts 0
    set_csr hvip, 1 << \bit
    set_csr mie, 1 << \bit
    try IN_VU, "nop"
    put_csr scause
    csrr s3, mepc
    la s4, delegated
    sub s3, s3, s4
    put s3
    csrw hvip, zero
    csrw mie, zero
    .endm
    vectored_supervisor "VSSI", 2
    vectored_supervisor "VSTI", 6
    vectored_supervisor "VSEI", 10

    say "-- wfi in VS goes on for an interrupt that its hypervisor will take"
    csrci stvec, 1
    set_csr mip, 2
    set_csr mie, 2
    attempt_delegated "wfi in VS, SSI pending and enabled", IN_VS, "wfi; nop"

    end
