# ゲスト: カーネル自身の例外と、プログラムのいろいろな例外。scause を一文字ずつ出す
_start:
        la   t0, handler
        csrw stvec, t0
        .if KERNEL
        csrsi sstatus, 2        # SIE
        ebreak                  # カーネル自身の例外
        csrr t0, 0x180          # このモニターが知らない CSR (satp)
        .endif
        la   t0, user
        csrw sepc, t0
        li   t0, 0x100
        csrc sstatus, t0        # SPP = U
        sret

        .balign 4
handler:
        csrw sscratch, t0
        la   t0, saved
        sw   a0, 0(t0)
        sw   a7, 4(t0)
        csrr a0, scause
        sw   a0, 8(t0)
        csrr a7, sstatus
        sw   a7, 12(t0)
        csrr a7, stval
        sw   a7, 16(t0)
        addi a0, a0, '0'
        li   a7, 1              # SBI の console_putchar
        ecall
        csrr a0, scause
        li   a7, 8
        beq  a0, a7, shutdown   # システムコールで終わる
        csrr a0, sepc
        addi a0, a0, 4
        csrw sepc, a0
        la   a0, second
        csrw stvec, a0          # 次からは、もう一つのハンドラー
        lw   a0, 0(t0)
        lw   a7, 4(t0)
        csrr t0, sscratch
        sret

# もう一つのハンドラー: 星を付ける
        .balign 4
second: csrw sscratch, t0
        la   t0, saved
        sw   a0, 0(t0)
        sw   a7, 4(t0)
        li   a0, '*'
        li   a7, 1
        ecall
        lw   a0, 0(t0)
        lw   a7, 4(t0)
        csrr t0, sscratch
        j    handler

shutdown:
        li   a7, 8              # SBI の shutdown
        ecall

user:   li   t0, 0x80000000
        lw   a0, 16(t0)         # モニターのメモリー: 5
        csrr a1, sstatus        # 許されない命令: 2
        sw   a0, 16(t0)         # モニターのメモリー: 7
        ebreak                  # 3
        li   a0, 0
        ecall                   # 8
1:      j    1b

        .data
# a0、a7、最後の scause、sstatus、stval
saved:  .word -1, -1, -1, -1, -1
second_address:
        .word second
