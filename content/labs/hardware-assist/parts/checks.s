# ページ表を使うゲスト: TEST が示す一つのことを試す
        .equ ROOT, 0x80008000
        .equ OTHER_ROOT, 0x80009000
        .equ TABLE, 0x8000a000
        .equ OTHER_TABLE, 0x8000b000
        .equ DATA, 0x80010000           # 1 と書いてあるページ
        .equ OTHER, 0x80011000          # 2 と書いてあるページ
        .equ AREA, 0x40000000

        .macro entry table, index, page, bits
        li   t0, \table + 4 * (\index)
        li   t1, (\page) << 10 | (\bits)
        sw   t1, 0(t0)
        .endm

        .macro put register
        mv   a0, \register
        call put_digit
        .endm

        .text
_start:
        la   t0, trapped
        csrw stvec, t0
        li   t0, DATA
        li   t1, 1
        sw   t1, 0(t0)
        li   t0, OTHER
        li   t1, 2
        sw   t1, 0(t0)
        entry ROOT, 0x200, 0x80000, 0xf
        entry ROOT, 0x100, TABLE >> 12, 1
        entry OTHER_ROOT, 0x200, 0x80000, 0xf
        entry OTHER_ROOT, 0x100, OTHER_TABLE >> 12, 1
        entry TABLE, 0, DATA >> 12, 7
        entry OTHER_TABLE, 0, OTHER >> 12, 7
        li   t0, ROOT >> 12 | 1 << 31
        csrw satp, t0
        li   s0, AREA
        li   s1, 0

        .if TEST == 1                   # 表を書き換える
        lw   s1, 0(s0)
        put  s1
        entry TABLE, 0, OTHER >> 12, 7
        sfence.vma
        lw   s1, 0(s0)
        put  s1
        .endif

        .if TEST == 2                   # 表を切り替え、戻す。ASID が違うので、sfence.vma は要らない
        lw   s1, 0(s0)
        put  s1
        li   t0, OTHER_ROOT >> 12 | 1 << 22 | 1 << 31
        csrw satp, t0
        lw   s1, 0(s0)
        put  s1
        li   t0, ROOT >> 12 | 1 << 31
        csrw satp, t0
        lw   s1, 0(s0)
        put  s1
        .endif

        .if TEST == 3                   # エントリーに BITS を書いたページを読み、書き、実行する
        entry TABLE, 0, DATA >> 12, BITS
        li   t0, DATA
        li   t1, 0x00008067             # ret
        sw   t1, 0(t0)
        sfence.vma
        lw   t0, 0(s0)
        call report
        li   t0, 0x00008067
        sw   t0, 0(s0)
        call report
        jalr s0
        call report
        .endif

        .if TEST == 4                   # A と D
        lw   s1, 0(s0)
        li   s2, TABLE
        lw   s3, 0(s2)
        srli s3, s3, 6
        andi s3, s3, 3
        put  s3
        sw   s1, 4(s0)
        lw   s3, 0(s2)
        srli s3, s3, 6
        andi s3, s3, 3
        put  s3
        .endif

        .if TEST == 5                   # 外した後
        lw   s1, 0(s0)
        put  s1
        entry TABLE, 0, DATA >> 12, 0
        sfence.vma
        lw   s1, 0(s0)
        call report
        .endif

        .if TEST == 6                   # 書けるページを、読むだけにする
        sw   zero, 4(s0)
        call report
        entry TABLE, 0, DATA >> 12, 0xc3
        sfence.vma
        sw   zero, 4(s0)
        call report
        .endif

        .if TEST == 7                   # 葉がゲスト物理のページ PAGE を指す
        entry TABLE, 0, PAGE, 7
        sfence.vma
        lw   s1, 0(s0)
        call report
        sw   zero, 0(s0)
        call report
        .endif

        .if TEST == 8                   # 1 段目が、ゲスト物理のページ PAGE の表を指す
        entry ROOT, 0x100, PAGE, 1
        sfence.vma
        lw   s1, 0(s0)
        call report
        .endif

        .if TEST == 9                   # スーパーページ
        entry ROOT, 0x100, PAGE, 0xf
        sfence.vma
        li   t0, OTHER - 0x80000000
        add  t0, t0, s0
        lw   s1, 0(t0)
        call report
        put  s1
        .endif

        .if TEST == 10                  # 20 枚の 2 段目の表
        li   s2, 20
        li   s3, ROOT
1:      li   t1, TABLE >> 12 << 10 | 1
        sw   t1, 4(s3)
        addi s3, s3, 4
        addi s2, s2, -1
        bnez s2, 1b
        sfence.vma
        li   s2, 20
        li   s3, 1 << 22
        li   t2, 1 << 22
2:      lw   t1, 0(s3)
        add  s1, s1, t1
        add  s3, s3, t2
        addi s2, s2, -1
        bnez s2, 2b
        lw   t1, 0(s0)
        add  s1, s1, t1
        addi s1, s1, -12
        put  s1
        .endif

        .if TEST == 11                  # 何度も読む
        li   s2, 500
1:      lw   t1, 0(s0)
        sw   t1, 4(s0)
        addi s2, s2, -1
        bnez s2, 1b
        put  t1
        .endif

        .if TEST == 12                  # 表を使うのをやめる
        lw   s1, 0(s0)
        put  s1
        csrw satp, zero                 # Bare への切り替えは、すぐに効く
        lw   s1, 0(s0)
        call report
        .endif

        li   a0, 10
        li   a7, 1
        ecall
        li   a7, 8
        ecall

# 例外の番号を残し、次の命令へ進む。命令を読めなければ、呼んだところへ戻る
        .balign 4
trapped:
        csrr t5, scause
        la   t6, cause
        sw   t5, 0(t6)
        csrr t6, stval
        csrr t5, sepc
        beq  t5, t6, 1f
        addi t5, t5, 4
        csrw sepc, t5
        sret
1:      csrw sepc, ra
        sret

# 直前の例外の番号を出力する。なければ「.」
report:
        la   t0, cause
        lw   a0, 0(t0)
        sw   zero, 0(t0)
        bnez a0, put_digit
        li   a0, 0x2e - 0x30
put_digit:
        addi a0, a0, 0x30
        li   a7, 1
        ecall
        ret

        .data
cause:  .word 0
