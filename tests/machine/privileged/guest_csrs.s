# The guest's CSRs: with V=1 the supervisor's numbers reach vsstatus and the like; which CSRs and
# instructions raise virtual instruction exceptions and which illegal ones.

    .macro own name, guest
    say "\name written in VS: \name, \guest"
    li t0, 0x1010
    csrw \name, t0
    csrw \guest, zero
    try IN_VS, "li a0, 0x2020; csrw \name, a0"
    put_csr mcause
    put_csr \name
    put_csr \guest
    .endm

    .macro everywhere text, code
    say "\text: M, S, U, VS, VU"
    try IN_M, "\code"
    put_csr mcause
    try IN_S, "\code"
    put_csr mcause
    try IN_U, "\code"
    put_csr mcause
    try IN_VS, "\code"
    put_csr mcause
    try IN_VU, "\code"
    put_csr mcause
    put_csr mtval
    .endm

main:
    open_memory

    say "-- the guest's own registers"
    own sscratch, vsscratch
    own sepc, vsepc
    own stval, vstval
    csrw scause, zero
    csrw vscause, zero
    attempt "scause written in VS", IN_VS, "li a0, 0xf; csrw scause, a0; csrr a0, scause"
    say "scause, vscause"
    put_csr scause
    put_csr vscause
    csrr s2, stvec
    csrr s3, vstvec
    attempt "stvec written in VS", IN_VS, "li a0, 0x80000101; csrw stvec, a0; csrr a0, stvec"
    say "stvec untouched (0: so), vstvec"
    csrr a0, stvec
    sub a0, a0, s2
    call put_word
    put_csr vstvec
    csrw vstvec, s3
    csrw sstatus, zero
    csrw vsstatus, zero
    attempt "all ones in sstatus in VS", IN_VS, "li a0, -1; csrw sstatus, a0; csrr a0, sstatus"
    say "sstatus, vsstatus"
    put_csr sstatus
    put_csr vsstatus
    csrw vsstatus, zero
    set_csr sstatus, SUM
    attempt "sstatus in VS is not that of HS", IN_VS, "csrr a0, sstatus"
    csrw sstatus, zero
    say "vs* CSRs are readable and writable in HS"
    attempt "vsscratch", IN_S, "li a0, 0x77; csrw vsscratch, a0; csrr a0, vsscratch"
    say "scounteren and senvcfg are shared: written in VS, read in M"
    try IN_VS, "csrw scounteren, 5"
    put_csr scounteren
    csrw scounteren, zero

    say "-- CSRs by virtualization: cause of each; then mtval in VU"
    everywhere "read sstatus", "csrr a0, sstatus"
    everywhere "write sstatus", "csrw sstatus, zero"
    everywhere "read hstatus", "csrr a0, hstatus"
    everywhere "write htval", "csrw htval, zero"
    everywhere "read hgeip", "csrr a0, hgeip"
    everywhere "write hgeip, which is read-only", "csrw hgeip, zero"
    everywhere "read vsstatus", "csrr a0, vsstatus"
    everywhere "write vsepc", "csrw vsepc, zero"
    everywhere "read htimedeltah", "csrr a0, htimedeltah"
    everywhere "read mstatus", "csrr a0, mstatus"
    everywhere "write mscratch", "csrw mscratch, zero"
    everywhere "read a hypervisor CSR that is not there", "csrr a0, 0x60f"
    everywhere "read a supervisor CSR that is not there", "csrr a0, 0x14f"
    everywhere "read a VS CSR that is not there", "csrr a0, 0x24f"
    everywhere "read satp", "csrr a0, satp"
    set_bits mstatus, TVM
    everywhere "read satp, TVM=1", "csrr a0, satp"
    everywhere "read hgatp, TVM=1", "csrr a0, hgatp"
    everywhere "hfence.gvma, TVM=1", "hfence.gvma"
    everywhere "hfence.vvma, TVM=1", "hfence.vvma"
    clear_bits mstatus, TVM
    set_bits hstatus, VTVM
    everywhere "read satp, VTVM=1", "csrr a0, satp"
    everywhere "sfence.vma, VTVM=1", "sfence.vma"
    everywhere "read vsatp, VTVM=1", "csrr a0, vsatp"
    clear_bits hstatus, VTVM
    everywhere "hlv.w", "la a0, main; hlv.w a0, (a0)"
    everywhere "hfence.vvma", "hfence.vvma"
    everywhere "hfence.gvma", "hfence.gvma"

    say "-- hypervisor instructions: reserved encodings are illegal everywhere"
    .macro everywhere_at text
    say "\text: M, S, VS"
    li t1, FREE
    sw t0, 0(t1)
    fence.i
    li s2, FREE
    jump_in IN_M, s2
    put_csr mcause
    jump_in IN_S, s2
    put_csr mcause
    jump_in IN_VS, s2
    put_csr mcause
    .endm
    .macro word text, value
    li t0, \value
    everywhere_at "\text"
    .endm
    word "hlv.wu (RV64)", 0x68194573
    word "hlv.d (RV64)", 0x6c094573
    word "hsv.d (RV64)", 0x6eb94073
    word "hlvx.bu", 0x60394573
    word "hsv.b with rd", 0x62b940f3
    word "hfence.vvma with rd", 0x220000f3
    word "hlv.w with funct3 0", 0x68090573

    end
