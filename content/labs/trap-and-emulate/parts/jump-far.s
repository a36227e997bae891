# ゲスト: sret で、遠くの番地に何度か移る
_start:
        li   s0, 3
again:  la   t0, there
        csrw sepc, t0           # 行き先
        li   t0, 0x100
        csrs sstatus, t0        # SPP = S
        sret
        li   a0, '?'            # ここには来ない
        j    print

        .space DISTANCE
there:  addi s0, s0, -1
        bnez s0, again
        li   a0, LETTER
print:  li   a7, 1              # SBI の console_putchar
        ecall
        li   a7, 8              # SBI の shutdown
        ecall
