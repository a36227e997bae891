# ファームウェアとブートローダー。計算機はここから始まります。
#
#   MODE 0: convert を呼んだ後、ブロック装置 (0x10010000) に触れなくし、virtio から起動する
#   MODE 1: 変換せずに、virtio に触れなくし、ブロック装置から起動する (元の計算機)
#
# 触れなくするのは、ロックした PMP です。ロックを外せるのはリセットだけで、M モードも従います。

        .equ UART, 0x10000000
        .equ FINISHER, 0x00100000
        .equ VIRTIO, 0x10001000
        .equ BLOCK, 0x10010000
        .equ DRIVER, 0x80030010         # 荷物の中の virtio のドライバー

        .equ BUFFER, 0x80017000
        .equ KERNEL, 0x80018000
        .equ CONFIG, 0x8001c000
        .equ INITRAMFS, 0x80020000

        .text
boot:
        .if MODE
        li   a0, VIRTIO
        call lock
        la   s0, read_block
        .else
        li   t0, convert
        beqz t0, no_convert
        jalr t0
        li   a0, BLOCK
        call lock
        li   s0, DRIVER
        addi t0, s0, 8
        jalr t0                         # probe
        addi s0, s0, 12                 # read
        .endif
        # s0: a0 番のセクターを a1 に読む関数
        la   a0, text_boot
        call print
        li   a0, 0
        li   a1, BUFFER
        jalr s0
        li   s1, BUFFER
        lw   t0, 0(s1)
        li   t1, 0x544f4f42             # "BOOT"
        bne  t0, t1, no_system
        lw   a0, 4(s1)
        lw   a2, 8(s1)
        li   a1, KERNEL
        call load
        lw   a0, 12(s1)
        lw   a2, 16(s1)
        li   a1, INITRAMFS
        call load
        lw   a0, 20(s1)
        li   a1, CONFIG
        jalr s0
        fence.i                         # 読み込んだものを、命令として実行する
        lw   a3, 24(s1)
        li   a0, CONFIG
        li   a1, INITRAMFS
        la   a2, stage
        li   t0, KERNEL
        jr   t0

load:                                   # a0 からの a2 個のセクターを a1 に読む
        addi sp, sp, -16
        sw   ra, 12(sp)
        mv   s2, a0
        mv   s3, a1
        add  s4, a0, a2
1:      mv   a0, s2
        mv   a1, s3
        jalr s0
        addi s2, s2, 1
        addi s3, s3, 512
        bltu s2, s4, 1b
        lw   ra, 12(sp)
        addi sp, sp, 16
        ret

read_block:
        li   t0, BLOCK
        sw   a0, 0x0c(t0)               # SECTOR
        sw   a1, 0x10(t0)               # ADDRESS
        li   t1, 1
        sw   t1, 0x14(t0)               # COUNT
        sw   t1, 0x18(t0)               # COMMAND: 読む
        li   a0, 0
        ret

lock:                                   # a0 からの 4 KiB に、誰も触れないようにする
        srli a0, a0, 2
        ori  a0, a0, 0x1ff              # NAPOT: 4 KiB
        csrw pmpaddr0, a0
        li   t0, 0x98                   # L、NAPOT、R も W も X もない
        csrw pmpcfg0, t0
        ret

no_convert:
        la   a0, text_convert
        j    fail
no_system:
        la   a0, text_no_system
fail:
        call print
        li   t0, FINISHER
        li   t1, 0x13333
        sw   t1, 0(t0)
1:      j    1b

print:
        li   t0, UART
1:      lbu  t1, 0(a0)
        beqz t1, 2f
        sb   t1, 0(t0)
        addi a0, a0, 1
        j    1b
2:      ret

        .section .rodata
        .if MODE
text_boot: .asciz "firmware: booting from the block device\n"
        .else
text_boot: .asciz "firmware: booting from virtio\n"
        .endif
text_no_system: .asciz "firmware: no bootable disk\n"
text_convert: .asciz "firmware: convert がありません\n"

        .data
        .balign 4
stage:        .word 0                   # 1 カーネル、2 ディスク、3 ルート、4 fstab、5 init
found_virtio: .word 0                   # カーネルのドライバーが virtio のディスクを見つけたら 1
broken:       .word 0                   # initramfs の、壊れたドライバーの数
drivers:      .word 0                   # 壊れていないドライバーの数
