# 電源を入れた直後のファームウェアの代わり。M モードのまま、あなたのプログラムの先頭へ進みます。
        .text
boot:
        li   t0, 0x1800
        csrs mstatus, t0        # MPP に M (3) を残す
        li   t0, 0x80000000
        jr   t0
