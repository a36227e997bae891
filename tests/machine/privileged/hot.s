# What changes under code that has run often: mappings, permissions, the code itself. Engines that
# translate must notice all of it, at the very instruction.

    .equ DATA, FREE + 0x10000
    .equ CODE_A, FREE + 0x30000
    .equ CODE_B, FREE + 0x31000
    .equ CODE, PAGES + 0x100000         # entry 256 of TABLE
    .equ TIMES, 200

    # A function that returns a number, at an address in memory.
    .macro function address, number
    li t0, \address
    li t1, (\number << 20) | 0x513      # li a0, number
    sw t1, 0(t0)
    li t1, 0x00008067                   # ret
    sw t1, 4(t0)
    .endm

    # Run the code behind the macro's call in a mode; its a0 and what trap ended it.
    .macro show_run text, mode, label
    say "\text"
    run \mode, \label
    put_csr mcause
    put_csr mtval
    put s0
    .endm

main:
    open_memory
    set_csr medeleg, 0xb000             # page faults
    li t0, CLINT + 0x4000
    li t1, -1
    sw t1, 4(t0)
    translate
    function CODE_A, 1
    function CODE_B, 2
    map TABLE, 256, CODE_A, RWX
    sfence.vma

    show_run "demand paging: 64 stores into 4 pages that come one by one", IN_S, paging
    say "page faults, sum of what was stored"
    put s4
    put s5

    show_run "a code page is replaced after each 50 calls: 50 + 100 + 50 + 100", IN_S, replaced
    show_run "without a fence it stays: stale", IN_S, not_replaced
    show_run "two address spaces, a call in each in turn: 200 * (1 + 2)", IN_S, two_spaces
    show_run "code written by another address: 0 + 1 + ... + 199", IN_S, written
    show_run "code that writes itself, 200 times", IN_S, itself
    show_run "a store that may no longer be done: the 101st (a0 counts)", IN_S, forbidden
    show_run "a load that PMP forbids from the 101st on", IN_M, pmp_changes
    set_csr pmpcfg0, 0x1f
    set_csr pmpaddr0, -1
    csrw mstatus, zero
    show_run "D comes back after it was cleared: 200 times", IN_S, dirty
    show_run "SUM on and off: a page of U is read each second time (a0 counts)", IN_S, sums
    show_run "MPRV on and off in M: two memories by one address", IN_M, mprv
    csrw mstatus, zero
    show_run "loads across pages: 200 * 0x22221111", IN_S, crossing
    show_run "lr and sc: 200 times", IN_S, reserved
    show_run "wfi and the timer, 20 times", IN_M, timers

    say "-- the same guest code by two stages"
    translate_guest
    translate_in_guest
    map GTABLE, 0, CODE_A, RWX | PTE_U
    map TABLE, 256, GPAGES, RWX
    hfence.gvma
    hfence.vvma
    show_run "VS calls: 200 * 1", IN_VS, calls
    map GTABLE, 0, CODE_B, RWX | PTE_U
    show_run "the second stage changed: stale", IN_VS, calls
    hfence.gvma
    show_run "after hfence.gvma", IN_VS, calls
    map TABLE, 256, CODE_A, RWX
    hfence.vvma
    show_run "the first stage changed", IN_VS, calls
    end

# Stores to 64 addresses, 256 bytes apart; the handler maps what is missing.
    .balign 4
paging:
    la t0, page_in
    csrw stvec, t0
    li s4, 0
    li s2, PAGES + 0x10000
    li s3, 64
1:  sw s3, 0(s2)
    addi s2, s2, 256
    addi s3, s3, -1
    bnez s3, 1b
    li s2, PAGES + 0x10000
    li s3, 64
    li s5, 0
2:  lw t0, 0(s2)
    add s5, s5, t0
    addi s2, s2, 256
    addi s3, s3, -1
    bnez s3, 2b
    la t0, delegated
    csrw stvec, t0
    mv a0, s4
    ecall
    .balign 4
