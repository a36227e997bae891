# ゲスト: 割り込みの許可を反転しては、その状態を出す。COUNT 回繰り返す
_start:
        li   s1, COUNT
again:  csrr t0, sstatus
        xori t0, t0, 2          # SIE を反転する
        csrw sstatus, t0
        csrr a0, sstatus
        srli a0, a0, 1
        andi a0, a0, 1
        addi a0, a0, '0'
        li   a7, 1              # SBI の console_putchar
        ecall
        addi s1, s1, -1
        bnez s1, again
        li   a7, 8              # SBI の shutdown
        ecall
