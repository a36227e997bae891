# Physical memory protection: which entry decides, and what it allows.
#
# The program itself lies below FREE. Each case sets entries 0 to 5 for addresses from FREE on;
# entry 14 (NAPOT) lets S and U reach the program, entry 15 nothing. A line of accesses:
# causes of a load, a store and a fetch in U at s2 (8 where the access went well), then of the same
# in M (b). The fetch finds an ecall.

    .equ TOR, 1 << 3
    .equ NA4, 2 << 3
    .equ NAPOT, 3 << 3
    .equ R, 1
    .equ W, 2
    .equ X, 4
    .equ L, 128

    .macro entries low, high
    li t0, \low
    csrw pmpcfg0, t0
    li t0, \high
    csrw pmpcfg1, t0
    .endm

    .macro bound index, address
    li t0, (\address) >> 2
    csrw pmpaddr\index, t0
    .endm

    # 2 to the power of `bits` bytes
    .macro region index, address, bits
    li t0, ((\address) >> 2) | ((1 << ((\bits) - 3)) - 1)
    csrw pmpaddr\index, t0
    .endm

    .macro accesses text, address
    say "\text"
    li s2, \address
    call try_accesses
    .endm

main:
    li s2, FREE
    li t1, 0x00000073                   # ecall in all words
    li t2, 0x4000
    add t2, t2, s2
