# ゲスト: 変換キャッシュに入りきらない長さの、分岐のないコードを二度通る
_start:
        li   s1, 0
        li   s2, 2
again:  .rept LENGTH
        addi s1, s1, 1
        .endr
        csrsi sstatus, 2
        addi s2, s2, -1
        beqz s2, 1f
        la   t0, again
        jr   t0
1:      la   t1, result
        sw   s1, 0(t1)
        csrr t0, sstatus
        sw   t0, 4(t1)
        li   a7, 8              # SBI の shutdown
        ecall

        .data
result: .word -1, -1
