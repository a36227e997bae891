# ゲスト: 8 枚のページを PAGES ページの仮想アドレスに写し、仮想アドレスから読む。
# 写し方を変えて、もう一度
        .equ VIRTUAL, 0x00400000
        .equ DATA, 0x80012000   # 8 枚のページ
        .equ FLAGS, 0xd7        # V、R、W、U、A、D
_start:
        la   t0, fault
        csrw stvec, t0
        li   t0, DATA           # ページの先頭に、1 から 8 を書いておく
        li   t1, 1
        li   t2, 0x1000
        li   t3, 9
1:      sw   t1, 0(t0)
        add  t0, t0, t2
        addi t1, t1, 1
        bne  t1, t3, 1b

        la   s1, results
        li   s2, 0              # ページの選び方
        call map_and_read
        sw   a0, 0(s1)
        li   s2, 5
        call map_and_read
        sw   a0, 4(s1)
        li   a7, 8              # SBI の shutdown
        ecall

# ページ i を (i % 8) ^ s2 枚目に写し、(i + 1) × 読んだ数の合計を a0 に返す
map_and_read:
        mv   s3, ra
        li   s4, 0
        li   s5, PAGES
1:      beq  s4, s5, 2f
        andi t0, s4, 7
        xor  t0, t0, s2
        slli t0, t0, 12
        li   a1, DATA
        add  a1, a1, t0
        srli a1, a1, 2          # 番地 >> 12 << 10
        ori  a1, a1, FLAGS
        mv   a0, s4
        li   t0, set_pte
        jalr t0
        addi s4, s4, 1
        j    1b
2:      li   t0, flush_updates
        jalr t0
        li   a0, 0
        li   s4, 0
        li   t0, VIRTUAL
        li   t1, 0x1000
3:      beq  s4, s5, 4f
        lw   t2, 0(t0)
        addi s4, s4, 1
        mul  t2, t2, s4
        add  a0, a0, t2
        add  t0, t0, t1
        j    3b
4:      jr   s3

        .balign 4
fault:  li   a0, 'F'            # 写していないページを読んだ
        li   a7, 1
        ecall
        li   a7, 8
        ecall

        .data
results:
        .word -1, -1
