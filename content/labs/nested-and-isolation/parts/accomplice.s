# 悪意のあるモニター: 仮想の pmpaddr0 に LOW、pmpaddr1 に HIGH、pmpcfg0 に CONFIG を書き、
# 共犯者を内側のゲストとして ENTRY から動かす。共犯者は ADDRESS を試す。ATTACK は、1 読む、
# 2 書く、3 飛び込む、4 特権命令 INSTRUCTION、5 ハイパーコール CALL、6 終わらない

        .text
_start:
        la   t0, trapped
        csrw mtvec, t0
        li   t0, LOW
        csrw pmpaddr0, t0
        li   t0, HIGH
        csrw pmpaddr1, t0
        li   t0, CONFIG
        csrw pmpcfg0, t0
        csrw mstatus, zero
        li   t0, ENTRY
        csrw mepc, t0
        mret

# 内側が何をしたか。自分の mtvec が残っているかも確かめる
        .balign 4
trapped:
        csrr s1, mtvec
        la   t0, trapped
        bne  s1, t0, 1f
        csrr a0, mcause
        addi a0, a0, 0x30
        j    2f
1:      li   a0, 0x6d                   # m: モニターの CSR を変えられた
2:      li   a7, 1
        ecall
        li   a7, 8
        ecall

        .org 0x8000
        li   s0, ADDRESS
        .if ATTACK == 1
        lw   a0, 0(s0)
        .elseif ATTACK == 2
        li   a0, 0x41
        sw   a0, 0(s0)
        .elseif ATTACK == 3
        jalr s0
        .elseif ATTACK == 4
        mv   a0, s0
        .word INSTRUCTION
        .elseif ATTACK == 5
        li   a0, 0x41
        li   a7, CALL
        ecall
        .elseif ATTACK == 6
1:      j    1b
        .endif
        .word 0                         # 2: 止められなかった
