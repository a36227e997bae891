        .equ UART, 0x10000000           # ホストの本物の UART (ゲストからは触れない)
        .equ NOTIFY, 0x10002050         # ゲストが通知を書く番地
        .equ FINISHER, 0x00100000
        .equ GUEST, 0x80010000          # ゲストのメモリーの先頭
        .equ GUEST_SIZE, 0x10000
        .equ QUEUE, 0x80018000          # キュー。ゲストのメモリーの中にある
        .equ AVAIL, 0x80                # QUEUE からの位置
        .equ USED, 0x100

        .text
_start:
        la   t0, trap_entry
        csrw mtvec, t0
        la   sp, frame
        csrw mscratch, sp
        li   t0, GUEST >> 2 | GUEST_SIZE / 8 - 1
        csrw pmpaddr0, t0       # U モードに許すのは、ゲストのメモリーだけ
        li   t0, 0x1f           # NAPOT、読み書きと実行
        csrw pmpcfg0, t0
        li   t0, GUEST
        csrw mepc, t0
        csrw mstatus, zero      # MPP = 0: mret で U モードへ
        mret

# ゲストの x1 から x31 を frame に置く。xN は 4×N(sp) にある
trap_entry:
        csrrw sp, mscratch, sp
        .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        sw   x\n, 4 * \n(sp)
        .endr
        csrr t0, mscratch
        sw   t0, 8(sp)          # x2 はゲストの sp
        csrw mscratch, sp

        csrr t0, mcause
        li   t1, 8              # U モードからの ecall: ゲストの終わり
        beq  t0, t1, guest_exit
        li   t1, 5              # ロードのアクセスフォールト
        beq  t0, t1, device
        li   t1, 7              # ストアのアクセスフォールト
        bne  t0, t1, kill
device:
        csrr s0, mtval          # s0: ゲストが触れようとした番地
        csrr t1, mepc
        lw   s1, 0(t1)          # s1: トラップした命令
        addi t1, t1, 4
        csrw mepc, t1           # 再開するのは次の命令から
        li   t1, NOTIFY
        beq  s0, t1, notify
        li   t1, UART
        sub  s0, s0, t1         # s0: UART の何番目のレジスターか
        li   t1, 8
        bgeu s0, t1, kill       # UART でもない
        li   t1, 5
        beq  t0, t1, uart_load

# ゲストが UART に書いた。s0: レジスターの番号、s1: ストア命令
uart_store:
        # ここに書いてください。0 番のレジスターへの書き込みなら、ゲストの値を本物の UART に送る
        j    resume

# ゲストが UART から読んだ。s0: レジスターの番号、s1: ロード命令
uart_load:
        # ここに書いてください。5 番 (LSR) なら 0x60、ほかの番号なら 0 を、ゲストのレジスターに入れる
        j    resume

# ゲストが通知した。avail に加わった要求を順に片付ける
notify:
        li   s2, QUEUE
        lhu  s3, seen           # s3: 次に片付ける要求の通し番号
next_request:
        lhu  t0, AVAIL + 2(s2)  # avail.idx
        beq  s3, t0, resume

        # ここに書いてください。
        # 1. avail.ring の (s3 の下位 3 ビット) 番目から、記述子の番号を読む
        # 2. 記述子から、データの番地 (a0) とバイト数 (a1) を読む
        # 3. その範囲がゲストのメモリーに収まるときだけ、call send で送る
        # 4. used.ring の (used.idx の下位 3 ビット) 番目に番号と 0 を書き、used.idx を 1 進める
        # 5. s3 を 1 進めて 16 ビットに収め、seen に覚えて、next_request に戻る
        j    resume

# send(a0: 番地, a1: バイト数): 本物の UART に書く
send:
        li   t0, UART
1:      beqz a1, 2f
        lbu  t1, 0(a0)
        sb   t1, 0(t0)
        addi a0, a0, 1
        addi a1, a1, -1
        j    1b
2:      ret

# ゲストに戻る
resume:
        .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        lw   x\n, 4 * \n(sp)
        .endr
        lw   sp, 8(sp)
        mret

guest_exit:
        li   t0, FINISHER
        li   t1, 0x5555
        sw   t1, 0(t0)
# 装置のない番地に触れたゲスト、装置のほかの理由でトラップしたゲストは止める
kill:
        li   t0, FINISHER
        li   t1, 3 << 16 | 0x3333
        sw   t1, 0(t0)

        .data
seen:   .half 0                 # 片付けた要求の数 (16 ビット)

# 数えて、または計算して書き入れる
        .balign 4
uart_exits:       .word 0     # 「UART のドライバーが一行を送る」のトラップの数
virtio_exits:     .word 0     # 「virtio で一行を送る」のトラップの数
predicted_uart:   .word 0     # UART で 24 バイトの行を 20 回送るとき (予想)
predicted_virtio: .word 0     # virtio で同じものを送るとき (予想)
reason:           .word 0     # 理由の番号 (1 から 4)

        .bss
        .balign 16
        .space 128              # モニターのスタック
frame:  .space 128              # ゲストのレジスター
