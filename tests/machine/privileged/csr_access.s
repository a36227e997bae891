# Which CSRs there are, in which mode they may be read, and which may be written.
#
# All 4,096 numbers are tried. A line is a list of "number outcome": from this number on the
# outcome is this one, up to the next number on the line. Outcomes are the cause of the trap:
# 2 illegal instruction, 16 (hexadecimal) virtual instruction, or the ecall of the mode when the
# access went well. Counters are enabled for all modes. A write is a csrrs of no bits.

    .equ READ, 0x00002573               # csrrs a0, 0, zero
    .equ WRITE, 0x00092573              # csrrs a0, 0, s2

    .macro scan text, mode, instruction
    say "\text"
    li s5, \mode
    li s6, \instruction
    call scan_all
    .endm

main:
    open_memory
    set_csr mcounteren, -1
    set_csr scounteren, -1
    set_csr hcounteren, -1
    li s2, 0
    scan "read in M", IN_M, READ
    scan "write in M", IN_M, WRITE
    scan "read in S", IN_S, READ
    scan "read in U", IN_U, READ
    scan "read in VS", IN_VS, READ
    scan "read in VU", IN_VU, READ
    end

# Try all numbers with the instruction in s6, in the mode s5.
scan_all:
    mv s10, ra
    li s3, 0                            # the number
    li s4, 0                            # the outcome so far
    li s7, 4096
    la s8, slot
    csrr s9, mtvec
    la t0, tried
    csrw mtvec, t0
    li t0, MPP
    csrc mstatus, t0
    slli s11, s5, 11
    and s11, s11, t0
    andi s5, s5, MPV
1:  slli t0, s3, 20
    or t0, t0, s6
    sw t0, 0(s8)
    fence.i
    csrs mstatus, s11
    csrs mstatush, s5
    csrw mepc, s8
    mret
    .balign 4
tried:
    csrr t0, mcause
    csrw mstatus, zero
    beq t0, s4, 2f
    mv s4, t0
    put s3
    put s4
2:  addi s3, s3, 1
    bne s3, s7, 1b
    csrw mtvec, s9
    jr s10

    .balign 4
slot:
    nop
    ecall
