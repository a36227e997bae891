# コードの 2 ページ、データ、スタックを使い、OK と出力する
        .text
_start:
        la   t0, letters
        lbu  a0, 0(t0)          # データを読む
        addi sp, sp, -16
        sw   a0, 0(sp)          # スタックに積む
        call second_page
        lw   a0, 0(sp)
        li   a7, 1
        ecall
        la   t0, letters
        lbu  a0, 1(t0)
        ecall
        li   a0, 10
        ecall
        li   a7, 0
        ecall

        .balign 4096
second_page:
        la   t0, letters
        li   t1, 0x4b           # K
        sb   t1, 1(t0)          # データに書く
        ret

        .data
        .balign 4096
letters:
        .ascii "O?"
