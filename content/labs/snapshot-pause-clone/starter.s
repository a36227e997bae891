        .equ CLINT_MTIMECMP, 0x02004000
        .equ UART, 0x10000000
        .equ FINISHER, 0x00100000

# 仮想マシンの構造体。初めの STATE_BYTES が機械の状態、その後はホストの都合
        .equ PC, 0              # x1 から x31 は 4 × 番号の位置
        .equ VSSTATUS, 128
        .equ VSIE, 132
        .equ VSTVEC, 136
        .equ VSSCRATCH, 140
        .equ VSEPC, 144
        .equ VSCAUSE, 148
        .equ HVIP, 152          # ゲストに届いていない割り込み
        .equ TIME, 156          # 止めたときの仮想時刻
        .equ TIMECMP, 160       # タイマーの装置: 割り込みを起こす仮想時刻
        .equ LINE_LENGTH, 164   # コンソールの装置: 改行を待っている文字の数
        .equ LINE, 168          # その文字 (16 バイト)
        .equ STATE_BYTES, 184
        .equ MEMORY, 184        # ゲストのメモリーを置いた、ホストの番地
        .equ ROOT, 188          # hgatp に入れる値
        .equ HOST_ID, 192       # 識別番号
        .equ STATUS, 196
        .equ EMPTY, 0
        .equ RUNNING, 1
        .equ PAUSED, 2

        .equ MEMORY_BYTES, 8192
        .equ IMAGE_MEMORY, 256  # イメージの中の、メモリーの写しの位置

# ------------------------------------------------------------------
# pause(a0: 仮想マシン): CPU に残っている状態を構造体にしまい、PAUSED にする。
# x1 から x31 は、もうしまってある
pause:
        # (ここに書いてください)
        ret

# save(a0: 一時停止した仮想マシン, a1: イメージ): 状態とメモリーの中身を写す
save:
        addi sp, sp, -16
        sw   ra, 12(sp)
        sw   s0, 8(sp)
        sw   s1, 4(sp)
        mv   s0, a0
        mv   s1, a1
        # s0: 仮想マシン、s1: イメージ (ここに書いてください)
        lw   s1, 4(sp)
        lw   s0, 8(sp)
        lw   ra, 12(sp)
        addi sp, sp, 16
        ret

# restore(a0: 仮想マシン, a1: イメージ): 状態とメモリーの中身を戻し、PAUSED にする
restore:
        addi sp, sp, -16
        sw   ra, 12(sp)
        sw   s0, 8(sp)
        sw   s1, 4(sp)
        mv   s0, a0
        mv   s1, a1
        # s0: 仮想マシン、s1: イメージ (ここに書いてください)
        lw   s1, 4(sp)
        lw   s0, 8(sp)
        lw   ra, 12(sp)
        addi sp, sp, 16
        ret

# clone(a0: 空の仮想マシン, a1: イメージ): 同じ状態で、識別番号が新しい仮想マシンにする
clone:
        addi sp, sp, -16
        sw   ra, 12(sp)
        sw   s0, 8(sp)
        mv   s0, a0
        # s0: 仮想マシン (ここに書いてください)
        lw   s0, 8(sp)
        lw   ra, 12(sp)
        addi sp, sp, 16
        ret

# ------------------------------------------------------------------
# ここから先は配られたものです

# resume(a0: 仮想マシン): しまった状態を CPU に戻す。この後の mret でゲストが続く
resume:
        lw   t0, STATUS(a0)
        li   t1, PAUSED
        bne  t0, t1, not_paused
        lw   t0, PC(a0)
        csrw mepc, t0
        lw   t0, VSSTATUS(a0)
        csrw vsstatus, t0
        lw   t0, VSIE(a0)
        csrw vsie, t0
        lw   t0, VSTVEC(a0)
        csrw vstvec, t0
        lw   t0, VSSCRATCH(a0)
        csrw vsscratch, t0
        lw   t0, VSEPC(a0)
        csrw vsepc, t0
        lw   t0, VSCAUSE(a0)
        csrw vscause, t0
        lw   t0, HVIP(a0)
        csrw hvip, t0
        lw   t0, TIME(a0)       # 仮想時刻が、止めたときの続きになるように
        rdtime t1
        sub  t2, t0, t1
        csrw htimedelta, t2
        sltu t2, t0, t1         # 上位 32 ビット: 負なら -1
        neg  t2, t2
        csrw htimedeltah, t2
        lw   t0, ROOT(a0)
        csrw hgatp, t0
        li   t0, RUNNING
        sw   t0, STATUS(a0)

