        .text
_start:
        la   a0, numbers
        li   a1, 4
        call sum
        ebreak

sum:
        mv   t0, a0     # 次に読む番地
        li   a0, 0      # 合計
1:      beqz a1, 2f
        lw   t1, 0(t0)
        add  a0, a0, t1
        addi t0, t0, 4
        addi a1, a1, -1
        j    1b
2:      ret

        .data
numbers:
        .word 10, 20, 30, 40
