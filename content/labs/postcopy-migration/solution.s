# ポストコピーによるライブマイグレーション

        .equ setup,   0x80010000
        .equ precopy, 0x80010004
        .equ run,     0x80010008
        .equ fetch,   0x8001000c
        .equ finish,  0x80010010
        .equ go_back, 0x80010014
        .equ lost,    0x80010018

        .equ TABLE, 0x80015000          # 移行先のページ表。4 × n バイト目がページ n のエントリー
        .equ MEMORY, 0x80030000         # 移行先のメモリー
        .equ PAGES, 16
        .equ V, 0x01
        .equ VRWXU, 0x1f
        .equ D, 0x80

        .text
_start:
        call setup
        bnez a0, before_switch

# ポストコピー: 移行先でゲストを動かしながら、ページを取り寄せる
next:
        call run
        bnez a0, faulted
        call first_missing              # 時間が来た: 先回りして一つ取り寄せる
        bltz a0, whole
        j    bring
faulted:
        srli a0, a1, 12                 # フォールトした番地のページ
bring:
        mv   s0, a0
        call fetch
        bnez a0, broken_after
        slli t0, s0, 12
        li   t1, MEMORY
        add  t0, t0, t1
        srli t0, t0, 2                  # PPN は、エントリーのビット 10 から
        ori  t0, t0, VRWXU
        slli t1, s0, 2
        li   t2, TABLE
        add  t1, t1, t2
        sw   t0, 0(t1)
        sfence.vma
        j    next
whole:
        call finish

# まだ届いていないページの番号を a0 に返す。なければ -1
first_missing:
        li   a0, 0
        li   t0, TABLE
1:      lw   t1, 0(t0)
        andi t1, t1, V
        beqz t1, 2f
        addi t0, t0, 4
        addi a0, a0, 1
        li   t1, PAGES
        bltu a0, t1, 1b
        li   a0, -1
2:      ret

# 切り替えた後に、回線が切れた
broken_after:
        li   a0, 0                      # a0: 移行先にないページ
        li   a1, 0                      # a1: 移行先で書き換わったページ
        li   t0, TABLE
        li   t1, PAGES
1:      lw   t2, 0(t0)
        andi t3, t2, V
        xori t3, t3, V
        add  a0, a0, t3
        andi t3, t2, D
        snez t3, t3
        add  a1, a1, t3
        addi t0, t0, 4
        addi t1, t1, -1
        bnez t1, 1b
        call lost

# プリコピー: 切り替える前に、全部を送る
before_switch:
        call precopy
        bnez a0, broken_before
        call finish

# 切り替える前に、回線が切れた
broken_before:
        call go_back

        .data
# 理由の番号 (演習の本文を参照)
reason: .word 3
