# 移す仮想マシン archive の荷物。書いた順にグレインが並び、表とは順番が違います。

        .equ GRAIN, 64

        .word image, image_end - image
        .word 0x2e31439a                # 荷札
        .word machine

        .balign GRAIN
image:
        .ascii "SPRS"
        .word 80
        .word (table - image) / GRAIN
        .balign GRAIN
d3:     .fill 16, 4, 0x33333333
d1:     .fill 16, 4, 0x11111111
z1:     .fill 16, 4, 0
d2:     .fill 15, 4, 0
        .word 1                         # 最後の 1 語だけが 0 でない
d5:     .byte 5
        .fill 63, 1, 0
d4:     .fill 16, 4, 0x80ff80ff
z2:     .fill 16, 4, 0
table:
        .fill 17, 4, 0
        .word (d1 - image) / GRAIN, (d2 - image) / GRAIN, (z1 - image) / GRAIN
        .fill 11, 4, 0
        .word (d3 - image) / GRAIN      # 31: 二つ目の 2 段目の表の終わり
        .fill 20, 4, 0
        .word (z2 - image) / GRAIN
        .fill 11, 4, 0
        .word (d4 - image) / GRAIN      # 64: 五つ目の 2 段目の表の始まり
        .fill 14, 4, 0
        .word (d5 - image) / GRAIN      # 79
        .balign GRAIN
image_end:

machine:
        .ascii "TOOL"
        .word 7
        .ascii "MEMM"
        .word MEMORY
        .ascii "NIC ", "e100"
        .ascii "NIC ", "e100"
        .ascii "MAC "
        .word 0x00112233
        .ascii "DISK", "ide "
        .ascii "UUID", "7f3a"
        .ascii "TOOL"
        .word 8
        .ascii "CPUS"
        .word 1
        .word 0
