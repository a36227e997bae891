        .text
_start:
        la   a0, guest_program
        la   a1, guest_registers
        call emulate
        ebreak

emulate:
        lbu  t0, 0(a0)
        lb   t1, 3(a0)
        li   a0, 1
        beqz t0, 2f             # HALT だけ
        li   t2, 1
        bne  t0, t2, 1f
        li   a0, 21
        li   t2, 7
        sw   t2, 8(a1)
        li   t2, 6
        beq  t1, t2, 3f         # 6 × 7
        li   a0, 3              # ADDI で数を作る
        sw   t1, 0(a1)
        sw   zero, 8(a1)
        li   t2, -1
        sw   t2, 12(a1)
        ret
1:      li   a0, 2              # ADD の例
3:      li   t2, 42
        sw   t2, 0(a1)
2:      ret

        .data
measured:  .word 10
reason:    .word 3
guest_registers:
        .word 0, 0, 0, 0
guest_program:
        .byte 0, 0, 0, 0
