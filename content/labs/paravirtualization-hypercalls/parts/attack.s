# ゲスト: モニターのメモリーを写したり、書き換えたりしようとする
        .equ FLAGS, 0xd7        # V、R、W、U、A、D
        .equ GOOD, 0x80013000 >> 2 | FLAGS
_start:
        la   s1, results
        la   a0, foreign_page   # 2 番目の行き先は、モニターのページ
        li   a1, 3
        li   a7, 0x0a000001
        ecall
        sw   a0, 0(s1)
        la   a0, foreign_entry  # 2 番目の番地は、モニターのメモリー
        li   a1, 3
        li   a7, 0x0a000001
        ecall
        sw   a0, 4(s1)
        li   a0, vcpu           # 列そのものが、モニターのメモリー
        li   a1, 1
        li   a7, 0x0a000001
        ecall
        sw   a0, 8(s1)
        la   a0, foreign_page   # 数が大きすぎる
        li   a1, 0x20000001
        li   a7, 0x0a000001
        ecall
        sw   a0, 12(s1)
        li   a7, 8              # SBI の shutdown
        ecall

        .data
foreign_page:
        .word 0x80020000, GOOD
        .word 0x80020004, 0x80000000 >> 2 | FLAGS
        .word 0x80020008, GOOD
foreign_entry:
        .word 0x8002000c, GOOD
        .word virtual_scause, GOOD
        .word 0x80020010, GOOD
results:
        .word -9, -9, -9, -9
