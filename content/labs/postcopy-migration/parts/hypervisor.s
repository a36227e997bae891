# 移行元と移行先のハイパーバイザー。配られたプログラムから、次のものを呼び出します。
# どれも a、t のレジスターを壊し、s のレジスターと sp を保ちます。
#
#   0x80010000  setup     移行元でゲストをしばらく動かす。a0 に、移す方法 METHOD を返す
#   0x80010004  precopy   (METHOD 1) プリコピーで送って止める。a0 に、0 か、回線が切れたら 1 を返す
#   0x80010008  run       (METHOD 0) 移行先でゲストを動かす。戻ると a0 は、時間が来たら 0、
#                         ページ・フォールトなら mcause (12、13、15)。a1 はその仮想番地
#   0x8001000c  fetch     a0 番のページを移行元から移行先のメモリーに写す。a0 に、0 か、切れたら 1 を返す
#   0x80010010  finish    移行元を捨て、移行先だけで動かす (戻らない)
#   0x80010014  go_back   移行元でゲストを動かし続ける (戻らない)
#   0x80010018  lost      ゲストを失ったと報告する。a0、a1 は演習の本文を参照 (戻らない)
#
# 回線は、BREAK ページを送ったところで切れます。

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
        .equ ROUNDS, 2                  # プリコピーで、動かしたまま送る回数
        .equ PROOF, 24                  # 移行の後に、ゲストが動く回数
        .equ D, 0x80

        .text
        .option norvc
        j    setup
        j    precopy
        j    run
        j    fetch
        j    finish
        j    go_back
        j    lost
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
        li   t0, DESTINATION_TABLE >> 2 | 1     # 移行先の 2 段目の表は、まだ空
        li   t1, DESTINATION_ROOT
        sw   t0, 0(t1)
        call fill_pages
        li   a0, SOURCE_ROOT
        call use_table
        li   s0, WARM_UP
1:      call run_guest
        addi s0, s0, -1
        bnez s0, 1b
        li   a0, METHOD
        bnez a0, 2f
        la   t0, guest_state            # ポストコピー: CPU の状態だけを先に移す
        la   t1, state_at_switch
        call copy_state
        li   a0, DESTINATION_ROOT
        call use_table
2:      li   a0, METHOD
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

copy_state:                             # CPU の状態を、t0 から t1 へ写す
        li   t2, 33
1:      lw   t3, 0(t0)
        sw   t3, 0(t1)
        addi t0, t0, 4
        addi t1, t1, 4
        addi t2, t2, -1
        bnez t2, 1b
        ret

use_table:                              # a0: 1 段目の表
        srli a0, a0, 12
        li   t0, 1 << 31                # Sv32
        or   a0, a0, t0
        csrw satp, a0
        sfence.vma
        ret

# --- プリコピー ---

precopy:
        addi sp, sp, -16
        sw   ra, 12(sp)
        sw   s0, 8(sp)
        sw   s1, 4(sp)
        sw   s2, 0(sp)
        li   s1, 0                      # s1: 済んだラウンド
1:      li   s0, 0                      # s0: ページの番号
2:      slli s2, s0, 2
        li   t0, SOURCE_TABLE
        add  s2, s2, t0                 # s2: そのエントリー
        lw   t0, 0(s2)
        beqz s1, 3f                     # 最初は、すべてのページ
        andi t1, t0, D
        beqz t1, 4f
3:      andi t0, t0, ~D
        sw   t0, 0(s2)
        sfence.vma
        mv   a0, s0
        call copy_page
        bnez a0, 5f
        li   t0, ROUNDS
        beq  s1, t0, 4f                 # 最後のラウンドでは、ゲストは止まっている
        call run_guest
4:      addi s0, s0, 1
        li   t0, PAGES
        bltu s0, t0, 2b
        addi s1, s1, 1
        li   t0, ROUNDS
        bleu s1, t0, 1b
        li   a0, DESTINATION            # 全部届いた: 移行先の表に切り替える
        li   a1, DESTINATION_TABLE
        li   a2, DESTINATION_ROOT
        call map_guest
        li   a0, DESTINATION_ROOT
        call use_table
        li   a0, 0
5:      lw   s2, 0(sp)
        lw   s1, 4(sp)
        lw   s0, 8(sp)
        lw   ra, 12(sp)
        addi sp, sp, 16
        ret

