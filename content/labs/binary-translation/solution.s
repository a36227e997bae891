# 変換するモニター: ゲストの命令をブロックごとに写し、困る命令と分岐を置き換えて動かす。
# 書くところは【1】【2】【3】の三つ。
        .equ GUEST, 0x80010000  # ゲストのメモリー: 読み書きできて、実行できない
        .equ GUEST_BYTES, 0x4000
        .equ CACHE, 0x80014000  # 変換キャッシュ: ゲストには、実行だけができる
        .equ CACHE_BYTES, 0x2000
        .equ UART, 0x10000000
        .equ FINISHER, 0x00100000
        .equ EBREAK, 0x00100073

# ブロックの中の位置
        .equ START, 0           # ブロックの最初の命令の、ゲストでの番地
        .equ END, 4             # ブロックを終わらせた命令の、ゲストでの番地
        .equ CODE, 8            # ここから、変換した命令
        .equ MAX_COPIED, 32     # 一つのブロックに写す命令の数の上限

# 仮想 CPU (vcpu) の中の位置。先頭の 128 バイトはレジスター x0 から x31
        .equ PC, 128            # ゲストが次に実行する番地
        .equ MODE, 132          # ゲストがいると思っているモード (1: S、0: U)
        .equ SSTATUS, 136       # ここから仮想 CSR
        .equ STVEC, 140
        .equ SSCRATCH, 144
        .equ SEPC, 148
        .equ SCAUSE, 152
        .equ STVAL, 156

# x0 と s0 (x8) を除くレジスターを、vcpu に (から) 写す
        .macro each_register op
        .irp n, 1,2,3,4,5,6,7,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        \op  x\n, 4*\n(s0)
        .endr
        .endm

        .text
_start:
        li   t0, GUEST >> 2 | 0x7ff     # PMP 0: ゲストのメモリー (16 KiB)
        csrw pmpaddr0, t0
        li   t0, CACHE >> 2 | 0x3ff     # PMP 1: 変換キャッシュ (8 KiB)
        csrw pmpaddr1, t0
        li   t0, 0x1c1b                 # 0 は読み書き、1 は実行だけ (NAPOT)
        csrw pmpcfg0, t0
        csrw mstatus, zero              # MPP = U
        la   t0, trap
        csrw mtvec, t0
        la   s0, vcpu
        csrw mscratch, s0
        li   t0, CACHE
        la   t1, cache_next
        sw   t0, 0(t1)
        li   t0, GUEST
        sw   t0, PC(s0)
        li   t0, 1
        sw   t0, MODE(s0)

# ゲストの続きを実行する: PC から始まるブロックを探し、なければ作る
resume:
        lw   s6, PC(s0)
        li   t0, GUEST
        sub  t0, s6, t0
        li   t1, GUEST_BYTES
        bgeu t0, t1, bad_pc
        andi t1, s6, 3
        bnez t1, bad_pc
        la   s7, blocks                 # 表: ゲストの番地ごとの、ブロックの番地
        add  s7, s7, t0
        lw   s4, 0(s7)
        beqz s4, translate
enter:
        la   t0, current_block
        sw   s4, 0(t0)
        addi t0, s4, CODE
        csrw mepc, t0
        each_register lw
        lw   s0, 4*8(s0)
        mret

# ゲストのメモリーの外か、4 の倍数でない番地への移動: 命令アクセス・フォールト
bad_pc:
        li   t0, 1
        csrw mcause, t0
        csrw mtval, s6
        mv   s5, s6
        j    reflect

# --- 変換: s6 から始まるブロックを作り、番地を s4 に、表の s7 の場所に入れる ---
translate:
        lw   s8, cache_next             # s8: 次に書く場所
        li   t0, CACHE + CACHE_BYTES - CODE - 4 * (MAX_COPIED + 3)
        bltu s8, t0, 1f
        call empty_cache
1:      mv   s4, s8
        sw   s4, 0(s7)
        sw   s6, START(s4)
        addi s8, s8, CODE
        li   s9, MAX_COPIED
