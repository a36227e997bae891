# 「物理」の計算機から取り外したディスク。名前は /dev/bda、セクターは 512 バイトです。
#
#   セクター 0          起動の情報: 中身の場所
#   セクター 1          カーネルに渡す設定 (root= など)
#   セクター 2 から 5   カーネル
#   INITRAMFS から 8    initramfs: ドライバーの一覧と、ドライバー
#   セクター 24         ルートのファイルシステム: fstab と init の場所
#   セクター 25         fstab
#   セクター 26         init
#   セクター 27 から     利用者のデータ

        .equ UART, 0x10000000
        .equ FINISHER, 0x00100000
        .equ BLOCK, 0x10010000
        .equ SECTOR, 512
        .equ KERNEL, 2
        .equ ROOT, 24

        .text
        .ascii "BOOT"
        .word KERNEL, 4                 # カーネルの最初のセクターと数
        .word INITRAMFS, 8              # initramfs の最初のセクターと数
        .word 1                         # 設定のセクター
        .word ROOT                      # ルートのファイルシステムの最初のセクター

        .org 1 * SECTOR
        .if CONFIG == 0
        .asciz "root=/dev/bda quiet\n"
        .elseif CONFIG == 1
        .asciz "host=bda-server resume=/dev/bda log=/dev/bdb root=/dev/bda\n"
        .else
        .fill 480, 1, ' '
        .asciz "root=/dev/bda\n"
        .endif

# --- カーネル (a0: 設定、a1: initramfs、a2: 段階を書く場所、a3: ルートのセクター) ---

        .org KERNEL * SECTOR
        mv   s0, a0
        mv   s1, a1
        mv   s2, a2
        mv   s3, a3
        li   t0, 1
        sw   t0, 0(s2)
        la   a0, text_started
        call print
        mv   a0, s0
        la   a1, key_root
        call find                       # "root=" の次
        beqz a0, no_root_device
        lbu  s4, 5(a0)                  # s4: /dev/?da の文字
        la   t0, root_letter
        sb   s4, 0(t0)

        li   s5, 0                      # s5: ルートのディスクのドライバー
        addi s6, s1, 8                  # s6: 一覧の項目
        lw   s7, 4(s1)                  # s7: 残りの項目
probe_next:
        beqz s7, probed
        lw   s8, 8(s6)                  # s8: ドライバーの番地
        slli s8, s8, 9
        add  s8, s8, s1
        lw   t0, 0(s8)
        li   t1, 0x52565244             # "DRVR"
        bne  t0, t1, broken
        lw   t0, 4(s8)                  # 装置の文字は、名前の 1 文字目
        lbu  t1, 0(s6)
        bne  t0, t1, broken
        lw   t0, 12(s6)
        add  t0, t0, s8
        lw   t0, -4(t0)
        li   t1, 0x444e4544             # 終わりの "DEND"
        bne  t0, t1, broken
        lw   t0, 12(s2)
        addi t0, t0, 1
        sw   t0, 12(s2)
        la   t0, absent
        csrw mtvec, t0                  # 装置がなければ、アクセス・フォールトになる
        mv   s9, sp
        addi t0, s8, 8
        jalr t0
        csrw mtvec, zero
        beqz a0, probe_done
        lw   t0, 4(s8)
        la   t1, found_letter
        sb   t0, 0(t1)
        li   t1, 'v'
        bne  t0, t1, 1f
        li   t1, 1
        sw   t1, 4(s2)
1:      bne  t0, s4, 2f
        mv   s5, s8
2:      la   a0, text_found
        call print
probe_done:
        addi s6, s6, 16
        addi s7, s7, -1
        j    probe_next
        .balign 4
absent: csrw mtvec, zero
        mv   sp, s9
        j    probe_done
broken: lw   t0, 8(s2)
        addi t0, t0, 1
        sw   t0, 8(s2)
        la   a0, text_broken
        call print
        j    probe_done

probed: beqz s5, no_root_device
        li   t0, 2
        sw   t0, 0(s2)
        mv   a0, s3
        call read_root
        la   t0, buffer
        lw   t1, 0(t0)
        li   t2, 0x544f4f52             # "ROOT"
        bne  t1, t2, no_root_device
        li   t1, 3
        sw   t1, 0(s2)
        lw   s6, 8(t0)                  # s6: init のセクター
        lw   a0, 4(t0)                  # fstab のセクター
        call read_root
        la   a0, buffer
        la   a1, key_mount
        call find                       # "da / " の次
        beqz a0, no_fstab
        lbu  t0, -6(a0)                 # その行のディスクの文字
        bne  t0, s4, no_fstab
        li   t0, 4
        sw   t0, 0(s2)
        mv   a0, s6
        call read_root
        la   a0, buffer
        call print
        li   t0, 5
        sw   t0, 0(s2)
        li   t0, FINISHER
        li   t1, 0x5555
        sw   t1, 0(t0)
