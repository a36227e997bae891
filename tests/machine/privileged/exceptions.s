# Exceptions of single instructions: cause, mtval, mepc; what wins when several are due.

main:
    open_memory

    attempt "ecall from U", IN_U, "nop"
    attempt "ecall from S", IN_S, "nop"
    attempt "ecall from M", IN_M, "nop"
    attempt "ecall from VU", IN_VU, "nop"
    attempt "ecall from VS", IN_VS, "nop"

    # ebreak: mtval is its address (or 0; this machine writes the address)
    li s2, FREE
    li t0, 0x00100073
    sw t0, 0(s2)
    say "ebreak in U"
    jump_in IN_U, s2
    show
    li t0, 0x90029002                   # c.ebreak
    sw t0, 0(s2)
    say "c.ebreak in S"
    jump_in IN_S, s2
    show

    # Illegal instructions: mtval is the instruction, 16 or 32 bits of it
    .macro illegal text, mode, word
    li s2, FREE
    li t0, \word
    sw t0, 0(s2)
    fence.i
    say "\text"
    jump_in \mode, s2
    show
    .endm
    illegal "illegal: zero", IN_U, 0xffff0000
    illegal "illegal: all ones", IN_U, 0xffffffff
    illegal "illegal: custom-0", IN_M, 0x0000000b
    illegal "illegal: fadd.s without F", IN_S, 0x00000053
    illegal "illegal: ld on RV32", IN_S, 0x00003003
    illegal "illegal: addw on RV32", IN_U, 0x0000003b
    illegal "illegal: slli by 32 on RV32", IN_U, 0x02001013
    illegal "illegal: c.addi4spn with 0", IN_M, 0x12340000
    illegal "illegal: c.lui with 0", IN_M, 0x12346081
    illegal "illegal: c.jr x0", IN_M, 0x12348002
    illegal "illegal: c.flw without F", IN_M, 0x12346000
    illegal "illegal: c.slli with shamt 5", IN_M, 0x12341002
    illegal "illegal: c.lwsp to x0", IN_M, 0x12344002
    illegal "illegal: SYSTEM with funct3 4 and unknown funct7", IN_M, 0x00004073
    illegal "illegal: ecall with rd", IN_M, 0x000000f3
    illegal "illegal: uret", IN_M, 0x00200073
    illegal "illegal: amo.d", IN_M, 0x0000302f
    illegal "illegal: lr.w with rs2", IN_M, 0x1015252f
    illegal "illegal: branch with funct3 2", IN_M, 0x00002063
    illegal "illegal: jalr with funct3 1", IN_M, 0x00001067

    # Privileged instructions outside their mode
    attempt "mret in S", IN_S, "mret"
    attempt "mret in U", IN_U, "mret"
    attempt "sret in U", IN_U, "sret"
    attempt "wfi in U", IN_U, "wfi"
    attempt "sfence.vma in U", IN_U, "sfence.vma"
    attempt "hfence.vvma in U", IN_U, "hfence.vvma"
    attempt "hfence.gvma in U", IN_U, "hfence.gvma"
    attempt "csrw to a read-only CSR", IN_M, "csrw mhartid, zero"
    attempt "csrs with x0 to a read-only CSR", IN_M, "csrs mvendorid, zero"
    attempt "csrsi with 0 to a read-only CSR", IN_M, "csrsi mvendorid, 0"
    attempt "csrc with a zero in a register to a read-only CSR", IN_M, "li t0, 0; csrc mvendorid, t0"
    attempt "csrrw to a CSR that is not there", IN_M, "csrrw a0, 0x8ff, a0"

    # Memory accesses
    li s2, NOWHERE
    attempt "load from nowhere", IN_M, "lw a0, 0(s2)"
    attempt "store to nowhere", IN_M, "sw a0, 0(s2)"
    attempt "amo at nowhere", IN_M, "amoadd.w a0, a0, (s2)"
    attempt "lr at nowhere", IN_M, "lr.w a0, (s2)"
    say "fetch from nowhere"
    jump_in IN_S, s2
    show
    addi s2, s2, 2
    say "fetch from nowhere, at half a word"
    jump_in IN_S, s2
    show
    li s2, FREE + 1
    attempt "misaligned lw", IN_U, "lw a0, 0(s2)"
    attempt "misaligned sw", IN_U, "sw a0, 0(s2)"
    attempt "misaligned lr.w", IN_U, "lr.w a0, (s2)"
    attempt "misaligned sc.w", IN_U, "sc.w a0, a0, (s2)"
    attempt "misaligned amo", IN_U, "amoor.w a0, a0, (s2)"
    li s2, FREE + 2
    attempt "amo at half a word", IN_U, "amoor.w a0, a0, (s2)"

    say "-- the end of memory"
    li s2, 0x81000000
    li t0, 0x00100073                   # ebreak
    sw t0, -4(s2)
    attempt "last word", IN_M, "lw a0, -4(s2)"
    attempt "last halfword", IN_M, "lhu a0, -2(s2)"
    attempt "last byte", IN_M, "lbu a0, -1(s2)"
    attempt "word behind it", IN_M, "lw a0, 0(s2)"
    attempt "byte behind it", IN_M, "sb a0, 0(s2)"
    attempt "word across it", IN_M, "lw a0, -2(s2)"
    attempt "store across it", IN_M, "sw a0, -2(s2)"
    attempt "amo behind it", IN_M, "amoadd.w a0, zero, (s2)"
    addi s3, s2, -4
    li t0, 0x00100073
    sw t0, 0(s3)
    attempt "amo in the last word", IN_M, "amoadd.w a0, zero, (s3)"
    say "instruction in the last word"
    jump_in IN_S, s3
    show
    li t0, 0x90020001                   # c.nop, c.ebreak
    sw t0, -4(s2)
    say "c.nop, c.ebreak"
    jump_in IN_S, s3
    show
    li t0, 0x00010001                   # c.nop, c.nop
    sw t0, -4(s2)
    say "over the end"
    jump_in IN_S, s3
    show
    li t0, 0x00030001                   # the first half of a 32-bit instruction is the last
    sw t0, -4(s2)
    say "half an instruction"
    jump_in IN_S, s3
    show

    # Jumps: bit 0 of the target of jalr is cleared, and with C nothing is misaligned
    say "jalr to an odd address"
    try IN_U, "la t0, 3f + 1; jalr t0; li a0, 1; 3: nop"
    show
    say "jump to nowhere: the target traps, not the jump (mepc as it is)"
    try IN_U, "li a0, NOWHERE; jr a0"
    put_csr mcause
    put_csr mtval
    put_csr mepc

    # mepc: bit 0 is always 0
    set_csr mepc, -1
    say "mepc with all ones"
    put_csr mepc

    end
