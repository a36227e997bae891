# U モードで動くゲスト。仮想番地 0 から始まる 16 ページを使います。
#
#   ページ 0      このプログラム
#   ページ 1      読むだけの定数
#   ページ 2 から  HOT ページに、大きい番号から順に書き続ける (IDLE が大きいほど、ゆっくり)
#
# 前に書いた値が残っているかを毎回確かめ、なければ ecall で知らせて止まります。

        .equ FIRST, 2                   # 最初に書くページ

        .text
_start:
        li   s0, 1                      # s0: 何回目か
again:
        li   s1, 0x1000
        lw   t2, 0(s1)
        li   t3, 0x4c414231
        mv   t1, s1
        bne  t2, t3, lost
        .if HOT
        li   t0, HOT
        remu t1, s0, t0
        sub  t1, t0, t1
        addi t1, t1, FIRST - 1
        slli t1, t1, 12                 # t1: 今回書くページ
        lw   t2, 0(t1)
        sub  t3, s0, t0                 # HOT 回前に、ここに書いた値
        bgtz t3, 1f
        li   t3, 0
1:      bne  t2, t3, lost
        sw   s0, 0(t1)
        .endif
        addi s0, s0, 1
        li   t0, IDLE
2:      addi t0, t0, -1
        bnez t0, 2b
        j    again

lost:   srli a0, t1, 12
        ecall

        .org 0x1000
        .word 0x4c414231
