# 変換を頼む側。convert を呼び、変換の前と後のディスクを比べます。
#
# 荷物 (0x80020000) の始めは、イメージの番地、大きさ、荷札の Adler-32、記述の番地です。

        .equ UART, 0x10000000
        .equ FINISHER, 0x00100000
        .equ PACKAGE, 0x80020000
        .equ GRAIN, 64

        .text
boot:
        li   s0, PACKAGE
        lw   s1, 0(s0)                  # s1: 元のイメージ
        li   t0, convert
        beqz t0, no_convert
        mv   a0, s1
        lw   a1, 4(s0)
        lw   a2, 8(s0)
        lw   a3, 12(s0)
        la   a4, new_image
        la   a5, new_machine
        jalr t0
        la   t0, size
        sw   a0, 0(t0)
        li   s0, PACKAGE
        lw   s1, 0(s0)
        la   t0, returned
        li   t1, 1
        sw   t1, 0(t0)
        beqz a0, refused
        call least_size

        la   a0, text_old               # ファイルのバイトの並びを比べる
        mv   a1, s1
        lw   a2, 4(s0)
        call report
        la   a0, text_new
        la   a1, new_image
        lw   a2, size
        li   t0, 0x1000
        bgtu a2, t0, done
        call report
        call compare                    # ディスクの中身を比べる
        la   a0, text_same
        lw   t0, different
        beqz t0, 1f
        la   a0, text_different
1:      call print
        li   a0, 0
        call new_cluster                # 最初のクラスターの文字を出す
        beqz a0, done
        mv   s0, a0
        la   a0, text_first
        call print
        mv   a0, s0
        call print
        la   a0, text_end
        call print
        j    done
refused:
        la   a0, text_refused
        call print
done:
        li   t0, FINISHER
        li   t1, 0x5555
        sw   t1, 0(t0)
1:      j    1b
no_convert:
        la   a0, text_convert
        call print
        li   t0, FINISHER
        li   t1, 0x13333
        sw   t1, 0(t0)
1:      j    1b

# 元のディスクの a0 番のグレインの番地を a0 に返す (なければ 0)
old_grain:
        lw   t0, 8(s1)
        slli t0, t0, 6
        add  t0, t0, s1                 # 表
        slli a0, a0, 2
        add  t0, t0, a0
        lw   a0, 0(t0)
        beqz a0, 1f
        slli a0, a0, 6
        add  a0, a0, s1
1:      ret

# 新しいディスクの a0 番のクラスターの番地を a0 に返す (なければ 0)
new_cluster:
        addi sp, sp, -16
        sw   ra, 12(sp)
        sw   s2, 8(sp)
        mv   s2, a0
        la   a0, new_image + 8          # 1 段目の表の位置
        call follow
        beqz a0, 1f
        srli t0, s2, 4
        slli t0, t0, 2
        add  a0, a0, t0
        call follow                     # 2 段目の表
        beqz a0, 1f
        andi t0, s2, 15
        slli t0, t0, 2
        add  a0, a0, t0
        call follow                     # クラスター
1:      lw   s2, 8(sp)
        lw   ra, 12(sp)
        addi sp, sp, 16
        ret

# a0 番地の、ビッグ・エンディアンの位置が指す番地を a0 に返す
# (位置が 0 なら 0。64 の倍数でないか、イメージの外なら、wrong_place を増やして 0)
follow:
        mv   t1, a0
        li   a0, 0
        .irp n, 0, 1, 2, 3
        slli a0, a0, 8
        lbu  t0, \n(t1)
        or   a0, a0, t0
        .endr
        beqz a0, 1f
        andi t0, a0, GRAIN - 1
        bnez t0, 2f
        lw   t0, size
        bgeu a0, t0, 2f
        la   t0, new_image
        add  a0, a0, t0
1:      ret
2:      la   t0, wrong_place
        lw   t1, 0(t0)
        addi t1, t1, 1
        sw   t1, 0(t0)
        li   a0, 0
        ret

# 一つのファイルの大きさと Adler-32 を出す (a0: 名前、a1: 番地、a2: 大きさ)
report:
        addi sp, sp, -16
        sw   ra, 12(sp)
        sw   a1, 8(sp)
        sw   a2, 4(sp)
        call print
        lw   a0, 4(sp)
        call print_number
        la   a0, text_sum
        call print
        lw   a0, 8(sp)
        lw   a1, 4(sp)
        li   t0, 1                      # a と b の和 (RFC 1950)
        li   t1, 0
        li   t2, 65521
1:      beqz a1, 2f
        lbu  t3, 0(a0)
        add  t0, t0, t3
        remu t0, t0, t2
        add  t1, t1, t0
        remu t1, t1, t2
        addi a0, a0, 1
        addi a1, a1, -1
        j    1b
