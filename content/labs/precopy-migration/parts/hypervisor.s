# 移行元と移行先のハイパーバイザー。配られたプログラムから、次の四つを呼び出します。
# どれも a、t のレジスターを壊し、s のレジスターと sp を保ちます。
#
#   0x80010000  setup        ページ表を作り、移行元でゲストをしばらく動かす
#   0x80010004  send         a0 番のページを移行先へ送る。その間もゲストは動く
#   0x80010008  pause        ゲストを止める (この後の send の間、ゲストは動かない)
#   0x8001000c  resume       移行先でゲストを再開する (戻らない)

        .equ FINISHER, 0x00100000
        .equ MTIMECMP, 0x02004000
        .equ MTIME, 0x0200bff8
        .equ UART, 0x10000000

        .equ PAGES, 16
        .equ SOURCE, 0x80020000         # 移行元のゲストのメモリー
        .equ DESTINATION, 0x80030000    # 移行先のゲストのメモリー
        .equ SOURCE_ROOT, 0x80012000    # 移行元の 1 段目の表
        .equ SOURCE_TABLE, 0x80013000   # 移行元の 2 段目の表。n 番のエントリーがページ n
        .equ DESTINATION_ROOT, 0x80014000
        .equ DESTINATION_TABLE, 0x80015000

        .equ SLICE, 600                 # 1 ページを送る間に、ゲストが動くサイクル
        .equ WARM_UP, 16                # 移行の前に、ゲストが動く回数
        .equ PROOF, 24                  # 移行の後に、ゲストが動く回数

        .text
        .option norvc
        j    setup
        j    send
        j    pause
        j    resume
        .option rvc

setup:
        addi sp, sp, -16
        sw   ra, 12(sp)
        sw   s0, 8(sp)
        li   t0, -1                     # PMP: U モードに、すべての番地を許す
        csrw pmpaddr0, t0
        li   t0, 0x1f
        csrw pmpcfg0, t0
        li   a0, SOURCE
        li   a1, SOURCE_TABLE
        li   a2, SOURCE_ROOT
        call map_guest
        li   a0, DESTINATION
        li   a1, DESTINATION_TABLE
        li   a2, DESTINATION_ROOT
        call map_guest
        call fill_pages
        li   a0, SOURCE_ROOT
        call use_table
        li   s0, WARM_UP
1:      call run_guest
        addi s0, s0, -1
        bnez s0, 1b
        lw   s0, 8(sp)
        lw   ra, 12(sp)
        addi sp, sp, 16
        ret

# a0 からのメモリーを、仮想番地 0 からのページにする (a1: 2 段目の表、a2: 1 段目の表)
map_guest:
        srli t0, a1, 2
        ori  t0, t0, 1                  # V: 次の段の表を指す
        sw   t0, 0(a2)
        li   t1, 0
1:      slli t2, t1, 12
        add  t2, t2, a0
        srli t2, t2, 2
        slli t3, t1, 2
        la   t4, permissions
        add  t4, t4, t1
        lbu  t4, 0(t4)
        or   t2, t2, t4
        add  t3, t3, a1
        sw   t2, 0(t3)
        addi t1, t1, 1
        li   t4, PAGES
        bltu t1, t4, 1b
        ret

# 各ページの 4 バイト目から、前に書かれた内容のかわりに、ページごとに違う数を置く
fill_pages:
        li   t0, SOURCE + 0x2000
        li   t1, 2
        li   t2, 0x9e3779b1
1:      mul  t3, t1, t2
        sw   t3, 4(t0)
        li   t4, 0x1000
        add  t0, t0, t4
        addi t1, t1, 1
        li   t4, PAGES
        bltu t1, t4, 1b
        ret

use_table:                              # a0: 1 段目の表
        srli a0, a0, 12
        li   t0, 1 << 31                # Sv32
        or   a0, a0, t0
        csrw satp, a0
        sfence.vma
        ret

# --- 送る、止める、切り替える ---

send:
        li   t0, PAGES
        bgeu a0, t0, no_such_page
        la   t0, sent
        lw   t1, 0(t0)
        addi t1, t1, 1
        sw   t1, 0(t0)
        la   t0, was_sent
        add  t0, t0, a0
        li   t1, 1
        sb   t1, 0(t0)
        slli a0, a0, 12
        li   t0, SOURCE
        add  t0, t0, a0
        li   t1, DESTINATION
        add  t1, t1, a0
        li   t2, 0x1000
        add  t2, t2, t0
1:      .irp n, 0, 4, 8, 12, 16, 20, 24, 28
        lw   t3, \n(t0)
        sw   t3, \n(t1)
        .endr
        addi t0, t0, 32
        addi t1, t1, 32
        bltu t0, t2, 1b
        lw   t0, paused
        beqz t0, run_guest              # 送っている間も、ゲストは動く
        la   t0, sent_paused
        lw   t1, 0(t0)
        addi t1, t1, 1
        sw   t1, 0(t0)
        ret

pause:
        la   t0, paused
        li   t1, 1
        sw   t1, 0(t0)
        ret

resume:
        lw   t0, paused
        beqz t0, still_running
        call compare_pages
        la   a0, text_sent
        call print
        lw   a0, sent
        call print_number
        la   a0, text_paused
        call print
        lw   a0, sent_paused
        call print_number
        la   a0, text_end
        call print
        la   t0, moved
        li   t1, 1
        sw   t1, 0(t0)
        li   a0, DESTINATION_ROOT
        call use_table
        li   s0, PROOF
1:      call run_guest
        addi s0, s0, -1
        bnez s0, 1b
        la   a0, text_alive
        call print
        li   t0, FINISHER
        li   t1, 0x5555
        sw   t1, 0(t0)
