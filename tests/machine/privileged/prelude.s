# What all programs of this folder begin with.
#
# A program is a list of attempts, made from M mode. An attempt runs a few instructions in some
# privilege mode until they trap into M mode, where the program goes on: at the latest with the
# ecall that follows them. Every `say` begins a line of the log; then come words, hexadecimal
# without leading zeroes. `attempt` and `show` put there
#
#     mcause  mtval  mepc (from the attempt's first instruction on)  a0
#
# so an attempt that went well shows the ecall of its mode (8 U or VU, 9 S, a VS, b M) and what is
# in a0. The registers that traps write hold UNTOUCHED before an attempt, and so does a0.
# Attempts keep their operands in s2 to s11 and leave s0, s1, gp and tp alone.
#
# Traps that are delegated come to an `ecall` at stvec or vstvec, so that the log shows cause 9
# (the trap came to HS mode) or a (to VS mode); `show_delegated` then puts
#
#     mcause  scause  stval  sepc  htval  htinst     or     mcause  vscause  vstval  vsepc
#
# (sepc and vsepc from the attempt's first instruction on). mcause alone says that the trap came
# to M mode at once.

    .equ IN_U, 0
    .equ IN_S, 1
    .equ IN_M, 3
    .equ IN_VU, 0x80
    .equ IN_VS, 0x81

    .equ UNTOUCHED, 0x5a5a5a5a

    # mstatus, sstatus, vsstatus; mstatush; hstatus
    .equ SIE, 1 << 1
    .equ MIE, 1 << 3
    .equ SPIE, 1 << 5
    .equ MPIE, 1 << 7
    .equ SPP, 1 << 8
    .equ MPP, 3 << 11
    .equ MPP_S, 1 << 11
    .equ MPRV, 1 << 17
    .equ SUM, 1 << 18
    .equ MXR, 1 << 19
    .equ TVM, 1 << 20
    .equ TW, 1 << 21
    .equ TSR, 1 << 22
    .equ GVA, 1 << 6
    .equ MPV, 1 << 7
    .equ SPV, 1 << 7
    .equ SPVP, 1 << 8
    .equ HU, 1 << 9
    .equ VTVM, 1 << 20
    .equ VTW, 1 << 21
    .equ VTSR, 1 << 22

    # Page table entries
    .equ PTE_V, 1
    .equ PTE_R, 2
    .equ PTE_W, 4
    .equ PTE_X, 8
    .equ PTE_U, 16
    .equ PTE_G, 32
    .equ PTE_A, 64
    .equ PTE_D, 128
    .equ RWX, 0xcf                      # V, R, W, X, A, D
    .equ RW, 0xc7
    .equ SV32, 1 << 31

    .equ UART, 0x10000000
    .equ FINISHER, 0x100000
    .equ CLINT, 0x2000000
    .equ NOWHERE, 0x18000000            # no memory and no device answers

    # RAM that programs use as they like; the program itself lies below.
    .equ FREE, 0x80040000

    .macro say text
    .section .rodata
9:  .asciz "\text"
    .text
    la a0, 9b
    call begin_line
    .endm

    .macro put register
    mv a0, \register
    call put_word
    .endm

    .macro put_csr name
    csrr a0, \name
    call put_word
    .endm

    # Run the instructions at a label in a mode.
    .macro run mode, label
    la a1, \label
    li a0, \mode
    call enter
    .endm

    # Jump to the address in a register, in a mode.
    .macro jump_in mode, register
    mv a1, \register
    sub a1, a1, gp
    li a0, \mode
    call enter
    .endm

    # One instruction, or several joined by semicolons, in a mode; then show what came of it.
    .macro attempt text, mode, code
    say "\text"
    try "\mode", "\code"
    show
    .endm

    .macro try mode, code
    j 2f
    .balign 4
1:  \code
    ecall
    .balign 4
2:  run \mode, 1b
    .endm

    .macro show
    call show_trap
    .endm

    # mtval2, mtinst, and GVA and MPV of mstatush.
    .macro show_guest
    call show_guest_trap
    .endm

    .macro attempt_guest text, mode, code
    attempt "\text", "\mode", "\code"
    show_guest
    .endm

    .macro show_delegated
    call show_delegated_trap
    .endm

    .macro attempt_delegated text, mode, code
    say "\text"
    try "\mode", "\code"
    show_delegated
    .endm

    # Give CSRs values, or bits, that need a register.
    .macro set_csr name, value
    li t0, \value
    csrw \name, t0
    .endm

    .macro set_bits name, value
    li t0, \value
    csrs \name, t0
    .endm

    .macro clear_bits name, value
    li t0, \value
    csrc \name, t0
    .endm

    # Entry number `index` of the page table at `table`: physical address and flags.
    .macro map table, index, address, flags
    li t0, (\table) + (4 * (\index))
    li t1, (((\address) >> 12) << 10) | (\flags)
    sw t1, 0(t0)
    .endm

    # Page tables for programs that translate: S sees all memory from 0x80000000 on where it is, U
    # sees it at 0x40000000 (so gp is the distance), and TABLE is for the pages at 0x400000.
    .equ ROOT, FREE
    .equ TABLE, FREE + 0x1000
    .equ PAGES, 0x400000
    .equ TO_USER, -0x40000000

    .macro translate
    map ROOT, 0x200, 0x80000000, RWX | PTE_G
    map ROOT, 0x100, 0x80000000, RWX | PTE_U
    map ROOT, 1, TABLE, PTE_V
    set_csr satp, SV32 | (ROOT >> 12)
    sfence.vma
    .endm

    # The second stage of a guest: its memory from 0x80000000 on is the host's, and GTABLE is for
    # the guest physical pages at GPAGES. The root table has 16 KiB.
    .equ GROOT, FREE + 0x8000
    .equ GTABLE, FREE + 0xc000
    .equ GPAGES, 0x1000000

    .macro translate_guest
    map GROOT, 0x200, 0x80000000, RWX | PTE_U
    map GROOT, GPAGES >> 22, GTABLE, PTE_V
    set_csr hgatp, SV32 | (GROOT >> 12)
    hfence.gvma
    .endm

    # The first stage of a guest, as `translate` does it for the host.
    .macro translate_in_guest
    map ROOT, 0x200, 0x80000000, RWX | PTE_G
    map ROOT, 0x100, 0x80000000, RWX | PTE_U
    map ROOT, 1, TABLE, PTE_V
    set_csr vsatp, SV32 | (ROOT >> 12)
    hfence.vvma
    .endm

    # Let S and U mode reach all physical memory.
    .macro open_memory
    set_csr pmpaddr0, -1
    set_csr pmpcfg0, 0x1f
    .endm

    .macro end
    j finish
    .endm

    .text
    .globl _start
