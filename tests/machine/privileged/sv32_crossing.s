# Sv32: accesses and instructions across page boundaries. mtval is the address of the part that
# failed, mepc that of the instruction.
#
# The pages 0x400000 and 0x401000 lie behind each other in reverse: their data is not contiguous.

    .equ FIRST, FREE + 0x5000
    .equ SECOND, FREE + 0x4000
    .equ EDGE, PAGES + 0x1000

    .macro pages first, second
    map TABLE, 0, FIRST, \first
    map TABLE, 1, SECOND, \second
    sfence.vma
    .endm

    # The bytes on both sides of the edge become 11111111 and 22222222.
    .macro fill
    li t0, FIRST + 0xffc
    li t1, 0x11111111
    sw t1, 0(t0)
    li t0, SECOND
    li t1, 0x22222222
    sw t1, 0(t0)
    .endm

    .macro put_edge
    li t0, FIRST + 0xffc
    lw a0, 0(t0)
    call put_word
    li t0, SECOND
    lw a0, 0(t0)
    call put_word
    .endm

    .macro put_flags
    li t0, TABLE
    lw a0, 0(t0)
    andi a0, a0, 0xff
    call put_word
    li t0, TABLE + 4
    lw a0, 0(t0)
    andi a0, a0, 0xff
    call put_word
    .endm

    .macro stores text, code
    fill
    attempt "\text", IN_S, "\code"
    put_edge
    .endm

    .macro four_ways
    attempt "lw 1 byte before the edge", IN_S, "lw a0, -1(s2)"
    attempt "lw 2 bytes before", IN_S, "lw a0, -2(s2)"
    attempt "lw 3 bytes before", IN_S, "lw a0, -3(s2)"
    attempt "lh 1 byte before", IN_S, "lh a0, -1(s2)"
    attempt "lhu 1 byte before", IN_S, "lhu a0, -1(s2)"
    li s4, 0xaabbccdd
    stores "sw 1 byte before", "sw s4, -1(s2)"
    stores "sw 2 bytes before", "sw s4, -2(s2)"
    stores "sw 3 bytes before", "sw s4, -3(s2)"
    stores "sh 1 byte before", "sh s4, -1(s2)"
    .endm

main:
    open_memory
    translate
    li s2, EDGE
    fill

    say "-- both pages there (stores: both words afterwards)"
    pages RW, RW
    four_ways
    say "-- the second page is missing"
    pages RW, 0
    four_ways
    say "-- the first page is missing"
    pages 0, RW
    four_ways
    say "-- both are missing"
    pages 0, 0
    attempt "lw 2 bytes before", IN_S, "lw a0, -2(s2)"
    attempt "sw 2 bytes before", IN_S, "sw s4, -2(s2)"
    say "-- the second may be read only"
    pages RW, PTE_V | PTE_R | PTE_A
    attempt "lw 2 bytes before", IN_S, "lw a0, -2(s2)"
    stores "sw 2 bytes before", "sw s4, -2(s2)"
    say "-- the second is a page of U"
    pages RW, RW | PTE_U
    attempt "lw 2 bytes before", IN_S, "lw a0, -2(s2)"
    set_bits mstatus, SUM
    attempt "lw 2 bytes before, SUM=1", IN_S, "lw a0, -2(s2)"
    clear_bits mstatus, SUM
    say "-- A and D of both (last two words)"
    pages PTE_V | PTE_R | PTE_W, PTE_V | PTE_R | PTE_W
    attempt "lw 2 bytes before", IN_S, "lw a0, -2(s2)"
    put_flags
    attempt "sw 2 bytes before", IN_S, "sw s4, -2(s2)"
    put_flags
    say "-- the second is where no memory is"
    map TABLE, 1, NOWHERE, RW
    sfence.vma
    attempt "lw 2 bytes before", IN_S, "lw a0, -2(s2)"
    stores "sw 2 bytes before", "sw s4, -2(s2)"

    say "-- instructions: li a0, 0x123 and ecall from 2 bytes before the edge on"
    li s2, EDGE - 2
    li t0, 0x12300513                   # li a0, 0x123
    li t1, FIRST + 0xffe
    sh t0, 0(t1)
    li t1, SECOND
    srli t0, t0, 16
    sh t0, 0(t1)
    li t0, 0x73
    sh t0, 2(t1)
    sh zero, 4(t1)
    .macro fetches text, first, second
    pages \first, \second
    say "\text"
    jump_in IN_S, s2
    show
    .endm
    fetches "both pages there", RWX, RWX
    fetches "the second missing", RWX, 0
    fetches "the first missing", 0, RWX
    fetches "the second not executable", RWX, RW
    fetches "the second is U's", RWX, RWX | PTE_U
    say "A of both"
    pages PTE_V | PTE_X, PTE_V | PTE_X
    jump_in IN_S, s2
    put_flags
    say "the second is where no memory is"
    map TABLE, 1, NOWHERE, RWX
    sfence.vma
    jump_in IN_S, s2
    show
    li t1, FIRST + 0xffe
    li t0, 0x9002                       # c.ebreak
    sh t0, 0(t1)
    fetches "16 bits before the edge: the second page is not needed", RWX, 0
    li t1, FIRST + 0xffe
    li t0, 0x4073                       # an illegal instruction across the edge
    sh t0, 0(t1)
    li t1, SECOND
    li t0, 0x1234
    sh t0, 0(t1)
    fetches "illegal across the edge: mtval is all of it", RWX, RWX

    say "-- a fault of a load in an instruction across the edge: mepc"
    li t1, FIRST + 0xffe
    li t0, 0x00092503                   # lw a0, 0(s2)
    sh t0, 0(t1)
    srli t0, t0, 16
    li t1, SECOND
    sh t0, 0(t1)
    pages RWX, RWX
    li s2, 0x800000
    li s5, EDGE - 2
    say "load page fault"
    jump_in IN_S, s5
    show

    end