1:      j    1b

# 移行元と移行先の、すべてのページを比べる
compare_pages:
        li   t0, SOURCE
        li   t1, DESTINATION
        li   t2, 0
        la   t3, was_sent
1:      add  t4, t3, t2
        lbu  t4, 0(t4)
        la   t5, never_sent
        beqz t4, 4f
        li   t4, 0x1000
        add  t4, t4, t0
2:      .irp n, 0, 4, 8, 12
        lw   t5, \n(t0)
        lw   t6, \n(t1)
        bne  t5, t6, 3f
        .endr
        addi t0, t0, 16
        addi t1, t1, 16
        bltu t0, t4, 2b
        j    5f
3:      la   t5, stale
4:      lw   t6, 0(t5)                  # 送っていないページ、または古いページを数える
        addi t6, t6, 1
        sw   t6, 0(t5)
5:      addi t2, t2, 1
        slli t4, t2, 12
        li   t0, SOURCE
        add  t0, t0, t4
        li   t1, DESTINATION
        add  t1, t1, t4
        li   t4, PAGES
        bltu t2, t4, 1b
        ret

# --- ゲストを SLICE サイクル動かす ---

run_guest:
        addi sp, sp, -64
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
        sw   s\n, 4*\n(sp)
        .endr
        sw   ra, 48(sp)
        la   t0, own_sp
        sw   sp, 0(t0)
        la   t0, guest_trapped
        csrw mtvec, t0
        li   t0, MTIME
        lw   t1, 0(t0)
        addi t1, t1, SLICE
        li   t0, MTIMECMP
        sw   t1, 0(t0)
        sw   zero, 4(t0)
        li   t0, 1 << 7                 # MTIE
        csrw mie, t0
        li   t0, 3 << 11                # MPP: U モードへ
        csrc mstatus, t0
        lw   t0, guest_pc
        csrw mepc, t0
        la   t6, guest_registers
        csrw mscratch, t6
        .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
        lw   x\n, 4*\n(t6)
        .endr
        .irp n, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        lw   x\n, 4*\n(t6)
        .endr
        mret

        .balign 4
guest_trapped:
        csrrw t6, mscratch, t6
        .irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        sw   x\n, 4*\n(t6)
        .endr
        .irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
        sw   x\n, 4*\n(t6)
        .endr
        csrr t0, mscratch
        sw   t0, 4*31(t6)
        csrr t0, mepc
        la   t1, guest_pc
        sw   t0, 0(t1)
        csrw mtvec, zero                # ハイパーバイザー自身の誤りは、計算機を止める
        csrr t0, mcause
        lw   sp, own_sp
        bgez t0, guest_broke            # 割り込みでなければ、ゲストの例外
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
        lw   s\n, 4*\n(sp)
        .endr
        lw   ra, 48(sp)
        addi sp, sp, 64
        ret

# --- うまくいかなかったとき ---

guest_broke:
        lw   t1, moved
        bnez t1, 1f
        la   t1, broken
        li   t2, 1
        sw   t2, 0(t1)
1:      li   t1, 8                      # ecall: ゲストが、書いた値のないことに気付いた
        la   a0, text_lost
        beq  t0, t1, 1f
        la   a0, text_trapped
        mv   s0, t0
        j    2f
1:      lw   s0, guest_registers + 40   # a0: ページの番号
2:      call print
        mv   a0, s0
        call print_number
        la   a0, text_end
        j    fail

no_such_page:
        la   a0, text_no_page
        j    fail
still_running:
        la   a0, text_running
fail:
        call print
        li   t0, FINISHER
        li   t1, 0x13333
        sw   t1, 0(t0)
1:      j    1b

# --- コンソール ---

print:                                  # a0: 0 で終わる文字列
        li   t0, UART
1:      lbu  t1, 0(a0)
        beqz t1, 2f
        sb   t1, 0(t0)
        addi a0, a0, 1
        j    1b
2:      ret

print_number:                           # a0: 0 から 99 までの数
        li   t0, UART
        li   t1, 10
        divu t2, a0, t1
        beqz t2, 1f
        addi t2, t2, '0'
        sb   t2, 0(t0)
1:      remu t2, a0, t1
        addi t2, t2, '0'
        sb   t2, 0(t0)
        ret

        .section .rodata
permissions:                            # V 1、R 2、W 4、X 8、U 16
        .byte 0x1b, 0x13
        .fill PAGES - 2, 1, 0x17
text_sent:    .asciz "送ったページ "
text_paused:  .asciz "、そのうち止めて送ったページ "
text_end:     .asciz "\n"
text_alive:   .asciz "移行先でゲストが動き続けています\n"
text_lost:    .asciz "ゲストが止まりました: 書いたはずの値がないページ "
text_trapped: .asciz "ゲストが例外で止まりました: mcause "
text_no_page: .asciz "send: ページの番号は 0 から 15 までです\n"
text_running: .asciz "resume: 先に pause でゲストを止めてください\n"

        .data
        .balign 4
sent:         .word 0                   # send で送ったページ (同じページも数える)
sent_paused:  .word 0                   # そのうち、止めてから送ったもの
never_sent:   .word 0                   # 切り替えたとき、一度も送っていなかったページ
stale:        .word 0                   # 切り替えたとき、内容が違ったページ
moved:        .word 0                   # 切り替えたら 1
broken:       .word 0                   # 切り替える前に、ゲストが例外を起こしたら 1
paused:       .word 0
guest_pc:     .word 0
own_sp:       .word 0
was_sent:     .fill PAGES, 1, 0
        .balign 4
guest_registers: .fill 32, 4, 0
