# ゲスト: 一つのエントリーを続けて書き換える。後の値が残る。ほかのエントリーは消す
        .equ FLAGS, 0xd7        # V、R、W、U、A、D
_start:
        li   s1, COUNT
1:      li   a0, 3              # エントリー 3 を、順に 2、4、6、… 枚目に
        slli a1, s1, 1
        slli a1, a1, 10
        li   t0, 0x80010000 >> 2 | FLAGS
        add  a1, a1, t0
        li   t0, set_pte
        jalr t0
        li   a0, 4
        li   a1, 0
        li   t0, set_pte
        jalr t0
        addi s1, s1, -1
        bnez s1, 1b
        li   t0, flush_updates
        jalr t0
        li   a7, 8              # SBI の shutdown
        ecall
