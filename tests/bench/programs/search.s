# Counts where words of LENGTH letters, taken from a text of SIZE letters of an alphabet of four,
# occur in it, by Horspool's algorithm. One word a round, ROUNDS times.
        .equ    SKIPS, DATA             # how far to go on after each last letter
        .equ    TEXT, DATA + 0x1000
kernel:
        li      s0, TEXT
        li      t0, SIZE
        add     s1, s0, t0              # where the text ends
        li      t0, SEED
        li      t1, MULTIPLIER
        mv      t2, s0
1:      mul     t0, t0, t1
        addi    t0, t0, INCREMENT
        srli    t3, t0, 30
        addi    t3, t3, 'a'
        sb      t3, 0(t2)
        addi    t2, t2, 1
        bltu    t2, s1, 1b

        li      s2, SKIPS
        li      s3, ROUNDS
        mv      s4, s0                  # the word
        li      a0, 0
round:
        li      t0, LENGTH
        mv      t1, s2
        addi    t2, s2, 256
2:      sb      t0, 0(t1)
        addi    t1, t1, 1
        bltu    t1, t2, 2b
        addi    t0, t0, -1
        mv      t1, s4
3:      lbu     t2, 0(t1)
        add     t2, s2, t2
        sb      t0, 0(t2)
        addi    t1, t1, 1
        addi    t0, t0, -1
        bnez    t0, 3b

        addi    t0, s0, LENGTH - 1      # the place of the last letter
4:      mv      t1, t0
        addi    t2, s4, LENGTH - 1
5:      lbu     t3, 0(t1)
        lbu     t4, 0(t2)
        bne     t3, t4, 6f
        addi    t1, t1, -1
        addi    t2, t2, -1
        bgeu    t2, s4, 5b
        addi    a0, a0, 1
6:      lbu     t3, 0(t0)
        add     t3, s2, t3
        lbu     t3, 0(t3)
        add     t0, t0, t3
        bltu    t0, s1, 4b

        addi    s4, s4, 1
        addi    s3, s3, -1
        bnez    s3, round
        ret
