# モニター: ゲストを U モードで動かし、M モードにいると思わせる。
# ゲスト自身もモニターで、内側のゲストを U モードで動かすことがある。
# 塞ぐところは【1】から【7】の七つ、測るところは【8】。
        .equ GUEST, 0x80010000  # ゲストのメモリー (64 KiB)
        .equ GUEST_SIZE, 0x10000
        .equ GUEST_END, GUEST + GUEST_SIZE
        .equ UART, 0x10000000
        .equ FINISHER, 0x00100000
        .equ MTIMECMP, 0x02004000
        .equ TIME_LIMIT, 40000  # ゲストが使ってよいサイクル

# 仮想 CPU (vcpu) の中の位置。先頭の 128 バイトはレジスター x0 から x31
        .equ PC, 128            # ゲストが次に実行する番地
        .equ MODE, 132          # ゲストがいると思っているモード (3: M、0: U)
        .equ MSTATUS, 136       # ここから仮想 CSR
        .equ MTVEC, 140
        .equ MSCRATCH, 144
        .equ MEPC, 148
        .equ MCAUSE, 152
        .equ MTVAL, 156
        .equ PMPCFG0, 160
        .equ PMPADDR0, 164
        .equ PMPADDR1, 168

        .equ MPP, 3 << 11       # mstatus
        .equ RWX, 7             # pmpcfg の 1 バイト: ビット 0 から R、W、X、
        .equ A_FIELD, 3 << 3    # A (番地の決め方)、
        .equ TOR, 1 << 3        # A = TOR: 前の組の番地から、この組の番地の手前まで

# x0 と s0 (x8) を除くレジスターを、vcpu に (から) 写す
        .macro each_register op
        .irp n, 1,2,3,4,5,6,7,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        \op  x\n, 4*\n(s0)
        .endr
        .endm

        .text
_start:
        la   t0, trap
        csrw mtvec, t0
        la   s0, vcpu
        csrw mscratch, s0
        csrw mstatus, zero              # MPP = U
        li   t0, GUEST
        sw   t0, PC(s0)
        li   t0, 3
        sw   t0, MODE(s0)
        # 【6】 TIME_LIMIT サイクルの後に、タイマーの割り込みを起こす

# ゲストの続きを、U モードで実行する
resume:
        call set_pmp
        lw   t0, PC(s0)
        csrw mepc, t0
        each_register lw
        lw   s0, 4*8(s0)
        mret

# 【1】【2】 モードに合わせて、本物の PMP を決める
set_pmp:
        lw   t0, MODE(s0)
        beqz t0, 1f
        # 【1】 ゲスト。いまは、すべてを許している
        li   t0, -1
        csrw pmpaddr0, t0
        li   t0, 0x1f                   # 組 0: NAPOT、R、W、X
        csrw pmpcfg0, t0
        ret
        # 【2】 内側のゲスト。いまは、ゲストの書いたとおりに許している
1:      lw   t0, PMPADDR0(s0)
        csrw pmpaddr0, t0
        lw   t0, PMPADDR1(s0)
        csrw pmpaddr1, t0
        lw   t0, PMPCFG0(s0)
        csrw pmpcfg0, t0
        ret

# ゲストがトラップした
        .balign 4
trap:
        csrrw s0, mscratch, s0          # s0: vcpu
        each_register sw
        csrr t0, mscratch
        sw   t0, 4*8(s0)                # ゲストの s0
        csrw mscratch, s0
        la   t0, exits
        lw   t1, 0(t0)
        addi t1, t1, 1
        sw   t1, 0(t0)
        csrr t0, mepc
        addi t0, t0, 4                  # まず、次の命令に進むことにしておく
        sw   t0, PC(s0)
        csrr t0, mcause
        bltz t0, time_out               # 割り込み: ゲストの持ち時間が尽きた
        # 【3】 内側のゲスト (MODE が 0) のトラップは、どれもゲストに渡す
        li   t1, 2
        beq  t0, t1, illegal            # 不正命令
        li   t1, 8
        beq  t0, t1, hypercall          # U モードからの ecall
        j    reflect

# --- 不正命令: ゲストの特権命令なら、仮想 CPU に対して実行する ---
illegal:
        csrr s2, mtval                  # s2: トラップした命令
        li   t0, 0x30200073
        beq  s2, t0, emulate_mret
        andi t0, s2, 0x7f
        li   t1, 0x73                   # SYSTEM 命令のうち、
        bne  t0, t1, reflect
        srli s3, s2, 12
        andi s3, s3, 7                  # s3: 1 csrrw、2 csrrs、3 csrrc
        addi t0, s3, -1
        li   t1, 3
        bgeu t0, t1, unknown
        srli t0, s2, 20                 # CSR の番号を表から探す
        la   t1, csr_table
1:      lhu  t2, 0(t1)
        beqz t2, unknown                # 表にない
        lhu  t3, 2(t1)
        addi t1, t1, 4
        bne  t0, t2, 1b
        add  s4, s0, t3                 # s4: 仮想 CSR の番地
        srli t2, s2, 15 - 2
        andi t2, t2, 31 << 2
        add  t2, t2, s0
        lw   t2, 0(t2)                  # rs1 の値
        lw   t1, 0(s4)                  # t1: CSR の今の値
        or   t3, t1, t2
        li   t0, 2
        beq  s3, t0, 2f                 # csrrs
        mv   t3, t2
        li   t0, 1
        beq  s3, t0, 2f                 # csrrw
        not  t3, t2
        and  t3, t1, t3                 # csrrc
