        .equ BLOCK, 0x10010000  # ブロック装置
        .equ FINISHER, 0x00100000

# ヘッダー (一つのセクター) の中の位置
        .equ BACKING, 4         # 土台のイメージのヘッダーのセクター。0 ならない
        .equ FREE, 8            # 次に使う、空いたセクター
        .equ TABLE, 16          # クラスター 0 から 7 のあるセクター。0 ならこのイメージにない
        .equ CLUSTERS, 8

        .text
# ------------------------------------------------------------------
# find(a0: イメージ, a1: クラスター) -> a0: そのクラスターのあるセクター
# イメージから土台へ順にたどり、最初に見つけたもの。どこにもなければ 0
find:
        addi sp, sp, -16
        sw   ra, 12(sp)
        sw   s0, 8(sp)
        slli s0, a1, 2          # 表の中の位置
        # a0: イメージ、s0: 表の中の位置 (ここに書いてください)
        li   a0, 0
        lw   s0, 8(sp)
        lw   ra, 12(sp)
        addi sp, sp, 16
        ret

# store(a0: イメージ, a1: クラスター): data の内容を、このイメージのクラスターにする
# まだなければ、空いたセクターを割り当てて、表に書く
store:
        addi sp, sp, -16
        sw   ra, 12(sp)
        sw   s0, 8(sp)
        sw   s1, 4(sp)
        mv   s0, a0
        slli s1, a1, 2
        # s0: イメージ、s1: 表の中の位置 (ここに書いてください)
        lw   s1, 4(sp)
        lw   s0, 8(sp)
        lw   ra, 12(sp)
        addi sp, sp, 16
        ret

# write_word(a0: イメージ, a1: クラスター, a2: ワードの番号, a3: 値)
# ゲストから見える一つのワードだけを変える。変えるのはこのイメージだけ
write_word:
        addi sp, sp, -32
        sw   ra, 28(sp)
        sw   s0, 24(sp)
        sw   s1, 20(sp)
        sw   s2, 16(sp)
        sw   s3, 12(sp)
        mv   s0, a0
        mv   s1, a1
        slli s2, a2, 2
        mv   s3, a3
        # s0: イメージ、s1: クラスター、s2: クラスターの中の位置、s3: 値 (ここに書いてください)
        lw   s3, 12(sp)
        lw   s2, 16(sp)
        lw   s1, 20(sp)
        lw   s0, 24(sp)
        lw   ra, 28(sp)
        addi sp, sp, 32
        ret

# commit(a0: イメージ): このイメージにあるクラスターを、すぐ下の土台に書き、イメージを空にする
commit:
        addi sp, sp, -32
        sw   ra, 28(sp)
        sw   s0, 24(sp)
        sw   s1, 20(sp)
        mv   s0, a0
        li   s1, 0              # クラスター
        # s0: イメージ。CLUSTERS 個のクラスターを順に写す (ここに書いてください)

        mv   a0, s0             # 空にする
        la   a1, header
        call disk_read
        la   t0, header
        addi t1, s0, 1
        sw   t1, FREE(t0)
        li   t1, CLUSTERS
3:      sw   zero, TABLE(t0)
        addi t0, t0, 4
        addi t1, t1, -1
        bnez t1, 3b
        mv   a0, s0
        la   a1, header
        call disk_write
        lw   s1, 20(sp)
        lw   s0, 24(sp)
        lw   ra, 28(sp)
        addi sp, sp, 32
        ret

# ------------------------------------------------------------------
# ここから先は配られたものです

# read_cluster(a0: イメージ, a1: クラスター): 見えている内容を data に読む
read_cluster:
        addi sp, sp, -16
        sw   ra, 12(sp)
        call find
        la   a1, data
        beqz a0, 1f
        call disk_read
        j    3f
1:      li   t0, 128            # どのイメージにもない: すべて 0
2:      sw   zero, 0(a1)
        addi a1, a1, 4
        addi t0, t0, -1
        bnez t0, 2b
3:      lw   ra, 12(sp)
        addi sp, sp, 16
        ret

# disk_read(a0: セクター, a1: 512 バイトのバッファー)、disk_write (同じ)。t0 から t2 を変える
disk_read:
        li   t0, 1
        j    1f
disk_write:
        li   t0, 2
1:      li   t1, BLOCK
        sw   a0, 0x0c(t1)       # SECTOR
        sw   a1, 0x10(t1)       # ADDRESS
        li   t2, 1
        sw   t2, 0x14(t1)       # COUNT
        sw   t0, 0x18(t1)       # COMMAND
        lw   t0, 0x1c(t1)       # STATUS
        bne  t0, t2, disk_error
        ret
disk_error:
        li   t0, 0x13333        # 終了コード 1: ディスクの外を読み書きした
        j    end

# 操作の表を順に行う
        .section .text.init
_start:
        la   s0, operations
        la   s1, results
next:   lw   t0, 0(s0)
        lw   a0, 4(s0)
        lw   a1, 8(s0)
        lw   a2, 12(s0)
        lw   a3, 16(s0)
        mv   s2, a2
        addi s0, s0, 20
        beqz t0, finish
        addi t0, t0, -1
        beqz t0, do_read
        addi t0, t0, -1
        beqz t0, do_write
        call commit
        j    next
do_write:
        call write_word
        j    next
do_read:
        call read_cluster
        slli t0, s2, 2
        la   t1, data
        add  t0, t0, t1
        lw   t0, 0(t0)
        sw   t0, 0(s1)
        addi s1, s1, 4
        j    next
finish: li   t0, 0x5555
end:    li   t1, FINISHER
        sw   t0, 0(t1)

        .data
        .equ READ, 1
        .equ WRITE, 2
        .equ COMMIT, 3
        .equ BASE, 16
        .equ MID, 32
        .equ TOP, 48
operations:
        .word READ, TOP, 0, 0, 0  # 操作、イメージ、クラスター、ワード、値
        .word READ, TOP, 1, 1, 0
        .word READ, TOP, 4, 2, 0
        .word WRITE, TOP, 1, 3, 0x999
        .word READ, TOP, 1, 3, 0
        .word READ, MID, 1, 3, 0
        .word 0, 0, 0, 0, 0
        .space 200
results:
        .space 64               # 読んだワード

        .bss
        .balign 16
header: .space 512              # 今見ているイメージのヘッダー
data:   .space 512              # 一つのクラスター
