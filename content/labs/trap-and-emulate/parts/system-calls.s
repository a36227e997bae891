# ゲスト 3: カーネルが、U モードのプログラムのシステムコールに応える
_start:
        la   t0, handler
        csrw stvec, t0
        la   t0, user
        csrw sepc, t0
        sret                    # SPP = U: プログラムを始める
        li   a0, '?'            # ここには来ない
        li   a7, 1
        ecall
        j    shutdown

# U モードからのトラップ
        .balign 4
handler:
        csrw sscratch, t0
        la   t0, handled
        sw   t0, 0(t0)          # ここに来た印
        csrr t0, sepc
        addi t0, t0, 4          # ecall の次の命令に戻る
        csrw sepc, t0
        beqz a7, shutdown       # a7 = 0: 終わる
        li   a7, 1              # a7 = 2: 一文字出す (SBI の console_putchar)
        ecall
        csrr t0, sscratch
        sret

shutdown:
        li   a7, 8              # SBI の shutdown
        ecall

# プログラム (U モード): LETTER から COUNT 文字を出す
user:   li   s1, LETTER
        li   s2, COUNT
1:      mv   a0, s1
        li   a7, 2
        ecall
        addi s1, s1, 1
        addi s2, s2, -1
        bnez s2, 1b
        li   a7, 0
        ecall
last:   j    last

        .data
handled:                        # ハンドラーが動いたら 0 でなくなる
        .word 0
end:    .word last              # 最後の ecall の次の番地
