# ユーザーのプログラムを U モードで動かす、小さなカーネル (M モード)。
# 書くところは【1】から【4】の四つ。
        .equ ROOT, 0x80010000           # 1 段目のページ表
        .equ FRAMES, 0x80100000         # ヒープに配るページ
        .equ PAGE, 4096

# エントリーのビット
        .equ V, 1
        .equ R, 2
        .equ W, 4
        .equ X, 8
        .equ U, 16

# ユーザーから見たメモリー (仮想アドレス)
        .equ CODE, 0x00010000
        .equ DATA, 0x00012000
        .equ HEAP, 0x20000000
        .equ HEAP_SIZE, 16 * PAGE
        .equ WINDOW, 0x40000000
        .equ STACK, 0x7ffff000

# それを置く場所 (物理アドレス)
        .equ CODE_FRAMES, 0x80020000
        .equ DATA_FRAME, 0x80022000
        .equ STACK_FRAME, 0x80030000
        .equ RAM, 0x80000000

# x0 と sp (x2) を除くレジスターを、sp の指す場所に (から) 写す
        .macro each_register op
        .irp n, 1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        \op  x\n, 4*\n(sp)
        .endr
        .endm

        .text
_start:
        la   t0, trap
        csrw mtvec, t0
        la   t0, frame
        csrw mscratch, t0
        li   t0, -1             # PMP: すべてを許し、ページ表だけで守る
        csrw pmpaddr0, t0
        li   t0, 0x1f
        csrw pmpcfg0, t0
        la   sp, kernel_stack_top
        call build
        li   t0, ROOT
        srli t0, t0, 12
        li   t1, 1 << 31        # MODE: Sv32
        or   t0, t0, t1
        csrw satp, t0
        sfence.vma
        li   t0, CODE
        csrw mepc, t0
        li   sp, STACK + PAGE
        mret                    # MPP は 0 なので、U モードへ

# ---- ページ表 ----

# build(): ユーザーのメモリーをページ表に載せる
build:
        addi sp, sp, -16
        sw   ra, 0(sp)
        li   a0, CODE           # コード: 2 ページ。読めて、実行できる
        li   a1, CODE_FRAMES
        li   a2, V | R | X | U
        call map_page
        # 【2】 コードの 2 ページ目、データ、スタックを載せる
        li   a0, CODE + PAGE
        li   a1, CODE_FRAMES + PAGE
        li   a2, V | R | X | U
        call map_page
        li   a0, DATA           # データ: 読み書きできる
        li   a1, DATA_FRAME
        li   a2, V | R | W | U
        call map_page
        li   a0, STACK          # スタック: 読み書きできる
        li   a1, STACK_FRAME
        li   a2, V | R | W | U
        call map_page
        # 【3】 窓を載せる
        li   a0, WINDOW         # RAM 全体を読める
        li   a1, RAM
        li   a2, V | R | U
        call map_superpage
        lw   ra, 0(sp)
        addi sp, sp, 16
        ret

# 【1】 map_page(a0: 仮想アドレス, a1: 物理アドレス, a2: ビット): 4 KiB の 1 ページを載せる
map_page:
        mv   t6, ra             # new_table は t6 を変えない
        mv   a3, a0
        srli t2, a3, 22         # VPN[1]
        slli t2, t2, 2
        li   t3, ROOT
        add  t2, t2, t3         # t2: 1 段目のエントリーの番地
        lw   a0, 0(t2)
        andi t3, a0, V
        bnez t3, 1f
        call new_table          # まだ 2 段目の表がない
        srli a0, a0, 2          # 番地 >> 12 << 10
        ori  a0, a0, V          # R、W、X が 0: 次の表を指す
        sw   a0, 0(t2)
1:      srli a0, a0, 10
        slli a0, a0, 12         # a0: 2 段目の表の番地
        srli t3, a3, 12
        andi t3, t3, 0x3ff      # VPN[0]
        slli t3, t3, 2
        add  a0, a0, t3         # a0: 2 段目のエントリーの番地
        srli t3, a1, 12
        slli t3, t3, 10         # PPN
        or   t3, t3, a2
        sw   t3, 0(a0)
        jr   t6

