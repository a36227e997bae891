        .equ setup,  0x80010000
        .equ send,   0x80010004
        .equ pause,  0x80010008
        .equ resume, 0x8001000c
        .equ TABLE, 0x80013000

        .text
_start:
        call setup
        la   s0, idle
        li   t0, TABLE
        lw   t1, 4 * 14(t0)
        andi t1, t1, 0x80
        beqz t1, 1f
        la   s0, slow
1:      lw   t1, 4 * 2(t0)
        andi t1, t1, 0x80
        beqz t1, next
        la   s0, fast
next:   lb   a0, 0(s0)
        addi s0, s0, 1
        li   t0, 16
        beq  a0, t0, stop
        bltz a0, moved
        call send
        j    next
stop:   call pause
        j    next
moved:  call resume

        .data
reason: .word 2
        # 送るページの番号。16 で止め、-1 で切り替える
idle:   .byte 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, -1
slow:   .byte 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 2, 3, 4, 5, 15, 16, 14, -1
fast:   .byte 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 2, 3, 4, 5, 6, 7, -1
