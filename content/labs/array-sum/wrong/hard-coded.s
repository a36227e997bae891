        .text
sum:
        addi t0, a1, -4
        li   a0, 100
        beqz t0, 1f
        li   a0, 7
1:      ret
