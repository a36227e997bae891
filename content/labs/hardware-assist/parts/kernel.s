# ゲストのカーネル: 自分のページ表を作り、ページ・フォールトのたびに 1 ページを載せ、
# PAGES ページを使い終わるたびに、すべて外す。これを ROUNDS 回繰り返す
        .equ ROOT, 0x80008000
        .equ TABLE, 0x80009000
        .equ FRAMES, 0x80010000
        .equ AREA, 0x40000000

        .text
_start:
        la   t0, page_fault
        csrw stvec, t0
        li   t0, ROOT           # カーネル自身: 4 MiB を、そのままの番地で
        li   t1, 0x80000 << 10 | 0xf
        li   t2, 0x200 * 4
        add  t2, t2, t0
        sw   t1, 0(t2)
        li   t1, TABLE >> 12 << 10 | 1
        li   t2, 0x100 * 4
        add  t2, t2, t0
        sw   t1, 0(t2)
        li   t0, ROOT >> 12 | 1 << 31
        csrw satp, t0
        sfence.vma

        li   s0, 0              # s0: 何回目か
        li   s1, 0              # s1: 読んだ値の合計
        li   s2, 4096
        li   s3, AREA
        li   s4, AREA + PAGES * 4096
round:
        mv   t0, s3
1:      sw   s0, 0(t0)          # 最初の書き込みで、ページ・フォールト
        add  t0, t0, s2
        bltu t0, s4, 1b
        li   t1, READS
2:      mv   t0, s3
3:      lw   t2, 0(t0)
        add  s1, s1, t2
        add  t0, t0, s2
        bltu t0, s4, 3b
        addi t1, t1, -1
        bnez t1, 2b
        li   t0, TABLE          # すべて外す
        li   t1, TABLE + PAGES * 4
4:      sw   zero, 0(t0)
        addi t0, t0, 4
        bltu t0, t1, 4b
        sfence.vma
        addi s0, s0, 1
        li   a0, 0x2e           # .
        li   a7, 1
        ecall
        li   t0, ROUNDS
        bltu s0, t0, round
        la   t0, sum
        sw   s1, 0(t0)
        li   a0, 10
        ecall
        li   a7, 8
        ecall

# 領域の n ページ目に、n 枚目のページを載せる
        .balign 4
page_fault:
        csrr t3, scause
        li   t4, 15
        bne  t3, t4, 9f
        csrr t3, stval
        sub  t3, t3, s3
        srli t3, t3, 12         # n
        li   t4, FRAMES >> 12
        add  t4, t4, t3
        slli t4, t4, 10
        ori  t4, t4, 7          # V、R、W
        slli t3, t3, 2
        li   t5, TABLE
        add  t3, t3, t5
        sw   t4, 0(t3)
        sfence.vma
        sret
9:      la   t4, unexpected
        sw   t3, 0(t4)
        li   a7, 8
        ecall

        .data
sum:    .word 0
unexpected:
        .word 0
