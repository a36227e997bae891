# 計算の合間に、三度仕事を頼むユーザープログラム
        .text
        li   a7, 1
        li   a0, 6
        ecall
        li   a1, 7
        mul  a0, a0, a1
        ecall
        la   t0, product
        sw   a0, 0(t0)
        addi a7, a7, 1
        ecall
        li   a7, 0
        ecall                   # 終わりを頼む
        la   t0, ran_on         # 終わっていれば、ここには来ない
        li   t1, 1
        sw   t1, 0(t0)
1:      j    1b

        .data
ran_on: .word 0
product: .word 0
