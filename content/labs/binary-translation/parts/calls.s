# ゲスト: 再帰と関数の表。割り込みを禁止して階乗を求め、元の状態に戻す
_start:
        la   sp, stack
        csrsi sstatus, 2
        la   s1, functions
        lw   t0, 0(s1)
        li   a0, N
        jalr t0
        la   t0, result
        sw   a0, 0(t0)
        csrr t1, sstatus
        sw   t1, 4(t0)
        lw   t0, 4(s1)
        jr   t0

factorial:
        addi sp, sp, -16
        sw   ra, 0(sp)
        sw   s1, 4(sp)
        sw   s2, 8(sp)
        csrrci s2, sstatus, 2
        mv   s1, a0
        li   a0, 1
        beqz s1, 1f
        addi a0, s1, -1
        call factorial
        mul  a0, a0, s1
1:      csrw sstatus, s2
        lw   ra, 0(sp)
        lw   s1, 4(sp)
        lw   s2, 8(sp)
        addi sp, sp, 16
        ret

finish: li   a7, 8              # SBI の shutdown
        ecall

        .data
functions:
        .word factorial, finish
result: .word -1, -1
        .bss
        .balign 16
        .space 512
stack:
