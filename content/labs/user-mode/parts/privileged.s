# U モードでは許されない命令を、次々に試すユーザープログラム
        .text
        li   a7, 1
        csrr t0, mhartid        # M モードの CSR を読む
        nop
        csrw mtvec, zero        # トラップの受け取り先を変えようとする
        li   t0, 0x1800
        csrs mstatus, t0        # MPP を M にしようとする
        mret                    # M モードになろうとする
        nop
        sret
        li   a7, 0
        ecall                   # 終わりを頼む
        la   t0, ran_on         # 終わっていれば、ここには来ない
        li   t1, 1
        sw   t1, 0(t0)
1:      j    1b

        .data
ran_on: .word 0
