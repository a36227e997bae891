# ゲストのカーネル。VS モードで動き、ゲスト物理番地 0x80000000 からの 8 KiB を使う。
# 一歩ごとに、メモリーの step とレジスターを 1 ずつ増やし、ebreak で自分のトラップ処理に入って、
# 一文字を出す。八歩で一行になる。タイマーは TICK ごとに ticks を増やす。
# テストごとの定数: STILL が 1 なら、状態を決まった値にして一文字だけ出し、その場で回り続ける。
        .ifndef STILL
        .equ STILL, 0
        .endif
        .equ TICK, 2000
        .equ TOO_LONG, 8000     # 二歩の間に進む時刻としては長すぎる

# ハイパーコール (a7)
        .equ SET_TIMER, 0       # a0 の仮想時刻になったら、タイマー割り込みを起こす
        .equ PUT, 1             # a0 の文字を出す
        .equ HOST_ID, 2         # a0 に、この仮想マシンの識別番号を受け取る
        .equ PANIC, 3           # 続けられない

        .text
memory:
        .if STILL
        li   t0, 0x120
        csrw sstatus, t0        # SPP と SPIE
        li   t0, 0x20
        csrw sie, t0
        li   t0, 0x80000abc
        csrw stvec, t0
        li   t0, 0x5c5c
        csrw sscratch, t0
        li   t0, 0x80000dee
        csrw sepc, t0
        li   t0, 12
        csrw scause, t0
        li   a0, 0              # もう過ぎた時刻: タイマー割り込みが起き、待たされる
        li   a7, SET_TIMER
        ecall
        .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        li   x\n, 0x700 + \n
        .endr
        j    1f
        .org 0x200
1:      li   a0, '.'
        li   a7, PUT
        ecall
still:  j    still              # 0x8000020c (圧縮しない命令が三つ)
        .endif

        la   t0, trap
        csrw stvec, t0
        li   t0, 1 << 5
        csrw sie, t0            # S タイマー割り込み
        rdtime t0
        la   t1, last_time
        sw   t0, 0(t1)
        li   a0, TICK
        add  a0, a0, t0
        li   a7, SET_TIMER
        ecall
        .irp n, 1, 2, 3, 4, 8, 9, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
        li   x\n, 64 * \n
        .endr
        csrsi sstatus, 2        # 割り込みを許す

loop:   la   t0, step
        lw   t1, 0(t0)
        addi t1, t1, 1
        sw   t1, 0(t0)
        csrw sscratch, t1
        .irp n, 1, 2, 3, 4, 8, 9, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
        addi x\n, x\n, 1
        .endr
        ebreak                  # 一文字を出す
after:  lw   t1, step           # どこも、今の歩数のままか
        csrr t0, sscratch
        bne  t0, t1, bad_csr
        .irp n, 1, 2, 3, 4, 8, 9, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28
        addi t0, x\n, -64 * \n
        li   t2, \n
        bne  t0, t1, bad_register
        .endr
        rdtime t0
        lw   t1, last_time
        sub  t1, t0, t1
        li   t2, TOO_LONG
        bltu t1, t2, 1f
        la   t2, jumped         # 時刻が飛んだ (戻ったときも、大きな数になる)
        sw   t1, 0(t2)
1:      la   t2, last_time
        sw   t0, 0(t2)
        j    loop

bad_csr:
        li   t2, 1
        la   t0, csr_changed
        sw   t2, 0(t0)
        li   a7, PANIC
        ecall
bad_register:
        la   t0, register_changed
        sw   t2, 0(t0)
        li   a7, PANIC
        ecall

# --- ゲスト自身のトラップ処理。t4 から t6 はここだけで使う ---
        .balign 4
trap:   csrr t4, scause
        bltz t4, tick
        csrr t5, sepc
        mv   t6, a7
        li   a7, PUT
        lw   t4, step
        andi t4, t4, 7
        li   a0, '\n'
        beqz t4, 3f             # 八歩目は改行
        addi t4, t4, -1
        bnez t4, 2f
        li   a7, HOST_ID        # 行の初めは識別番号
        ecall
        addi a0, a0, '0'
        li   a7, PUT
        j    3f
2:      lw   a0, step
        li   t4, 26
        remu a0, a0, t4
        addi a0, a0, 'A'
3:      ecall
        mv   a7, t6
        csrr t4, sepc           # 文字を出している間も変わらないはず
        bne  t4, t5, bad_csr
        csrr t4, scause
        addi t4, t4, -3
        bnez t4, bad_csr
        la   t5, after
        csrw sepc, t5
        sret

tick:   mv   t5, a0
        mv   t6, a7
        la   a0, ticks
        lw   t4, 0(a0)
        addi t4, t4, 1
        sw   t4, 0(a0)
        rdtime a0
        li   t4, TICK
        add  a0, a0, t4
        li   a7, SET_TIMER
        ecall
        mv   a0, t5
        mv   a7, t6
        sret

        .org 0x1000
step:   .word 0                 # 進んだ歩数
ticks:  .word 0                 # タイマー割り込みの回数
register_changed:
        .word 0                 # 歩数と合わなかったレジスターの番号
csr_changed:
        .word 0                 # 1 なら、CSR が合わなかった
jumped: .word 0                 # 飛んだ時刻の幅
last_time:
        .word 0
        .org 0x2000
