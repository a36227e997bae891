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
        .equ VRWXU, 0x1f                # 入れるエントリーの下位 8 ビット
        .equ D, 0x80

        .text
_start:
        call setup
        bnez a0, before_switch

# ポストコピー: 移行先でゲストを動かしながら、ページを取り寄せる
next:
        call run                        # a0 は 0 か、ページ・フォールトの mcause。a1 はその番地
        # 【1】フォールトしたページを取り寄せ、表に入れる
        # 【2】時間が来て戻ったときは、まだないページを一つ、先回りして取り寄せる
        # 【3】全部そろったら finish を、回線が切れたら broken_after を
        j    next

# 切り替えた後に、回線が切れた
broken_after:
        # 【4】移行先にないページと、移行先で書き換わったページを数える
        li   a0, 0
        li   a1, 0
        call lost

# プリコピー: 切り替える前に、全部を送る
before_switch:
        call precopy
        # 【5】切り替える前に回線が切れた (a0 が 1) ときは、どうしますか
        call finish

        .data
# 理由の番号 (演習の本文を参照)
reason: .word 0
