# Loads and stores of M mode with mstatus.MPRV: done with the privilege and translation of MPP and
# MPV, fetches not. The page at 0x400000 is for U, the one at 0x401000 for S, that at 0x402000 is
# execute only.

    .equ DATA, FREE + 0x10000

    .macro loads text, status, high
    say "\text"
    li s3, \status
    li s4, \high
    try IN_M, "csrw mstatus, s3; csrw mstatush, s4; lw a0, 0(s2); csrw mstatus, zero"
    show_guest_trap_too
    .endm
    .macro stores text, status, high
    say "\text"
    li s3, \status
    li s4, \high
    try IN_M, "csrw mstatus, s3; csrw mstatush, s4; sw a0, 0(s2); csrw mstatus, zero"
    show_guest_trap_too
    .endm
    .macro show_guest_trap_too
    csrr s5, mstatus
    csrw mstatus, zero
    csrw mstatush, zero
    show
    put s5
    .endm

main:
    open_memory
    li s2, DATA
    li t0, 0x11111111
    sw t0, 0(s2)
    li t1, DATA + 0x1000
    li t0, 0x22222222
    sw t0, 0(t1)
    li t1, DATA + 0x2000
    li t0, 0x33333333
    sw t0, 0(t1)
    map ROOT, 1, TABLE, PTE_V
    map TABLE, 0, DATA, RW | PTE_U
    map TABLE, 1, DATA + 0x1000, RW
    map TABLE, 2, DATA + 0x2000, PTE_V | PTE_X | PTE_A
    set_csr satp, SV32 | (ROOT >> 12)
    sfence.vma

    # Line: mcause mtval mepc a0 mstatus
    li s2, 0x400000
    loads "MPRV=0: no translation", MPP_S, 0
    loads "MPRV=1 MPP=M: no translation", MPRV | MPP, 0
    loads "MPRV=1 MPP=U, U page", MPRV, 0
    loads "MPRV=1 MPP=S, U page, SUM=0", MPRV | MPP_S, 0
    loads "MPRV=1 MPP=S, U page, SUM=1", MPRV | MPP_S | SUM, 0
    stores "MPRV=1 MPP=U, store to the U page", MPRV, 0
    li s2, 0x401000
    loads "MPRV=1 MPP=U, S page", MPRV, 0
    loads "MPRV=1 MPP=S, S page", MPRV | MPP_S, 0
    stores "MPRV=1 MPP=U, store to the S page", MPRV, 0
    li s2, 0x402000
    loads "MPRV=1 MPP=S, X page, MXR=0", MPRV | MPP_S, 0
    loads "MPRV=1 MPP=S, X page, MXR=1", MPRV | MPP_S | MXR, 0
    li s2, 0x403000
    loads "MPRV=1 MPP=S, no page", MPRV | MPP_S, 0
    say "amo with MPRV=1 MPP=U on the S page"
    li s2, 0x401000
    li s3, MPRV
    try IN_M, "csrw mstatus, s3; amoadd.w a0, zero, (s2); csrw mstatus, zero"
    show_guest_trap_too
    say "the page of U after its store"
    li s2, DATA
    lw s3, 0(s2)
    put s3

    # PMP with MPRV: M mode's accesses are checked as those of MPP.
    csrw satp, zero
    li s2, DATA
    set_csr pmpcfg0, 0
    loads "MPRV=0, nothing for S and U in PMP", MPP_S, 0
    loads "MPRV=1 MPP=S, nothing in PMP", MPRV | MPP_S, 0
    loads "MPRV=1 MPP=M, nothing in PMP", MPRV | MPP, 0
    open_memory

    # With MPV: as in VS or VU.
    map GTABLE, 0, DATA + 0x1000, RW | PTE_U
    map GROOT, GPAGES >> 22, GTABLE, PTE_V
    set_csr hgatp, SV32 | (GROOT >> 12)
    hfence.gvma
    li s2, 0x1000000
    loads "MPRV=1 MPV=1 MPP=S: through hgatp", MPRV | MPP_S, MPV
    loads "MPRV=1 MPV=1 MPP=U: through hgatp", MPRV, MPV
    loads "MPRV=1 MPV=1 MPP=M: as M", MPRV | MPP, MPV
    li s2, DATA + 0x1000
    loads "MPRV=1 MPV=0 MPP=S: not through hgatp", MPRV | MPP_S, 0
    li s2, 0x1001000
    say "guest page fault of M with MPRV and MPV: mtval2, mtinst, GVA and MPV, too"
    li s3, MPRV | MPP_S
    li s4, MPV
    try IN_M, "csrw mstatus, s3; csrw mstatush, s4; lw a0, 0(s2); csrw mstatus, zero"
    csrr s5, mstatush
    csrw mstatus, zero
    csrw mstatush, zero
    show
    put_csr mtval2
    put_csr mtinst
    put s5
    li s2, 0x1001004
    say "the same for a store"
    try IN_M, "csrw mstatus, s3; csrw mstatush, s4; sw a0, 0(s2); csrw mstatus, zero"
    csrr s5, mstatush
    csrw mstatus, zero
    csrw mstatush, zero
    show
    put_csr mtval2
    put_csr mtinst
    put s5

    # The guest's own SUM and MXR are those of vsstatus.
    map ROOT, 1, TABLE, PTE_V
    map GROOT, 0x200, 0x80000000, RWX | PTE_U
    set_csr vsatp, SV32 | (ROOT >> 12)
    hfence.gvma
    hfence.vvma
    li s2, 0x400000
    loads "MPV=1 MPP=S, U page, SUM in mstatus alone", MPRV | MPP_S | SUM, MPV
    set_csr vsstatus, SUM
    loads "MPV=1 MPP=S, U page, SUM in vsstatus alone", MPRV | MPP_S, MPV
    li s2, 0x402000
    loads "MPV=1 MPP=S, X page, no MXR", MPRV | MPP_S, MPV
    loads "MPV=1 MPP=S, X page, MXR in mstatus", MPRV | MPP_S | MXR, MPV
    set_csr vsstatus, MXR
    loads "MPV=1 MPP=S, X page, MXR in vsstatus", MPRV | MPP_S, MPV

    end
