        .equ UART, 0x10000000

        .text
_start:
        li   t0, UART   # t0: UART の番地
loop:
        # ここに命令を六つ書いてください
done:
        ebreak          # ここで止まります