_start:
    la t0, come_back
    csrw mtvec, t0
    la t0, delegated
    csrw stvec, t0
    csrw vstvec, t0
    csrw mstatus, zero
    csrw mie, zero
    li gp, 0
    j main

# Continue at a1 + gp in the mode a0 until a trap comes to M mode; then return.
enter:
    mv tp, ra
    li t0, MPP
    csrc mstatus, t0
    slli t1, a0, 11
    and t1, t1, t0
    csrs mstatus, t1
    li t0, MPV
    csrc mstatush, t0
    and t1, a0, t0
    csrs mstatush, t1
    add s1, a1, gp
    csrw mepc, s1
    li a0, UNTOUCHED
    csrw mtval, a0
    csrw mtval2, a0
    csrw mtinst, a0
    csrw stval, a0
    csrw htval, a0
    csrw htinst, a0
    csrw vstval, a0
    csrw mcause, zero
    csrw scause, zero
    csrw vscause, zero
    mret

    .balign 64
come_back:
    mv s0, a0
    jr tp

# Where traps to HS and VS mode come; in vectored mode, one ecall for each interrupt.
    .balign 64
delegated:
    ecall
    ecall
    ecall
    ecall
    ecall
    ecall
    ecall
    ecall
    ecall
    ecall
    ecall
    ecall
    ecall

show_trap:
    mv s11, ra
    put_csr mcause
    put_csr mtval
    csrr a0, mepc
    sub a0, a0, s1
    call put_word
    put s0
    jr s11

show_guest_trap:
    mv s11, ra
    put_csr mtval2
    put_csr mtinst
    csrr a0, mstatush
    andi a0, a0, GVA | MPV
    call put_word
    jr s11

show_delegated_trap:
    mv s11, ra
    put_csr mcause
    csrr t0, mcause
    li t1, 9
    bne t0, t1, 1f
    csrr t0, scause
    beqz t0, 2f
    put_csr scause
    put_csr stval
    csrr a0, sepc
    sub a0, a0, s1
    call put_word
    put_csr htval
    put_csr htinst
    jr s11
1:  li t1, 10
    bne t0, t1, 2f
    csrr t0, vscause
    beqz t0, 2f
    put_csr vscause
    put_csr vstval
    csrr a0, vsepc
    sub a0, a0, s1
    call put_word
2:  jr s11

# Load a word, store an ecall, and jump to it at s2, in the mode s3; print the three causes.
try_access:
    mv s9, ra
    la a1, 1f
    mv a0, s3
    call enter
    put_csr mcause
    la a1, 2f
    mv a0, s3
    call enter
    put_csr mcause
    sub a1, s2, gp
    mv a0, s3
    call enter
    put_csr mcause
    jr s9

    .balign 4
1:  lw a0, 0(s2)
    ecall
2:  li a0, 0x73
    sw a0, 0(s2)
    ecall

# Print the string at a0, from a new line on, and a colon.
begin_line:
    li t0, UART
    li t1, 10
    sb t1, 0(t0)
1:  lbu t1, 0(a0)
    beqz t1, 2f
    sb t1, 0(t0)
    addi a0, a0, 1
    j 1b
2:  li t1, 0x3a
    sb t1, 0(t0)
    ret

# Print a space and a0.
put_word:
    li t0, UART
    li t1, 32
    sb t1, 0(t0)
    li t2, 28
1:  srl t1, a0, t2
    bnez t1, 2f
    addi t2, t2, -4
    bgtz t2, 1b
    li t2, 0
2:  srl t1, a0, t2
    andi t1, t1, 15
    addi t1, t1, 0x30
    li t3, 0x3a
    bltu t1, t3, 3f
    addi t1, t1, 0x61 - 0x3a
3:  sb t1, 0(t0)
    addi t2, t2, -4
    bgez t2, 2b
    ret

finish:
    li t0, UART
    li t1, 10
    sb t1, 0(t0)
    li t0, FINISHER
    li t1, 0x5555
    sw t1, 0(t0)
1:  j 1b

