# ゲストのカーネル: 自分の状態を調べて、一文字ずつ出す。実機なら AB101
_start:
        li   t0, 'A'            # sscratch は、書いたものが読めるか
        csrw sscratch, t0
        csrr a0, sscratch
        call putchar

        la   t0, handler        # 例外は、ハンドラーに届くか (B)
        csrw stvec, t0
        ebreak

        csrsi sstatus, 2        # 割り込みを許可する (SIE)
        call put_sie            # 1
        csrrci s1, sstatus, 2   # 臨界区間に入る: 元の状態を覚えて、禁止する
        call put_sie            # 0
        csrw sstatus, s1        # 臨界区間を出る: 元の状態に戻す
        call put_sie            # 1
        li   a7, 8              # SBI の shutdown
        ecall

# 割り込みが許可されていれば 1、禁止されていれば 0 を出す
put_sie:
        csrr a0, sstatus
        srli a0, a0, 1
        andi a0, a0, 1
        addi a0, a0, '0'
putchar:
        li   a7, 1              # SBI の console_putchar
        ecall
        ret

        .balign 4
handler:
        li   a0, 'B'
        li   a7, 1
        ecall
        csrr t0, sepc
        addi t0, t0, 4
        csrw sepc, t0
        sret
