# UART のドライバー。line を REPEAT 回送る。? のところは A、B、C … に変わる
        .equ UART, 0x10000000

_start: li   s0, UART
        sb   zero, 1(s0)        # IER: 割り込みは使わない
        li   t0, 7
        sb   t0, 2(s0)          # FCR: FIFO を空にして使う
        li   t0, 3
        sb   t0, 3(s0)          # LCR: 8 ビット、パリティなし
        li   s1, 0              # s1: 送った行の数
again:  li   t0, REPEAT
        beq  s1, t0, done
        la   s2, line
        li   t0, 'A'
        add  t0, t0, s1
        sb   t0, 0(s2)
byte:   lbu  a1, 0(s2)
        beqz a1, line_end
wait:   lbu  t0, 5(s0)          # LSR
        andi t0, t0, 0x20       # 送信できるか (THR が空か)
        beqz t0, wait
        sb   a1, 0(s0)          # THR: 一文字を送る
        addi s2, s2, 1
        j    byte
line_end:
        addi s1, s1, 1
        j    again
done:   ecall

line:   .space 64