next_instruction:
        lw   s2, 0(s6)                  # s2: ゲストの命令
        andi t0, s2, 0x7f
        li   t1, 0x63
        beq  t0, t1, translate_branch
        li   t1, 0x6f                   # jal
        beq  t0, t1, end_block
        li   t1, 0x67                   # jalr
        beq  t0, t1, end_block
        li   t1, 0x17                   # auipc
        beq  t0, t1, end_block
        call is_sensitive
        bnez a0, end_block
        beqz s9, end_block
        sw   s2, 0(s8)                  # ほかの命令は、そのまま写す
        addi s8, s8, 4
        addi s6, s6, 4
        addi s9, s9, -1
        j    next_instruction

# s2 が sstatus を使う CSR 命令なら a0 に 1、ほかなら 0 を返す
is_sensitive:
        li   a0, 0
        # 【1】 opcode (s2 の下 7 ビット) が 0x73 で、
        #      CSR の番号 (上 12 ビット) が 0x100 なら、a0 を 1 にする
        andi t0, s2, 0x7f
        li   t1, 0x73
        bne  t0, t1, 1f
        srli t0, s2, 20
        li   t1, 0x100
        bne  t0, t1, 1f
        li   a0, 1
1:
        ret

# 分岐: 飛ぶなら 2 番目の ebreak、飛ばないなら 1 番目の ebreak に行く分岐を書く
translate_branch:
        # 【2】 s2 の行き先までの距離 (ビット 31-25 と 11-7) を +8 に替えたものを、
        #      0(s8) に書き、s8 を 4 進める。+8 は、ビット 10 だけが 1
        li   t0, 0x01fff07f
        and  t1, s2, t0
        ori  t1, t1, 0x400
        sw   t1, 0(s8)
        addi s8, s8, 4

end_block:
        sw   s6, END(s4)
        li   t0, EBREAK
        sw   t0, 0(s8)                  # 1 番目
        sw   t0, 4(s8)                  # 2 番目
        addi s8, s8, 8
        la   t0, cache_next
        sw   s8, 0(t0)
        fence.i                         # 書いた命令を、取り出しから見えるようにする
        j    enter

# キャッシュがいっぱいになったら、すべてのブロックを捨てる
empty_cache:
        la   t0, blocks
        li   t1, GUEST_BYTES
        add  t1, t1, t0
1:      sw   zero, 0(t0)
        addi t0, t0, 4
        bne  t0, t1, 1b
        li   s8, CACHE
        ret

# --- ゲストがトラップした ---
        .balign 4
trap:
        csrrw s0, mscratch, s0          # s0: vcpu
        each_register sw
        csrr t0, mscratch
        sw   t0, 4*8(s0)                # ゲストの s0
        csrw mscratch, s0
        lw   s4, current_block
        lw   s5, START(s4)
        csrr t0, mepc
        sub  t0, t0, s4
        addi t0, t0, -CODE
        add  s5, s5, t0                 # s5: トラップした命令の、ゲストでの番地
        lw   s2, 0(s5)                  # s2: ゲストの命令
        addi t0, s5, 4                  # まず、次の命令に進むことにしておく
        sw   t0, PC(s0)
        csrr t0, mcause
        li   t1, 2
        beq  t0, t1, illegal            # 不正命令
        li   t1, 8
        beq  t0, t1, environment_call   # U モードからの ecall
        li   t1, 3
        bne  t0, t1, reflect
        lw   s6, END(s4)
        bltu s5, s6, reflect            # ゲスト自身の ebreak

