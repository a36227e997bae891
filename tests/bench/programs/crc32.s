# CRC-32 (as in zlib) of SIZE pseudo-random bytes, ROUNDS times, each going on from the last.
        .equ    TABLE, DATA
        .equ    BYTES, DATA + 0x1000
kernel:
        li      s0, TABLE
        li      s1, 0xedb88320          # the reflected polynomial
        li      t0, 0
1:      mv      t1, t0
        li      t2, 8
2:      andi    t3, t1, 1
        srli    t1, t1, 1
        beqz    t3, 3f
        xor     t1, t1, s1
3:      addi    t2, t2, -1
        bnez    t2, 2b
        slli    t3, t0, 2
        add     t3, s0, t3
        sw      t1, 0(t3)
        addi    t0, t0, 1
        li      t3, 256
        bltu    t0, t3, 1b

        li      s2, BYTES
        li      t0, SIZE
        add     s3, s2, t0
        li      t0, SEED
        li      t1, MULTIPLIER
        mv      t2, s2
4:      mul     t0, t0, t1
        addi    t0, t0, INCREMENT
        srli    t3, t0, 24
        sb      t3, 0(t2)
        addi    t2, t2, 1
        bltu    t2, s3, 4b

        li      s4, ROUNDS
        li      a0, 0
round:
        not     a0, a0
        mv      t0, s2
5:      lbu     t1, 0(t0)
        xor     t1, t1, a0
        andi    t1, t1, 0xff
        slli    t1, t1, 2
        add     t1, s0, t1
        lw      t1, 0(t1)
        srli    a0, a0, 8
        xor     a0, a0, t1
        addi    t0, t0, 1
        bltu    t0, s3, 5b
        not     a0, a0
        addi    s4, s4, -1
        bnez    s4, round
        ret
