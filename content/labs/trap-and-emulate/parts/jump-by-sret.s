# ゲスト 2: sret で、カーネルの中の別の場所に移る
_start:
        la   t0, there
        csrw sepc, t0           # 行き先
        li   t0, 0x120
        csrs sstatus, t0        # SPP = S、SPIE = 1
        sret
        li   a0, '?'            # ここには来ない
        j    print
there:  li   a0, LETTER
print:  li   a7, 1              # SBI の console_putchar
        ecall
        li   a7, 8              # SBI の shutdown
        ecall
