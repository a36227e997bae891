# いろいろなレジスターで読み書きし、ほかのレジスターが変わっていないかを確かめるゲスト
        .equ UART, 0x10000000

_start: .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
        li   x\n, 0x41000 + \n
        .endr
        li   x31, UART
        li   x2, 'O'
        sb   x2, 0(x31)
        li   x17, 'K'
        sb   x17, 0(x31)
        li   x30, '\n'
        sw   x30, 0(x31)        # UART は、どの大きさでも下位 8 ビットを送る
        lbu  x9, 5(x31)
        lbu  zero, 5(x31)
        lbu  x26, 1(x31)        # IER は 0 と読める
        li   x2, 0x41000 + 2
        li   x17, 0x41000 + 17
        li   x30, 0x41000 + 30
        addi x9, x9, -0x60
        add  x9, x9, x26        # どちらも正しければ 0
        sw   x9, wrong, x26     # x26 を作業に使う
        li   x26, 0x41000 + 26
        .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
        li   x31, 0x41000 + \n
        bne  x\n, x31, spoiled
        .endr
        ecall
spoiled:
        li   t0, 1
        sw   t0, changed, t1
        ecall

        .data
wrong:  .word 0
changed: .word 0
