# トラップの前後で、レジスターが元のままかを確かめるユーザープログラム
        .macro differ name, value  # 値が違えば失敗 (比べるのに s10 だけを使う)
        li   s10, \value
        bne  \name, s10, failed
        .endm
        .macro all action       # s10 を除くすべてのレジスター
        \action ra, 0x50000001
        \action sp, 0x50000102
        \action gp, 0x50000203
        \action tp, 0x50000304
        \action t0, 0x50000405
        \action t1, 0x50000506
        \action t2, 0x50000607
        \action t3, 0x50000708
        \action t4, 0x50000809
        \action t5, 0x5000090a
        \action t6, 0x50000a0b
        \action s0, 0x50000b0c
        \action s1, 0x50000c0d
        \action s2, 0x50000d0e
        \action s3, 0x50000e0f
        \action s4, 0x50000f10
        \action s5, 0x50001011
        \action s6, 0x50001112
        \action s7, 0x50001213
        \action s8, 0x50001314
        \action s9, 0x50001415
        \action s11, 0x50001516
        \action a0, 0x50001617
        \action a1, 0x50001718
        \action a2, 0x50001819
        \action a3, 0x5000191a
        \action a4, 0x50001a1b
        \action a5, 0x50001b1c
        \action a6, 0x50001c1d
        \action a7, 0x50001d1e
        .endm

        .text
        all  li
        ecall
        all  differ
        csrr s10, mhartid       # ecall ではないトラップ
        all  differ
        li   t1, 1
        j    tell
failed:
        li   t1, 2
tell:
        la   t0, kept
        sw   t1, 0(t0)
        li   a7, 0
        ecall                   # 終わりを頼む
        la   t0, ran_on         # 終わっていれば、ここには来ない
        li   t1, 1
        sw   t1, 0(t0)
1:      j    1b

        .data
ran_on: .word 0
kept:   .word 0                 # どれも元のままなら 1、違えば 2
