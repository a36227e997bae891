# virtio のドライバー。line を REPEAT 回送る。BATCH 個の要求をキューに置くごとに、一度だけ通知する
# ? のところは A、B、C … に変わる
        .equ NOTIFY, 0x10002050
        .equ QUEUE, 0x80018000
        .equ AVAIL, 0x80
        .equ USED, 0x100

_start: li   s0, QUEUE
        li   s1, 0              # s1: キューに置いた要求の数
fill:   li   t0, REPEAT
        beq  s1, t0, kick
        # 記述子の番号は 0、3、6、1、4、7、2、5 の順に使う
        slli t0, s1, 1
        add  t0, t0, s1
        andi s2, t0, 7
        # line をバッファーに写す。バッファーは記述子ごとに 64 バイト
        la   a0, buffers
        slli t0, s2, 6
        add  a0, a0, t0
        slli t0, s2, 4
        add  t0, t0, s0
        sw   a0, 0(t0)          # desc.addr
        sw   zero, 4(t0)
        la   a1, line
        li   a2, 0
copy:   lbu  t1, 0(a1)
        beqz t1, copied
        add  t2, a0, a2
        sb   t1, 0(t2)
        addi a1, a1, 1
        addi a2, a2, 1
        j    copy
copied: li   t1, 'A'
        add  t1, t1, s1
        sb   t1, 0(a0)
        sw   a2, 8(t0)          # desc.len
        sw   zero, 12(t0)       # desc.flags、desc.next
        andi t0, s1, 7
        slli t0, t0, 1
        add  t0, t0, s0
        sh   s2, AVAIL + 4(t0)  # avail.ring
        addi s1, s1, 1
        li   t0, BATCH
        remu t0, s1, t0
        bnez t0, fill
kick:   lhu  t0, AVAIL + 2(s0)
        beq  t0, s1, done       # もう送るものがない
        mv   s3, t0             # s3: この通知の最初の要求
        sh   s1, AVAIL + 2(s0)  # avail.idx
        li   t0, NOTIFY
        sw   zero, 0(t0)
        # 戻ってきたら、used を確かめる (本物のドライバーは割り込みを待つ)
        lhu  t0, USED + 2(s0)
        bne  t0, s1, not_used
check:  beq  s3, s1, fill
        andi t0, s3, 7
        slli t1, t0, 1
        add  t1, t1, s0
        lhu  t1, AVAIL + 4(t1)
        slli t0, t0, 3
        add  t0, t0, s0
        lw   t2, USED + 4(t0)
        bne  t1, t2, wrong_id
        lw   t2, USED + 8(t0)
        bnez t2, wrong_id
        addi s3, s3, 1
        j    check
done:   ecall

not_used:
        la   t1, used_idx
        sw   t0, 0(t1)
        ecall
wrong_id:
        la   t0, returned
        sw   zero, 0(t0)
        ecall

        .data
used_idx: .word REPEAT          # 正しくないとき、見えた used.idx に変わる
returned: .word 1               # used の中身が正しくないとき、0 に変わる
line:   .space 64
buffers: .space 512
