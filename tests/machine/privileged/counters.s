# Counters: who may read them, what writing them does, what time is under virtualization.

    .macro readable text, mode
    say "\text"
    try \mode, "rdcycle a0"
    put_csr mcause
    try \mode, "rdtime a0"
    put_csr mcause
    try \mode, "rdinstret a0"
    put_csr mcause
    try \mode, "rdcycleh a0"
    put_csr mcause
    try \mode, "rdtimeh a0"
    put_csr mcause
    try \mode, "rdinstreth a0"
    put_csr mcause
    try \mode, "csrr a0, hpmcounter3"
    put_csr mcause
    .endm

    .macro enabled m, h, s
    set_csr mcounteren, \m
    set_csr hcounteren, \h
    set_csr scounteren, \s
    say "-- mcounteren \m hcounteren \h scounteren \s"
    readable "M", IN_M
    readable "S", IN_S
    readable "U", IN_U
    readable "VS", IN_VS
    readable "VU", IN_VU
    .endm

main:
    open_memory
    say "causes of reading cycle, time, instret, their high halves, hpmcounter3"
    enabled 0, 0, 0
    enabled 7, 0, 0
    enabled 7, 7, 0
    enabled 7, 0, 7
    enabled 7, 7, 7
    enabled 0, 7, 7
    enabled 2, 7, 7
    enabled 7, 2, 7
    enabled 7, 7, 2
    set_csr mcounteren, 0
    attempt "mtval of a refused read in VS, by mcounteren", IN_VS, "rdcycle a0"
    set_csr mcounteren, 7
    set_csr hcounteren, 0
    attempt "mtval of a refused read in VS, by hcounteren", IN_VS, "rdinstreth a0"
    attempt "write to a counter's shadow in M", IN_M, "csrw cycle, zero"

    say "-- minstret: the next instruction reads what was written; it counts what retires"
    say "read right after 1000 was written: low, high"
    csrw minstreth, zero
    li t0, 1000
    csrw minstret, t0
    csrr s2, minstret
    csrr s3, minstreth
    put s2
    put s3
    say "the value written, and the difference over three instructions"
    csrr s2, minstret
    nop
    nop
    csrr s3, minstret
    sub s3, s3, s2
    put s3
    say "minstret carries into minstreth"
    csrw minstreth, zero
    li t0, -1
    csrw minstret, t0
    nop
    csrr s2, minstret
    csrr s3, minstreth
    put s2
    put s3
    say "minstreth"
    li t0, 0x12345678
    csrw minstreth, t0
    put_csr minstreth
    put_csr instreth
    csrw minstreth, zero
    say "an instruction that traps is not counted: ebreak, to a handler of one instruction"
    csrr s4, mtvec
    la t0, 1f
    csrw mtvec, t0
    csrr s2, minstret
    ebreak
    .balign 4
1:  csrr s3, minstret
    csrw mtvec, s4
    sub s3, s3, s2
    put s3
    say "mcycle right after 1000 was written, and its carry"
    li t0, 1000
    csrw mcycle, t0
    csrr s2, mcycle
    put s2
    li t0, -1
    csrw mcycle, t0
    nop
    csrr s2, mcycle
    csrr s3, mcycleh
    put s2
    put s3
    csrw mcycleh, zero
    say "a trapped instruction is a cycle: ebreak, to a handler of one instruction"
    la t0, 1f
    csrw mtvec, t0
    csrr s2, mcycle
    ebreak
    .balign 4
1:  csrr s3, mcycle
    csrw mtvec, s4
    sub s3, s3, s2
    put s3
    say "mcycle and its high half can be written"
    li t0, 0x4321
    csrw mcycleh, t0
    put_csr mcycleh
    put_csr cycleh
    csrw mcycleh, zero

    say "-- htimedelta: time in VS and VU is mtime plus it (line: 1 where it is so)"
    set_csr mcounteren, 7
    set_csr hcounteren, 7
    set_csr scounteren, 7
    csrw htimedelta, zero
    li t0, 0x1000
    csrw htimedeltah, t0
    attempt "timeh in S", IN_S, "rdtimeh a0"
    attempt "timeh in VS", IN_VS, "rdtimeh a0"
    attempt "timeh in VU", IN_VU, "rdtimeh a0"
    attempt "timeh in M", IN_M, "rdtimeh a0"
    li t0, 0xf0000000
    csrw htimedelta, t0
    csrw htimedeltah, zero
    .macro near text, mode
    say "\text"
    try \mode, "rdtime a0"
    rdtime s2
    sub s2, s2, s0
    li t0, 0x10000000                   # mtime is less than that behind: minus the delta
    sub s2, s2, t0
    sltiu s2, s2, 2000
    put s2
    .endm
    near "time in VS", IN_VS
    near "time in VU", IN_VU
    li t0, -1
    csrw htimedelta, t0
    csrw htimedeltah, t0
    attempt "a delta of -1: the carry reaches timeh", IN_VS, "rdtimeh a0"
    say "time is mtime: the difference over three instructions"
    li t0, CLINT + 0xbff8
    nop
    rdtime s2
    nop
    nop
    lw s3, 0(t0)
    sub s3, s3, s2
    put s3

    end
