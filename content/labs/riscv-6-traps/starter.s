        .equ FINISHER, 0x100000  # 終了装置

        .text
_start:
        # 1. ここに、handler の番地を mtvec に書く命令を二つ書いてください

event:
        ecall           # ここでトラップする (採点では、ほかの命令に入れ替わります)
        j    stop

        .balign 4
handler:
        # 2. ここに、mcause を a0 に読む命令を一つ書いてください

stop:
        li   t0, FINISHER
        li   t1, 0x5555
        sw   t1, 0(t0)  # 終了コード 0 で終わる
