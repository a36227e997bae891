# P2V: ブロック装置 (0x10010000) につないだディスクを、virtio で起動するように変える

        .equ BLOCK, 0x10010000
        .equ PACKAGE, 0x80030000        # virtio のドライバーの荷物
        .equ SECTOR, 512
        .equ READ, 1
        .equ WRITE, 2

        .text
convert:
        addi sp, sp, -16
        sw   ra, 12(sp)
        li   a0, 0                      # 起動の情報を読む
        la   a1, boot
        li   a2, READ
        call transfer
        call add_driver
        lw   a0, boot + 20              # カーネルに渡す設定
        call rename
        lw   a0, boot + 24              # ルートのファイルシステム
        la   a1, buffer
        li   a2, READ
        call transfer
        lw   a0, buffer + 4             # fstab
        call rename
        lw   ra, 12(sp)
        addi sp, sp, 16
        ret

# initramfs に、virtio のドライバーを加える
add_driver:
        addi sp, sp, -16
        sw   ra, 12(sp)
        lw   a0, boot + 12
        la   a1, buffer
        li   a2, READ
        call transfer                   # 一覧を読む
        la   t0, buffer
        lw   t1, 4(t0)
        addi t2, t1, 1
        sw   t2, 4(t0)                  # 項目を一つ増やす
        slli t1, t1, 4
        add  t0, t0, t1                 # t0: 今の最後の項目の、8 バイト手前
        lw   t1, 0(t0)                  # その最初のセクター
        lw   t2, 4(t0)                  # その大きさ
        addi t2, t2, SECTOR - 1
        srli t2, t2, 9
        add  s0, t1, t2                 # s0: 次の空いたセクター
        li   t1, 0x74726976             # "virtio"
        sw   t1, 8(t0)
        li   t1, 0x00006f69
        sw   t1, 12(t0)
        sw   s0, 16(t0)
        li   s1, PACKAGE
        lw   s2, 4(s1)                  # s2: 荷物の大きさ
        sw   s2, 20(t0)
        lw   a0, boot + 12
        la   a1, buffer
        li   a2, WRITE
        call transfer                   # 一覧を書き戻す
        lw   t0, boot + 12
        add  s0, s0, t0
        addi s1, s1, 16
1:      mv   a0, s0                     # ドライバーを、1 セクターずつ書く
        mv   a1, s1
        li   a2, WRITE
        call transfer
        addi s0, s0, 1
        addi s1, s1, SECTOR
        addi s2, s2, -SECTOR
        bgtz s2, 1b
        lw   ra, 12(sp)
        addi sp, sp, 16
        ret

# a0 番のセクターの中の /dev/bda を、すべて /dev/vda に変える
rename:
        addi sp, sp, -16
        sw   ra, 12(sp)
        mv   s0, a0
        la   a1, buffer
        li   a2, READ
        call transfer
        la   t0, buffer
        addi t1, t0, SECTOR - 8
        li   t2, 0x7665642f             # "/dev"
        li   t3, 0x6164622f             # "/bda"
1:      lw   t4, 0(t0)
        bne  t4, t2, 2f
        lw   t4, 4(t0)
        bne  t4, t3, 2f
        li   t4, 'v'
        sb   t4, 5(t0)
2:      addi t0, t0, 1
        bleu t0, t1, 1b
        mv   a0, s0
        la   a1, buffer
        li   a2, WRITE
        call transfer
        lw   ra, 12(sp)
        addi sp, sp, 16
        ret

# a0 番のセクターと a1 からの 512 バイトの間で、読む (a2 が 1) か、書く (2)
transfer:
        li   t0, BLOCK
        sw   a0, 0x0c(t0)               # SECTOR
        sw   a1, 0x10(t0)               # ADDRESS
        li   t1, 1
        sw   t1, 0x14(t0)               # COUNT
        sw   a2, 0x18(t0)               # COMMAND
        ret

        .data
# 理由の番号 (演習の本文を参照)
reason: .word 1

        .bss
        .balign 4
boot:   .space SECTOR
buffer: .space SECTOR
