# 監査付きのモニター: センシティブ命令がすべてトラップするかを調べてから、ゲストを動かす。
# 書くところは【1】【2】【3】【4】の四つ。モニターは前の演習のもの。
        .equ GUEST, 0x80010000  # ゲストのメモリー (64 KiB) の先頭
        .equ PROBE, GUEST + 0xfff0 # 調べる命令を置くところ (ゲストのメモリーの終わり)
        .equ UART, 0x10000000
        .equ FINISHER, 0x00100000

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

        .data
# 【1】 答えの番号 (選択肢は問題文にあります)
answer_symptom:     .word 2     # 何が違ったか
answer_instruction: .word 3     # どの命令のせいか
answer_reason:      .word 2     # なぜモニターは気付けないか

# 調べる命令。番号は上から 0、1、2、…
candidates:
        add  t0, t1, t2         # 0
        csrr t0, sstatus        # 1
        csrw stvec, t0          # 2
        csrr t0, sepc           # 3
        mul  t0, t1, t2         # 4
        sret                    # 5
        sfence.vma              # 6
        wfi                     # 7
        csrr t0, satp           # 8
        .word 0                 # 終わり

# 【2】 センシティブ命令の番号のビットを 1 にする (番号 3 なら 0b1000)
sensitive:      .word 0b111101110

# 監査の結果 (番号のビット)
untrapped:      .word 0         # U モードで実行しても、トラップしなかった命令
violations:     .word 0         # そのうち、センシティブな命令
virtualizable:  .word 0         # 条件を満たせば 1

        .text
_start:
        li   t0, GUEST >> 2 | 0x1fff    # PMP: U モードに許すのは、この 64 KiB だけ
        csrw pmpaddr0, t0
        li   t0, 0x1f                   # NAPOT、読み書きと実行
        csrw pmpcfg0, t0
        csrw mstatus, zero              # MPP = U

# --- 監査: 命令を一つずつ U モードで実行してみる ---
audit:
        la   t0, probed
        csrw mtvec, t0
        li   s1, 0                      # s1: 命令の番号
        li   s2, 0                      # s2: トラップしなかった命令のビット
        li   s3, PROBE
        li   t0, 0x73
        sw   t0, 4(s3)                  # 調べる命令の次は ecall
probe:
        la   t0, candidates
        slli t1, s1, 2
        add  t0, t0, t1
        lw   t0, 0(t0)
        beqz t0, judge                  # 終わり
        sw   t0, 0(s3)
        fence.i                         # 書いた命令を、取り出しから見えるようにする
        csrw mepc, s3
        mret                            # U モードで実行する

# 調べる命令か、その次の ecall がトラップした
        .balign 4
probed:
        # 【3】 調べる命令を通り過ぎて ecall (mcause = 8) に来たのなら、
        #      s2 の、番号 s1 のビットを 1 にする
        csrr t0, mcause
        li   t1, 8
        bne  t0, t1, 1f
        li   t1, 1
        sll  t1, t1, s1
        or   s2, s2, t1
1:
        addi s1, s1, 1
        j    probe

judge:
        la   t0, untrapped
        sw   s2, 0(t0)
        # 【4】 violations と virtualizable に結果を入れる
        lw   t1, sensitive
        and  t1, t1, s2
        la   t0, violations
        sw   t1, 0(t0)
        seqz t1, t1
        la   t0, virtualizable
        sw   t1, 0(t0)

# --- モニター ---
start_guest:
        la   t0, trap
        csrw mtvec, t0
        la   s0, vcpu
        csrw mscratch, s0
        li   t0, GUEST
        sw   t0, PC(s0)
        li   t0, 1
        sw   t0, MODE(s0)

# ゲストの続きを、U モードで実行する
resume:
        lw   t0, PC(s0)
        csrw mepc, t0
        each_register lw
        lw   s0, 4*8(s0)
        mret

# ゲストがトラップした
        .balign 4
trap:
        csrrw s0, mscratch, s0          # s0: vcpu
        each_register sw
        csrr t0, mscratch
        sw   t0, 4*8(s0)                # ゲストの s0
        csrw mscratch, s0
        csrr t0, mepc
        addi t0, t0, 4                  # まず、次の命令に進むことにしておく
        sw   t0, PC(s0)
        csrr t0, mcause
        li   t1, 2
        beq  t0, t1, illegal            # 不正命令
        li   t1, 8
        beq  t0, t1, environment_call   # U モードからの ecall
        j    reflect

# --- 不正命令: ゲストのカーネルの特権命令なら、仮想 CPU に対して実行する ---
illegal:
        lw   t0, MODE(s0)
        beqz t0, reflect                # ゲストの U モードでは、許されない
        csrr s2, mtval                  # s2: トラップした命令
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
        csrr t0, mepc
        sw   t0, SEPC(s0)               # sepc ← トラップした命令
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
