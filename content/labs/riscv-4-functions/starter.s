        .text
# 試すための呼び出し。ここは変えなくてかまいません。
_start:
        li   a0, 100    # 値段
        li   a1, 30     # 送料
        call total
        ebreak          # ここで止まるので、a0 を見てください

# a0: 値段、a1: 送料 -> a0: 値段 × 3 + 送料
total:
        # ここに、ra と a1 を預ける命令を書いてください
        call triple
        # ここに、取り戻す命令を書いてください
        add  a0, a0, a1
        ret

# a0 -> a0 の 3 倍。約束どおり、a1 を途中の計算に使います。ここは変えません。
triple:
        add  a1, a0, a0
        add  a0, a0, a1
        ret
