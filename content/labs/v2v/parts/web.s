# 移す仮想マシン web の荷物: ディスクのイメージ、荷札の Adler-32、計算機の記述
#
#   DAMAGED 1 か 2: 送る間に 1 文字が変わった。荷札は元のまま
#   FORGED 1:  誰かが、荷札に合うように書き換えた

        .equ GRAIN, 64

        .word image, image_end - image
        .word 0x737f20ba                # 荷札
        .word machine

        .balign GRAIN
image:
        .ascii "SPRS"
        .word 32                        # ディスクの大きさ (グレイン)
        .word (table - image) / GRAIN   # 表の位置 (グレイン)
        .balign GRAIN
table:
        .word (first - image) / GRAIN
        .word (second - image) / GRAIN
        .fill 15, 4, 0
        .word (blank - image) / GRAIN
        .word 0
        .word (third - image) / GRAIN
        .fill 11, 4, 0
        .word (last - image) / GRAIN
        .balign GRAIN
third:
        .if DAMAGED == 2
        .ascii "index.html: hallo from web"
        .else
        .ascii "index.html: hello from web"
        .endif
        .balign GRAIN
first:
        .if FORGED
        .asciz "limit=222 yen per day"
        .else
        .asciz "limit=141 yen per day"
        .endif
        .balign GRAIN
blank:  .fill GRAIN, 1, 0
second: .ascii "/dev/sda1 / ext4"
        .balign GRAIN
last:
        .if DAMAGED == 1
        .ascii "end of disk ueb"
        .else
        .ascii "end of disk web"
        .endif
        .balign GRAIN
image_end:

machine:
        .ascii "NAME", "web1"
        .ascii "CPUS"
        .word 2
        .ascii "MEMM"
        .word 2048
        .ascii "DISK", "scsi"
        .ascii "NIC ", "vmx3"
        .ascii "MAC "
        .word 0x00112233
        .ascii "TOOL"
        .word 12
        .word 0
