# Runs a kernel in S mode behind Sv32: 4-KiB pages that map all RAM to itself.
start:
        li      sp, STACK
        li      t0, LEAF                # the leaf table: 1,024 entries for 4 MiB
        li      t1, LEAF + 4096
        li      t2, RAM >> 2 | 0xcf     # D A X W R V
        li      t3, 4096 >> 2
1:      sw      t2, 0(t0)
        add     t2, t2, t3
        addi    t0, t0, 4
        bltu    t0, t1, 1b
        li      t0, ROOT + (RAM >> 22) * 4
        li      t1, LEAF >> 2 | 1       # V: a pointer to the next level
        sw      t1, 0(t0)

        li      t0, -1                  # S mode may use all memory
        csrw    pmpaddr0, t0
        li      t0, 0x1f
        csrw    pmpcfg0, t0
        li      t0, 1 << 31 | ROOT >> 12
        csrw    satp, t0
        sfence.vma
        li      t0, 1 << 11             # mstatus.MPP = S
        csrs    mstatus, t0
        la      t0, supervisor
        csrw    mepc, t0
        mret
supervisor:
        jal     kernel
finish: ebreak

