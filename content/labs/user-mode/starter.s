        .equ USER, 0x80010000   # ユーザープログラムの先頭
        .equ USER_SIZE, 0x10000  # U モードに許す大きさ (64 KiB)
        .equ FINISHER, 0x100000  # 終了装置
        .equ MSTATUS_MPP, 0x1800  # mstatus の MPP (ビット 12 と 11)
        .equ ECALL_FROM_U, 8    # mcause: U モードからの ecall

        .text
_start:
        # PMP: U モードには、USER からの 64 KiB だけを許す
        li   t0, (USER >> 2) | (USER_SIZE / 8 - 1)
        csrw pmpaddr0, t0       # 範囲 (NAPOT という書き方)
        li   t0, 0x1f
        csrw pmpcfg0, t0        # 読む、書く、実行する、のどれも許す

        la   t0, trap
        csrw mtvec, t0          # トラップしたら trap へ

        # 1. ここに、U モードに移って USER から始める命令を書いてください


# トラップのたびに、M モードでここに来ます。
        .balign 4
trap:
        csrw mscratch, t0       # t0、t1、t2 を預ける
        la   t0, saved
        sw   t1, 0(t0)
        sw   t2, 4(t0)

        # 2. ここに、count を増やし、mcause と mepc を log に並べる命令を書いてください
        # 3. 終わりなら finish へ行ってください
        # 4. ここに、mepc を次の命令に進める命令を書いてください

        la   t0, saved          # t0、t1、t2 を取り戻す
        lw   t1, 0(t0)
        lw   t2, 4(t0)
        csrr t0, mscratch
        mret                    # MPP のモードで、mepc から再開する

finish:
        li   t0, FINISHER
        li   t1, 0x5555
        sw   t1, 0(t0)          # 終了コード 0 で終わる

        .data
count:  .word 0                 # トラップの回数
saved:  .space 8                # 預けた t1 と t2
log:    .space 8 * 30           # mcause と mepc の組を、起きた順に
