# Maps PAGES pages to their frames anew in each round, each time moved by one frame, and then reads
# and writes STRIDE bytes apart in all of them. For S mode behind Sv32 only.
        .equ    WINDOW, LEAF + ((DATA - RAM) >> 12) * 4  # the entry of the first page
kernel:
        li      s0, DATA
        li      s1, DATA + PAGES * 4096
        li      s2, 4096
        li      s3, WINDOW
        li      s4, WINDOW + PAGES * 4
        li      s5, DATA >> 12
        li      s6, 0                   # the round
        li      s7, ROUNDS
        li      a0, 1
round:
        mv      t0, s3
        mv      t1, s6
1:      andi    t2, t1, PAGES - 1
        add     t2, t2, s5
        slli    t2, t2, 10
        ori     t2, t2, 0xcf            # D A X W R V
        sw      t2, 0(t0)
        addi    t1, t1, 1
        addi    t0, t0, 4
        bltu    t0, s4, 1b
        sfence.vma

        mv      t0, s0
2:      add     t1, t0, s2
3:      lw      t2, 0(t0)
        add     a0, a0, t2
        sw      a0, 0(t0)
        addi    t0, t0, STRIDE
        bltu    t0, t1, 3b
        bltu    t0, s1, 2b

        addi    s6, s6, 1
        bltu    s6, s7, round
        ret