2:      slli t1, t1, 16
        or   a0, t0, t1
        call print_hex
        la   a0, text_end
        call print
        lw   ra, 12(sp)
        addi sp, sp, 16
        ret

# 二つのディスクの中身を比べ、different に、違うクラスターを数える
compare:
        addi sp, sp, -32
        sw   ra, 28(sp)
        sw   s2, 24(sp)
        sw   s3, 20(sp)
        li   s2, 0                      # s2: 何番目か
1:      mv   a0, s2
        call new_cluster
        mv   s3, a0
        bnez s3, 2f
        la   s3, zeros                  # ないものは 0 と読む
2:      mv   a0, s2
        call old_grain
        bnez a0, 3f
        la   a0, zeros
3:      li   t4, GRAIN
4:      lw   t0, 0(a0)
        lw   t1, 0(s3)
        bne  t0, t1, 5f
        addi a0, a0, 4
        addi s3, s3, 4
        addi t4, t4, -4
        bnez t4, 4b
        j    6f
5:      la   t0, different
        lw   t1, 0(t0)
        addi t1, t1, 1
        sw   t1, 0(t0)
6:      addi s2, s2, 1
        lw   t0, 4(s1)
        bltu s2, t0, 1b
        lw   s3, 20(sp)
        lw   s2, 24(sp)
        lw   ra, 28(sp)
        addi sp, sp, 32
        ret

# 0 でないクラスターと、要る表だけを置いた大きさを、least に書く
least_size:
        addi sp, sp, -32
        sw   ra, 28(sp)
        sw   s2, 24(sp)
        sw   s3, 20(sp)
        sw   s4, 16(sp)
        li   s2, 0
        li   s3, 2 * GRAIN              # ヘッダーと 1 段目の表
        li   s4, -1                     # s4: 最後に数えた 2 段目の表
1:      mv   a0, s2
        call old_grain
        beqz a0, 4f
        li   t0, GRAIN
2:      lw   t1, 0(a0)
        bnez t1, 3f
        addi a0, a0, 4
        addi t0, t0, -4
        bnez t0, 2b
        j    4f
3:      addi s3, s3, GRAIN
        srli t0, s2, 4
        beq  t0, s4, 4f
        mv   s4, t0
        addi s3, s3, GRAIN
4:      addi s2, s2, 1
        lw   t0, 4(s1)
        bltu s2, t0, 1b
        la   t0, least
        sw   s3, 0(t0)
        lw   s4, 16(sp)
        lw   s3, 20(sp)
        lw   s2, 24(sp)
        lw   ra, 28(sp)
        addi sp, sp, 32
        ret

print:
        li   t0, UART
1:      lbu  t1, 0(a0)
        beqz t1, 2f
        sb   t1, 0(t0)
        addi a0, a0, 1
        j    1b
2:      ret

print_number:                           # a0: 0 から 9,999 までの数
        li   t0, UART
        li   t1, 1000
        li   t2, 0                      # 上の桁が出たか
        li   t4, 10
1:      divu t3, a0, t1
        remu a0, a0, t1
        or   t2, t2, t3
        beqz t2, 2f
        addi t3, t3, '0'
        sb   t3, 0(t0)
2:      divu t1, t1, t4
        li   t3, 1
        bgtu t1, t3, 1b
        addi a0, a0, '0'
        sb   a0, 0(t0)
        ret

print_hex:                              # a0: 16 進 8 桁
        li   t0, UART
        li   t1, 28
1:      srl  t2, a0, t1
        andi t2, t2, 15
        la   t3, digits
        add  t3, t3, t2
        lbu  t3, 0(t3)
        sb   t3, 0(t0)
        addi t1, t1, -4
        bgez t1, 1b
        ret

        .section .rodata
digits:      .ascii "0123456789abcdef"
text_old:    .asciz "元のファイル   "
text_new:    .asciz "新しいファイル "
text_sum:    .asciz " バイト、Adler-32 "
text_end:    .asciz "\n"
text_same:   .asciz "ディスクの中身 同じ\n"
text_different: .asciz "ディスクの中身 違う\n"
text_first:  .asciz "最初のクラスター: "
text_refused: .asciz "変換しませんでした\n"
text_convert: .asciz "convert がありません\n"
        .balign 4
zeros:       .fill GRAIN, 1, 0

        .data
        .balign 4
returned:    .word 0                    # convert から戻ったら 1
size:        .word 0                    # convert が返した、新しいイメージの大きさ
least:       .word 0                    # 要るものだけを置いた大きさ
different:   .word 0                    # 中身の違うクラスターの数
wrong_place: .word 0                    # 0 でないのに、指す先のない位置を読んだ回数

        .balign GRAIN
new_image:   .fill 0x1000, 1, 0
new_machine: .fill 256, 1, 0
