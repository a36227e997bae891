# ゲスト: CSR 命令のいろいろな形
_start:
        li   t0, FIRST
        csrw sscratch, t0
        li   a0, SECOND
        csrrs a0, sscratch, a0  # rd と rs1 が同じ
        csrsi stval, 21         # 5 ビットの数
        csrci stval, 4
        csrrs zero, scause, t0  # rd が x0
        csrrs s1, scause, zero  # rs1 が x0: 読むだけ
        csrrw s2, sepc, zero
        la   t1, results
        sw   a0, 0(t1)
        sw   s1, 4(t1)
        csrr t0, sscratch
        sw   t0, 8(t1)
        csrr t0, stval
        sw   t0, 12(t1)
        csrr t0, scause
        sw   t0, 16(t1)
        sw   zero, 20(t1)
        li   a7, 8              # SBI の shutdown
        ecall

        .data
results:
        .word -1, -1, -1, -1, -1, -1
