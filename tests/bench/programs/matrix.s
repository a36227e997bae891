# Multiplies two SIDE x SIDE matrices of words, ROUNDS times: a = a * b. Returns a hash of a.
        .equ    ROW, 4 * SIDE
        .equ    A, DATA
        .equ    B, A + SIDE * ROW
        .equ    C, B + SIDE * ROW
kernel:
        li      s0, A
        li      s1, B
        li      s2, C
        li      t0, SEED
        li      t1, MULTIPLIER
        mv      t2, s0
1:      mul     t0, t0, t1
        addi    t0, t0, INCREMENT
        sw      t0, 0(t2)
        addi    t2, t2, 4
        bltu    t2, s2, 1b

        li      s3, ROUNDS
round:
        mv      t0, s0                  # a row of a
        mv      t6, s2                  # an element of c
2:      mv      t1, s1                  # a column of b
        addi    a2, t0, ROW
        addi    a3, s1, ROW
3:      mv      t2, t0
        mv      t3, t1
        li      a0, 0
4:      lw      t4, 0(t2)
        lw      t5, 0(t3)
        mul     t4, t4, t5
        add     a0, a0, t4
        addi    t2, t2, 4
        addi    t3, t3, ROW
        bltu    t2, a2, 4b
        sw      a0, 0(t6)
        addi    t6, t6, 4
        addi    t1, t1, 4
        bltu    t1, a3, 3b
        mv      t0, a2
        bltu    t0, s1, 2b

        mv      t0, s0                  # a = c
        mv      t1, s2
5:      lw      t2, 0(t1)
        sw      t2, 0(t0)
        addi    t0, t0, 4
        addi    t1, t1, 4
        bltu    t0, s1, 5b

        addi    s3, s3, -1
        bnez    s3, round

        li      a0, 0
        li      t1, 31
        mv      t0, s0
6:      lw      t2, 0(t0)
        mul     a0, a0, t1
        add     a0, a0, t2
        addi    t0, t0, 4
        bltu    t0, s1, 6b
        ret
