        .equ BLOCK, 0x10010000

        .text
convert:
        la   t2, buffer
        li   t1, 8
        li   a1, 1
        li   a0, 1
        mv   t3, ra
        call transfer
        li   t0, 2
        sw   t0, 4(t2)
        li   t0, 0x74726976
        sw   t0, 24(t2)
        li   t0, 0x6f69
        sw   t0, 28(t2)
        li   t0, 2
        sw   t0, 32(t2)
        li   t0, 692
        sw   t0, 36(t2)
        li   a0, 2
        call transfer
        li   t2, 0x80030010
        li   t1, 10
        call transfer
        addi t2, t2, 512
        addi t1, t1, 1
        call transfer
        la   t2, buffer
        li   t1, 1
        li   a0, 1
        call transfer
        li   t0, 'v'
        sb   t0, 10(t2)
        li   a0, 2
        call transfer
        li   t1, 25
        li   a0, 1
        call transfer
        li   t0, 'v'
        sb   t0, 5(t2)
        li   a0, 2
        call transfer
        mv   ra, t3
        ret

transfer:
        li   t0, BLOCK
        sw   t1, 0x0c(t0)
        sw   t2, 0x10(t0)
        sw   a1, 0x14(t0)
        sw   a0, 0x18(t0)
        ret

        .data
reason: .word 1
        .bss
buffer: .space 512
