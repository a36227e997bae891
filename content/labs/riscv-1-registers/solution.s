        .text
# 試すための呼び出し。ここは変えなくてかまいません。
_start:
        li   a0, 3      # 縦
        li   a1, 4      # 横
        call ribbon     # ribbon へ行き、戻ってくる
        ebreak          # ここで止まるので、a0 を見てください

# a0: 縦、a1: 横 -> a0: ひもの長さ
ribbon:
        add  a0, a0, a1  # 縦 + 横
        add  a0, a0, a0  # その 2 倍が一周の長さ
        addi a0, a0, 10  # 結び目の分
        ret
