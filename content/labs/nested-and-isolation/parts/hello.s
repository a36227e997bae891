# 正直なゲスト: 三つのハイパーコールと、仮想の CSR を使う
        .text
_start:
        la   t0, trapped
        csrw mtvec, t0
        la   a0, text
        li   a1, LENGTH
        li   a7, 2              # 文字列の出力
        ecall
        bnez a0, failed
        la   a0, last           # 自分のメモリーの、最後の 4 バイト
        li   a7, 3              # exit の回数
        ecall
        bnez a0, failed
        la   t0, last
        lw   t0, 0(t0)
        beqz t0, failed
        csrw mscratch, t0
        csrr t1, mscratch
        bne  t0, t1, failed
        la   a0, text + LENGTH  # 0 バイトなら、何も出力しないが、できる
        li   a1, 0
        li   a7, 2
        ecall
        bnez a0, failed
        la   t0, 0x80010000 + 0x10000 - 4
        sw   zero, 0(t0)
        .word 0                 # 不正命令: 自分のハンドラーが受け取る
failed: li   a0, 0x78           # x
        li   a7, 1
        ecall
        li   a7, 8
        ecall

        .balign 4
trapped:
        csrr a0, mcause
        addi a0, a0, 0x30
        li   a7, 1
        ecall
        li   a7, 8
        ecall

        .data
text:   .ascii "Hello, monitor!\n"
        .equ last, 0x8001fffc
