# When a changed page table must be seen: after sfence.vma, by address and by ASID.
#
# The page at 0x400000 is OLD at first (it holds 1), then NEW (2). Where no fence has been done,
# the specification allows either; this machine's TLB keeps what it has found until a fence, which
# is what the lines with "stale" say.

    .equ OLD, FREE + 0x4000
    .equ NEW, FREE + 0x5000
    .equ OTHER_ROOT, FREE + 0x6000
    .equ OTHER_TABLE, FREE + 0x7000
    .equ ASID_1, 1 << 22
    .equ ASID_2, 2 << 22

    .macro old flags
    map TABLE, 0, OLD, \flags
    map TABLE, 1, OLD, \flags
    sfence.vma
    .endm

    # Load in S, then change both pages, then do something in S, and load again.
    .macro change text, flags, code
    say "\text"
    old \flags
    try IN_S, "lw a0, 0(s2); lw a1, 0(s3)"
    map TABLE, 0, NEW, \flags
    map TABLE, 1, NEW, \flags
    try IN_S, "\code; lw a0, 0(s2)"
    put s0
    try IN_S, "lw a0, 0(s3)"
    put s0
    .endm

main:
    open_memory
    translate
    li t0, OLD
    li t1, 1
    sw t1, 0(t0)
    li t0, NEW
    li t1, 2
    sw t1, 0(t0)
    li s2, PAGES
    li s3, PAGES + 0x1000
    li s4, 1
    li s5, 2

    say "-- ASID 0; what the two pages hold after the change"
    change "no fence: stale", RW, "nop"
    change "sfence.vma", RW, "sfence.vma"
    change "sfence.vma of the first page", RW, "sfence.vma s2"
    change "sfence.vma of an address inside the first page", RW, "addi a0, s2, 0x7fc; sfence.vma a0"
    change "sfence.vma of the other page", RW, "sfence.vma s3"
    change "sfence.vma of ASID 0", RW, "li a0, 0; sfence.vma zero, a0"
    change "sfence.vma of ASID 1: stale", RW, "sfence.vma zero, s4"
    change "sfence.vma of the first page in ASID 0", RW, "li a0, 0; sfence.vma s2, a0"
    change "sfence.vma of the first page in ASID 1: stale", RW, "sfence.vma s2, s4"
    change "fence.i and fence: stale", RW, "fence.i; fence"
    change "sfence.vma of ASID 0, global pages: stale", RW | PTE_G, "li a0, 0; sfence.vma zero, a0"
    change "sfence.vma of the first page, global", RW | PTE_G, "sfence.vma s2"
    change "sfence.vma, global pages", RW | PTE_G, "sfence.vma"

    say "-- what is found invalid is looked up anew"
    map TABLE, 0, 0, 0
    sfence.vma
    attempt "not there", IN_S, "lw a0, 0(s2)"
    map TABLE, 0, NEW, RW
    attempt "there, without a fence", IN_S, "lw a0, 0(s2)"

    say "-- permissions: less is seen after a fence"
    old RW
    attempt "store", IN_S, "sw s4, 0(s2)"
    map TABLE, 0, OLD, PTE_V | PTE_R | PTE_A
    sfence.vma
    attempt "store after W was taken away", IN_S, "sw s4, 0(s2)"
    attempt "load", IN_S, "lw a0, 0(s2)"

    say "-- D: a clean page's first store is noticed after a fence"
    map TABLE, 0, OLD, PTE_V | PTE_R | PTE_W | PTE_A
    sfence.vma
    try IN_S, "lw a0, 0(s2); sw s4, 0(s2)"
    say "PTE after load and store"
    call put_leaf
    map TABLE, 0, OLD, PTE_V | PTE_R | PTE_W
    sfence.vma
    try IN_S, "sw s4, 0(s2)"
    say "PTE after A and D were cleared, with a fence, and a store"
    call put_leaf

    say "-- superpage: a fence for any address in it"
    map ROOT, 1, 0x80000000, RWX
    sfence.vma
    li s6, (OLD & 0xfffff) + PAGES      # where OLD lies in it
    attempt "through the superpage", IN_S, "lw a0, 0(s6)"
    map ROOT, 1, TABLE, PTE_V
    map TABLE, (OLD >> 12) & 0x3ff, NEW, RW
    attempt "after sfence.vma of its first page", IN_S, "sfence.vma s2; lw a0, 0(s6)"

    say "-- ASIDs: each has its own translations"
    map OTHER_ROOT, 0x200, 0x80000000, RWX | PTE_G
    map OTHER_ROOT, 1, OTHER_TABLE, PTE_V
    map OTHER_TABLE, 0, NEW, RW
    old RW
    li s6, SV32 | ASID_1 | (ROOT >> 12)
    li s7, SV32 | ASID_2 | (OTHER_ROOT >> 12)
    attempt "ASID 1", IN_S, "csrw satp, s6; lw a0, 0(s2)"
    attempt "ASID 2", IN_S, "csrw satp, s7; lw a0, 0(s2)"
    attempt "ASID 1 again", IN_S, "csrw satp, s6; lw a0, 0(s2)"
    attempt "ASID 2, satp as S reads it", IN_S, "csrw satp, s7; csrr a0, satp"
    map TABLE, 0, NEW, RW
    attempt "ASID 1 changed, fence for ASID 2: stale", IN_S, "csrw satp, s6; sfence.vma zero, s5; lw a0, 0(s2)"
    attempt "fence for ASID 1", IN_S, "sfence.vma zero, s4; lw a0, 0(s2)"
    map TABLE, 0, OLD, RW
    attempt "changed back, fence from the other ASID", IN_S, "csrw satp, s7; sfence.vma zero, s4; csrw satp, s6; lw a0, 0(s2)"

    say "-- satp to Bare and back"
    attempt "Bare: the address is physical", IN_S, "csrw satp, zero; li a0, OLD; lw a0, 0(a0)"
    attempt "Bare with a root in it: the same", IN_S, "li a0, ROOT >> 12; csrw satp, a0; li a0, OLD; lw a0, 0(a0)"
    attempt "Bare: nothing at 0x400000", IN_S, "lw a0, 0(s2)"
    attempt "on again", IN_S, "csrw satp, s6; lw a0, 0(s2)"
    end

put_leaf:
    mv s10, ra
    li t0, TABLE
    lw a0, 0(t0)
    andi a0, a0, 0xff
    call put_word
    jr s10
