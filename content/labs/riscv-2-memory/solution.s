        .text
# 試すための呼び出し。ここは変えなくてかまいません。
_start:
        la   a0, votes
        li   a1, 1
        call vote
        ebreak          # ここで止まるので、votes の中身を見てください

# a0: 票数の表の番地、a1: 候補の番号
vote:
        slli a1, a1, 2  # 番号 × 4 バイト
        add  a0, a0, a1  # その候補の票数がある番地
        lw   t0, 0(a0)  # 読む
        addi t0, t0, 1  # 1 増やす
        sw   t0, 0(a0)  # 書き戻す
        ret

        .data
votes:
        .word 5, 0, 2   # 0 番、1 番、2 番の票数
