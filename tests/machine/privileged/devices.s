# Loads and stores of device registers: sizes, alignment, what lies between the devices. A device
# answers naturally aligned accesses of its own sizes; all else is an access fault.

    .equ PLIC, 0xc000000

    .macro try_all text, address
    say "\text"
    li s2, \address
    try IN_M, "lw a0, 0(s2)"
    put_csr mcause
    try IN_M, "lh a0, 0(s2)"
    put_csr mcause
    try IN_M, "lb a0, 0(s2)"
    put_csr mcause
    .endm

main:
    open_memory
    say "-- causes of a load of 4, 2 and 1 bytes"
    try_all "CLINT, mtime", CLINT + 0xbff8
    try_all "CLINT, mtime, misaligned", CLINT + 0xbff9
    try_all "CLINT, last word", CLINT + 0xbffc
    try_all "PLIC", PLIC + 4
    try_all "PLIC, misaligned", PLIC + 6
    try_all "UART, line status", UART + 5
    try_all "UART, behind its registers", UART + 0x100
    try_all "virtio, magic value", 0x10001000
    try_all "finisher", FINISHER
    try_all "start of memory", 0x80000000
    try_all "in front of memory", 0x7ffffffe
    try_all "address 0x18000000", NOWHERE

    attempt "a misaligned store to the CLINT", IN_M, "li s2, CLINT + 0x4002; sw zero, 0(s2)"
    attempt "a byte to the PLIC", IN_M, "li s2, PLIC + 4; sb zero, 0(s2)"
    li s2, UART
    say "fetch from a device"
    jump_in IN_M, s2
    show
    end
