# All together: a small hypervisor in HS runs a guest in VS with its own page tables and a program
# in VU. The guest prints through a UART that the hypervisor emulates, waits for a timer that comes
# by M and HS, and shuts down.
#
# Calls of the guest (a7): 1 timer in a0 ticks, 2 shut down, 3 the timer interrupt is served.

    .equ FRAME, FREE + 0x20000          # 32 registers of the guest
    .equ COUNTS, FREE + 0x21000         # stores, loads, timer interrupts, calls
    .equ SAVED, FREE + 0x22000          # registers of whom M interrupts
    .equ GUEST_UART, PAGES              # where the guest maps it
    .equ CLEAR_TIMER, 99                # a7 of HS: M clears STIP

    .macro count index
    li t0, COUNTS + 4 * (\index)
    lw t1, 0(t0)
    addi t1, t1, 1
    sw t1, 0(t0)
    .endm

    .macro call_hypervisor number
    li a7, \number
    ecall
    .endm

main:
    open_memory
    set_csr mscratch, SAVED
    la t0, machine
    csrw mtvec, t0
    set_csr mideleg, 0x222
    set_csr medeleg, 0xf0b5ff           # not the ecall of HS
    set_csr mcounteren, 7
    li t0, CLINT + 0x4000
    li t1, -1
    sw t1, 4(t0)
    set_csr mie, 1 << 7
    say "what the guest prints"
    run IN_S, hypervisor
    say "mcause, and scause of HS, a0"
    put_csr mcause
    put_csr scause
    put s0
    say "emulated stores, loads; timer interrupts, calls"
    li s2, COUNTS
    lw s3, 0(s2)
    put s3
    lw s3, 4(s2)
    put s3
    lw s3, 8(s2)
    put s3
    lw s3, 12(s2)
    put s3
    say "vscause, hvip, mip, and SPV and SPVP of hstatus"
    put_csr vscause
    put_csr hvip
    put_csr mip
    csrr a0, hstatus
    andi a0, a0, SPV | SPVP
    call put_word
    end

# --- M: hands its timer on to HS ---

    .balign 64
machine:
    csrrw sp, mscratch, sp
    sw t0, 0(sp)
    sw t1, 4(sp)
    csrr t0, mcause
    bgez t0, 1f
    li t0, CLINT + 0x4000
    li t1, -1
    sw t1, 4(t0)
    li t0, 1 << 5
    csrs mip, t0
    j 2f
1:  li t1, 9
    bne t0, t1, 3f
    li t1, CLEAR_TIMER
    bne a7, t1, 3f
    li t0, 1 << 5
    csrc mip, t0
    csrr t0, mepc
    addi t0, t0, 4
    csrw mepc, t0
2:  lw t0, 0(sp)
    lw t1, 4(sp)
    csrrw sp, mscratch, sp
    mret
3:  j come_back

# --- HS: the hypervisor ---

    .balign 4
hypervisor:
    la t0, exits
    csrw stvec, t0
    set_csr sscratch, FRAME
    translate_guest
    set_csr hedeleg, 0xb1ff
    set_csr hideleg, 0x444
    set_csr hcounteren, 7
    csrw hvip, zero
    set_csr sie, 1 << 5
    set_csr hstatus, SPV | SPVP
    set_csr sstatus, SPP
    la t0, guest
    csrw sepc, t0
    sret

    .balign 4
exits:
    csrrw sp, sscratch, sp
    .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    sw x\n, 4 * \n(sp)
    .endr
    csrr t0, sscratch
    sw t0, 4 * 2(sp)
    csrw sscratch, sp
    csrr s0, scause
    bltz s0, timer
    li t0, 10
    beq s0, t0, guest_call
    li t0, 21
    beq s0, t0, device
    li t0, 23
    beq s0, t0, device
    mv a0, s0                           # not expected
    li a7, 0
    ecall

timer:
    count 2
    li t0, 1 << 5
    csrc sie, t0
    set_csr hvip, 1 << 6
    j enter_guest

