# ゲスト: もう変換したブロックの途中に飛び込む。外からも、後ろからも
_start:
        li   s1, FIRST
        li   s2, 3
head:   addi s1, s1, 1
inside: addi s1, s1, 10
        csrr t0, sstatus
        xori t0, t0, 2
        csrw sstatus, t0
        addi s2, s2, -1
        beqz s2, done
        blt  s1, s2, head
        j    inside
done:   la   t1, result
        sw   s1, 0(t1)
        csrr t0, sstatus
        sw   t0, 4(t1)
        li   a7, 8              # SBI の shutdown
        ecall

        .data
result: .word -1, -1