# --- ブロックの終わりの ebreak に来た: 終わらせた命令 (番地 s6) を肩代わりする ---
        lw   s2, 0(s6)                  # s2: 終わらせた命令
        addi s3, s6, 4
        sw   s3, PC(s0)                 # まず、その次に進むことにしておく
        srli s10, s2, 7
        andi s10, s10, 31
        slli s10, s10, 2
        add  s10, s10, s0               # s10: rd の場所
        andi t0, s2, 0x7f
        li   t1, 0x63
        beq  t0, t1, finish_branch
        li   t1, 0x6f
        beq  t0, t1, finish_jal
        li   t1, 0x67
        beq  t0, t1, finish_jalr
        li   t1, 0x17
        beq  t0, t1, finish_auipc
        call is_sensitive
        beqz a0, 1f
        li   t0, 2                      # 不正命令のトラップが起きたのと同じに扱う
        csrw mcause, t0
        csrw mtval, s2
        mv   s5, s6
        j    illegal
1:      sw   s6, PC(s0)                 # 長いブロックの続き
        j    resume

finish_branch:
        srai t1, s2, 31                 # t1: 分岐の行き先までの距離
        slli t1, t1, 12
        slli t0, s2, 4
        li   t2, 0x800
        and  t0, t0, t2
        or   t1, t1, t0
        srli t0, s2, 20
        andi t0, t0, 0x7e0
        or   t1, t1, t0
        srli t0, s2, 7
        andi t0, t0, 0x1e
        or   t1, t1, t0
        # 【3】 2 番目の ebreak (s5 = s6 + 8) に来たのなら、PC を s6 + t1 にする
        addi t0, s6, 8
        bne  s5, t0, 1f
        add  t0, s6, t1
        sw   t0, PC(s0)
1:
        j    resume

finish_jal:
        srai t1, s2, 31                 # t1: 行き先までの距離
        slli t1, t1, 20
        li   t2, 0xff000
        and  t0, s2, t2
        or   t1, t1, t0
        srli t0, s2, 9
        li   t2, 0x800
        and  t0, t0, t2
        or   t1, t1, t0
        srli t0, s2, 20
        andi t0, t0, 0x7fe
        or   t1, t1, t0
        add  t1, t1, s6
        j    finish_jump

finish_jalr:
        srli t1, s2, 15
        andi t1, t1, 31
        slli t1, t1, 2
        add  t1, t1, s0
        lw   t1, 0(t1)                  # rs1 の値
        srai t0, s2, 20
        add  t1, t1, t0
        andi t1, t1, ~1
finish_jump:
        sw   t1, PC(s0)
        sw   s3, 0(s10)                 # 戻り番地は、ゲストでの番地
        sw   zero, 0(s0)
        j    resume

finish_auipc:
        li   t0, 0xfffff000
        and  t0, s2, t0
        add  t0, t0, s6
        sw   t0, 0(s10)
        sw   zero, 0(s0)
        j    resume

# --- 不正命令: ゲストのカーネルの特権命令なら、仮想 CPU に対して実行する ---
illegal:
        lw   t0, MODE(s0)
        beqz t0, reflect                # ゲストの U モードでは、許されない
        li   t0, 0x10200073
        beq  s2, t0, emulate_sret
        andi t0, s2, 0x7f
        li   t1, 0x73                   # SYSTEM 命令のうち、
        bne  t0, t1, reflect
        srli s3, s2, 12
        andi s3, s3, 3                  # s3: 1 csrrw、2 csrrs、3 csrrc
        beqz s3, reflect

emulate_csr:
        srli t0, s2, 20                 # CSR の番号を表から探す
        la   t1, csr_table
1:      lhu  t2, 0(t1)
        beqz t2, reflect                # 表にない
        lhu  t3, 2(t1)
        addi t1, t1, 4
        bne  t0, t2, 1b
        add  s4, s0, t3                 # s4: 仮想 CSR の番地
        srli t2, s2, 15
        andi t2, t2, 31                 # rs1 の番号、または 5 ビットの数
        srli t0, s2, 14
        andi t0, t0, 1                  # csrrwi、csrrsi、csrrci か
        bnez t0, 2f
        slli t2, t2, 2
        add  t2, t2, s0
        lw   t2, 0(t2)                  # rs1 の値
2:
        lw   t1, 0(s4)                  # t1: CSR の今の値
                                        # t2: 命令が渡した値
        mv   t3, t1                     # t3: CSR の新しい値
        li   t0, 1
        beq  s3, t0, write_csr
        li   t0, 2
        beq  s3, t0, set_csr
