# 解読した命令の記録 (decoded の一つ)。ゲストの一命令に一つずつ
        .equ HANDLER, 0                 # 実行する番地。まだ解読していなければ 0
        .equ D, 4                       # r[d] の番地
        .equ S, 8                       # r[s] の番地
        .equ N, 12                      # ADD: r[n] の番地。BNEZ: 飛び先の記録の番地。ほか: n
        .equ ENTRY, 16

        .text
_start:
        la   a0, guest_program
        la   a1, guest_registers
        csrr s0, minstret
        call emulate
        csrr s1, minstret
        sub  s1, s1, s0
        addi s1, s1, -3                 # csrr と call (2 命令) の分を除く
        ebreak                          # a0: ゲストの命令の数、s1: そのためのホストの命令の数

# emulate(a0: ゲストのプログラム (64 命令まで), a1: ゲストのレジスター) -> a0: 実行した命令の数
emulate:
        mv   a2, a0                     # a2: ゲストのプログラム
        li   a0, 0                      # a0: 実行した命令の数
        la   a3, decoded
        mv   t0, a3
        addi t1, a3, 1024
1:      sw   zero, HANDLER(t0)          # 前に動かしたプログラムの記録を捨てる
        addi t0, t0, ENTRY
        bne  t0, t1, 1b
        mv   t0, a3                     # t0: 次に実行する命令の記録

# 記録が指すところへ飛ぶだけ。初めて来た命令だけを解読する
run:
        lw   t1, HANDLER(t0)
        beqz t1, decode
        jr   t1

# 解読: t0 の記録を埋め、run に戻る
decode:
        # ここに書いてください。
        # 1. ゲストの命令の番地を求める。記録の位置 (t0 - a3) は 16 の倍数、命令は 4 バイト
        # 2. r[d] の番地を D(t0) に、r[s] の番地を S(t0) に書く
        # 3. 番号で分かれ、HANDLER(t0) に do_addi、do_add、do_bnez、halt のどれかを書く
        # 4. N(t0) に、ADDI なら n、ADD なら r[n] の番地、BNEZ なら飛び先の記録の番地を書く
        # 5. run に戻る
        j    halt

# 実行: r[d] = r[s] + n
do_addi:
        lw   t2, S(t0)
        lw   t2, 0(t2)
        lw   t3, N(t0)
        add  t2, t2, t3
        lw   t3, D(t0)
        sw   t2, 0(t3)
        addi a0, a0, 1
        addi t0, t0, ENTRY
        j    run

# r[d] = r[s] + r[n]
do_add:
        lw   t2, S(t0)
        lw   t2, 0(t2)
        lw   t3, N(t0)
        lw   t3, 0(t3)
        add  t2, t2, t3
        lw   t3, D(t0)
        sw   t2, 0(t3)
        addi a0, a0, 1
        addi t0, t0, ENTRY
        j    run

# r[s] が 0 でなければ n 命令先へ
do_bnez:
        lw   t2, S(t0)
        lw   t2, 0(t2)
        addi a0, a0, 1
        bnez t2, 1f
        addi t0, t0, ENTRY
        j    run
1:      lw   t0, N(t0)
        j    run

halt:
        addi a0, a0, 1
        ret

        .data
# 数えて、または選んで書き入れる
measured: .word 0       # 100 × 7 にかかる、ホストの命令の数
reason:   .word 0       # 番号 (1 から 4)

guest_registers:
        .word 0, 0, 0, 0
# 100 × 7 を足し算の繰り返しで求める
guest_program:
        .byte 1, 1, 1, 100 # ADDI r1, r1, 100  繰り返す回数
        .byte 1, 2, 2, 7   # ADDI r2, r2, 7    足す数
        .byte 2, 0, 0, 2   # ADD  r0, r0, r2
        .byte 1, 1, 1, -1  # ADDI r1, r1, -1
        .byte 3, 0, 1, -2  # BNEZ r1, -2       ADD に戻る
        .byte 0, 0, 0, 0   # HALT

        .bss
        .balign 16
decoded: .space 64 * ENTRY
