# HLV, HLVX and HSV: loads and stores as the guest would do them, with the privilege of
# hstatus.SPVP, the translation of vsatp and hgatp, and the permissions of vsstatus.

    .equ DATA, FREE + 0x10000

    .macro spvp value
    li t0, SPVP
    csrc hstatus, t0
    li t0, (\value) * SPVP
    csrs hstatus, t0
    .endm

    .macro all_modes code
    attempt "\code in M", IN_M, "\code"
    attempt "\code in S", IN_S, "\code"
    attempt "\code in U", IN_U, "\code"
    attempt "\code in VS", IN_VS, "\code"
    li gp, TO_USER
    attempt "\code in VU", IN_VU, "\code"
    li gp, 0
    .endm

    .macro page index, flags, guest
    map TABLE, \index, GPAGES + ((\index) << 12), \flags
    map GTABLE, \index, DATA + ((\index) << 12), \guest
    .endm

main:
    open_memory
    translate_guest
    translate_in_guest
    page 0, RWX, RWX | PTE_U
    page 1, RWX | PTE_U, RWX | PTE_U
    page 2, PTE_V | PTE_X | PTE_A, RWX | PTE_U
    page 3, RWX, PTE_V | PTE_X | PTE_A | PTE_U
    page 4, PTE_V | PTE_R | PTE_A, RWX | PTE_U
    page 5, RWX, PTE_V | PTE_R | PTE_A | PTE_U
    page 6, RWX, 0
    page 7, 0, 0
    page 8, PTE_V | PTE_X | PTE_A, PTE_V | PTE_X | PTE_A | PTE_U
    hfence.gvma
    hfence.vvma
    li t0, DATA
    li t1, 0x83828180
    li t2, 9
    li t3, 4096