# set_timer(a0: 仮想マシン): ゲストのタイマーの時刻に、M モードへ割り込ませる
set_timer:
        li   t0, CLINT_MTIMECMP
        li   t1, -1
        sw   t1, 4(t0)
        lw   t2, TIMECMP(a0)
        beq  t2, t1, 1f         # 使っていない
        csrr t1, htimedelta
        sub  t2, t2, t1
        sw   t2, 0(t0)
        sw   zero, 4(t0)
1:      ret

# copy(a0: 写す先, a1: 元, a2: バイト数。4 の倍数)
copy:
        add  a2, a2, a1
1:      lw   t0, 0(a1)
        sw   t0, 0(a0)
        addi a0, a0, 4
        addi a1, a1, 4
        bltu a1, a2, 1b
        ret

# --- 台本: (文字の数、操作) の組。その数の文字をゲストが出したら止め、操作をする ---
        .section .text.init
_start:
        la   t0, trap
        csrw mtvec, t0
        li   t0, -1
        csrw pmpaddr0, t0
        li   t0, 0x1f
        csrw pmpcfg0, t0
        li   t0, 1 << 3         # ゲストの ebreak は、ゲストが自分で受ける
        csrw medeleg, t0
        csrw hedeleg, t0
        li   t0, 1 << 6         # ゲストのタイマー割り込みも
        csrw hideleg, t0
        li   t0, 1 << 1         # ゲストに時刻を読ませる
        csrw mcounteren, t0
        csrw hcounteren, t0
        la   a0, vm0
        li   a1, 0x80020000
        call map_memory
        la   a0, vm1
        li   a1, 0x80028000
        call map_memory
        li   t0, 1 << 7
        csrw mie, t0
        la   t0, script
        la   t1, script_next
        sw   t0, 0(t1)

next_line:
        csrw mscratch, zero     # モニターが動いている印
        la   t0, script_next
        lw   t1, 0(t0)
        lw   t2, 0(t1)          # 文字の数
        lw   t3, 4(t1)          # 操作
        addi t1, t1, 8
        sw   t1, 0(t0)
        la   t0, action
        sw   t3, 0(t0)
        beqz t2, do_action
        la   t0, characters
        sw   t2, 0(t0)
        lw   a0, current
        call resume
        j    to_guest

stop_guest:
        csrw mscratch, zero
        mv   a0, s0
        call pause
do_action:
        lw   a0, current
        la   a1, image
        lw   t0, action
        beqz t0, finish         # 0 終わり
        addi t0, t0, -1
        beqz t0, do_save        # 1 保存
        addi t0, t0, -1
        beqz t0, do_restore     # 2 復元
        addi t0, t0, -1
        beqz t0, do_clone       # 3 もう一つの仮想マシンにクローン
        addi t0, t0, -1
        beqz t0, do_switch      # 4 もう一つの仮想マシンに交代
        addi t0, t0, -1
        beqz t0, do_wait        # 5 しばらく止めておく
        j    do_crash           # 6 障害: 仮想マシンの状態とメモリーを失う
do_save:
        call save
        j    next_line
do_restore:
        call restore
        j    next_line
do_clone:
        call other
        call clone
        j    next_line
do_switch:
        call other
        la   t0, current
        sw   a0, 0(t0)
        j    next_line
do_wait:
        li   t0, 10000
1:      addi t0, t0, -1
        bnez t0, 1b
        j    next_line
do_crash:
        mv   s0, a0
        li   a2, STATE_BYTES
        call scrub
        lw   a0, MEMORY(s0)
        li   a2, MEMORY_BYTES
        call scrub
        .irp register, vsstatus, vsie, vstvec, vsscratch, vsepc, vscause, hvip
        csrw \register, zero
        .endr
        sw   zero, STATUS(s0)
        j    next_line
finish: li   t0, 0x5555
        j    end
not_paused:
        li   t0, 0x43333        # 終了コード 4: PAUSED でない仮想マシンを再開しようとした
        j    end
monitor_fault:
        li   t0, 0x53333        # 終了コード 5: モニターの中で例外が起きた
        j    end
guest_fault:
        li   t0, 0x63333        # 終了コード 6: ゲストが続けられない例外を起こした
end:    li   t1, FINISHER
        sw   t0, 0(t1)

other:  la   t0, vm0            # a0: 今でないほうの仮想マシン
        xor  a0, a0, t0
        la   t0, vm1
        xor  a0, a0, t0
        ret
scrub:  li   t0, 0xa5a5a5a5     # a0 から a2 バイトを、意味のない値で埋める
        add  a2, a2, a0