1:  sw t1, 0(s2)
    addi s2, s2, 4
    bltu s2, t2, 1b

    say "reset: everything is off"
    put_csr pmpcfg0
    put_csr pmpaddr0
    put_csr pmpcfg3
    put_csr pmpaddr15
    region 14, 0x80000000, 18           # 256 KiB: up to FREE
    set_csr pmpcfg3, (NAPOT | R | W | X) << 16

    accesses "no entry matches", FREE
    say "-- NA4"
    bound 0, FREE + 0x10
    entries NA4 | R, 0
    accesses "read-only word", FREE + 0x10
    accesses "the word in front", FREE + 0xc
    accesses "the word behind", FREE + 0x14
    entries NA4 | R | W, 0
    accesses "RW", FREE + 0x10
    entries NA4 | X, 0
    accesses "X", FREE + 0x10
    entries NA4 | R | X, 0
    accesses "RX", FREE + 0x10
    entries NA4, 0
    accesses "nothing", FREE + 0x10

    say "-- NAPOT"
    region 0, FREE + 0x20, 3
    entries NAPOT | R, 0
    accesses "8 bytes: in front", FREE + 0x1c
    accesses "8 bytes: first word", FREE + 0x20
    accesses "8 bytes: last word", FREE + 0x24
    accesses "8 bytes: behind", FREE + 0x28
    region 0, FREE + 0x1000, 12
    accesses "4 KiB: in front", FREE + 0xffc
    accesses "4 KiB: first word", FREE + 0x1000
    accesses "4 KiB: last word", FREE + 0x1ffc
    accesses "4 KiB: behind", FREE + 0x2000
    entries NAPOT | R | W | X, 0
    set_csr pmpaddr0, 0x1fffffff
    accesses "all memory, 4 GiB", FREE
    set_csr pmpaddr0, -1
    accesses "all memory, pmpaddr all ones", FREE

    say "-- TOR"
    bound 0, FREE + 0x100
    entries TOR | R | W | X, 0
    accesses "entry 0 begins at 0", FREE + 0xfc
    accesses "up to its bound", FREE + 0x100
    bound 0, FREE + 0x40
    bound 1, FREE + 0x80
    entries (TOR | R) << 8, 0
    accesses "in front (entry 0 is off)", FREE + 0x3c
    accesses "first word", FREE + 0x40
    accesses "last word", FREE + 0x7c
    accesses "behind", FREE + 0x80
    bound 1, FREE + 0x40
    accesses "empty: both bounds the same", FREE + 0x40
    bound 1, FREE + 0x30
    accesses "empty: bounds in the wrong order", FREE + 0x38
    bound 0, FREE + 0x44
    bound 1, FREE + 0x44
    region 2, FREE, 12
    entries (TOR << 8) | ((NAPOT | R | W) << 16), 0
    li s2, FREE + 0x42
    attempt "a misaligned access around an empty entry", IN_U, "lw a0, 0(s2)"
    region 0, FREE + 0x40, 3
    bound 1, FREE + 0x80
    entries NAPOT | (TOR | R) << 8, 0
    accesses "lower bound is a NAPOT address as it stands", FREE + 0x40
    accesses "behind that entry", FREE + 0x48

    say "-- the lowest matching entry decides"
    region 0, FREE + 0x40, 3
    region 1, FREE, 12
    entries NAPOT | (NAPOT | R | W | X) << 8, 0
    accesses "hole, first word", FREE + 0x40
    accesses "hole, last word", FREE + 0x44
    accesses "beside the hole", FREE + 0x48
    region 0, FREE, 12
    region 1, FREE + 0x40, 3
    entries NAPOT | R | NAPOT << 8, 0
    accesses "the other order", FREE + 0x40

    say "-- an access that an entry matches in part fails, in M too, locked or not"
    bound 0, FREE + 0x10
    region 1, FREE, 12
    entries NA4 | R | W | X | (NAPOT | R | W | X) << 8, 0
    accesses "across its beginning", FREE + 0xe
    accesses "across its end", FREE + 0x12
    accesses "inside", FREE + 0x10
    li s2, FREE + 0x12
    attempt "halfword inside", IN_U, "lh a0, 0(s2)"
    li s2, FREE + 0x13
    attempt "halfword across its end", IN_U, "lh a0, 0(s2)"
    attempt "byte inside", IN_U, "lb a0, 0(s2)"

    say "-- modes: S as U, V=1 too"
    bound 0, FREE + 0x10
    entries NA4 | R, 0
    li s2, FREE + 0x10
    attempt "load in S", IN_S, "lw a0, 0(s2)"
    attempt "store in S", IN_S, "sw a0, 0(s2)"
    attempt "load in VS", IN_VS, "lw a0, 0(s2)"
    attempt "store in VS", IN_VS, "sw a0, 0(s2)"
    attempt "amo in S needs R and W", IN_S, "amoadd.w a0, a0, (s2)"
    attempt "lr in S", IN_S, "lr.w a0, (s2)"
    attempt "sc in S", IN_S, "sc.w a0, a0, (s2)"
    entries NA4 | X, 0
    attempt "amo in S without R and W", IN_S, "amoadd.w a0, a0, (s2)"
    attempt "lr in S without R", IN_S, "lr.w a0, (s2)"

    say "-- registers: WARL"
    .macro configured value
    li t0, \value
    csrw pmpcfg0, t0
    put_csr pmpcfg0
    .endm
    say "bits 5 and 6 are 0"
    configured 0x7f
    say "R=0 W=1 is reserved: not taken over (1: so)"
    entries 0, 0
    li t0, NA4 | W
    csrw pmpcfg0, t0
    csrr t0, pmpcfg0
    andi t0, t0, 3
    addi t0, t0, -W
    snez t0, t0
    put t0
    say "the four registers hold four entries each"
    csrr s4, pmpcfg3
    set_csr pmpcfg0, 0x07050301
    set_csr pmpcfg1, 0x01070503
    set_csr pmpcfg2, 0x03010705
    csrr s5, pmpcfg0
    csrr s6, pmpcfg1
    csrr s7, pmpcfg2
    put s5
    put s6
    put s7
    put s4
    csrw pmpcfg0, zero
    csrw pmpcfg1, zero
    csrw pmpcfg2, zero
    say "pmpaddr holds bits 33 to 2"
    set_csr pmpaddr0, -1
    put_csr pmpaddr0

    say "the last entry, and registers without one: pmpaddr15 pmpcfg3"
    csrr s4, pmpcfg3
    set_csr pmpaddr15, 0x12345678
    put_csr pmpaddr15
    put s4
    attempt "pmpaddr16", IN_M, "li a0, -1; csrw pmpaddr16, a0; csrr a0, pmpaddr16"
    attempt "pmpaddr63", IN_M, "li a0, -1; csrw pmpaddr63, a0; csrr a0, pmpaddr63"
    attempt "pmpcfg15", IN_M, "li a0, -1; csrw pmpcfg15, a0; csrr a0, pmpcfg15"

    say "-- locked entries: they hold for M, too, and keep their values"
    bound 0, FREE + 0x10
    entries NA4 | R | L, 0
    accesses "R", FREE + 0x10
    accesses "across its end", FREE + 0x12
    say "cfg and addr after other values were written"
    entries 0, 0
    put_csr pmpcfg0
    csrw pmpaddr0, zero
    put_csr pmpaddr0
    bound 2, FREE + 0x40
    bound 3, FREE + 0x80
    set_csr pmpcfg0, (TOR | L | X) << 24
    say "a locked TOR entry locks the address in front of it, not its configuration"
    accesses "X", FREE + 0x40
    csrw pmpaddr2, zero
    put_csr pmpaddr2
    csrw pmpaddr3, zero
    put_csr pmpaddr3
    li t0, NA4 << 16 | NA4 << 8
    csrw pmpcfg0, t0
    put_csr pmpcfg0
    say "an address that is not locked"
    csrw pmpaddr1, zero
    put_csr pmpaddr1
    bound 4, FREE + 0x100
    entries 0, L
    say "locked while off: the address is locked all the same; M is not bound"
    csrw pmpaddr4, zero
    put_csr pmpaddr4
    accesses "no entry matches", FREE + 0xfc

    say "a locked TOR entry is the last: it locks pmpaddr14"
    bound 15, FREE + 0x200
    csrr s4, pmpaddr14
    set_csr pmpcfg3, ((TOR | R | L) << 24) | ((NAPOT | R | W | X) << 16)
    csrw pmpaddr14, zero
    csrr s5, pmpaddr14
    sub s5, s5, s4
    put s5
    csrw pmpaddr15, zero
    put_csr pmpaddr15

    end

try_accesses:
    mv s10, ra
    li s3, IN_U
    call try_access
    li s3, IN_M
    call try_access
    jr s10
