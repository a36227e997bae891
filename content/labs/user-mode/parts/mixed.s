# a7 が 0 のまま、ecall ではないトラップを起こすユーザープログラム
        .text
        li   a7, 0
        ebreak
        csrr a0, mcause
        sw   zero, 0(zero)
        li   a7, 3
        ebreak
        ecall
        li   a7, 0
        ecall                   # 終わりを頼む
        la   t0, ran_on         # 終わっていれば、ここには来ない
        li   t1, 1
        sw   t1, 0(t0)
1:      j    1b

        .data
ran_on: .word 0