2:      sw   t3, 0(s4)
        srli t0, s2, 7 - 2
        andi t0, t0, 31 << 2
        add  t0, t0, s0
        sw   t1, 0(t0)                  # rd に、変える前の値
        sw   zero, 0(s0)                # x0 はいつも 0
        j    resume

# mret: 仮想の MPP が示すモードの、仮想の mepc へ
emulate_mret:
        lw   t0, MSTATUS(s0)
        # 【4】 次の命令は、要りますか
        csrw mstatus, t0
        li   t1, MPP
        and  t2, t0, t1
        xor  t0, t0, t2                 # 仮想の MPP ← U
        sw   t0, MSTATUS(s0)
        sub  t2, t2, t1
        seqz t2, t2                     # MPP が M なら 1
        neg  t2, t2
        andi t2, t2, 3
        sw   t2, MODE(s0)
        lw   t0, MEPC(s0)
        sw   t0, PC(s0)
        j    resume

# 【5】 表にない特権命令
unknown:
        # いまは、モニターが代わりに実行している
        la   t0, 1f
        sw   s2, 0(t0)
        fence.i
        each_register lw
1:      nop                             # ここに、ゲストの命令を置く
        each_register sw
        j    resume

# --- トラップの反射: ゲストに、ゲストのトラップとして渡す ---
reflect:
        lw   t0, MTVEC(s0)
        beqz t0, no_handler
        sw   t0, PC(s0)
        csrr t0, mepc
        sw   t0, MEPC(s0)
        csrr t0, mcause
        lw   t1, MODE(s0)
        beqz t1, 1f
        li   t2, 8
        bne  t0, t2, 1f
        li   t0, 11                     # ゲストには、M モードからの ecall に見える
1:      sw   t0, MCAUSE(s0)
        csrr t0, mtval
        sw   t0, MTVAL(s0)
        slli t1, t1, 11
        sw   t1, MSTATUS(s0)            # 仮想の MPP ← モード
        li   t0, 3
        sw   t0, MODE(s0)
        j    resume

# --- ハイパーコール: a7 が番号、a0 と a1 が引数、結果は a0 (-1: できなかった) ---
hypercall:
        lw   a0, 4*10(s0)
        lw   a1, 4*11(s0)
        lw   a7, 4*17(s0)
        li   t0, 1
        beq  a7, t0, put_character
        li   t0, 2
        beq  a7, t0, put_bytes
        li   t0, 3
        beq  a7, t0, get_exits
        li   t0, 8
        beq  a7, t0, shut_down
refuse:
        li   a0, -1
return_a0:
        sw   a0, 4*10(s0)
        j    resume

# 1: a0 の 1 文字を出力する
put_character:
        li   t0, UART
        sb   a0, 0(t0)
        li   a0, 0
        j    return_a0

# 2: a0 番地からの a1 バイトを出力する
put_bytes:
        call in_guest
        beqz t0, refuse
        li   t0, UART
        add  a1, a1, a0
1:      bgeu a0, a1, 2f
        lbu  t1, 0(a0)
        sb   t1, 0(t0)
        addi a0, a0, 1
        j    1b
2:      li   a0, 0
        j    return_a0

# 3: a0 番地の 4 バイトに、これまでの exit の回数を書く
get_exits:
        li   a1, 4
        call in_guest
        beqz t0, refuse
        lw   t1, exits
        sw   t1, 0(a0)
        li   a0, 0
        j    return_a0

# 【7】 in_guest(a0: 番地, a1: バイト数) -> t0: すべてゲストのメモリーの中なら 1、そうでなければ 0
in_guest:
        # いまは、何でも許している
        li   t0, 1
        ret

# 8: 終わり
shut_down:
        li   t1, 1
        j    end
time_out:
        li   t1, 2
        j    end
no_handler:
        li   t1, 3
end:
        la   t0, verdict
        sw   t1, 0(t0)
        li   t0, FINISHER
        li   t1, 0x5555
        sw   t1, 0(t0)

        .section .rodata
# CSR の番号と、vcpu の中の位置
csr_table:
        .half 0x300, MSTATUS
        .half 0x305, MTVEC
        .half 0x340, MSCRATCH
        .half 0x341, MEPC
        .half 0x342, MCAUSE
        .half 0x343, MTVAL
        .half 0x3a0, PMPCFG0
        .half 0x3b0, PMPADDR0
        .half 0x3b1, PMPADDR1
        .half 0

        .data
secret:                                 # ゲストが見ても、変えてもいけない
        .word 0x00544553
nested_cost:                            # 【8】 内側の csrr a0, mscratch 1 回あたりの exit
        .word 0
verdict:                                # 終わり方。1 ゲストが終えた、2 時間切れ、3 受け取り手がない
        .word 0
exits:  .word 0

        .bss
        .balign 4
vcpu:   .space 172
