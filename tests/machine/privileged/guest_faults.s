# What a trap tells a hypervisor of the access that failed: the guest physical address (mtval2,
# htval) and the transformed instruction (mtinst, htinst).
#
# Lines: mcause mtval mepc a0 mtval2 mtinst, and GVA (40) and MPV (80) of mstatush; those of traps
# to HS: mcause scause stval sepc htval htinst, and GVA (40), SPV (80) and SPVP (100) of hstatus.
# The guest's page 0x400000 is its physical page 0x1000000, which the host does not have; its page
# 0x401000 is there; 0x402000 it does not have itself; 0x403000 is no memory.

    .equ DATA, FREE + 0x10000

    .macro each text, code
    attempt_guest "\text", IN_VS, "\code"
    .endm

    .macro to_supervisor text, mode, code
    attempt_delegated "\text", \mode, "\code"
    csrr a0, hstatus
    andi a0, a0, GVA | SPV | SPVP
    call put_word
    .endm

main:
    open_memory
    translate_guest
    translate_in_guest
    map TABLE, 0, GPAGES, RWX
    map TABLE, 1, GPAGES + 0x1000, RWX
    map TABLE, 3, GPAGES + 0x3000, RWX
    map TABLE, 4, GPAGES, RWX | PTE_U
    map GTABLE, 1, DATA, RWX | PTE_U
    map GTABLE, 3, NOWHERE, RWX | PTE_U
    hfence.gvma
    hfence.vvma
    li s2, PAGES + 0x120
    li s3, PAGES + 0x123
    li s4, PAGES + 0x1000

    say "-- guest page faults: loads"
    each "lw a0, 4(s2)", "lw a0, 4(s2)"
    each "lh a0, -4(s2)", "lh a0, -4(s2)"
    each "lb t6, 1(s2)", "lb t6, 1(s2)"
    each "lhu a0, 0(s2)", "lhu a0, 0(s2)"
    each "lbu zero, 2047(s2)", "lbu zero, 2047(s2)"
    each "lr.w a0, (s2)", "lr.w a0, (s2)"
    each "lr.w.aqrl a0, (s2)", "lr.w.aqrl a0, (s2)"
    say "-- stores"
    each "sw s3, 4(s2)", "sw s3, 4(s2)"
    each "sh a0, -2(s2)", "sh a0, -2(s2)"
    each "sb zero, -2048(s2)", "sb zero, -2048(s2)"
    each "sc.w a0, a1, (s2)", "sc.w a0, a1, (s2)"
    each "amoadd.w a0, s3, (s2)", "amoadd.w a0, s3, (s2)"
    each "amomaxu.w.aqrl a0, s3, (s2)", "amomaxu.w.aqrl a0, s3, (s2)"
    say "-- misaligned: the first byte fails"
    each "lw", "lw a0, 0(s3)"
    each "sw", "sw a0, 0(s3)"
    say "-- across a page boundary: the second page is missing, 2 bytes on; the first is missing"
    map TABLE, 5, GPAGES + 0x1000, RWX
    map TABLE, 6, GPAGES + 0x2000, RWX
    map TABLE, 7, GPAGES + 0x1000, RWX
    hfence.vvma
    li s6, PAGES + 0x6000 - 2
    each "lw, the second", "lw a0, 0(s6)"
    each "sw, the second", "sw a0, 0(s6)"
    each "sh, the second", "sh a0, 1(s6)"
    li s6, PAGES + 0x7000 - 3
    each "lw, the first", "lw a0, 0(s6)"
    each "sw, the first", "sw a0, 0(s6)"

    say "-- compressed loads and stores: as the full instruction, bit 1 is 0"
    li sp, PAGES + 0x80
    .macro compressed code
    j 2f
    .balign 4
    .option rvc
1:  \code
    .option norvc
    .balign 4
