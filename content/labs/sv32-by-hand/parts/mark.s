# RAM の最後の 16 バイト。窓の終わりで読む
        .data
        .word 0, 0, 0, MARK
