# 正直な入れ子: このゲストもモニターで、内側のゲストを U モードで動かす。
# 内側の文字を [ ] で囲んで出力し、内側の mscratch を肩代わりする
        .equ INNER, 0x80018000          # 内側のメモリー (4 KiB)
        .equ INNER_END, 0x80019000

        .text
_start:
        la   t0, trapped
        csrw mtvec, t0
        li   t0, INNER >> 2             # PMP: 内側に許すのは、この 4 KiB だけ
        csrw pmpaddr0, t0
        li   t0, INNER_END >> 2
        csrw pmpaddr1, t0
        li   t0, 0x0f00                 # 組 1: TOR、R、W、X
        csrw pmpcfg0, t0
        csrw mstatus, zero              # MPP = U
        li   t0, inner
        csrw mepc, t0
        mret

# 内側のトラップ
        .balign 4
trapped:
        csrr t0, mcause
        li   t1, 2
        beq  t0, t1, instruction
        li   t1, 8
        bne  t0, t1, ended
        li   t1, 8
        beq  a7, t1, ended
        mv   s1, a0                     # 1 文字の出力
        li   a0, 0x5b
        ecall
        mv   a0, s1
        ecall
        li   a0, 0x5d
        ecall
        mv   a0, s1
        j    next

instruction:
        csrr t0, mtval
        li   t1, 0x34051073             # csrw mscratch, a0
        beq  t0, t1, 1f
        li   t1, 0x34002573             # csrr a0, mscratch
        bne  t0, t1, ended
        la   t1, inner_scratch
        lw   a0, 0(t1)
        j    next
1:      la   t1, inner_scratch
        sw   a0, 0(t1)
next:   csrr t0, mepc
        addi t0, t0, 4
        csrw mepc, t0
        mret
ended:
        addi a0, t0, 0x30               # なぜ終わったか
        li   a7, 1
        ecall
        li   a7, 8
        ecall

        .data
inner_scratch:
        .word 0

        .text
        .org 0x8000
inner:
        li   s0, COUNT
        li   a0, LETTER
        csrw mscratch, a0
1:      li   a7, 1
        csrr a0, mscratch
        ecall
        addi a0, a0, 1
        csrw mscratch, a0
        addi s0, s0, -1
        bnez s0, 1b
        li   a7, 8
        ecall
