# ゲストのカーネルが、自分のユーザー・プログラム (VU モード) を動かす
        .equ ROOT, 0x80008000

        .text
_start:
        la   t0, trapped
        csrw stvec, t0
        li   t0, ROOT + 0x200 * 4       # カーネル: U なし
        li   t1, 0x80000 << 10 | 0xf
        sw   t1, 0(t0)
        li   t0, ROOT + 0x100 * 4       # 同じメモリーを、ユーザーにも
        li   t1, 0x80000 << 10 | 0x1f
        sw   t1, 0(t0)
        li   t0, ROOT >> 12 | 1 << 31
        csrw satp, t0
        sfence.vma
        li   t0, 1 << 8                 # SPP: ユーザーへ
        csrc sstatus, t0
        la   t0, program
        li   t1, 0x40000000
        sub  t0, t0, t1
        csrw sepc, t0
        sret

        .balign 4
trapped:
        csrr t0, scause
        addi a0, t0, 0x30               # 例外の番号を 1 文字で
        li   a7, 1
        ecall
        csrr t0, sepc
        addi t0, t0, 4
        csrw sepc, t0
        csrr t0, scause
        li   t1, 13
        beq  t0, t1, 1f
        sret
1:      li   a0, 10
        ecall
        li   a7, 8
        ecall

program:
        ecall                           # 8
        csrr t0, mstatus                # 2: M モードの CSR
        .balign 4
        ebreak                          # 3
        lw   t0, 0(zero)                # 13
