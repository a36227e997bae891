# 二つのゲスト。a は 0x80010000、b は 0x80014000 から、それぞれ 16 KiB を自分のものとする。
# 一周ごとに、すべてのレジスターが自分の置いた値のままかを調べ、progress を 1 増やす。
# テストごとの定数 (書かなければ 0): A_LOOPS と B_LOOPS は一区切りの周の数 (0 なら働き続ける)、
# A_CALL と B_CALL は区切りごとのハイパーコール (0: 次の期間まで休む、1: 残りを譲る)、
# A_ATTACKS が 1 なら、a は一周した後、b のメモリーに書く。
        .irp name, A_LOOPS, A_CALL, A_ATTACKS, B_LOOPS, B_CALL
        .ifndef \name
        .equ \name, 0
        .endif
        .endr

        .macro guest name, seed, loops, hypercall, attacks
\name\()_start:
        la   t0, \name\()_starts
        lw   t1, 0(t0)
        addi t1, t1, 1
        sw   t1, 0(t0)
        .irp n, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        li   x\n, \seed + \n
        .endr
\name\()_loop:
        .irp n, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        li   t0, \seed + \n
        li   t1, \n             # 違っていたら、この番号を残す
        bne  x\n, t0, \name\()_broken_register
        .endr
\name\()_count:
        la   t0, \name\()_progress
        lw   t1, 0(t0)
        addi t1, t1, 1
        sw   t1, 0(t0)
        .if \attacks
        la   t0, b_secret
        sw   t1, 0(t0)
        .endif
        .if \loops
        li   t0, \loops
        remu t1, t1, t0
        bnez t1, \name\()_loop
        li   a7, \hypercall
        ecall
        li   a7, \seed + 17
        .endif
        j    \name\()_loop
\name\()_broken_register:
        la   t0, \name\()_broken
        sw   t1, 0(t0)
        j    \name\()_count

        .balign 4
\name\()_progress:
        .word 0                 # 終えた周の数
\name\()_starts:
        .word 0                 # 最初から始めた回数
\name\()_broken:
        .word 0                 # 値が変わっていたレジスターの番号
        .endm

        .text
        guest a, 0x100, A_LOOPS, A_CALL, A_ATTACKS

        .org 0x4000
        guest b, 0x400, B_LOOPS, B_CALL, 0
b_secret:
        .word 0x600d            # b だけのもの