page_in:
    addi s4, s4, 1
    csrr t0, stval
    srli t0, t0, 12
    andi t0, t0, 0x3ff                  # entry of TABLE
    slli t1, t0, 2
    li t2, TABLE
    add t1, t1, t2
    slli t0, t0, 10
    li t2, (((DATA - 0x10000) >> 12) << 10) | RW
    add t0, t0, t2
    sw t0, 0(t1)
    sret

    # Call CODE `s3` times and add to s5.
calls_of:
    mv s6, ra
1:  li t0, CODE
    jalr t0
    add s5, s5, a0
    addi s3, s3, -1
    bnez s3, 1b
    jr s6

calls:
    li s5, 0
    li s3, TIMES
    call calls_of
    mv a0, s5
    ecall

replaced:
    li s5, 0
    .irp code, CODE_A, CODE_B, CODE_A, CODE_B
    map TABLE, 256, \code, RWX
    sfence.vma
    li s3, 50
    call calls_of
    .endr
    mv a0, s5
    ecall

not_replaced:
    map TABLE, 256, CODE_A, RWX
    sfence.vma
    li s5, 0
    li s3, TIMES
    call calls_of
    map TABLE, 256, CODE_B, RWX
    fence.i
    li s5, 0
    li s3, TIMES
    call calls_of
    mv a0, s5
    map TABLE, 256, CODE_A, RWX
    sfence.vma
    ecall

# A second root table, where CODE is CODE_B.
    .equ OTHER_ROOT, FREE + 0x40000
    .equ OTHER_TABLE, FREE + 0x41000
two_spaces:
    map OTHER_ROOT, 0x200, 0x80000000, RWX | PTE_G
    map OTHER_ROOT, 1, OTHER_TABLE, PTE_V
    map OTHER_TABLE, 256, CODE_B, RWX
    li s7, SV32 | (ROOT >> 12)
    li s8, SV32 | (1 << 22) | (OTHER_ROOT >> 12)
    li s5, 0
    li s4, TIMES
1:  csrw satp, s7
    li s3, 1
    call calls_of
    csrw satp, s8
    li s3, 1
    call calls_of
    addi s4, s4, -1
    bnez s4, 1b
    csrw satp, s7
    mv a0, s5
    ecall

written:
    li s5, 0
    li s4, 0
1:  slli t0, s4, 20
    li t1, 0x513
    or t0, t0, t1
    li t1, CODE_A
    sw t0, 0(t1)
    fence.i
    li s3, 1
    call calls_of
    addi s4, s4, 1
    li t0, TIMES
    bne s4, t0, 1b
    function CODE_A, 1
    fence.i
    mv a0, s5
    ecall

itself:
    li s4, TIMES
    li a0, 0
    la s2, 2f
    lw s3, 0(s2)
1:  sw s3, 0(s2)
    fence.i
2:  addi a0, a0, 1
    li t0, 0x00000013                   # nop, until the next store
    sw t0, 0(s2)
    fence.i
    addi s4, s4, -1
    bnez s4, 1b
    ecall

forbidden:
    map TABLE, 0, DATA, RW
    sfence.vma
    li s2, PAGES
    li a0, 0
    li s3, 100
1:  sw a0, 0(s2)
    addi a0, a0, 1
    addi s3, s3, -1
    bnez s3, 1b
    map TABLE, 0, DATA, PTE_V | PTE_R | PTE_A | PTE_D
    sfence.vma
    li s3, 100
    j 1b

pmp_changes:
    li t0, MPP_S | MPRV
    li s2, DATA
    li a0, 0
    li s3, 100
    csrw satp, zero
    csrw mstatus, t0
1:  lw t0, 0(s2)
    addi a0, a0, 1
    addi s3, s3, -1
    bnez s3, 1b
    li t0, 0x18
    csrw pmpcfg0, t0
    li s3, 100
    j 1b

