# ゲスト: 準仮想化を知らないカーネル。表に直接書き、sfence.vma をする
        .equ FLAGS, 0xd7        # V、R、W、U、A、D
        .equ VIRTUAL, 0x00400000
        .equ TABLE, 0x80020000
_start:
        la   t0, fault
        csrw stvec, t0
        li   t0, 0x80015000
        li   t1, VALUE
        sw   t1, 0(t0)
        li   t1, TABLE
        srli t0, t0, 2
        ori  t0, t0, FLAGS
        sw   t0, 4*7(t1)        # エントリー 7
        sfence.vma
        li   t0, VIRTUAL + 7 * 0x1000
        lw   t1, 0(t0)
        la   s1, results
        sw   t1, 0(s1)
        li   t0, 0x80000000 >> 2 | FLAGS
        li   t1, TABLE
        sw   t0, 4*8(t1)        # モニターのページ: 許されない
        li   a7, 8
        ecall

        .balign 4
fault:  csrr t0, scause
        sw   t0, 4(s1)
        csrr t0, stval
        sw   t0, 8(s1)
        li   a7, 8              # SBI の shutdown
        ecall

        .data
results:
        .word -1, -1, -1
