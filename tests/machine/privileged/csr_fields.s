# What each CSR holds after reset, and after all ones and then all zeroes were written to it.
# A line: reset value, value after ones, value after zeroes; then the reset value is put back.

    .macro field name
    say "\name"
    csrr s2, \name
    put s2
    li t0, -1
    csrw \name, t0
    csrr s3, \name
    csrw \name, zero
    csrr s4, \name
    csrw \name, s2
    put s3
    put s4
    .endm

    .macro constant name
    say "\name"
    put_csr \name
    .endm

    # The value after each of some values was written in turn.
    .macro written name, value
    li t0, \value
    csrw \name, t0
    put_csr \name
    .endm

main:
    constant mvendorid
    constant marchid
    constant mimpid
    constant mhartid
    constant mconfigptr
    constant hgeip

    field mstatus
    field mstatush
    field misa
    field medeleg
    field mideleg
    field mie
    field mip
    field mcounteren
    field menvcfg
    field menvcfgh
    field mscratch
    field mepc
    field mcause
    field mtval
    field mtval2
    field mtinst
    field mcountinhibit
    field mhpmevent3
    field mhpmevent31
    field mhpmcounter3
    field mhpmcounter3h
    field mhpmcounter31

    field sstatus
    field sie
    field sip
    field scounteren
    field senvcfg
    field sscratch
    field sepc
    field stval
    field satp

    field hstatus
    field hedeleg
    field hideleg
    field hie
    field hip
    field hvip
    field hgeie
    field hcounteren
    field henvcfg
    field henvcfgh
    field htimedelta
    field htimedeltah
    field htval
    field htinst
    field hgatp

    field vsstatus
    field vsie
    field vsip
    field vsscratch
    field vsepc
    field vstval
    field vsatp

    # Trap vectors have modes 0 and 1; this machine keeps the old one when another is written.
    csrr s5, mtvec
    say "mtvec: 80000000, 80000006, 80000001, 80000007, 80000002"
    written mtvec, 0x80000000
    written mtvec, 0x80000006
    written mtvec, 0x80000001
    written mtvec, 0x80000007
    written mtvec, 0x80000002
    csrw mtvec, s5
    say "stvec: -4, -3"
    written stvec, -4
    written stvec, -3
    say "vstvec: -4, -3"
    written vstvec, -4
    written vstvec, -3

    # Interrupt enables that are shared: what is not delegated is not seen in sie and vsie.
    set_csr mie, -1
    set_csr mideleg, 0
    set_csr hideleg, 0
    say "all enabled, nothing delegated: mideleg mie sie hie vsie"
    put_csr mideleg
    put_csr mie
    put_csr sie
    put_csr hie
    put_csr vsie
    set_csr mideleg, 0x222
    set_csr hideleg, 0x444
    say "all delegated: mideleg mie sie hie vsie"
    put_csr mideleg
    put_csr mie
    put_csr sie
    put_csr hie
    put_csr vsie
    set_csr mideleg, 0x20
    set_csr hideleg, 0x40
    say "timers delegated: mie sie hie vsie"
    put_csr mie
    put_csr sie
    put_csr hie
    put_csr vsie
    csrw sie, zero
    csrw vsie, zero
    say "sie and vsie cleared: mie"
    put_csr mie
    csrw mie, zero

    # mstatus.MPP cannot hold 2.
    say "MPP: 0, 1, 3, and 2 after each of these"
    li s2, MPP
    .macro previous value
    csrc mstatus, s2
    li t0, (\value) << 11
    csrs mstatus, t0
    csrr s3, mstatus
    and s3, s3, s2
    put s3
    .endm
    previous 0
    previous 1
    previous 3
    .macro reserved before
    csrc mstatus, s2
    li t0, (\before) << 11
    csrs mstatus, t0
    csrr t0, mstatus
    not t1, s2
    and t0, t0, t1
    li t1, 2 << 11
    or t0, t0, t1
    csrw mstatus, t0
    csrr s3, mstatus
    and s3, s3, s2
    xor s3, s3, t1
    snez s3, s3
    put s3
    .endm
    reserved 0
    reserved 1
    reserved 3

    # sstatus is a part of mstatus; hie and hip of mie and mip.
    csrw mstatus, zero
    set_csr sstatus, -1
    say "mstatus with all ones in sstatus"
    put_csr mstatus
    set_csr mstatus, -1
    csrw sstatus, zero
    say "mstatus with all ones, then zeroes in sstatus (without MPP)"
    csrr s3, mstatus
    li t0, MPP
    not t0, t0
    and s3, s3, t0
    put s3
    csrw mstatus, zero
    set_csr hie, -1
    say "mie with all ones in hie"
    put_csr mie
    csrw mie, zero

    # hvip shows in hip, mip and, delegated, one place further right in vsip.
    set_csr hideleg, 0x444
    set_csr hvip, -1
    say "all ones in hvip: hvip hip mip sip vsip"
    put_csr hvip
    put_csr hip
    put_csr mip
    put_csr sip
    put_csr vsip
    csrw hideleg, zero
    say "the same without delegation: vsip"
    put_csr vsip
    csrw vsip, zero
    say "zero in vsip without delegation: hvip"
    put_csr hvip
    set_csr hideleg, 0x444
    csrw vsip, zero
    say "zero in vsip: only VSSIP can be written: hvip vsip"
    put_csr hvip
    put_csr vsip
    csrsi vsip, 2
    say "SSIP set in vsip: hvip"
    put_csr hvip
    csrw hip, zero
    say "zero in hip: only VSSIP can be written: hvip"
    put_csr hvip
    csrsi hip, 4
    say "VSSIP set in hip: hvip"
    put_csr hvip
    csrw mip, zero
    say "zero in mip: hvip mip"
    put_csr hvip
    put_csr mip
    csrsi mip, 4
    say "VSSIP set in mip: hvip"
    put_csr hvip
    csrw hvip, zero

    # mip and sip: SSIP, STIP and SEIP are writable in mip, SSIP alone in sip.
    set_csr mip, -1
    say "all ones in mip: mip sip without and with delegation"
    put_csr mip
    csrw mideleg, zero
    put_csr sip
    set_csr mideleg, 0x222
    put_csr sip
    csrw sip, zero
    say "zero in sip: mip"
    put_csr mip
    csrw mip, zero
    set_csr sip, -1
    say "all ones in sip: mip"
    put_csr mip
    csrw mideleg, zero
    csrw sip, zero
    say "zero in sip without delegation: mip"
    put_csr mip
    csrw mip, zero

    # A guest's satp: VS writes vsatp.
    open_memory
    csrw vsatp, zero
    attempt "VS writes satp and reads it", IN_VS, "li t0, 0x3fffff; csrw satp, t0; csrr a0, satp"
    say "satp vsatp"
    put_csr satp
    put_csr vsatp
    csrw vsatp, zero

    end
