# 移す仮想マシン empty の荷物。ディスクには、まだ何も書かれていません。

        .equ GRAIN, 64

        .word image, image_end - image
        .word 0x039e0251                # 荷札
        .word machine

        .balign GRAIN
image:
        .ascii "SPRS"
        .word 16
        .word (table - image) / GRAIN
        .balign GRAIN
table:  .fill 16, 4, 0
image_end:

machine:
        .ascii "DISK", "sata"
        .ascii "CPUS"
        .word 4
        .word 0