1:  sw t1, 0(t0)
    add t0, t0, t3
    addi t2, t2, -1
    bnez t2, 1b
    li s2, PAGES
    li s3, 0x44332211

    say "-- widths and signs (SPVP=1)"
    spvp 1
    attempt "hlv.b", IN_S, "hlv.b a0, (s2)"
    attempt "hlv.bu", IN_S, "hlv.bu a0, (s2)"
    attempt "hlv.h", IN_S, "hlv.h a0, (s2)"
    attempt "hlv.hu", IN_S, "hlv.hu a0, (s2)"
    attempt "hlv.w", IN_S, "hlv.w a0, (s2)"
    attempt "hlvx.hu", IN_S, "hlvx.hu a0, (s2)"
    attempt "hlvx.wu", IN_S, "hlvx.wu a0, (s2)"
    attempt "hsv.b, then the word", IN_S, "hsv.b s3, (s2); hlv.w a0, (s2)"
    attempt "hsv.h, then the word", IN_S, "hsv.h s3, (s2); hlv.w a0, (s2)"
    attempt "hsv.w, then the word", IN_S, "hsv.w s3, (s2); hlv.w a0, (s2)"
    addi s2, s2, 1
    attempt "misaligned hlv.w", IN_S, "hlv.w a0, (s2)"
    addi s2, s2, -1

    say "-- who may: HU=0"
    all_modes "hlv.w a0, (s2)"
    all_modes "hlvx.wu a0, (s2)"
    all_modes "hsv.w s3, (s2)"
    say "-- HU=1"
    set_bits hstatus, HU
    attempt "hlv.w in U", IN_U, "hlv.w a0, (s2)"
    attempt "hlvx.hu in U", IN_U, "hlvx.hu a0, (s2)"
    attempt "hsv.b in U", IN_U, "hsv.b s3, (s2)"
    li gp, TO_USER
    attempt "hlv.w in VU", IN_VU, "hlv.w a0, (s2)"
    li gp, 0
    attempt "hlv.w in VS", IN_VS, "hlv.w a0, (s2)"
    clear_bits hstatus, HU

    # Line: causes of hlv.w, hlvx.wu and hsv.w in HS, and of hlv.w in M; then mtval2 of the last
    .macro each text, index
    say "\text"
    li s2, PAGES + ((\index) << 12)
    call try_each
    .endm
    .macro pages
    each "RWX- and RWXU", 0
    each "RWXU and RWXU", 1
    each "--X- and RWXU", 2
    each "RWX- and --XU", 3
    each "R--- and RWXU", 4
    each "RWX- and R--U", 5
    each "RWX- and nothing", 6
    each "nothing", 7
    each "--X- and --XU", 8
    .endm
    say "-- pages with SPVP=1: hlv.w hlvx.wu hsv.w hlv.w in M, mtval2"
    pages
    say "-- with SPVP=1 and SUM in vsstatus"
    set_csr vsstatus, SUM
    pages
    say "-- with SPVP=1 and SUM in mstatus: that is the host's own"
    csrw vsstatus, zero
    set_bits mstatus, SUM
    each "RWXU and RWXU", 1
    clear_bits mstatus, SUM
    say "-- with SPVP=1 and MXR in vsstatus: the first stage"
    set_csr vsstatus, MXR
    pages
    csrw vsstatus, zero
    say "-- with SPVP=1 and MXR in mstatus: both stages"
    set_bits mstatus, MXR
    pages
    clear_bits mstatus, MXR
    say "-- with SPVP=0"
    spvp 0
    pages

    say "-- what a fault tells: mcause mtval mepc a0 mtval2 mtinst GVA and MPV"
    spvp 1
    li s2, PAGES + 0x6010
    attempt_guest "guest page fault, hlv.w", IN_S, "hlv.w a0, (s2)"
    attempt_guest "guest page fault, hlvx.hu", IN_S, "hlvx.hu a0, (s2)"
    attempt_guest "guest page fault, hsv.b", IN_S, "hsv.b s3, (s2)"
    li s2, PAGES + 0x7010
    attempt_guest "page fault, hlv.bu", IN_S, "hlv.bu a0, (s2)"
    attempt_guest "page fault, hsv.h", IN_M, "hsv.h s3, (s2)"
    say "-- the same delegated: mcause scause stval sepc htval htinst, GVA, SPV and SPVP"
    set_csr medeleg, 0xf0b1ff
    set_csr hedeleg, -1
    .macro told text, code
    attempt_delegated "\text", IN_S, "\code"
    csrr a0, hstatus
    andi a0, a0, GVA | SPV | SPVP
    call put_word
    .endm
    li s2, PAGES + 0x6010
    told "guest page fault, hlv.w", "hlv.w a0, (s2)"
    told "guest page fault, hsv.w", "hsv.w s3, (s2)"
    li s2, PAGES + 0x7010
    told "page fault, hlvx.wu", "hlvx.wu a0, (s2)"
    csrw medeleg, zero

    say "-- the machine's PMP: execute-only memory cannot be read with HLVX"
    li t0, (DATA >> 2) | 0x1ff
    csrw pmpaddr0, t0
    set_csr pmpaddr1, -1
    set_csr pmpcfg0, 0x1f00 | 0x1c
    li s2, PAGES
    attempt "hlvx.wu in S", IN_S, "hlvx.wu a0, (s2)"
    attempt "hlv.w in S", IN_S, "hlv.w a0, (s2)"
    attempt "hlv.w in M: as the guest, which is bound by PMP", IN_M, "hlv.w a0, (s2)"
    open_memory

    say "-- nothing translated: physical addresses"
    csrw vsatp, zero
    csrw hgatp, zero
    li s2, DATA + 0x1000
    attempt "hlv.w", IN_S, "hlv.w a0, (s2)"
    attempt "hsv.w, then lw", IN_S, "hsv.w s3, (s2); lw a0, 0(s2)"
    li s2, NOWHERE
    attempt_guest "hlv.w from nowhere", IN_S, "hlv.w a0, (s2)"
    say "-- the host's own satp plays no part"
    translate
    li s2, DATA + 0x1000
    attempt "hlv.w", IN_S, "hlv.w a0, (s2)"

    end

try_each:
    mv s10, ra
    try IN_S, "hlv.w a0, (s2)"
    put_csr mcause
    try IN_S, "hlvx.wu a0, (s2)"
    put_csr mcause
    try IN_S, "hsv.w s3, (s2)"
    put_csr mcause
    try IN_M, "hlv.w a0, (s2)"
    put_csr mcause
    put_csr mtval2
    jr s10
