# V2V: イメージの形式と計算機の記述を変換する

        .equ GRAIN, 64          # グレインもクラスターも 64 バイト
        .equ MODULUS, 65521     # Adler-32 の法

        .text
# convert(a0: 元のイメージ, a1: その大きさ, a2: 荷札の Adler-32, a3: 元の記述,
#         a4: 新しいイメージ, a5: 新しい記述) -> a0: 新しいイメージの大きさ (変換しなければ 0)
convert:
        addi sp, sp, -32
        sw   ra, 28(sp)
        mv   s0, a0             # s0: 元のイメージ
        mv   s1, a4             # s1: 新しいイメージ
        mv   s2, a2
        mv   s3, a3
        mv   s4, a5
        call adler32
        # 【2】荷札 (s2) と合わなければ、何も書かずに refuse へ
        mv   a0, s3
        mv   a1, s4
        call convert_machine
        call convert_disk
        j    1f
refuse: li   a0, 0
1:      lw   ra, 28(sp)
        addi sp, sp, 32
        ret

# adler32(a0: 番地, a1: バイト数) -> a0
adler32:
        # 【1】ここに書いてください
        ret

# convert_machine(a0: 元の記述, a1: 新しい記述)
convert_machine:
1:      lw   t0, 0(a0)          # t0: 項目の名前
        lw   t1, 4(a0)          # t1: 項目の値
        addi a0, a0, 8
        # 【3】名前と値を変えるか、新しい記述に書かずに飛ばす
        sw   t0, 0(a1)
        sw   t1, 4(a1)
        addi a1, a1, 8
        bnez t0, 1b
        ret

# convert_disk(s0: 元のイメージ, s1: 新しいイメージ) -> a0: 新しいイメージの大きさ
convert_disk:
        addi sp, sp, -32
        sw   ra, 28(sp)
        li   t0, 0x32574351     # "QCW2"
        sw   t0, 0(s1)
        addi a0, s1, 4
        lw   a1, 4(s0)          # ディスクの大きさは同じ
        call put_big
        addi a0, s1, 8
        li   a1, GRAIN          # 1 段目の表は、ヘッダーの次
        call put_big

        lw   s2, 8(s0)
        slli s2, s2, 6
        add  s2, s2, s0         # s2: 元の表の、次の項目
        li   s3, 0              # s3: その番号
        li   s4, 2 * GRAIN      # s4: 新しいイメージの、次の空き
        # s5 から s11 は、自由に使えます
next:
        # 【4】元の表の項目 (s2 が指す) を見て、要るものだけを新しいイメージに置く
        # ここに書いてください
skip:
        addi s2, s2, 4
        addi s3, s3, 1
        lw   t0, 4(s0)
        bltu s3, t0, next
        mv   a0, s4
        lw   ra, 28(sp)
        addi sp, sp, 32
        ret

# a1 を、a0 番地にビッグ・エンディアンで書く
put_big:
        sb   a1, 3(a0)
        srli a1, a1, 8
        sb   a1, 2(a0)
        srli a1, a1, 8
        sb   a1, 1(a0)
        srli a1, a1, 8
        sb   a1, 0(a0)
        ret

# a0 からの 64 バイトがすべて 0 なら 1、そうでなければ 0 を a0 に返す
is_zero:
        li   t0, GRAIN
1:      lw   t1, 0(a0)
        bnez t1, 2f
        addi a0, a0, 4
        addi t0, t0, -4
        bnez t0, 1b
        li   a0, 1
        ret
2:      li   a0, 0
        ret

# a1 からの 64 バイトを a0 に写す
copy:
        li   t0, GRAIN
1:      lw   t1, 0(a1)
        sw   t1, 0(a0)
        addi a0, a0, 4
        addi a1, a1, 4
        addi t0, t0, -4
        bnez t0, 1b
        ret

        .data
# 理由の番号 (演習の本文を参照)
reason: .word 0
trust:  .word 0