# a0 番のページを移行先に写す。a0 に 0、回線が切れたら 1 を返す
copy_page:
        la   t0, copied
        lw   t1, 0(t0)
        li   t2, BREAK
        bgeu t1, t2, 2f
        addi t1, t1, 1
        sw   t1, 0(t0)
        la   t0, has_arrived
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
        li   a0, 0
        ret
2:      la   t0, is_down
        li   a0, 1
        sw   a0, 0(t0)
        ret

# --- ポストコピー ---

run:
        lw   t0, is_down
        bnez t0, went_on
        addi sp, sp, -16
        sw   ra, 12(sp)
        call run_guest
        lw   ra, 12(sp)
        addi sp, sp, 16
        la   t0, faulted
        beqz a0, 1f
        lw   t1, 0(t0)                  # 前もフォールトで、番地も同じなら、進んでいない
        addi t2, a1, 1
        beq  t1, t2, stuck
        sw   t2, 0(t0)
        ret
1:      sw   zero, 0(t0)
        ret

fetch:
        li   t0, PAGES
        bgeu a0, t0, no_such_page
        lw   t0, is_down
        bnez t0, went_on
        la   t0, has_arrived
        add  t0, t0, a0
        lbu  t0, 0(t0)
        beqz t0, 1f
        la   t1, refetched
        sw   t0, 0(t1)
1:      lw   t1, faulted
        beqz t1, copy_page              # 先回りの取り寄せ
        addi t1, t1, -1
        srli t1, t1, 12
        bne  t1, a0, copy_page
        la   t0, waits                  # ゲストが待っているページ
        lw   t1, 0(t0)
        addi t1, t1, 1
        sw   t1, 0(t0)
        j    copy_page

# --- 終わり方 ---

finish:
        lw   t0, is_down
        bnez t0, went_on
        call count_missing
        bnez a0, not_whole
        li   t0, 1
        la   t1, verdict
        sw   t0, 0(t1)
        la   a0, text_waits
        call print
        lw   a0, waits
        call print_number
        la   a0, text_end
        call print
        li   t0, SOURCE                 # 移行元の電源を切る
        li   t1, DESTINATION
        li   t2, -1
1:      .irp n, 0, 4, 8, 12, 16, 20, 24, 28
        sw   t2, \n(t0)
        .endr
        addi t0, t0, 32
        bltu t0, t1, 1b
        la   s1, text_there
        j    prove

go_back:
        li   t0, 3
        la   t1, verdict
        sw   t0, 0(t1)
        li   t0, METHOD
        bnez t0, 1f                     # 移行先では、まだ一度も動いていない
        call count_newer
        mv   s0, a0
        la   t1, rolled_back
        sw   s0, 0(t1)
        la   a0, text_rolled
        call print
        mv   a0, s0
        call print_number
        la   a0, text_end
        call print
        la   t0, state_at_switch
        la   t1, guest_state
        call copy_state
1:      li   a0, SOURCE_ROOT
        call use_table
        la   s1, text_here
prove:                                  # ゲストがまだ動くことを示し、s1 の文を出して終わる
        li   s0, PROOF
1:      call run_guest
        bnez a0, fault_again
        addi s0, s0, -1
        bnez s0, 1b
        mv   a0, s1
        call print
        j    succeed

lost:
        la   t0, reported_missing
        sw   a0, 0(t0)
        sw   a1, 4(t0)
        li   t0, 2
        la   t1, verdict
        sw   t0, 0(t1)
        call count_missing
        mv   s0, a0
        la   t1, true_missing
        sw   s0, 0(t1)
        la   a0, text_missing
        call print
        mv   a0, s0
        call print_number
        call count_newer
        mv   s0, a0
        la   t1, true_newer
        sw   s0, 0(t1)
        la   a0, text_newer
        call print
        mv   a0, s0
        call print_number
        la   a0, text_end
        call print
succeed:
        li   t0, FINISHER
        li   t1, 0x5555
        sw   t1, 0(t0)
1:      j    1b

count_missing:                          # a0 に、移行先に届いていないページの数を返す
        la   t0, has_arrived
        li   t1, PAGES
        mv   a0, t1
1:      lbu  t2, 0(t0)
        sub  a0, a0, t2
        addi t0, t0, 1
        addi t1, t1, -1
        bnez t1, 1b
        ret

count_newer:                            # a0 に、届いた後で書き換わったページの数を返す
        li   a0, 0
        li   t0, SOURCE
        li   t1, DESTINATION
        la   t2, has_arrived
