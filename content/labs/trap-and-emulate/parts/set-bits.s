# ゲスト 1: CSR に書き、ビットを立てて、読み戻す
_start:
        li   t0, FIRST
        csrw sscratch, t0
        li   t1, SECOND
        csrrs a0, sscratch, t1  # a0: 立てる前の値
        li   a7, 1              # SBI の console_putchar
        ecall
        csrr a0, sscratch       # 立てた後の値
        li   a7, 1
        ecall
        li   a7, 8              # SBI の shutdown
        ecall
