# ジョブの操作
        .equ END, 0                     # 終わり
        .equ READ, 1                    # ディスクの一つのセクターを読む (装置はディスク)
        .equ SUM, 2                     # 読んだ 128 個の数を合計に加える (装置は CPU)
        .equ JOB, 16                    # jobs の一行のバイト数

# ジョブの記録 (records の一つ) の中の位置
        .equ OPERATION, 0               # 次の操作の番地
        .equ STATION, 4                 # 使っている装置の番地。まだ使っていなければ 0
        .equ FINISH, 8                  # 終わった時刻。終わっていなければ -1
        .equ RECORD, 16

# 装置の中の位置
        .equ BUSY, 0                    # 使われていれば 1
        .equ TIME, 4                    # 一度使うのにかかる時間 (ミリ秒)
        .equ TOTAL, 8                   # 使われた時間の合計
        .equ TAKEN, 12                  # 待ち行列から出したジョブの数
        .equ WAITED, 16                 # 待ち行列に入れたジョブの数
        .equ QUEUE, 20                  # 待ち行列。八つまで

        .text
_start:
        call emulate
        call simulate
        ebreak

# ---- エミュレーター: ジョブの操作を本当に行い、合計を results に残す ----
emulate:
        li   s0, 0                      # s0: ジョブの番号
        lw   s1, job_count
        la   s2, jobs                   # s2: ジョブの行
1:      beq  s0, s1, 5f
        addi s3, s2, 2                  # s3: 次の操作の番地
        li   s4, 0                      # s4: 合計
2:      lbu  t0, 0(s3)
        li   t1, READ
        beq  t0, t1, do_read
        li   t1, SUM
        beq  t0, t1, do_sum
        la   t0, results                # END
        slli t1, s0, 2
        add  t0, t0, t1
        sw   s4, 0(t0)
        addi s2, s2, JOB
        addi s0, s0, 1
        j    1b
do_read:
        li   t0, 0x10010000             # ブロック装置
        lbu  t1, 1(s3)
        sw   t1, 0x0c(t0)               # SECTOR
        la   t1, buffer
        sw   t1, 0x10(t0)               # ADDRESS
        li   t1, 1
        sw   t1, 0x14(t0)               # COUNT
        sw   t1, 0x18(t0)               # COMMAND: 読む。ストアが終わると、もう読めている
        j    4f
do_sum: la   t0, buffer
        addi t1, t0, 512
3:      lw   t2, 0(t0)
        add  s4, s4, t2
        addi t0, t0, 4
        bne  t0, t1, 3b
4:      addi s3, s3, 2
        j    2b
5:      ret

# ---- シミュレーター: 操作は行わず、いつ何が起きるかだけを調べる ----
simulate:
        addi sp, sp, -16
        sw   ra, 0(sp)
        la   s1, records                # すべてのジョブの到着を予定する
        la   s2, jobs
        lw   s3, job_count
1:      beqz s3, next
        addi t0, s2, 2
        sw   t0, OPERATION(s1)
        sw   zero, STATION(s1)
        li   t0, -1
        sw   t0, FINISH(s1)
        lbu  a0, 0(s2)                  # 到着する時刻
        mv   a1, s1
        call schedule
        addi s1, s1, RECORD
        addi s2, s2, JOB
        addi s3, s3, -1
        j    1b

# 次の出来事まで、時刻を一気に進める
next:
        call next_event
        beqz a1, simulated
        mv   s0, a0                     # s0: 今の時刻
        mv   s1, a1                     # s1: 出来事の起きたジョブの記録

# ジョブが到着した (STATION が 0) か、装置を使い終わった
handle:
        lw   s2, STATION(s1)
        beqz s2, request
        lw   t0, OPERATION(s1)          # 使い終わった: 次の操作へ進む
        addi t0, t0, 2
        sw   t0, OPERATION(s1)
        sw   zero, BUSY(s2)
        mv   a0, s2
        call take_waiting               # 待っているジョブがあれば、その装置を使わせる
        beqz a0, request
        mv   a1, a0
        mv   a0, s2
        call start
# 次の操作の装置を使う
request:
        lw   t0, OPERATION(s1)
        lbu  t0, 0(t0)
        beqz t0, finish                 # END
        la   a0, disk
        li   t1, READ
        beq  t0, t1, 1f
        la   a0, cpu
1:      mv   a1, s1
        lw   t0, BUSY(a0)
        bnez t0, 2f
        call start
        j    next
2:      call wait                       # 使われている: 待ち行列に並ぶ
        j    next
finish:
        sw   s0, FINISH(s1)
        j    next