1:      li   t3, 0x1000
        add  t3, t3, t0
        lbu  t4, 0(t2)
        addi t2, t2, 1
        bnez t4, 2f
        sub  t4, t3, t0                 # 届いていないページは飛ばす
        mv   t0, t3
        add  t1, t1, t4
        j    4f
2:      lw   t4, 0(t0)
        lw   t5, 0(t1)
        addi t0, t0, 4
        addi t1, t1, 4
        bne  t4, t5, 3f
        bltu t0, t3, 2b
        j    4f
3:      addi a0, a0, 1
        sub  t4, t3, t0
        mv   t0, t3
        add  t1, t1, t4
4:      li   t4, DESTINATION
        bltu t0, t4, 1b
        ret

# --- ゲストを SLICE サイクルまで動かす。a0、a1 は run と同じ ---

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
        li   a0, 0
        bltz t0, 1f                     # タイマー割り込み
        mv   a0, t0
        csrr a1, mtval
        li   t1, 12
        beq  t0, t1, 1f
        li   t1, 13
        beq  t0, t1, 1f
        li   t1, 15
        bne  t0, t1, guest_broke
1:
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
        lw   s\n, 4*\n(sp)
        .endr
        lw   ra, 48(sp)
        addi sp, sp, 64
        ret

# --- うまくいかなかったとき ---

guest_broke:
        la   t1, broken
        li   t2, 1
        sw   t2, 0(t1)
        li   t1, 8                      # ecall: ゲストが、書いた値のないことに気付いた
        la   a0, text_lost
        lw   s0, guest_registers + 40   # a0: ページの番号
        beq  t0, t1, fail_with
        la   a0, text_trapped
        mv   s0, t0
        j    fail_with
stuck:
        la   t0, is_stuck
        li   t1, 1
        sw   t1, 0(t0)
        la   a0, text_stuck
        srli s0, a1, 12
        j    fail_with
fault_again:
        la   a0, text_fault
        srli s0, a1, 12
        j    fail_with
not_whole:
        mv   s0, a0
        la   a0, text_whole
fail_with:                              # a0 の文と、s0 の数を出す
        call print
        mv   a0, s0
        call print_number
        la   a0, text_end
        j    fail
went_on:
        la   t0, ignored
        li   t1, 1
        sw   t1, 0(t0)
        la   a0, text_down
        j    fail
no_such_page:
        la   a0, text_no_page
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
text_waits:   .asciz "移行先に全ページがそろいました。ゲストを待たせたページ "
text_there:   .asciz "移行先でゲストが動き続けています\n"
text_here:    .asciz "移行元でゲストが動き続けています\n"
text_rolled:  .asciz "移行先で書かれた内容を捨てました。ページ "
text_missing: .asciz "ゲストを失いました。移行先にないページ "
text_newer:   .asciz "、移行元では古いページ "
text_end:     .asciz "\n"
text_lost:    .asciz "ゲストが止まりました: 書いたはずの値がないページ "
text_trapped: .asciz "ゲストが例外で止まりました: mcause "
text_stuck:   .asciz "run: 同じ番地でページ・フォールトをくり返しています。ページ "
text_fault:   .asciz "finish: 移行先の表にないページ "
text_whole:   .asciz "finish: まだ届いていないページ "
text_down:    .asciz "回線は切れています\n"
text_no_page: .asciz "fetch: ページの番号は 0 から 15 までです\n"

        .data
        .balign 4
copied:       .word 0                   # 送ったページ (同じページも数える)
waits:        .word 0                   # そのうち、ゲストがフォールトで待っていたもの
refetched:    .word 0                   # 届いたページをもう一度取り寄せたら 1
is_down:      .word 0                   # 回線が切れたら 1
ignored:      .word 0                   # 切れた後に続けようとしたら 1
is_stuck:     .word 0                   # 同じ番地のフォールトをくり返したら 1
broken:       .word 0                   # ゲストが例外で止まったら 1
verdict:      .word 0                   # 1 finish、2 lost、3 go_back
rolled_back:  .word 0                   # go_back で捨てた、移行先で書かれたページ
reported_missing: .word 0               # lost に渡された数
reported_newer:   .word 0
true_missing: .word 0                   # 数え直したもの
true_newer:   .word 0
faulted:      .word 0                   # 前の run がフォールトなら、その番地 + 1
own_sp:       .word 0
has_arrived:  .fill PAGES, 1, 0
        .balign 4
guest_state:                            # 今の CPU の状態
guest_registers: .fill 32, 4, 0
guest_pc:     .word 0
state_at_switch: .fill 33, 4, 0         # 切り替えたときの、移行元の CPU の状態
