# ゲスト: sstatus を使う命令に似たもの
_start:
        la   a1, table
        lw   s1, 0x100(a1)      # 上 12 ビットが 0x100
        addi s2, s1, 0x100
        csrrs t0, sscratch, s2  # 0x73 だが、sstatus ではない
        csrr s3, sscratch
        j    over
word:   csrrs zero, sstatus, t0 # 命令の間の、データとして読むもの
over:   la   t1, word
        lw   s4, 0(t1)
        la   t1, results
        sw   s1, 0(t1)
        sw   s2, 4(t1)
        sw   s3, 8(t1)
        sw   s4, 12(t1)
        csrsi sstatus, 2
        csrr t0, sstatus
        sw   t0, 16(t1)
        li   a7, 8              # SBI の shutdown
        ecall

        .data
results:
        .word -1, -1, -1, -1, -1
table:  .space 0x100
        .word VALUE
