# LETTER を一つ書くだけのゲスト
_start: li   t0, 0x10000000
        li   a1, LETTER
        sb   a1, 0(t0)
        ecall