guest_call:
    count 3
    csrr t0, sepc
    addi t0, t0, 4
    csrw sepc, t0
    li t0, 1
    beq a7, t0, set_timer
    li t0, 3
    beq a7, t0, served
    li a0, 0x600d                       # shut down
    li a7, 0
    ecall
set_timer:
    rdtime t1
    add t1, t1, a0
    li t0, CLINT + 0x4000
    sw t1, 0(t0)
    sw zero, 4(t0)
    j enter_guest
served:
    csrw hvip, zero
    li a7, CLEAR_TIMER
    ecall
    li t0, 1 << 5
    csrs sie, t0
    j enter_guest

# A load or a store of the guest where it has no memory: one byte of the UART.
device:
    csrr s1, htval
    slli s1, s1, 2
    csrr t0, stval
    andi t0, t0, 3
    or s1, s1, t0
    li t0, UART
    sub t1, s1, t0
    li t2, 8
    bgeu t1, t2, 5f
    li s3, 4                            # the instruction's length
    csrr s2, htinst
    bnez s2, 1f
    csrr t0, sepc                       # not told: read it with the guest's eyes
    hlvx.hu s2, (t0)
    addi t0, t0, 2
    hlvx.hu t0, (t0)
    slli t0, t0, 16
    or s2, s2, t0
    j 2f
1:  andi t0, s2, 2
    bnez t0, 2f
    li s3, 2
2:  andi t0, s2, 0x20
    bnez t0, 3f
    count 1
    lbu t1, 0(s1)
    srli t0, s2, 7 - 2
    andi t0, t0, 31 << 2
    add t0, t0, sp
    sw t1, 0(t0)
    j 4f
3:  count 0
    srli t0, s2, 20 - 2
    andi t0, t0, 31 << 2
    add t0, t0, sp
    lw t1, 0(t0)
    sb t1, 0(s1)
4:  csrr t0, sepc
    add t0, t0, s3
    csrw sepc, t0
    j enter_guest
5:  mv a0, s1                           # no device there
    li a7, 0
    ecall

enter_guest:
    .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    lw x\n, 4 * \n(sp)
    .endr
    lw sp, 4 * 2(sp)
    sret

# --- VS: the guest ---

    .macro print text
    .section .rodata
8:  .asciz "\text"
    .text
    la a0, 8b
    call print_string
    .endm

    .balign 4
guest:
    la t0, guest_traps
    csrw stvec, t0
    map ROOT, 0x200, 0x80000000, RWX | PTE_G
    map ROOT, 0x100, 0x80000000, RWX | PTE_U
    map ROOT, 1, TABLE, PTE_V
    map TABLE, 0, UART, RW
    sfence.vma
    set_csr satp, SV32 | (ROOT >> 12)
    li s2, GUEST_UART
    print " hello"

    # The timer: before it, time goes on, and there is nothing to do
    li s3, 0
    li a0, 2000
    call_hypervisor 1
    csrsi sstatus, 2
    li t0, 1 << 5
    csrs sie, t0
1:  wfi
    beqz s3, 1b
    csrci sstatus, 2
    print " tick"

    # A program of the guest, which calls it
    la t0, program
    li t1, TO_USER
    add t0, t0, t1
    csrw sepc, t0
    li t0, SPP
    csrc sstatus, t0
    li s4, 0
    sret
after_program:
    li t0, 0x1234
    bne s4, t0, 2f
    print " program"
2:  print " bye"
    call_hypervisor 2

program:
    li s4, 0x1234
    ecall

    .balign 4
guest_traps:
    csrr t0, scause
    bltz t0, 1f
    li t1, 8
    bne t0, t1, 2f
    la t0, after_program
    csrw sepc, t0
    li t0, SPP
    csrs sstatus, t0
    sret
1:  addi s3, s3, 1
    call_hypervisor 3
    sret
2:  mv a0, t0
    call_hypervisor 2

print_string:
    lbu t1, 0(a0)
    beqz t1, 2f
1:  lbu t0, 5(s2)                       # line status: room to send
    andi t0, t0, 0x20
    beqz t0, 1b
    sb t1, 0(s2)
    addi a0, a0, 1
    j print_string
2:  ret
