# When changed page tables of a guest must be seen: sfence.vma in VS, hfence.vvma, hfence.gvma, by
# address, ASID and VMID. "stale" as in sv32_fence.s: the specification allows either there.

    .equ OLD, FREE + 0x10000
    .equ NEW, FREE + 0x11000
    .equ ASID_1, 1 << 22
    .equ VMID_1, 1 << 22
    .equ VMID_2, 2 << 22

    .macro old
    map TABLE, 0, GPAGES, RWX
    map TABLE, 1, GPAGES + 0x1000, RWX
    map GTABLE, 0, OLD, RWX | PTE_U
    map GTABLE, 1, OLD, RWX | PTE_U
    hfence.gvma
    hfence.vvma
    .endm

    .macro see
    try IN_VS, "lw a0, 0(s2)"
    put s0
    try IN_VS, "lw a0, 0(s3)"
    put s0
    .endm

    # Change the first stage: 0x400000 and 0x401000 lead to a guest page that is NEW.
    .macro first text, mode, code
    say "\text"
    old
    try IN_VS, "lw a0, 0(s2); lw a0, 0(s3)"
    map TABLE, 0, GPAGES + 0x2000, RWX
    map TABLE, 1, GPAGES + 0x2000, RWX
    try \mode, "\code"
    see
    .endm

    # Change the second stage: the guest's two pages are NEW.
    .macro second text, mode, code
    say "\text"
    old
    try IN_VS, "lw a0, 0(s2); lw a0, 0(s3)"
    map GTABLE, 0, NEW, RWX | PTE_U
    map GTABLE, 1, NEW, RWX | PTE_U
    try \mode, "\code"
    see
    .endm

main:
    open_memory
    translate_guest
    translate_in_guest
    map GTABLE, 2, NEW, RWX | PTE_U
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
    li s6, GPAGES >> 2                  # hfence.gvma takes addresses shifted right by 2

    say "-- the first stage changed; what the two pages hold"
    first "no fence: stale", IN_VS, "nop"
    first "sfence.vma in VS", IN_VS, "sfence.vma"
    first "sfence.vma in VS of the first page", IN_VS, "sfence.vma s2"
    first "sfence.vma in VS of ASID 0", IN_VS, "li a0, 0; sfence.vma zero, a0"
    first "sfence.vma in VS of ASID 1: stale", IN_VS, "sfence.vma zero, s4"
    first "sfence.vma in HS: the host's own, stale", IN_S, "sfence.vma"
    first "sfence.vma in M: the host's own, stale", IN_M, "sfence.vma"
    first "hfence.vvma", IN_S, "hfence.vvma"
    first "hfence.vvma in M", IN_M, "hfence.vvma"
    first "hfence.vvma of the second page", IN_S, "hfence.vvma s3"
    first "hfence.vvma of ASID 0", IN_S, "li a0, 0; hfence.vvma zero, a0"
    first "hfence.vvma of ASID 1: stale", IN_S, "hfence.vvma zero, s4"
    first "hfence.vvma of the second page in ASID 0", IN_S, "li a0, 0; hfence.vvma s3, a0"

    say "-- the second stage changed"
    second "no fence: stale", IN_S, "nop"
    second "hfence.gvma", IN_S, "hfence.gvma"
    second "hfence.gvma in M", IN_M, "hfence.gvma"
    second "hfence.gvma of VMID 0", IN_S, "li a0, 0; hfence.gvma zero, a0"
    second "hfence.gvma of VMID 1: stale", IN_S, "hfence.gvma zero, s4"
    second "sfence.vma in HS: stale", IN_S, "sfence.vma"
    say "hfence.gvma of the first guest page: at least that one is seen"
    old
    try IN_VS, "lw a0, 0(s2)"
    map GTABLE, 0, NEW, RWX | PTE_U
    try IN_S, "hfence.gvma s6"
    try IN_VS, "lw a0, 0(s2)"
    put s0

    say "-- the second stage alone"
    csrw vsatp, zero
    li s2, GPAGES
    li s3, GPAGES + 0x1000
    second "no fence: stale", IN_S, "nop"
    second "hfence.gvma", IN_S, "hfence.gvma"
    say "hfence.gvma of the first guest page: at least that one is seen"
    old
    try IN_VS, "lw a0, 0(s2)"
    map GTABLE, 0, NEW, RWX | PTE_U
    try IN_S, "hfence.gvma s6"
    try IN_VS, "lw a0, 0(s2)"
    put s0

    say "-- VMIDs: each has its own translations"
    old
    li s7, SV32 | VMID_1 | (GROOT >> 12)
    li s8, SV32 | VMID_2 | (GROOT >> 12)
    .macro see_in text, register
    say "\text"
    csrw hgatp, \register
    see
    .endm
    see_in "VMID 1", s7
    map GTABLE, 0, NEW, RWX | PTE_U
    see_in "VMID 2, which meets the change", s8
    see_in "VMID 1: stale", s7
    hfence.gvma zero, s5
    see_in "after a fence for VMID 2: stale", s7
    hfence.gvma zero, s4
    see_in "after a fence for VMID 1", s7
    say "hgatp as it reads"
    put_csr hgatp
    translate_in_guest
    csrw hgatp, s7
    li s2, PAGES
    li s3, PAGES + 0x1000
    hfence.gvma
    see_in "VMID 1, both stages", s7
    see_in "VMID 2, both stages", s8
    map TABLE, 0, GPAGES + 0x1000, RWX
    hfence.vvma
    see_in "VMID 1 after hfence.vvma in VMID 2: stale", s7
    hfence.vvma
    see_in "VMID 1 after hfence.vvma in VMID 1", s7

    say "-- guest and host do not share translations"
    map ROOT, 1, TABLE, PTE_V
    map TABLE, 0, NEW, RWX
    set_csr satp, SV32 | (ROOT >> 12)
    set_csr hgatp, 0
    set_csr vsatp, SV32 | (ROOT >> 12)
    sfence.vma
    hfence.vvma
    attempt "host", IN_S, "lw a0, 0(s2)"
    attempt "guest", IN_VS, "lw a0, 0(s2)"
    map TABLE, 0, OLD, RWX
    hfence.vvma
    attempt "host after hfence.vvma: stale", IN_S, "lw a0, 0(s2)"
    attempt "guest", IN_VS, "lw a0, 0(s2)"
    sfence.vma
    attempt "host after sfence.vma", IN_S, "lw a0, 0(s2)"
    end
