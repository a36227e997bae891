# 一つ目の記述子で ADDRESS から LENGTH バイトを送らせようとし、二つ目で ok と送るゲスト
        .equ NOTIFY, 0x10002050
        .equ QUEUE, 0x80018000
        .equ AVAIL, 0x80

_start: li   t0, 0x8001fffc      # ゲストのメモリーの最後の 4 バイト
        li   t1, 'e' | 'n' << 8 | 'd' << 16 | '\n' << 24
        sw   t1, 0(t0)
        li   s0, QUEUE
        li   t0, ADDRESS
        sw   t0, 0(s0)
        li   t0, LENGTH
        sw   t0, 8(s0)
        la   t0, text
        sw   t0, 16(s0)
        li   t0, 3
        sw   t0, 24(s0)
        li   t0, 1
        sh   t0, AVAIL + 6(s0)  # avail.ring は 0、1 の順
        li   t0, 2
        sh   t0, AVAIL + 2(s0)
        li   t0, NOTIFY
        sw   zero, 0(t0)
        ecall

text:   .ascii "ok\n"