1:      j    1b

no_root_device:
        la   a0, text_alert
        j    give_up
no_fstab:
        la   a0, text_emergency
give_up:
        call print
        li   t0, FINISHER
        li   t1, 0x13333
        sw   t1, 0(t0)
1:      j    1b

read_root:                              # a0 番のセクターを buffer に読む
        la   a1, buffer
        addi t0, s5, 12
        jr   t0

# a0 からの 1 セクターの中に、a1 の文字列があれば、a0 にその次の番地を、なければ 0 を返す
find:
        li   t0, SECTOR
1:      mv   t1, a0
        mv   t2, a1
2:      lbu  t3, 0(t2)
        beqz t3, 4f
        lbu  t4, 0(t1)
        bne  t3, t4, 3f
        addi t1, t1, 1
        addi t2, t2, 1
        j    2b
3:      addi a0, a0, 1
        addi t0, t0, -1
        bnez t0, 1b
        li   a0, 0
        ret
4:      mv   a0, t1
        ret

print:
        li   t0, UART
1:      lbu  t1, 0(a0)
        beqz t1, 2f
        sb   t1, 0(t0)
        addi a0, a0, 1
        j    1b
2:      ret

key_root:  .asciz "root="
key_mount: .asciz "da / "
text_started: .asciz "kernel: started\n"
text_found:   .ascii "kernel: found /dev/"
found_letter: .asciz "?da\n"
text_broken:  .asciz "initramfs: a driver is broken\n"
text_alert:   .ascii "ALERT!  /dev/"
root_letter:  .asciz "?da does not exist.  Dropping to a shell!\n"
text_emergency: .asciz "init: cannot mount / by its name in fstab.  You are in emergency mode.\n"
        .balign 4
buffer:                                 # カーネルの後のメモリー

# --- initramfs: "INIT"、項目の数、項目 (名前 8 バイト、最初のセクター、大きさ) ---

        .org INITRAMFS * SECTOR
initramfs:
        .ascii "INIT"
        .word 1 + EXTRA
        .ascii "block\0\0\0"
        .word 1, block_end - block
        .if EXTRA
        .ascii "console\0"
        .word 2, console_end - console
        .endif
        .if EXTRA > 1
        .ascii "timer\0\0\0"
        .word 2 + (console_end - console + SECTOR - 1) / SECTOR, timer_end - timer
        .endif

        .org (INITRAMFS + 1) * SECTOR
block:
        .ascii "DRVR"
        .word 'b'                       # /dev/bda
        .option norvc
        j    block_probe
        j    block_read
        .option rvc
block_probe:
        li   a0, 0
        li   t0, BLOCK
        lw   t1, 0(t0)                  # MAGIC
        li   t2, 0x4b4c4256
        bne  t1, t2, 1f
        li   a0, 1
1:      ret
block_read:                             # a0 番のセクターを a1 に読む
        li   t0, BLOCK
        sw   a0, 0x0c(t0)
        sw   a1, 0x10(t0)
        li   t1, 1
        sw   t1, 0x14(t0)
        sw   t1, 0x18(t0)
        lw   a0, 0x1c(t0)
        addi a0, a0, -1
        ret
        .balign 4
        .ascii "DEND"
block_end:

        .if EXTRA
        .org (INITRAMFS + 2) * SECTOR
console:                                # ほかの装置のドライバー。ディスクは見つけない
        .ascii "DRVR"
        .word 'c'
        li   a0, 0
        ret
        .fill 150, 4, 0x13
        .ascii "DEND"
console_end:
        .endif
        .if EXTRA > 1
        .balign SECTOR
timer:
        .ascii "DRVR"
        .word 't'
        li   a0, 0
        ret
        .ascii "DEND"
timer_end:
        .endif

# --- ルートのファイルシステム ---

        .org ROOT * SECTOR
        .ascii "ROOT"
        .word ROOT + 1, ROOT + 2        # fstab と init のセクター

        .org (ROOT + 1) * SECTOR
        .if CONFIG == 0
        .asciz "/dev/bda / labfs defaults\n"
        .else
        .ascii "# bda was sda before\n"
        .ascii "/dev/bdb /backup labfs defaults\n"
        .asciz "/dev/bda / labfs defaults\n/dev/bda /home labfs defaults\n"
        .endif

        .org (ROOT + 2) * SECTOR
        .asciz "web01 login: "

        .org (ROOT + 3) * SECTOR
        .ascii "/dev/bda is only text in this file"
        .org (ROOT + 4) * SECTOR
