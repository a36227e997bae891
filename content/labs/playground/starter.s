# 文字列を UART に一文字ずつ書きます。
        .equ UART, 0x10000000

        .text
_start:
        la   a0, message  # a0: 次の文字の番地
        li   a1, UART   # a1: UART の番地
loop:
        lbu  a2, 0(a0)  # 一文字読む
        beqz a2, done   # 0 なら文字列の終わり
        sb   a2, 0(a1)  # UART に書くと、出力に一文字加わる
        addi a0, a0, 1
        j    loop
done:
        ebreak          # ここで止まる

        .data
message:
        .asciz "Hello, virtual world!\n"
