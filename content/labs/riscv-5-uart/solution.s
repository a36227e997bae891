        .equ UART, 0x10000000

        .text
_start:
        li   t0, UART   # t0: UART の番地
loop:
        lbu  t1, 5(t0)  # 状態
        andi t1, t1, 1  # ビット 0: 文字が届いているか
        beqz t1, done
        lbu  t1, 0(t0)  # 受け取る
        sb   t1, 0(t0)  # 送り出す
        j    loop
done:
        ebreak          # ここで止まります
