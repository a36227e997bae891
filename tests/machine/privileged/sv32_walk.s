# Sv32: what a walk finds in PTEs, what it does to them, and what stops it.
#
# A line of `walk`: causes of a load, a store and a fetch in S at 0x400000, then mtval of the last,
# then the PTE at the root and that at the leaf as they are afterwards, without the bits above 9.

    .equ DATA, FREE + 0x4000
    .equ ROOT_ENTRY, ROOT + 4
    .equ SUPERPAGE, 0x80400000

    .macro walk text, root, leaf
    say "\text"
    li t0, ROOT_ENTRY
    li t1, \root
    sw t1, 0(t0)
    li t0, TABLE
    li t1, \leaf
    sw t1, 0(t0)
    sfence.vma
    call try_walk
    .endm

    .equ TO_TABLE, ((TABLE >> 12) << 10) | PTE_V
    .equ TO_DATA, ((DATA >> 12) << 10) | PTE_V

main:
    open_memory
    translate
    li s2, PAGES
    li s3, IN_S

    say "-- reserved encodings and pointers"
    walk "V=0 at the root", ((TABLE >> 12) << 10), TO_DATA | PTE_R
    walk "V=0 at the root, all other flags", ((TABLE >> 12) << 10) | 0xfe, TO_DATA | PTE_R
    walk "V=0 at the leaf", TO_TABLE, ((DATA >> 12) << 10) | 0xfe
    walk "R=0 W=1 at the root", TO_TABLE | PTE_W, TO_DATA | PTE_R
    walk "R=0 W=1 X=1 at the root", TO_TABLE | PTE_W | PTE_X, TO_DATA | PTE_R
    walk "pointer with U", TO_TABLE | PTE_U, TO_DATA | PTE_R
    walk "pointer with A", TO_TABLE | PTE_A, TO_DATA | PTE_R
    walk "pointer with D", TO_TABLE | PTE_D, TO_DATA | PTE_R
    walk "pointer with G and RSW: nothing is wrong", TO_TABLE | PTE_G | 0x300, TO_DATA | 0xcf
    walk "pointer at level 0", TO_TABLE, TO_DATA
    walk "RSW at the leaf is ignored and kept", TO_TABLE, TO_DATA | 0x3cf

    say "-- A and D are set by hardware"
    walk "R", TO_TABLE, TO_DATA | PTE_R
    walk "RW: by the store", TO_TABLE, TO_DATA | PTE_R | PTE_W
    walk "X", TO_TABLE, TO_DATA | PTE_X
    walk "RWX U: no access allowed, nothing set", TO_TABLE, TO_DATA | PTE_R | PTE_W | PTE_X | PTE_U
    .macro access text, flags, code
    map TABLE, 0, DATA, PTE_V | (\flags)
    sfence.vma
    attempt "\text", IN_S, "\code"
    call put_leaf
    .endm
    access "load sets A alone", PTE_R | PTE_W, "lw a0, 0(s2)"
    access "store sets A and D", PTE_R | PTE_W, "sw a0, 0(s2)"
    access "store sets D where A is set", PTE_R | PTE_W | PTE_A, "sw a0, 0(s2)"
    access "store sets A where D is set", PTE_R | PTE_W | PTE_D, "sw a0, 0(s2)"
    access "store that is not allowed sets nothing", PTE_R, "sw a0, 0(s2)"
    access "load that is not allowed sets nothing", PTE_X, "lw a0, 0(s2)"
    access "amo sets A and D", PTE_R | PTE_W, "amoadd.w a0, a0, (s2)"
    access "lr sets A alone", PTE_R | PTE_W, "lr.w a0, (s2)"
    access "load, then store", PTE_R | PTE_W, "lw a0, 0(s2); sw a0, 0(s2)"
    access "store, then PTE read in the same mode", PTE_R | PTE_W, "sw a0, 0(s2); li a0, TABLE; lw a0, 0(a0)"

    say "-- superpages"
    walk "superpage RWX: A and D in the root", ((SUPERPAGE >> 12) << 10) | 0xf, 0
    walk "misaligned superpage, lowest bit", ((SUPERPAGE >> 12) << 10) | (1 << 10) | 0xcf, 0
    walk "misaligned superpage, highest bit", ((SUPERPAGE >> 12) << 10) | (1 << 19) | 0xcf, 0
    map ROOT, 1, SUPERPAGE, RWX
    sfence.vma
    li t0, SUPERPAGE + 0x123ffc
    li t1, 0x12345678
    sw t1, 0(t0)
    li s2, PAGES + 0x123ffc
    attempt "a load deep inside a superpage", IN_S, "lw a0, 0(s2)"
    li s2, PAGES

    say "-- no memory behind an address: access faults with the virtual address"
    walk "table where nothing is", ((NOWHERE >> 12) << 10) | PTE_V, 0
    walk "table above 32 bits", 0xfffffc01, 0
    walk "page where nothing is", TO_TABLE, ((NOWHERE >> 12) << 10) | RWX
    walk "page above 32 bits", TO_TABLE, 0xfffffc00 | RWX
    walk "table in a device", ((UART >> 12) << 10) | PTE_V, 0
    li t0, ROOT_ENTRY
    li t1, TO_TABLE
    sw t1, 0(t0)
    map TABLE, 3, UART, RW
    sfence.vma
    li s2, PAGES + 0x3005
    attempt "a device by a virtual address: line status", IN_S, "lbu a0, 0(s2)"
    li s2, PAGES

    say "-- PMP on the walk: its accesses are those of S"
    # Entry 0 covers TABLE; without R the PTE cannot be read, without W not be updated.
    li t0, (TABLE >> 2) | 0x1ff
    csrw pmpaddr0, t0
    set_csr pmpaddr1, -1
    set_csr pmpcfg0, 0x1f00 | 0x18
    walk "PTE may not be read", TO_TABLE, TO_DATA | RWX
    set_csr pmpcfg0, 0x1f00 | 0x19
    walk "PTE may be read only: no update needed", TO_TABLE, TO_DATA | RWX
    walk "PTE may be read only: A must be set", TO_TABLE, TO_DATA | PTE_R | PTE_W | PTE_X
    walk "PTE may be read only: D must be set", TO_TABLE, TO_DATA | PTE_R | PTE_W | PTE_X | PTE_A
    set_csr pmpcfg0, 0x1f00 | 0x1c
    walk "PTE may be executed only", TO_TABLE, TO_DATA | RWX
    li t0, (DATA >> 2) | 0x1ff
    csrw pmpaddr0, t0
    set_csr pmpcfg0, 0x1f00 | 0x19
    walk "page that PMP lets be read only", TO_TABLE, TO_DATA | RWX
    set_csr pmpcfg0, 0x1f00 | 0x1f
    walk "nothing forbidden", TO_TABLE, TO_DATA | RWX

    end

try_walk:
    mv s10, ra
    call try_access
    csrr a0, mtval
    call put_word
    li t0, ROOT_ENTRY
    lw a0, 0(t0)
    andi a0, a0, 0x3ff
    call put_word
    li t0, TABLE
    lw a0, 0(t0)
    andi a0, a0, 0x3ff
    call put_word
    jr s10

put_leaf:
    mv s10, ra
    li t0, TABLE
    lw a0, 0(t0)
    andi a0, a0, 0x3ff
    call put_word
    jr s10
