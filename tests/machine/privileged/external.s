# External interrupts from the PLIC: MEIP and SEIP in mip, and SEIP as software sets it beside.
# The UART's "transmitter empty" is the source; context 0 is M, context 1 is S.

    .equ IER, UART + 1
    .equ PLIC, 0xc000000
    .equ SOURCE, 10
    .equ ENABLE_M, PLIC + 0x2000
    .equ ENABLE_S, PLIC + 0x2080
    .equ CLAIM_M, PLIC + 0x200004
    .equ CLAIM_S, PLIC + 0x201004

    .macro store address, value
    li t0, \address
    li t1, \value
    sw t1, 0(t0)
    .endm

    .macro uart_interrupt enabled
    li t0, IER
    li t1, (\enabled) * 2
    sb t1, 0(t0)
    .endm

    # Take the interrupt in a context and give it back; print its source.
    .macro serve claim
    li s2, \claim
    lw s3, 0(s2)
    sw s3, 0(s2)
    put s3
    .endm

main:
    open_memory
    li t0, CLINT + 0x4000               # no timer
    li t1, -1
    sw t1, 4(t0)
    store PLIC + 4 * SOURCE, 1
    store PLIC + 0x200000, 0
    store PLIC + 0x201000, 0
    say "mip before"
    put_csr mip

    store ENABLE_S, 1 << SOURCE
    uart_interrupt 1
    say "for S: mip"
    csrr s4, mip
    uart_interrupt 0
    put s4
    say "csrs of SSIP in mip does not copy the line into SEIP: mip before and after the claim"
    csrsi mip, 2
    put_csr mip
    serve CLAIM_S
    put_csr mip
    csrw mip, zero

    uart_interrupt 1
    uart_interrupt 0
    say "writing zero to mip does not clear the line: mip, source, mip"
    csrw mip, zero
    put_csr mip
    serve CLAIM_S
    put_csr mip
    say "SEIP by software alone, and with the line: mip, source, mip, mip cleared"
    set_csr mip, 0x200
    uart_interrupt 1
    uart_interrupt 0
    put_csr mip
    serve CLAIM_S
    put_csr mip
    li t0, 0x200
    csrc mip, t0
    put_csr mip
    say "sip shows SEIP when it is delegated, and cannot change it: sip, sip, mip"
    set_csr mip, 0x200
    put_csr sip
    set_csr mideleg, 0x200
    put_csr sip
    csrw sip, zero
    put_csr mip
    csrw mip, zero

    store ENABLE_S, 0
    store ENABLE_M, 1 << SOURCE
    uart_interrupt 1
    uart_interrupt 0
    say "for M: mip, and after zero was written to it"
    put_csr mip
    csrw mip, zero
    put_csr mip

    say "MEI comes before MSI, MTI and all of S"
    store CLINT, 1
    li t0, CLINT + 0x4000
    sw zero, 0(t0)
    sw zero, 4(t0)
    csrw mideleg, zero
    set_csr mip, 0x222
    set_csr mie, 0xaaa
    try IN_U, "nop"
    show
    csrw mie, zero
    csrw mip, zero
    say "the claim: source, mip"
    serve CLAIM_M
    put_csr mip

    end