dirty:
    li t0, SV32 | (ROOT >> 12)
    csrw satp, t0
    li s2, PAGES
    li a0, 0
    li s4, TIMES
1:  map TABLE, 0, DATA, PTE_V | PTE_R | PTE_W | PTE_A
    sfence.vma
    sw s4, 0(s2)
    li t0, TABLE
    lw t0, 0(t0)
    srli t0, t0, 7
    andi t0, t0, 1
    add a0, a0, t0
    addi s4, s4, -1
    bnez s4, 1b
    ecall

sums:
    map TABLE, 0, DATA, RW | PTE_U
    sfence.vma
    la t0, 3f
    csrw stvec, t0
    li s2, PAGES
    li s3, SUM
    li a0, 0
    li s4, TIMES
1:  csrr t0, sstatus
    xor t0, t0, s3
    csrw sstatus, t0
    lw t0, 0(s2)
    addi a0, a0, 1
2:  addi s4, s4, -1
    bnez s4, 1b
    csrc sstatus, s3
    la t0, delegated
    csrw stvec, t0
    ecall
    .balign 4
3:  la t0, 2b
    csrw sepc, t0
    sret

mprv:
    li s2, DATA + 0x1000                # in M itself, for S the page behind it
    li t0, 5
    sw t0, 0(s2)
    map OTHER_ROOT, 0x200, OTHER_TABLE, PTE_V
    map OTHER_TABLE, ((DATA + 0x1000) >> 12) & 0x3ff, DATA + 0x2000, RW
    li t0, DATA + 0x2000
    li t1, 7
    sw t1, 0(t0)
    li t0, SV32 | (3 << 22) | (OTHER_ROOT >> 12)
    csrw satp, t0
    sfence.vma
    li s3, MPRV
    li a0, 0
    li s4, TIMES
1:  li t0, MPP_S
    csrs mstatus, t0
    csrs mstatus, s3
    lw t0, 0(s2)
    csrc mstatus, s3
    lw t1, 0(s2)
    add a0, a0, t0
    add a0, a0, t1
    addi s4, s4, -1
    bnez s4, 1b
    li t0, SV32 | (ROOT >> 12)
    csrw satp, t0
    sfence.vma
    ecall

crossing:
    map TABLE, 2, DATA + 0x5000, RW
    map TABLE, 3, DATA + 0x4000, RW
    sfence.vma
    li t0, DATA + 0x5ffc
    li t1, 0x11111111
    sw t1, 0(t0)
    li t0, DATA + 0x4000
    li t1, 0x22222222
    sw t1, 0(t0)
    li s2, PAGES + 0x2ffe
    li a0, 0
    li s4, TIMES
1:  lw t0, 0(s2)
    add a0, a0, t0
    addi s4, s4, -1
    bnez s4, 1b
    ecall

reserved:
    map TABLE, 0, DATA, RW
    sfence.vma
    li s2, PAGES
    sw zero, 0(s2)
    li s4, TIMES
1:  lr.w t0, (s2)
    addi t0, t0, 1
    sc.w t1, t0, (s2)
    bnez t1, 1b
    addi s4, s4, -1
    bnez s4, 1b
    lw a0, 0(s2)
    ecall

# The timer of M, while M waits with MIE=0: mip is looked at, and the next time set.
timers:
    li a0, 0
    li s4, 20
    li t0, 1 << 7
    csrw mie, t0
1:  li t1, CLINT + 0xbff8
    lw t0, 0(t1)
    addi t0, t0, 1000
    li t1, CLINT + 0x4000
    sw t0, 0(t1)
    sw zero, 4(t1)
    wfi
    csrr t0, mip
    srli t0, t0, 7
    andi t0, t0, 1
    add a0, a0, t0
    addi s4, s4, -1
    bnez s4, 1b
    csrw mie, zero
    ecall
