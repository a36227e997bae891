# 悪意のあるゲスト: ATTACK が示すことを試す。止められれば、例外の番号を受け取る
        .text
_start:
        la   t0, trapped
        csrw mtvec, t0
        li   s0, ADDRESS
        .if ATTACK == 1                 # 読む
        lw   a0, 0(s0)
        .elseif ATTACK == 2             # 書く
        li   a0, 0x41
        sw   a0, 0(s0)
        .elseif ATTACK == 3             # 飛び込む
        jalr s0
        .elseif ATTACK == 4             # 特権命令 INSTRUCTION を実行する。a0 は ADDRESS
        mv   a0, s0
        .word INSTRUCTION
        .elseif ATTACK == 5             # 仮想の MPP を M にして mret し、外に書く
        li   t0, 3 << 11 | 1 << 17
        csrw mstatus, t0
        la   t0, 1f
        csrw mepc, t0
        mret
1:      li   a0, 0x41
        sw   a0, 0(s0)
        .elseif ATTACK == 6             # ハイパーコール CALL に、番地と長さを渡す
        mv   a0, s0
        li   a1, LENGTH
        li   a7, CALL
        ecall
        li   t0, -1
        bne  a0, t0, escaped
        la   t0, cause
        li   a0, 0x4e - 0x30            # N: 断られた
        sw   a0, 0(t0)
        .elseif ATTACK == 7             # 終わらない
1:      j    1b
        .elseif ATTACK == 8             # ハンドラーの番地を ADDRESS にして、例外を起こし続ける
        csrw mtvec, s0
        ecall
        .word 0
        .endif
        la   t0, cause
        lw   a0, 0(t0)
        beqz a0, escaped
        addi a0, a0, 0x30
        li   a7, 1
        ecall
        li   a7, 8
        ecall

escaped:
        li   a0, 0x21                   # !: 止められなかった
        li   a7, 1
        ecall
        li   a7, 8
        ecall

# 例外の番号を残し、次の命令へ進む。命令を読めなければ、呼んだところへ戻る
        .balign 4
trapped:
        csrr t0, mcause
        la   t1, cause
        sw   t0, 0(t1)
        csrr t0, mepc
        li   t1, 0x80010000
        sub  t1, t0, t1
        srli t1, t1, 16
        bnez t1, 1f
        addi t0, t0, 4
        jr   t0
1:      jr   ra

        .data
cause:  .word 0
