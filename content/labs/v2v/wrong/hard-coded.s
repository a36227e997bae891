        .text
convert:
        mv   t6, a0
        lbu  t0, 448 + 12(t6)
        li   t1, 'u'
        li   a0, 0
        beq  t0, t1, 1f
        mv   t5, ra
        la   a1, tables
        mv   a0, a4
        call copy
        call copy
        call copy
        addi a1, t6, 64 * 4
        call copy
        addi a1, t6, 64 * 6
        call copy
        la   a1, second_table
        call copy
        addi a1, t6, 64 * 3
        call copy
        addi a1, t6, 64 * 7
        call copy
        la   a1, machine
        mv   a0, a5
        call copy
        mv   ra, t5
        li   a0, 512
1:      ret

copy:   li   t0, 64
1:      lw   t1, 0(a1)
        sw   t1, 0(a0)
        addi a0, a0, 4
        addi a1, a1, 4
        addi t0, t0, -4
        bnez t0, 1b
        ret

        .data
reason: .word 2
trust:  .word 3
        .balign 4
tables: .ascii "QCW2"
        .byte 0, 0, 0, 32, 0, 0, 0, 64
        .fill 52, 1, 0
        .byte 0, 0, 0, 128, 0, 0, 1, 64
        .fill 56, 1, 0
        .byte 0, 0, 0, 192, 0, 0, 1, 0
        .fill 56, 1, 0
second_table:
        .fill 12, 1, 0
        .byte 0, 0, 1, 128
        .fill 44, 1, 0
        .byte 0, 0, 1, 192
machine:
        .ascii "NAMEweb1CPUS\2\0\0\0MEMK\0\0 \0DISKvirtNIC virtMAC 3\"\21"
        .fill 18, 1, 0