2:  say "\code"
    run IN_VS, 1b
    show
    show_guest
    .endm
    li a3, PAGES + 0x40
    compressed "c.lw a5, 8(a3)"
    li a3, PAGES + 0x40
    compressed "c.sw a5, 12(a3)"
    compressed "c.lwsp t6, 16(sp)"
    compressed "c.swsp t6, 20(sp)"

    say "-- fetch"
    li s6, PAGES + 0x10
    say "VS"
    jump_in IN_VS, s6
    show
    show_guest
    li s6, PAGES + 0x4010
    say "VU"
    jump_in IN_VU, s6
    show
    show_guest
    say "32 bits across a boundary, the second page missing"
    li t0, DATA + 0xffe
    li t1, 0x0513
    sh t1, 0(t0)
    li s6, PAGES + 0x5ffe
    jump_in IN_VS, s6
    show
    show_guest

    say "-- other traps with V=1"
    each "page fault of the first stage: load", "li s6, 0x402004; lw a0, 0(s6)"
    each "page fault of the first stage: store", "li s6, 0x402004; sw a0, 0(s6)"
    li s6, PAGES + 0x2008
    say "page fault of the first stage: fetch"
    jump_in IN_VS, s6
    show
    show_guest
    each "access fault: load", "li s6, 0x403004; lw a0, 4(s6)"
    each "access fault: amo", "li s6, 0x403004; amoadd.w a0, a0, (s6)"
    each "misaligned amo", "amoadd.w a0, s3, (s3)"
    each "misaligned lr", "lr.w a0, (s3)"
    each "illegal instruction", "csrr a0, 0x8ff"
    each "virtual instruction", "csrr a0, hstatus"
    each "ecall", "nop"
    li s6, PAGES + 0x1000
    li t0, DATA
    li t1, 0x00100073
    sw t1, 0(t0)
    say "ebreak"
    jump_in IN_VS, s6
    show
    show_guest

    say "-- the same with V=0: GVA and MPV are 0"
    attempt_guest "load access fault in S", IN_S, "li s6, 0x18000000; lw a0, 4(s6)"
    attempt_guest "store access fault in U", IN_U, "li s6, 0x18000000; sw a0, 4(s6)"

    say "-- delegated to HS"
    set_csr medeleg, 0xf0b1ff
    to_supervisor "guest page fault, load in VS", IN_VS, "lw a0, 4(s2)"
    to_supervisor "guest page fault, store in VS", IN_VS, "sw a0, 4(s2)"
    li gp, TO_USER
    map TABLE, 9, GPAGES, RWX | PTE_U
    hfence.vvma
    to_supervisor "guest page fault, load in VU", IN_VU, "li s6, 0x409004; lw a0, 4(s6)"
    to_supervisor "page fault of the first stage, load in VU", IN_VU, "lw a0, 4(s2)"
    li gp, 0
    say "guest page fault, fetch in VS"
    li s6, PAGES + 0x10
    jump_in IN_VS, s6
    show_delegated
    to_supervisor "page fault of the first stage, store in VS", IN_VS, "li s6, 0x402004; sw a0, 0(s6)"
    to_supervisor "access fault, load in VS", IN_VS, "li s6, 0x403004; lw a0, 4(s6)"
    to_supervisor "illegal instruction in VS: GVA is 0, htval is 0", IN_VS, "csrr a0, 0x8ff"
    to_supervisor "virtual instruction in VS", IN_VS, "csrr a0, hstatus"
    to_supervisor "illegal instruction in S: GVA and SPV are 0, SPVP stays", IN_S, "csrr a0, 0x8ff"
    say "-- page faults delegated on to VS; guest page faults cannot be"
    set_csr hedeleg, -1
    csrw vsstatus, zero
    to_supervisor "page fault of the first stage", IN_VS, "li s6, 0x402004; sw a0, 0(s6)"
    to_supervisor "guest page fault", IN_VS, "sw a0, 4(s2)"
    say "page fault of the first stage, fetch in VU"
    li s6, PAGES + 0x2008
    jump_in IN_VU, s6
    show_delegated

    end
