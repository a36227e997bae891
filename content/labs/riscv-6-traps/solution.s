        .equ FINISHER, 0x100000  # 終了装置

        .text
_start:
        la   t0, handler
        csrw mtvec, t0  # トラップしたら handler へ

event:
        ecall           # ここでトラップする (採点では、ほかの命令に入れ替わります)
        j    stop

        .balign 4
handler:
        csrr a0, mcause  # 原因の番号

stop:
        li   t0, FINISHER
        li   t1, 0x5555
        sw   t1, 0(t0)  # 終了コード 0 で終わる
