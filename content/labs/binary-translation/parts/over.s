# ゲスト: いろいろな分岐で、sstatus を変える命令を飛び越す (1: 飛び越さなかった)
        .macro over branch, first, second
        csrci sstatus, 2
        li   t0, \first
        li   t1, \second
        \branch t0, t1, 1f
        csrsi sstatus, 2
1:      csrr a0, sstatus
        srli a0, a0, 1
        andi a0, a0, 1
        addi a0, a0, '0'
        li   a7, 1              # SBI の console_putchar
        ecall
        .endm

_start: .irp branch, beq, bne, blt, bge, bltu, bgeu
        over \branch, FIRST, SECOND
        .endr
        li   a7, 8              # SBI の shutdown
        ecall
