# Sv32: which leaf flags allow which access.
#
# A line is one leaf PTE at 0x400000, by its flags R, W, X and U. It has six groups of three causes,
# those of a load, a store and a fetch (8 and 9: it went well):
#
#     U; U with MXR=1; S; S with SUM=1; S with MXR=1; S with SUM=1 and MXR=1
#
# R=0 with W=1 is reserved, R=W=X=0 would be a pointer, which level 0 cannot hold.

    .equ DATA, FREE + 0x4000

    .macro flags text, value
    say "\text"
    map TABLE, 0, DATA, PTE_V | PTE_A | PTE_D | (\value)
    sfence.vma
    call try_all
    .endm

main:
    open_memory
    translate
    li s2, PAGES

    flags "----", 0
    flags "R---", PTE_R
    flags "-W--", PTE_W
    flags "RW--", PTE_R | PTE_W
    flags "--X-", PTE_X
    flags "R-X-", PTE_R | PTE_X
    flags "-WX-", PTE_W | PTE_X
    flags "RWX-", PTE_R | PTE_W | PTE_X
    flags "---U", PTE_U
    flags "R--U", PTE_U | PTE_R
    flags "-W-U", PTE_U | PTE_W
    flags "RW-U", PTE_U | PTE_R | PTE_W
    flags "--XU", PTE_U | PTE_X
    flags "R-XU", PTE_U | PTE_R | PTE_X
    flags "-WXU", PTE_U | PTE_W | PTE_X
    flags "RWXU", PTE_U | PTE_R | PTE_W | PTE_X

    map TABLE, 0, DATA, PTE_V | PTE_A | PTE_R
    sfence.vma
    attempt "amo on a page that may be read only", IN_S, "amoadd.w a0, a0, (s2)"
    attempt "lr there", IN_S, "lr.w a0, (s2)"
    attempt "sc there", IN_S, "sc.w a0, a0, (s2)"
    map TABLE, 0, DATA, PTE_V | PTE_A | PTE_X
    sfence.vma
    attempt "amo on a page that may be executed only", IN_S, "amoadd.w a0, a0, (s2)"
    attempt "lr there", IN_S, "lr.w a0, (s2)"
    set_bits mstatus, MXR
    attempt "lr there with MXR=1", IN_S, "lr.w a0, (s2)"
    clear_bits mstatus, MXR
    addi s2, s2, 2
    attempt "misaligned amo on a page that is not there", IN_S, "li s2, 0x401002; amoadd.w a0, a0, (s2)"
    attempt "misaligned lr on a page that is not there", IN_S, "li s2, 0x401002; lr.w a0, (s2)"

    say "in M nothing is translated"
    li s2, DATA
    li t0, 0x73
    sw t0, 0(s2)
    li s3, IN_M
    call try_access
    end

try_all:
    mv s10, ra
    .macro with status
    set_bits mstatus, \status
    call try_access
    clear_bits mstatus, SUM | MXR
    .endm
    li gp, TO_USER
    li s3, IN_U
    with 0
    with MXR
    li gp, 0
    li s3, IN_S
    with 0
    with SUM
    with MXR
    with SUM | MXR
    jr s10
