# Sorts COUNT pseudo-random words by recursive quicksort, ROUNDS times with other words each time,
# and returns a hash of all the sorted words in their order.
kernel:
        mv      s11, ra
        li      s2, DATA
        li      s3, DATA + 4 * (COUNT - 1)      # the last word
        li      s4, ROUNDS
        li      s5, SEED
        li      s6, MULTIPLIER
        li      s7, 0
round:
        mv      t0, s2
1:      mul     s5, s5, s6
        addi    s5, s5, INCREMENT
        sw      s5, 0(t0)
        addi    t0, t0, 4
        bgeu    s3, t0, 1b

        mv      a0, s2
        mv      a1, s3
        jal     sort

        li      t1, 31
        mv      t0, s2
2:      lw      t2, 0(t0)
        mul     s7, s7, t1
        add     s7, s7, t2
        addi    t0, t0, 4
        bgeu    s3, t0, 2b

        addi    s4, s4, -1
        bnez    s4, round
        mv      a0, s7
        jr      s11

# Sorts the words from address a0 to address a1, both included (Hoare's partition).
sort:
        bgeu    a0, a1, 4f
        addi    sp, sp, -16
        sw      ra, 12(sp)
        sw      s0, 8(sp)
        sw      s1, 4(sp)
        mv      s1, a1
        sub     t0, a1, a0
        srli    t0, t0, 3
        slli    t0, t0, 2
        add     t0, a0, t0
        lw      t0, 0(t0)               # the pivot: the word in the middle
        addi    t1, a0, -4
        addi    t2, a1, 4
1:      addi    t1, t1, 4
        lw      t3, 0(t1)
        bltu    t3, t0, 1b
2:      addi    t2, t2, -4
        lw      t4, 0(t2)
        bltu    t0, t4, 2b
        bgeu    t1, t2, 3f
        sw      t4, 0(t1)
        sw      t3, 0(t2)
        j       1b
3:      addi    s0, t2, 4
        mv      a1, t2
        jal     sort
        mv      a0, s0
        mv      a1, s1
        jal     sort
        lw      s1, 4(sp)
        lw      s0, 8(sp)
        lw      ra, 12(sp)
        addi    sp, sp, 16
4:      ret