clear_csr:                              # csrrc: t2 で 1 のビットを 0 にする
        not  t0, t2
        and  t3, t1, t0
        j    finish_csr
write_csr:                              # csrrw: t2 にする
        mv   t3, t2
        j    finish_csr
set_csr:                                # csrrs: t2 で 1 のビットを 1 にする
        or   t3, t1, t2
finish_csr:
        sw   t3, 0(s4)
        srli t0, s2, 7
        andi t0, t0, 31
        slli t0, t0, 2
        add  t0, t0, s0
        sw   t1, 0(t0)                  # rd に、変える前の値
        sw   zero, 0(s0)                # x0 はいつも 0
        j    resume

# sret: トラップを処理し終えたゲストのカーネルが、元の場所に戻る
emulate_sret:
        lw   t1, SSTATUS(s0)
        srli t0, t1, 8
        andi t0, t0, 1
        sw   t0, MODE(s0)               # モード ← SPP
        srli t0, t1, 4
        andi t0, t0, 2
        andi t1, t1, ~0x122
        or   t1, t1, t0                 # SIE ← SPIE
        ori  t1, t1, 0x20               # SPIE ← 1、SPP ← 0
        sw   t1, SSTATUS(s0)
        lw   t0, SEPC(s0)
        sw   t0, PC(s0)                 # 続きの番地 ← sepc
        j    resume

# --- トラップの反射: ゲストのカーネルに、ゲストのトラップとして渡す ---
reflect:
        csrr t0, mcause
        sw   t0, SCAUSE(s0)
        csrr t0, mtval
        sw   t0, STVAL(s0)
        lw   t1, SSTATUS(s0)
        andi t2, t1, 2
        slli t2, t2, 4
        andi t1, t1, ~0x122
        or   t1, t1, t2                 # SPIE ← SIE、SIE ← 0
        lw   t0, MODE(s0)
        slli t0, t0, 8
        or   t1, t1, t0                 # SPP ← モード
        sw   t1, SSTATUS(s0)
        li   t0, 1
        sw   t0, MODE(s0)               # モード ← S
        sw   s5, SEPC(s0)               # sepc ← トラップした命令
        lw   t0, STVEC(s0)
        sw   t0, PC(s0)                 # ゲストのハンドラーへ
        j    resume

# --- ecall: カーネルからなら、ファームウェア (SBI) の呼び出し ---
environment_call:
        lw   t0, MODE(s0)
        beqz t0, reflect                # ゲストの U モードからなら、システムコール
        lw   a0, 4*10(s0)
        lw   a7, 4*17(s0)
        li   t0, 1
        beq  a7, t0, console_putchar
        li   t0, 8
        beq  a7, t0, shutdown
        li   t0, -2                     # SBI_ERR_NOT_SUPPORTED
        sw   t0, 4*10(s0)
        j    resume

console_putchar:
        li   t0, UART
        sb   a0, 0(t0)
        sw   zero, 4*10(s0)
        j    resume

shutdown:
        li   t0, FINISHER
        li   t1, 0x5555
        sw   t1, 0(t0)

        .section .rodata
# CSR の番号と、vcpu の中の位置
csr_table:
        .half 0x100, SSTATUS
        .half 0x105, STVEC
        .half 0x140, SSCRATCH
        .half 0x141, SEPC
        .half 0x142, SCAUSE
        .half 0x143, STVAL
        .half 0

        .bss
        .balign 4
vcpu:            .space 128
virtual_pc:      .space 4
virtual_mode:    .space 4
virtual_sstatus: .space 4
virtual_stvec:   .space 4
virtual_sscratch: .space 4
virtual_sepc:    .space 4
virtual_scause:  .space 4
virtual_stval:   .space 4
current_block:   .space 4        # 実行しているブロック
cache_next:      .space 4        # 変換キャッシュの、次に書く場所
blocks:          .space GUEST_BYTES
