# ゲスト: U モードのプログラムが sstatus を読もうとする。カーネルには不正命令として届く
_start:
        la   t0, handler
        csrw stvec, t0
        la   t0, user
        csrw sepc, t0
        sret

        .balign 4
handler:
        la   t0, result
        csrr t1, scause
        sw   t1, 0(t0)
        csrr t1, sepc
        sw   t1, 4(t0)
        li   a7, 8              # SBI の shutdown
        ecall

user:   li   t0, 3
1:      addi t0, t0, -1
        bnez t0, 1b
here:   csrr t0, sstatus
2:      j    2b

        .data
result: .word -1, -1
expected:
        .word 2, here
