# Sv32x4: what the second stage's walk finds, does and is stopped by; guest physical addresses of
# 34 bits; the first stage's own accesses, which go through the second.
#
# Lines of attempts: mcause mtval mepc a0 mtval2 mtinst, and GVA (40) and MPV (80) of mstatush.

    .equ DATA, FREE + 0x10000
    .equ SUPERPAGE, 0x80400000

    # An entry of GROOT for GPAGES and one of GTABLE; a load, a store and a fetch in VS; then
    # mtval2 of the last and both entries' flags afterwards.
    .macro walk text, root, leaf
    say "\text"
    li t0, GROOT + (4 * (GPAGES >> 22))
    li t1, \root
    sw t1, 0(t0)
    li t0, GTABLE
    li t1, \leaf
    sw t1, 0(t0)
    hfence.gvma
    call try_walk
    .endm

    .equ TO_TABLE, ((GTABLE >> 12) << 10) | PTE_V
    .equ TO_DATA, ((DATA >> 12) << 10) | PTE_V

    .macro fresh
    hfence.gvma
    hfence.vvma
    .endm

main:
    open_memory
    translate_guest
    li s2, GPAGES
    li s3, IN_VS

    say "-- no first stage: entries of the second"
    walk "V=0 at the root", ((GTABLE >> 12) << 10), TO_DATA | RWX | PTE_U
    walk "V=0 at the leaf", TO_TABLE, ((DATA >> 12) << 10) | 0xde
    walk "R=0 W=1 at the root", TO_TABLE | PTE_W, TO_DATA | RWX | PTE_U
    walk "pointer with U", TO_TABLE | PTE_U, TO_DATA | RWX | PTE_U
    walk "pointer with A", TO_TABLE | PTE_A, TO_DATA | RWX | PTE_U
    walk "pointer with D", TO_TABLE | PTE_D, TO_DATA | RWX | PTE_U
    walk "pointer with G and RSW", TO_TABLE | PTE_G | 0x300, TO_DATA | RWX | PTE_U
    walk "pointer at level 0", TO_TABLE, TO_DATA
    walk "A and D are set: RWXU", TO_TABLE, TO_DATA | 0x1e
    walk "A is set: RXU", TO_TABLE, TO_DATA | 0x1a
    walk "RWX without U: nothing is set", TO_TABLE, TO_DATA | 0x0e
    walk "superpage", ((SUPERPAGE >> 12) << 10) | 0x1f, 0
    walk "misaligned superpage", ((SUPERPAGE >> 12) << 10) | (1 << 10) | RWX | PTE_U, 0
    walk "table where nothing is", ((NOWHERE >> 12) << 10) | PTE_V, 0
    walk "page where nothing is", TO_TABLE, ((NOWHERE >> 12) << 10) | RWX | PTE_U
    walk "page above 32 bits", TO_TABLE, 0xfffffc00 | RWX | PTE_U

    say "-- vsatp Bare: guest physical addresses have 32 bits"
    li s2, 0xfffff004
    attempt_guest "the highest page", IN_VS, "lw a0, 0(s2)"
    map GROOT, 0x3ff, SUPERPAGE, RWX | PTE_U
    fresh
    li t0, SUPERPAGE + 0x3ff004
    li t1, 0x11223344
    sw t1, 0(t0)
    attempt_guest "the highest superpage mapped", IN_VS, "lw a0, 0(s2)"

    say "-- 34 bits through a first stage"
    translate_in_guest
    li t0, SUPERPAGE + 0x5004
    li t1, 0x55667788
    sw t1, 0(t0)
    .macro wide text, page
    li t0, TABLE
    li t1, ((\page) << 10) | RWX
    sw t1, 0(t0)
    fresh
    attempt_guest "\text", IN_VS, "lw a0, 4(s2)"
    .endm
    li s2, PAGES
    wide "page 0x100005 (32 bits are 0x5004): not mapped", 0x100005
    map GROOT, 0x400, SUPERPAGE, RWX | PTE_U
    wide "page 0x100005: entry 0x400 of the root", 0x100005
    wide "page 0x3ffc05: not mapped", 0x3ffc05
    map GROOT, 0xfff, SUPERPAGE, RWX | PTE_U
    wide "page 0x3ffc05: entry 0xfff, the last", 0x3ffc05
    wide "page 0x3ffbff: not mapped", 0x3ffbff
    set_csr hgatp, 0
    wide "hgatp Bare: page 0x100005 is no memory", 0x100005
    wide "hgatp Bare: a page of DATA", DATA >> 12
    set_csr hgatp, SV32 | (GROOT >> 12)

    say "-- a superpage of the first stage over small pages of the second"
    map ROOT, 2, GPAGES, RWX
    map GTABLE, 3, DATA, RWX | PTE_U
    fresh
    li t0, DATA + 8
    li t1, 0x1234
    sw t1, 0(t0)
    li s2, 0x803008
    attempt_guest "third page", IN_VS, "lw a0, 0(s2)"
    addi s2, s2, -2048
    addi s2, s2, -2048
    attempt_guest "second page: not there", IN_VS, "lw a0, 0(s2)"

    say "-- the first stage's tables through the second"
    # VS's root at GPAGES + 0x8000, its table at GPAGES + 0x9000
    map GTABLE, 8, ROOT, RWX | PTE_U
    map GTABLE, 9, TABLE, RWX | PTE_U
    map ROOT, 1, GPAGES + 0x9000, PTE_V
    map TABLE, 0, DATA, RWX
    set_csr vsatp, SV32 | ((GPAGES + 0x8000) >> 12)
    fresh
    li s2, PAGES + 8
    attempt_guest "all there", IN_VS, "lw a0, 0(s2)"
    li s4, 0x73                         # ecall
    li t0, DATA + 8
    sw s4, 0(t0)
    .macro table_page text, index, address, flags
    map GTABLE, \index, \address, \flags
    fresh
    attempt_guest "\text: load", IN_VS, "lw a0, 0(s2)"
    attempt_guest "\text: store", IN_VS, "sw s4, 0(s2)"
    say "\text: fetch"
    jump_in IN_VS, s2
    show
    show_guest
    .endm
    table_page "no page for the table", 9, 0, 0
    table_page "table's page without U", 9, TABLE, RWX
    table_page "table's page may be executed only", 9, TABLE, PTE_V | PTE_X | PTE_A | PTE_U
    set_bits mstatus, MXR
    attempt_guest "the same with MXR in mstatus", IN_VS, "lw a0, 0(s2)"
    clear_bits mstatus, MXR
    table_page "table's page may be read only: no update needed", 9, TABLE, PTE_V | PTE_R | PTE_A | PTE_U
    map TABLE, 0, DATA, PTE_V | PTE_R | PTE_W | PTE_X | PTE_A
    table_page "table's page may be read only: D must be set", 9, TABLE, PTE_V | PTE_R | PTE_A | PTE_U
    map TABLE, 0, DATA, PTE_V | PTE_R | PTE_W | PTE_X
    table_page "table's page may be read only: A must be set", 9, TABLE, PTE_V | PTE_R | PTE_A | PTE_U
    say "the PTE then"
    call put_leaf
    say "-- A and D of the second stage for the first stage's table"
    map TABLE, 0, DATA, PTE_V | PTE_R | PTE_W | PTE_X | PTE_A
    map GTABLE, 9, TABLE, PTE_V | PTE_R | PTE_W | PTE_U
    fresh
    attempt_guest "load: the table was read", IN_VS, "lw a0, 0(s2)"
    call put_table_leaf
    attempt_guest "store: D set in the table, which is a store into it", IN_VS, "sw a0, 0(s2)"
    call put_table_leaf
    call put_leaf
    say "-- the root of the first stage: no page for it"
    map GTABLE, 8, 0, 0
    fresh
    try IN_VU, "nop"
    call put_causes
    say "-- the second stage's table where nothing is, for the first stage's root"
    map GROOT, GPAGES >> 22, NOWHERE, PTE_V
    fresh
    try IN_VS, "nop"
    call put_causes

    say "-- PMP below both stages: access faults"
    map GROOT, GPAGES >> 22, GTABLE, PTE_V
    map GTABLE, 8, ROOT, RWX | PTE_U
    map GTABLE, 9, TABLE, RWX | PTE_U
    map TABLE, 0, DATA, RWX
    li t0, (DATA >> 2) | 0x1ff
    csrw pmpaddr0, t0
    set_csr pmpaddr1, -1
    set_csr pmpcfg0, 0x1f00 | 0x18
    fresh
    attempt_guest "the page itself", IN_VS, "lw a0, 0(s2)"
    li t0, (GTABLE >> 2) | 0x1ff
    csrw pmpaddr0, t0
    fresh
    li s2, PAGES + 8
    say "the second stage's table: mcause mtval2 mtinst mstatush"
    try IN_VS, "nop"
    call put_causes

    end

try_walk:
    mv s10, ra
    call try_access
    csrr a0, mtval2
    call put_word
    li t0, GROOT + (4 * (GPAGES >> 22))
    lw a0, 0(t0)
    andi a0, a0, 0x3ff
    call put_word
    li t0, GTABLE
    lw a0, 0(t0)
    andi a0, a0, 0x3ff
    call put_word
    jr s10

put_causes:
    mv s10, ra
    put_csr mcause
    put_csr mtval2
    put_csr mtinst
    put_csr mstatush
    jr s10

put_leaf:
    mv s10, ra
    li t0, TABLE
    lw a0, 0(t0)
    andi a0, a0, 0xff
    call put_word
    jr s10

put_table_leaf:
    mv s10, ra
    li t0, GTABLE + 36
    lw a0, 0(t0)
    andi a0, a0, 0xff
    call put_word
    jr s10
