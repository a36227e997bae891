# Fibonacci's number N by the doubly recursive definition.
kernel:
        li      a0, N
fib:
        li      t0, 2
        bltu    a0, t0, 1f
        addi    sp, sp, -16
        sw      ra, 12(sp)
        sw      s0, 8(sp)
        sw      s1, 4(sp)
        mv      s0, a0
        addi    a0, s0, -1
        jal     fib
        mv      s1, a0
        addi    a0, s0, -2
        jal     fib
        add     a0, s1, a0
        lw      s1, 4(sp)
        lw      s0, 8(sp)
        lw      ra, 12(sp)
        addi    sp, sp, 16
1:      ret
