# LR and SC: when SC succeeds. AMOs in the modes are in other programs.
#
# A line: a0 of SC (0: stored) and the word afterwards.

    .equ WORD, FREE
    .equ OTHER, FREE + 0x1000

    .macro pair text, mode, code
    say "\text"
    li t0, WORD
    li t1, 0x11
    sw t1, 0(t0)
    li t0, OTHER
    sw zero, 0(t0)
    try \mode, "\code"
    put_csr mcause
    put s0
    li t0, WORD
    lw s4, 0(t0)
    put s4
    .endm

main:
    open_memory
    li s2, WORD
    li s3, OTHER
    li s5, 0x22
    pair "lr, sc", IN_U, "lr.w t0, (s2); sc.w a0, s5, (s2)"
    pair "lr.aq, sc.rl", IN_M, "lr.w.aq t0, (s2); sc.w.rl a0, s5, (s2)"
    pair "sc without lr", IN_U, "sc.w t0, s5, (s2); sc.w a0, s5, (s2)"
    pair "a second sc fails", IN_U, "lr.w t0, (s2); sc.w t0, s5, (s2); li s5, 0x33; sc.w a0, s5, (s2)"
    li s5, 0x22
    pair "sc to another word fails", IN_U, "lr.w t0, (s2); sc.w a0, s5, (s3)"
    pair "and ends the reservation", IN_U, "lr.w t0, (s2); sc.w a0, s5, (s3); sc.w a0, s5, (s2)"
    pair "a second lr moves the reservation", IN_U, "lr.w t0, (s3); lr.w t0, (s2); sc.w a0, s5, (s2)"
    pair "the first word of two is not reserved", IN_U, "lr.w t0, (s2); lr.w t0, (s3); sc.w a0, s5, (s2)"
    pair "lr returns the word", IN_U, "lr.w a0, (s2)"
    pair "sc stores the whole word", IN_U, "lr.w t0, (s2); li s5, 0x80000001; sc.w a0, s5, (s2)"
    li s5, 0x22
    say "a reservation and what it loads as sc's result register"
    pair "sc with rd = rs2", IN_U, "lr.w t0, (s2); li a0, 0x55; sc.w a0, a0, (s2)"
    say "-- amo: the old word, sign as it is"
    pair "amoswap", IN_U, "amoswap.w a0, s5, (s2)"
    pair "amoadd with rd = rs1", IN_U, "mv a0, s2; amoadd.w a0, s5, (a0)"
    pair "amoadd with rd = rs2", IN_U, "li a0, 1; amoadd.w a0, a0, (s2)"
    pair "amo with rd = x0", IN_U, "amoor.w x0, s5, (s2)"
    say "-- devices take no atomic accesses"
    li s2, UART
    attempt "amo at a device", IN_U, "amoadd.w a0, a0, (s2)"
    attempt "lr at a device", IN_U, "lr.w a0, (s2)"
    attempt "sc at a device", IN_U, "sc.w a0, a0, (s2)"
    end