# start(a0: 装置, a1: ジョブ): 装置を使い始め、使い終わる出来事を予定する
start:
        sw   a0, STATION(a1)
        li   t0, 1
        sw   t0, BUSY(a0)
        lw   t0, TIME(a0)
        lw   t1, TOTAL(a0)
        add  t1, t1, t0
        sw   t1, TOTAL(a0)
        add  a0, s0, t0                 # 使い終わる時刻
        j    schedule                   # schedule の ret で、start の呼び出し元に戻る

# 結果をまとめる
simulated:
        la   t0, end_time
        sw   s0, 0(t0)
        la   t0, records
        la   t1, finished
        lw   t2, job_count
        li   t3, 0                      # 終わらなかったジョブの数
1:      beqz t2, 2f
        lw   t4, FINISH(t0)
        sw   t4, 0(t1)
        srli t4, t4, 31
        add  t3, t3, t4
        addi t0, t0, RECORD
        addi t1, t1, 4
        addi t2, t2, -1
        j    1b
2:      la   t0, unfinished
        sw   t3, 0(t0)
        lw   ra, 0(sp)
        addi sp, sp, 16
        ret

# schedule(a0: 時刻, a1: ジョブ): 出来事を時刻の順に並べて加える。同じ時刻なら、先に予定したものが先
schedule:
        la   t0, events
        lw   t1, event_count
        addi t2, t1, 1
        sw   t2, event_count, t3
        slli t1, t1, 3
        add  t1, t1, t0
1:      beq  t1, t0, 2f
        lw   t2, -8(t1)
        bleu t2, a0, 2f
        sw   t2, 0(t1)                  # 後の出来事を一つ後ろへずらす
        lw   t2, -4(t1)
        sw   t2, 4(t1)
        addi t1, t1, -8
        j    1b
2:      sw   a0, 0(t1)
        sw   a1, 4(t1)
        ret

# next_event -> a0: 時刻, a1: ジョブ。いちばん早い出来事を取り出す。なければ a1 は 0
next_event:
        lw   t1, event_count
        li   a1, 0
        beqz t1, 2f
        addi t1, t1, -1
        sw   t1, event_count, t3
        la   t0, events
        lw   a0, 0(t0)
        lw   a1, 4(t0)
1:      beqz t1, 2f
        lw   t2, 8(t0)
        sw   t2, 0(t0)
        lw   t2, 12(t0)
        sw   t2, 4(t0)
        addi t0, t0, 8
        addi t1, t1, -1
        j    1b
2:      ret

# wait(a0: 装置, a1: ジョブ): 待ち行列の最後に並ぶ
wait:
        lw   t0, WAITED(a0)
        addi t1, t0, 1
        sw   t1, WAITED(a0)
        andi t0, t0, 7
        slli t0, t0, 2
        add  t0, t0, a0
        sw   a1, QUEUE(t0)
        ret

# take_waiting(a0: 装置) -> a0: 待ち行列の先頭のジョブ。いなければ 0
take_waiting:
        lw   t0, TAKEN(a0)
        lw   t1, WAITED(a0)
        beq  t0, t1, 1f
        addi t1, t0, 1
        sw   t1, TAKEN(a0)
        andi t0, t0, 7
        slli t0, t0, 2
        add  t0, t0, a0
        lw   a0, QUEUE(t0)
        ret
1:      li   a0, 0
        ret

        .data
# 予想と答え
predicted:      .word 38
faster_disk:    .word 28
faster_cpu:     .word 35
answers:        .word 1, 2, 2, 1, 3, 4

job_count:      .word 3

        .balign 4
disk:           .word 0                 # BUSY
disk_time:      .word 8                 # TIME
disk_busy:      .word 0                 # TOTAL
                .space 40
cpu:            .word 0
cpu_time:       .word 6
cpu_busy:       .word 0
                .space 40

# エミュレーターの結果
results:        .space 32
# シミュレーターの結果
finished:       .space 32               # ジョブごとの、終わる時刻
end_time:       .word 0                 # すべてが終わる時刻
unfinished:     .word 0                 # 終わらなかったジョブの数

event_count:    .word 0
events:         .space 64
records:        .space 8 * RECORD
buffer:         .space 512

# ジョブ (八つまで)。到着する時刻 (ミリ秒)、0、操作と引数の組
        .balign 16
jobs:
        .byte 0, 0, READ, 0, SUM, 0, END, 0
        .balign 16
        .byte 1, 0, READ, 1, SUM, 0, READ, 2, SUM, 0, END, 0
        .balign 16
        .byte 2, 0, READ, 3, SUM, 0, END, 0
        .balign 16
        .space 5 * JOB