# 【3】 map_superpage(a0: 仮想アドレス, a1: 物理アドレス, a2: ビット): 4 MiB を 1 エントリーで載せる
map_superpage:
        srli t2, a0, 22         # VPN[1]
        slli t2, t2, 2
        li   t3, ROOT
        add  t2, t2, t3
        srli t3, a1, 12
        slli t3, t3, 10
        or   t3, t3, a2         # 1 段目に R、W、X を書くと、それが葉になる
        sw   t3, 0(t2)
        ret

# 【4】 page_fault(a0: 届かなかった番地, a1: mcause) -> a0: 直したら 1、直せなければ 0
page_fault:
        li   t0, 12             # 命令の取り出し: ヒープは実行できない
        beq  a1, t0, 1f
        li   t0, HEAP
        sub  t1, a0, t0
        li   t0, HEAP_SIZE
        bgeu t1, t0, 1f         # ヒープの外
        addi sp, sp, -16
        sw   ra, 0(sp)
        sw   a0, 4(sp)
        call new_frame
        sw   a0, 8(sp)
        call zero_page          # 前の持ち主のデータを見せない
        lw   a0, 4(sp)
        lw   a1, 8(sp)
        li   a2, V | R | W | U
        call map_page
        lw   ra, 0(sp)
        addi sp, sp, 16
        li   a0, 1
        ret
1:      li   a0, 0
        ret

# ---- 配られた部品 ----

# new_table() -> a0: 0 で埋めた 1 ページ。a0、t0、t1、ra のほかは変えない
new_table:
        la   t0, next_table
        lw   a0, 0(t0)
        li   t1, PAGE
        add  t1, a0, t1
        sw   t1, 0(t0)
# zero_page(a0: ページの番地) -> a0 のまま。t0 と t1 のほかは変えない
zero_page:
        li   t1, PAGE
        add  t1, a0, t1
        mv   t0, a0
1:      sw   zero, 0(t0)
        sw   zero, 4(t0)
        sw   zero, 8(t0)
        sw   zero, 12(t0)
        addi t0, t0, 16
        bltu t0, t1, 1b
        ret

# new_frame() -> a0: ヒープに配る 1 ページの物理アドレス。中身は前に使った人のまま
new_frame:
        la   t0, next_frame
        lw   a0, 0(t0)
        li   t1, PAGE
        add  t1, a0, t1
        sw   t1, 0(t0)
        ret

# トラップの入口
        .balign 4
trap:
        csrrw sp, mscratch, sp
        each_register sw
        csrrw t0, mscratch, sp
        sw   t0, 4*2(sp)      # ユーザーの sp
        mv   s0, sp             # s0: ユーザーのレジスター
        la   sp, kernel_stack_top
        csrr a1, mcause
        li   t0, 8
        beq  a1, t0, system_call
        csrr a0, mtval
        li   t0, 12
        beq  a1, t0, 1f
        li   t0, 13
        beq  a1, t0, 1f
        li   t0, 15
        bne  a1, t0, killed
1:      call page_fault
        beqz a0, killed
        sfence.vma              # 直した表を、この後の変換に使わせる
        j    resume             # 同じ命令をもう一度

# ユーザーからの呼び出し。a7 が 1 なら a0 の 1 文字を出力、0 なら終わり
system_call:
        lw   a7, 4*17(s0)
        beqz a7, finish
        lw   a0, 4*10(s0)
        li   t0, 0x10000000
        sb   a0, 0(t0)
        csrr t0, mepc
        addi t0, t0, 4
        csrw mepc, t0
resume:
        mv   sp, s0
        each_register lw
        lw   sp, 4*2(sp)
        mret

# 直せないトラップ: 理由を残して終わる
killed:
        csrr t0, mcause
        la   t1, fault_cause
        sw   t0, 0(t1)
        csrr t0, mtval
        sw   t0, 4(t1)
finish:
        li   t0, 0x100000
        li   t1, 0x5555
        sw   t1, 0(t0)

        .data
next_table:
        .word ROOT + PAGE
next_frame:
        .word FRAMES
fault_cause:                    # 0: ユーザーのプログラムは最後まで動いた
        .word 0
fault_address:
        .word 0
        .bss
        .balign 16
frame:  .space 128
        .space 1024
kernel_stack_top:
