        .text
# 試すための呼び出し。採点では使いません。
_start:
        la   a0, guest_program
        la   a1, guest_registers
        la   a2, guest_memory
        csrr s0, minstret       # ホストがこれまでに実行した命令の数
        call emulate
        csrr s1, minstret
        sub  s1, s1, s0
        addi s1, s1, -3         # csrr と call (2 命令) の分を除く
        ebreak                  # a0: ゲストの命令の数、s1: そのためのホストの命令の数

# emulate(a0: ゲストのプログラム, a1: ゲストのレジスター, a2: ゲストのメモリー)
# -> a0: 実行したゲストの命令の数
emulate:
        mv   t0, a0     # t0: ゲストのプログラムカウンター
        li   a0, 0      # a0: 実行した命令の数

# 取り出し: 四つのバイトを読み、次へ進む
fetch:
        lbu  t1, 0(t0)  # t1: 命令の番号
        lbu  t2, 1(t0)  # t2: d
        lbu  t3, 2(t0)  # t3: s
        lb   t4, 3(t0)  # t4: n (符号付き)
        addi t0, t0, 4
        addi a0, a0, 1

# 解読: 番号で行き先を選ぶ
decode:
        beqz t1, halt
        li   t5, 1
        beq  t1, t5, do_addi
        li   t5, 2
        beq  t1, t5, do_add
        li   t5, 3
        beq  t1, t5, do_bnez
        li   t5, 4
        beq  t1, t5, do_addm
        li   t5, 5
        beq  t1, t5, do_copy
        j    halt

# 実行: r[d] = r[s] + n
do_addi:
        slli t3, t3, 2
        add  t3, t3, a1
        lw   t3, 0(t3)  # r[s] の値
        add  t3, t3, t4
        slli t2, t2, 2
        add  t2, t2, a1
        sw   t3, 0(t2)  # r[d] に書く
        j    fetch

# n 語を r[s] 番地から r[d] 番地へ写し、r[s] と r[d] を進める
do_copy:
        slli t2, t2, 2
        add  t2, t2, a1
        slli t3, t3, 2
        add  t3, t3, a1
1:      blez t4, fetch
        lw   t5, 0(t3)
        andi t6, t5, 0xfc
        add  t6, t6, a2
        lw   t6, 0(t6)  # 写す値
        addi t5, t5, 4
        sw   t5, 0(t3)  # r[s] を進める
        lw   t5, 0(t2)
        andi t1, t5, 0xfc
        add  t1, t1, a2
        sw   t6, 0(t1)
        addi t5, t5, 4
        sw   t5, 0(t2)  # r[d] を進める
        addi t4, t4, -1
        j    1b

# r[d] = r[s] + r[n]
do_add:
        slli t3, t3, 2
        add  t3, t3, a1
        lw   t3, 0(t3)
        slli t4, t4, 2
        add  t4, t4, a1
        lw   t4, 0(t4)
        add  t3, t3, t4
        slli t2, t2, 2
        add  t2, t2, a1
        sw   t3, 0(t2)
        j    fetch

# r[s] が 0 でなければ n 命令先へ
do_bnez:
        slli t3, t3, 2
        add  t3, t3, a1
        lw   t3, 0(t3)
        beqz t3, fetch
        slli t4, t4, 2
        addi t4, t4, -4 # t0 はもう次の命令を指している
        add  t0, t0, t4
        j    fetch

# r[d] = r[d] + メモリーの (r[s] + n) 番地
do_addm:
        slli t3, t3, 2
        add  t3, t3, a1
        lw   t3, 0(t3)
        add  t3, t3, t4
        andi t3, t3, 0xfc
        add  t3, t3, a2
        lw   t3, 0(t3)  # メモリーの値
        slli t2, t2, 2
        add  t2, t2, a1
        lw   t4, 0(t2)
        add  t3, t3, t4
        sw   t3, 0(t2)
        j    fetch

halt:
        ret

        .data
# 数えて、または計算して書き入れる
measured:  .word 400
predicted: .word 6040
useful:    .word 1

guest_registers:
        .word 0, 0, 0, 0
# 6 × 7 を足し算の繰り返しで求める
guest_program:
        .byte 1, 1, 1, 6  # ADDI r1, r1, 6    繰り返す回数
        .byte 1, 2, 2, 7  # ADDI r2, r2, 7    足す数
        .byte 2, 0, 0, 2  # ADD  r0, r0, r2
        .byte 1, 1, 1, -1  # ADDI r1, r1, -1
        .byte 3, 0, 1, -2  # BNEZ r1, -2       ADD に戻る
        .byte 0, 0, 0, 0  # HALT
        .balign 4
guest_memory:
        .space 256