1:      sw   t0, 0(a0)
        addi a0, a0, 4
        bltu a0, a2, 1b
        ret

# ゲスト物理番地 0x80000000 からの 8 KiB を、MEMORY に写す (a0: 仮想マシン、a1: 表の場所)
map_memory:
        li   t0, 0x4000
        add  t0, t0, a1         # 二段目の表は、ルートの 16 KiB の後ろ
        srli t1, t0, 2
        ori  t1, t1, 1
        li   t2, 0x800          # 0x80000000 の項目
        add  t2, t2, a1
        sw   t1, 0(t2)
        lw   t1, MEMORY(a0)
        srli t1, t1, 2
        ori  t1, t1, 0xdf       # D A U X W R V
        sw   t1, 0(t0)
        addi t1, t1, 0x400
        sw   t1, 4(t0)
        ret

# --- ゲストからのトラップ ---
        .balign 4
trap:
        csrrw sp, mscratch, sp
        beqz sp, monitor_fault
        .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        sw   x\n, 4 * \n(sp)
        .endr
        mv   s0, sp             # s0: 今の仮想マシン
        csrr t0, mscratch
        sw   t0, 8(s0)
        la   sp, stack_top
        csrr t0, mcause
        bltz t0, timer
        li   t1, 10             # VS モードからの ecall
        bne  t0, t1, guest_fault
        csrr t0, mepc
        addi t0, t0, 4
        csrw mepc, t0
        lw   t0, 4 * 17(s0)
        beqz t0, guest_timer
        addi t0, t0, -1
        beqz t0, put
        addi t0, t0, -1
        bnez t0, finish         # 3: ゲストが、続けられないと知らせた
        lw   t0, HOST_ID(s0)    # 2: 識別番号
        sw   t0, 4 * 10(s0)
        j    back
timer:  li   t0, 1 << 6         # ゲストにタイマー割り込みを届ける
        csrs hvip, t0
        li   t0, CLINT_MTIMECMP
        li   t1, -1
        sw   t1, 4(t0)
        j    back
guest_timer:
        li   t0, 1 << 6
        csrc hvip, t0
        lw   t0, 4 * 10(s0)
        sw   t0, TIMECMP(s0)
        mv   a0, s0
        call set_timer
        j    back
put:    lw   t0, LINE_LENGTH(s0)
        andi t0, t0, 15
        add  t1, t0, s0
        lw   t2, 4 * 10(s0)
        sb   t2, LINE(t1)
        addi t0, t0, 1
        sw   t0, LINE_LENGTH(s0)
        li   t3, '\n'
        bne  t2, t3, 2f
        sw   zero, LINE_LENGTH(s0)  # 改行が来たら、ためた一行を UART に出す
        li   t3, UART
        addi t1, s0, LINE
1:      lbu  t2, 0(t1)
        sb   t2, 0(t3)
        addi t1, t1, 1
        addi t0, t0, -1
        bnez t0, 1b
2:      la   t0, characters
        lw   t1, 0(t0)
        addi t1, t1, -1
        sw   t1, 0(t0)
        beqz t1, stop_guest
back:   mv   a0, s0
to_guest:
        csrw mscratch, a0
        li   t0, 1 << 11 | 1 << 7
        csrw mstatus, t0        # MPP = S
        li   t0, 1 << 7
        csrw mstatush, t0       # MPV = 1: VS モードへ
        mv   sp, a0
        .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        lw   x\n, 4 * \n(sp)
        .endr
        lw   sp, 8(sp)
        mret

        .data
script: .word 10, 1             # 10 文字出したら保存
        .word 7, 6              # さらに 7 文字の後で障害
        .word 0, 2              # すぐに復元
        .word 14, 0             # 14 文字出したら終わり
        .space 64
script_next:
        .word 0
action: .word 0
characters:
        .word 0
current:
        .word vm0
next_host_id:
        .word 2

vm0:    .word 0x80000000        # pc
        .space 124
vm0_csrs:
        .space 28
vm0_time:
        .word 0, -1
        .space 20
vm0_host:
        .word 0x80030000, 1 << 31 | 1 << 22 | 0x80020, 1, PAUSED
vm1:    .space 184
vm1_host:
        .word 0x80034000, 1 << 31 | 2 << 22 | 0x80028, 0, EMPTY

        .bss
        .balign 16
        .space 512
stack_top:
image:  .space IMAGE_MEMORY     # 状態の写し
image_memory:
        .space MEMORY_BYTES     # メモリーの写し
