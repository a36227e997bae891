        .text
# 試すための呼び出し。採点では使いません。
_start:
        la   a0, numbers
        li   a1, 4
        call sum
        ebreak          # ここで a0 を見てください

# sum(a0: 先頭の番地, a1: 個数) -> a0: 合計
sum:
        # ここに書いてください
        ret

        .data
numbers:
        .word 10, 20, 30, 40
