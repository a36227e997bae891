# What mstatus.TVM, TW and TSR withhold from HS mode, and hstatus.VTVM, VTW and VTSR from VS mode.

    .macro in_all_modes what, code
    attempt "\what in M", IN_M, "\code"
    attempt "\what in S", IN_S, "\code"
    attempt "\what in U", IN_U, "\code"
    attempt "\what in VS", IN_VS, "\code"
    attempt "\what in VU", IN_VU, "\code"
    .endm

    .macro memory_management
    in_all_modes "read satp", "csrr a0, satp"
    in_all_modes "write satp", "csrw satp, zero"
    in_all_modes "sfence.vma", "sfence.vma"
    in_all_modes "sfence.vma with registers", "sfence.vma a0, a0"
    in_all_modes "read hgatp", "csrr a0, hgatp"
    in_all_modes "write hgatp", "csrw hgatp, zero"
    in_all_modes "read vsatp", "csrr a0, vsatp"
    in_all_modes "hfence.vvma", "hfence.vvma"
    in_all_modes "hfence.gvma", "hfence.gvma"
    .endm

    .macro returns
    in_all_modes "sret", "la t0, 3f; csrw sepc, t0; sret; 3: nop"
    .endm

main:
    open_memory

    say "-- nothing withheld"
    memory_management
    say "-- TVM"
    set_csr mstatus, TVM
    memory_management
    say "-- VTVM"
    csrw mstatus, zero
    set_csr hstatus, VTVM
    memory_management
    csrw hstatus, zero

    # U goes to U with SPP=0
    say "-- TSR"
    set_csr mstatus, TSR
    csrw hstatus, zero
    csrw vsstatus, zero
    attempt "sret in S", IN_S, "sret"
    attempt "sret in U", IN_U, "sret"
    attempt "sret in VU", IN_VU, "sret"
    attempt "sret in VS: TSR is for HS alone", IN_VS, "la t0, 3f; csrw sepc, t0; sret; 3: nop"
    attempt "sret in M: not withheld", IN_M, "la t0, 3f; csrw sepc, t0; sret; 3: nop"
    say "-- VTSR"
    csrw mstatus, zero
    set_csr hstatus, VTSR
    attempt "sret in S: VTSR is for VS alone", IN_S, "la t0, 3f; csrw sepc, t0; sret; 3: nop"
    attempt "sret in VS", IN_VS, "sret"
    attempt "sret in VU", IN_VU, "sret"
    csrw hstatus, zero
    attempt "mret in VS", IN_VS, "mret"
    attempt "mret in VU", IN_VU, "mret"

    # wfi with an interrupt pending and enabled, but not delegated and with MIE=0 not taken in M
    say "-- wfi, nothing withheld"
    li t0, CLINT
    li t1, 1
    sw t1, 0(t0)                        # the software interrupt of M
    set_csr mie, 0x8
    attempt "wfi in M goes on", IN_M, "wfi"
    csrw mie, zero
    li t0, CLINT
    sw zero, 0(t0)
    set_csr mideleg, 2                  # SSI to S, whose SIE is 0
    set_csr mie, 2
    csrsi mip, 2
    attempt "wfi in S goes on", IN_S, "wfi"
    csrw mie, zero
    csrci mip, 2
    set_csr hideleg, 4
    set_csr mie, 4
    set_csr hvip, 4
    csrw vsstatus, zero
    attempt "wfi in VS goes on", IN_VS, "wfi"
    csrw mie, zero
    attempt "wfi in VU", IN_VU, "wfi"
    say "-- wfi with TW"
    set_csr mstatus, TW
    attempt "wfi in S", IN_S, "wfi"
    attempt "wfi in U", IN_U, "wfi"
    attempt "wfi in VS", IN_VS, "wfi"
    attempt "wfi in VU", IN_VU, "wfi"
    say "-- wfi with VTW"
    csrw mstatus, zero
    set_csr hstatus, VTW
    attempt "wfi in U", IN_U, "wfi"
    attempt "wfi in VS", IN_VS, "wfi"
    attempt "wfi in VU", IN_VU, "wfi"
    say "-- wfi with TW and VTW"
    set_csr mstatus, TW
    attempt "wfi in VS", IN_VS, "wfi"
    attempt "wfi in VU", IN_VU, "wfi"

    end
