        .equ MTIMECMP, 0x02004000
        .equ MTIME, 0x0200bff8
        .equ SLICE, 2000        # 一度に動かすサイクルの上限
        .equ PERIOD, 16000      # 上限 (cap) を数える期間

# 仮想 CPU の構造体。x1 から x31 は 4 × 番号の位置にある
        .equ PC, 0
        .equ STATE, 128         # READY、SLEEPING、DEAD のどれか
        .equ REGION, 132        # pmpaddr0 に入れる値
        .equ QUOTA, 136         # 一つの期間に動いてよいサイクル
        .equ USED, 140          # この期間に動いたサイクル
        .equ NEXT, 144          # もう一方の仮想 CPU
        .equ SLEEPING, 0        # 次の期間まで休む
        .equ READY, 1           # 動ける
        .equ DEAD, 2            # 許されないことをしたので、もう動かさない

        .text
_start:
        la   t0, trap
        csrw mtvec, t0
        li   t0, 0x1f           # 0 番の PMP: NAPOT、読み書きと実行を許す
        csrw pmpcfg0, t0
        csrw mstatus, zero      # mret で U モードへ
        li   t0, 1 << 7
        csrw mie, t0            # マシン・タイマー割り込み
        li   t0, MTIMECMP
        sw   zero, 4(t0)
        la   t0, quotas
        la   t1, vcpu_a
        la   t2, vcpu_b
        lw   t3, 0(t0)
        sw   t3, QUOTA(t1)
        lw   t3, 4(t0)
        sw   t3, QUOTA(t2)
        la   s0, vcpu_b         # 最初に選ばれるのは、その次の a
        j    schedule

# --- トラップ: s0 に今の仮想 CPU を入れ、ゲストのレジスターをしまう ---
        .balign 4
trap:
        csrrw sp, mscratch, sp  # sp: 今の仮想 CPU
        .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        sw   x\n, 4 * \n(sp)
        .endr
        csrr t0, mscratch
        sw   t0, 8(sp)          # ゲストの sp
        mv   s0, sp

        # 1. ゲストの pc をしまう
        csrr t0, mepc
        sw   t0, PC(s0)

        # 2. 動いた時間を使った分に加える
        li   t0, MTIME
        lw   t0, 0(t0)
        lw   t1, started
        sub  t0, t0, t1
        lw   t1, USED(s0)
        add  t1, t1, t0
        sw   t1, USED(s0)

        csrr t0, mcause
        bltz t0, schedule       # タイマー
        li   t1, 8
        beq  t0, t1, hypercall
        li   t0, DEAD           # そのほかの例外
        sw   t0, STATE(s0)
        j    schedule
hypercall:
        lw   t0, PC(s0)
        addi t0, t0, 4          # ecall の次から続ける
        sw   t0, PC(s0)
        lw   t0, 4 * 17(s0)     # a7
        bnez t0, schedule       # 1: 残りを譲る
        sw   zero, STATE(s0)    # 0: 次の期間まで休む

# --- 次に動かす仮想 CPU を選ぶ ---
schedule:
        call renew_period

        # 3. もう一方から順に見て、動いてよいものを選ぶ
        lw   s0, NEXT(s0)
        call allowance
        bnez a0, enter
        lw   s0, NEXT(s0)
        call allowance
        bnez a0, enter

        lw   t0, period_end     # どちらも動けない: 次の期間まで CPU を空けておく
        li   t1, MTIMECMP
        sw   t0, 0(t1)
        wfi
        j    schedule

# allowance(s0: 仮想 CPU) -> a0: 今、続けて動いてよいサイクル。動けなければ 0
allowance:
        # 4. 休んでいるなら 0、そうでなければ、残りの割り当てと SLICE の小さいほう
        li   a0, 0
        lw   t0, STATE(s0)
        li   t1, READY
        bne  t0, t1, 1f
        lw   t0, QUOTA(s0)
        lw   t1, USED(s0)
        bleu t0, t1, 1f         # 使い切った
        sub  a0, t0, t1
        li   t0, SLICE
        bltu a0, t0, 1f
        mv   a0, t0
1:      ret

# 期間が終わっていれば、次の期間を始める
renew_period:
        li   t0, MTIME
        lw   t0, 0(t0)
        lw   t1, period_end
        bltu t0, t1, 2f
        li   t2, PERIOD
        add  t1, t1, t2
        la   t2, period_end
        sw   t1, 0(t2)
        la   t2, vcpu_a
        li   t3, 2
1:      # 5. t2 の仮想 CPU の、この期間に動いたサイクルを数え直す
        sw   zero, USED(t2)
        lw   t4, STATE(t2)
        bnez t4, 3f
        li   t4, READY          # 休んでいたゲストを起こす
        sw   t4, STATE(t2)
3:      lw   t2, NEXT(t2)
        addi t3, t3, -1
        bnez t3, 1b
        j    renew_period
2:      ret

# --- s0 の仮想 CPU を、a0 サイクルの間、動かす ---
enter:
        li   t0, MTIME
        lw   t0, 0(t0)
        la   t1, started
        sw   t0, 0(t1)
        add  t0, t0, a0         # 止める時刻。ただし期間の終わりまで
        lw   t1, period_end
        bltu t0, t1, 1f
        mv   t0, t1
1:      li   t1, MTIMECMP
        sw   t0, 0(t1)

        csrw mscratch, s0       # 次のトラップのために覚える
        # 6. s0 の仮想 CPU の pc とメモリーの範囲に切り替える
        lw   t0, PC(s0)
        csrw mepc, t0
        lw   t0, REGION(s0)
        csrw pmpaddr0, t0

        mv   sp, s0
        .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        lw   x\n, 4 * \n(sp)
        .endr
        lw   sp, 8(sp)
        mret

        .data
# a と b の、一つの期間 (PERIOD) に動いてよいサイクル。大きな数なら上限はない
quotas: .word 0xffffffff, 0xffffffff
started:
        .word 0                 # 今のゲストを動かし始めた時刻
period_end:
        .word PERIOD

vcpu_a: .word 0x80010000        # pc
        .space 124
        .word READY
        .word (0x80010000 >> 2) | 0x7ff  # NAPOT: 0x80010000 から 16 KiB
        .word 0, 0, vcpu_b
vcpu_b: .word 0x80014000
        .space 124
        .word READY
        .word (0x80014000 >> 2) | 0x7ff
        .word 0, 0, vcpu_a

# 実物の設定 (本文の問い)
libvirt_quota:
        .word 25000
cgroup_max:
        .word 50000
xen_cap:
        .word 50
