# 許されていない番地に触ろうとするユーザープログラム
        .text
        li   a7, 1
        li   a0, 0x80000000     # M モードのプログラム
        lw   a1, 0(a0)
        sw   zero, 0(a0)
        li   a0, 0x10000000     # UART
        li   a1, 'X'
        sb   a1, 0(a0)
        li   a0, 0x100000       # 終了装置
        li   a1, 0x5555
        sw   a1, 0(a0)
        li   a0, 0x80020000     # 許された範囲のすぐ先
        lbu  a1, 0(a0)
        lbu  a1, -1(a0)         # 許された範囲の最後のバイト
        li   a7, 0
        ecall                   # 終わりを頼む
        la   t0, ran_on         # 終わっていれば、ここには来ない
        li   t1, 1
        sw   t1, 0(t0)
1:      j    1b

        .data
ran_on: .word 0
