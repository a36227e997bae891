        .text
# 試すための呼び出し。ここは変えなくてかまいません。
_start:
        li   a0, 4
        call sum_to
        ebreak          # ここで止まるので、a0 を見てください

# a0: n -> a0: 1 + 2 + … + n
sum_to:
        li   t0, 0      # t0: 合計
loop:
        beqz a0, done   # 残りがなければ抜ける
        add  t0, t0, a0
        addi a0, a0, -1
        j    loop
done:
        mv   a0, t0
        ret
