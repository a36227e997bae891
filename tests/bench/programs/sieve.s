# Counts the primes below LIMIT by the sieve of Eratosthenes, one byte a number, ROUNDS times.
kernel:
        li      s0, DATA
        li      s1, LIMIT
        add     s2, s0, s1              # where the sieve ends
        li      s3, ROUNDS
        li      s4, 1
round:
        mv      t0, s0
1:      sb      zero, 0(t0)
        addi    t0, t0, 1
        bltu    t0, s2, 1b

        li      a0, 0
        li      t0, 2
2:      add     t1, s0, t0
        lbu     t2, 0(t1)
        bnez    t2, 4f
        addi    a0, a0, 1
        mul     t3, t0, t0
        bgeu    t3, s1, 4f
        add     t3, s0, t3
3:      sb      s4, 0(t3)
        add     t3, t3, t0
        bltu    t3, s2, 3b
4:      addi    t0, t0, 1
        bltu    t0, s1, 2b

        addi    s3, s3, -1
        bnez    s3, round
        ret
