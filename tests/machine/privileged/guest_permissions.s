# Two stages: which flags allow which access, and whose fault it is.
#
# The first part has no first stage (vsatp is Bare). A line is one leaf of the second stage at the
# guest physical address 0x1000000, by its flags; it has four groups of three causes, those of a
# load, a store and a fetch (a and 8: it went well):
#
#     VS; VU; VS with MXR in mstatus; VS with MXR in vsstatus
#
# The second part has a first stage, too. A line is a pair of leaves, that of the first stage at
# 0x400000 and that of the second; the groups are
#
#     VS; VU; VS with SUM in vsstatus; VS with SUM in mstatus; VS with MXR in vsstatus;
#     VS with MXR in mstatus

    .equ DATA, FREE + 0x10000

    .macro second text, value
    say "\text"
    map GTABLE, 0, DATA, PTE_V | PTE_A | PTE_D | (\value)
    hfence.gvma
    call try_second
    .endm

    .macro both text, value, guest
    say "\text"
    map TABLE, 0, GPAGES, PTE_V | PTE_A | PTE_D | (\value)
    map GTABLE, 0, DATA, PTE_V | PTE_A | PTE_D | (\guest)
    hfence.gvma
    hfence.vvma
    call try_both
    .endm

    .equ R, PTE_R
    .equ W, PTE_W
    .equ X, PTE_X
    .equ U, PTE_U

main:
    open_memory
    translate_guest
    li s2, GPAGES
    say "-- the second stage alone"
    second "----", 0
    second "R---", R
    second "RWX-", R | W | X
    second "---U", U
    second "R--U", R | U
    second "-W-U", W | U
    second "RW-U", R | W | U
    second "--XU", X | U
    second "R-XU", R | X | U
    second "-WXU", W | X | U
    second "RWXU", R | W | X | U

    say "-- both stages: the first and the second"
    translate_in_guest
    li s2, PAGES
    both "RWX- and RWXU", R | W | X, R | W | X | U
    both "RWXU and RWXU", R | W | X | U, R | W | X | U
    both "RWXU and R--U", R | W | X | U, R | U
    both "RWXU and --XU", R | W | X | U, X | U
    both "RWXU and RWX-", R | W | X | U, R | W | X
    both "R--U and RWXU", R | U, R | W | X | U
    both "--XU and RWXU", X | U, R | W | X | U
    both "--X- and --XU", X, X | U
    both "R--- and --XU", R, X | U
    both "---- and ----: the first stage fails first", 0, 0
    both "RW-- and ----", R | W, 0
    end

    .macro with register, status
    set_bits \register, \status
    call try_access
    clear_bits \register, \status
    .endm

try_second:
    mv s10, ra
    li s3, IN_VS
    call try_access
    li s3, IN_VU
    call try_access
    li s3, IN_VS
    with mstatus, MXR
    with vsstatus, MXR
    jr s10

try_both:
    mv s10, ra
    li s3, IN_VS
    call try_access
    li gp, TO_USER
    li s3, IN_VU
    call try_access
    li gp, 0
    li s3, IN_VS
    with vsstatus, SUM
    with mstatus, SUM
    with vsstatus, MXR
    with mstatus, MXR
    jr s10
