# モニター (M モード): ゲストのカーネルを U モードで動かし、影のページ表で変換する。
# 書くところは【1】から【4】の四つ。
        .equ PAGE, 4096
        .equ GUEST_PAGE, 0x80000        # ゲスト物理の最初のページ番号 (番地 >> 12)
        .equ GUEST_PAGES, 32            # ゲストのメモリー: 128 KiB
        .equ HOST_PAGE, 0x80080         # それを置いた、ホスト物理の最初のページ番号
        .equ SHADOW, 0x80010000         # 影の表: 1 段目。この後に 2 段目が 15 枚まで
        .equ SHADOW_END, 0x80020000

# エントリーのビット
        .equ V, 1
        .equ R, 2
        .equ W, 4
        .equ X, 8
        .equ U, 16
        .equ A, 64
        .equ D, 128

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
        li   t0, -1             # PMP: すべてを許し、影の表だけで守る
        csrw pmpaddr0, t0
        li   t0, 0x1f
        csrw pmpcfg0, t0
        li   t0, SHADOW >> 12 | 1 << 31
        csrw satp, t0           # CPU がたどるのは、いつも影の表
        sfence.vma
        li   t0, GUEST_PAGE << 12
        csrw mepc, t0
        mret                    # MPP は 0 なので、U モードへ

# ---- 影のページ表 ----

# 【1】 to_host(a0: ゲスト物理のページ番号) -> a0: ホスト物理のページ番号。ゲストのメモリーの外なら 0
# t0 と t1 のほかは変えない
to_host:
        li   t0, GUEST_PAGE
        sub  t1, a0, t0
        li   t0, GUEST_PAGES
        bgeu t1, t0, 1f         # 手前なら、引くと大きな数になる
        li   t0, HOST_PAGE
        add  a0, t1, t0
        ret
1:      li   a0, 0
        ret

# 【2】 flush_shadow(): 影の表を空にする
flush_shadow:
        li   t0, SHADOW
        li   t1, SHADOW + PAGE
        la   t2, next_table
        sw   t1, 0(t2)          # 2 段目の表を、初めから使い直す
1:      sw   zero, 0(t0)
        addi t0, t0, 4
        bltu t0, t1, 1b
        sfence.vma              # CPU の TLB も忘れさせる
        ret

# 【3】 shadow_fault(a0: ゲスト仮想アドレス, a1: mcause)
#   -> a0: 影の表に写したら 0。写せなければ、ゲストに伝える例外の番号
shadow_fault:
        addi sp, sp, -16
        sw   ra, 0(sp)
        sw   s1, 4(sp)
        sw   s2, 8(sp)
        mv   s1, a0             # s1: ゲスト仮想アドレス
        mv   s2, a1             # s2: mcause
        call walk_guest         # a1: ゲスト物理のページ番号、a2: 葉のエントリーの番地
        bnez a0, 5f

        lw   t2, 0(a2)          # 葉が許すか
        andi t0, t2, U
        bnez t0, 3f             # S モードは U のページに触れない
        li   t0, X
        li   t1, 12
        beq  s2, t1, 1f
        li   t0, R
        li   t1, 13
        beq  s2, t1, 1f
        li   t0, W
        ori  t2, t2, D          # 書き込みなら D も
1:      and  t0, t0, t2
        beqz t0, 3f
        ori  t2, t2, A
        sw   t2, 0(a2)          # ゲストの表の A と D

        mv   a0, a1
        call to_host            # t2 は変わらない
        beqz a0, 4f
        mv   a1, a0
        andi a2, t2, V | R | W | X
        andi t0, t2, D
        bnez t0, 2f
        andi a2, a2, ~W         # 最初の書き込みで、もう一度ここに来る
2:      ori  a2, a2, U          # ゲストのカーネルは、本当は U モード
        mv   a0, s1
        call map_shadow
        li   a0, 0
        j    5f
3:      mv   a0, s2             # ゲストのページ・フォールト
        j    5f
4:      mv   a0, s2
        call access_fault       # ゲスト物理に、そのメモリーはない
5:      lw   ra, 0(sp)
        lw   s1, 4(sp)
        lw   s2, 8(sp)
        addi sp, sp, 16
        ret

# ---- 配られた部品 ----

# map_shadow(a0: ゲスト仮想アドレス, a1: ホスト物理のページ番号, a2: ビット): 1 ページを影の表に載せる
map_shadow:
        addi sp, sp, -16
        sw   ra, 0(sp)
        sw   a0, 4(sp)
        sw   a1, 8(sp)
        sw   a2, 12(sp)
1:      lw   a0, 4(sp)
        srli t2, a0, 22
        slli t2, t2, 2
        li   t0, SHADOW
        add  t2, t2, t0         # 1 段目のエントリーの番地
        lw   t3, 0(t2)
        bnez t3, 3f
        la   t0, next_table     # 2 段目の表を足す
        lw   t3, 0(t0)
        li   t1, SHADOW_END
        bltu t3, t1, 2f
        call flush_shadow       # 使い切った: すべて捨てて、必要なものだけを写し直す
        j    1b
2:      li   t1, PAGE
        add  t1, t1, t3
        sw   t1, 0(t0)
        mv   t4, t3
4:      sw   zero, 0(t4)
        addi t4, t4, 4
        bltu t4, t1, 4b
        srli t3, t3, 2
        ori  t3, t3, V
        sw   t3, 0(t2)
3:      srli t3, t3, 10
        slli t3, t3, 12
        srli t0, a0, 12
        andi t0, t0, 0x3ff
        slli t0, t0, 2
        add  t3, t3, t0         # 2 段目のエントリーの番地
        lw   a1, 8(sp)
        lw   a2, 12(sp)
        slli a1, a1, 10
        or   a1, a1, a2
        sw   a1, 0(t3)
        sfence.vma
        lw   ra, 0(sp)
        addi sp, sp, 16
        ret

# walk_guest(a0: ゲスト仮想アドレス, a1: mcause): ゲストの表をたどる
#   -> a0: 0 か、ゲストに伝える例外の番号。a1: ゲスト物理のページ番号。a2: 葉のエントリーの番地 (ホスト物理)
walk_guest:
        addi sp, sp, -32
        sw   ra, 0(sp)
        sw   s1, 4(sp)
        sw   s2, 8(sp)
        sw   s3, 12(sp)
        mv   s1, a0
        mv   s2, a1
        srli a1, a0, 12         # Bare なら、仮想アドレスが物理アドレス
        la   a2, bare_leaf
        la   t0, guest_satp
        lw   t0, 0(t0)
        bgez t0, 4f
        slli a0, t0, 10
        srli a0, a0, 10         # a0: 表の、ゲスト物理のページ番号
        srli s3, s1, 22         # s3: VPN。1 段目では VPN[1]
        li   t3, 1              # t3: いまの段 (1、0)
1:      call to_host
        beqz a0, 6f
        slli a0, a0, 12
        slli s3, s3, 2
        add  a2, a0, s3
        lw   t2, 0(a2)
        srli s3, s1, 12
        andi s3, s3, 0x3ff      # VPN[0]
        srli a0, t2, 10
        andi t0, t2, V
        beqz t0, 5f
        andi t0, t2, R | W | X
        bnez t0, 2f
        beqz t3, 5f             # 2 段目なのに、葉でない
        li   t3, 0
        j    1b
2:      andi t0, t2, R | W
        li   t1, W
        beq  t0, t1, 5f         # R が 0 で W が 1: 使えない組
        mv   a1, a0
        beqz t3, 4f
        andi t0, a1, 0x3ff      # スーパーページ: PPN[0] は 0 で、代わりに VPN[0] を使う
        bnez t0, 5f
        or   a1, a1, s3
4:      li   a0, 0
        j    7f
5:      mv   a0, s2
        j    7f
6:      mv   a0, s2
        call access_fault
7:      lw   ra, 0(sp)
        lw   s1, 4(sp)
        lw   s2, 8(sp)
        lw   s3, 12(sp)
        addi sp, sp, 32
        ret

# access_fault(a0: ページ・フォールトの番号) -> a0: 同じ種類のアクセス・フォールトの番号
access_fault:
        addi a0, a0, -8         # 読み 13 → 5、書き 15 → 7
        li   t0, 4
        bne  a0, t0, 1f
        li   a0, 1              # 実行 12 → 1
1:      ret

# トラップの入口
        .balign 4
trap:
        csrrw sp, mscratch, sp
        each_register sw
        csrrw t0, mscratch, sp
        sw   t0, 4*2(sp)      # ゲストの sp
        mv   s0, sp             # s0: ゲストのレジスター
        la   sp, stack_top
        csrr a1, mcause
        li   t0, 2
        beq  a1, t0, emulate
        li   t0, 8
        beq  a1, t0, firmware_call
        csrr a0, mtval
        li   t0, 12
        beq  a1, t0, 1f
        li   t0, 13
        beq  a1, t0, 1f
        li   t0, 15
        beq  a1, t0, 1f
        mv   a0, a1
        j    reflect
1:      call shadow_fault
        beqz a0, resume         # 写した: 同じ命令をもう一度

# ゲストの例外: a0 の番号を、ゲストの stvec に伝える
reflect:
        la   t0, guest_scause
        sw   a0, 0(t0)
        csrr t1, mtval
        la   t0, guest_stval
        sw   t1, 0(t0)
        csrr t1, mepc
        la   t0, guest_sepc
        sw   t1, 0(t0)
        la   t0, guest_stvec
        lw   t1, 0(t0)
        csrw mepc, t1
        bnez t1, resume
        j    finish             # 受け取り手がない

# ファームウェアの呼び出し (SBI): a7 が 1 なら a0 の 1 文字を出力、8 なら終わり
firmware_call:
        lw   a7, 4*17(s0)
        li   t0, 8
        beq  a7, t0, finish
        lw   a0, 4*10(s0)
        li   t0, 0x10000000
        sb   a0, 0(t0)
        j    next

# 不正命令: S モードの命令なら、ゲストの CSR に対して行う
emulate:
        csrr s1, mtval          # s1: 命令
        li   t0, 0x10200073     # sret
        bne  s1, t0, 1f
        la   t0, guest_sepc
        lw   t0, 0(t0)
        csrw mepc, t0
        j    resume
1:      li   t0, 0xfe007fff
        and  t0, t0, s1
        li   t1, 0x12000073     # sfence.vma
        bne  t0, t1, 2f
        call flush_shadow       # 【4】 ゲストが表を変えた
        j    next
2:      srli s2, s1, 12
        andi s2, s2, 7          # s2: 1 csrrw、2 csrrs、3 csrrc
        addi t0, s2, -1
        li   t1, 3
        bgeu t0, t1, unknown
        andi t0, s1, 0x7f
        li   t1, 0x73
        bne  t0, t1, unknown
        srli t0, s1, 20         # CSR の番号
        la   s3, guest_csrs
3:      lw   t1, 0(s3)
        bltz t1, unknown
        beq  t0, t1, 4f
        addi s3, s3, 8
        j    3b
4:      srli t0, s1, 13         # rs1 の値
        andi t0, t0, 31 << 2
        add  t0, t0, s0
        lw   t0, 0(t0)
        lw   t1, 4(s3)          # 元の値
        srli t2, s1, 5
        andi t2, t2, 31 << 2    # rd
        beqz t2, 5f
        add  t2, t2, s0
        sw   t1, 0(t2)
5:      li   t3, 1
        beq  s2, t3, 7f
        li   t3, 2
        beq  s2, t3, 6f
        not  t0, t0
        and  t0, t0, t1
        j    7f
6:      or   t0, t0, t1
7:      sw   t0, 4(s3)
        la   t1, guest_satp - 4
        bne  s3, t1, next
        call flush_shadow       # 【4】 ゲストが別の表に切り替えた
next:
        csrr t0, mepc
        addi t0, t0, 4
        csrw mepc, t0
resume:
        mv   sp, s0
        each_register lw
        lw   sp, 4*2(sp)
        mret
unknown:
        li   a0, 2
        j    reflect

finish:
        li   t0, 0x100000
        li   t1, 0x5555
        sw   t1, 0(t0)

        .data
next_table:
        .word SHADOW + PAGE
bare_leaf:                      # satp が 0 のときの葉: 何でもできる
        .word V | R | W | X | A | D
# ゲストの CSR: 番号と値
guest_csrs:
        .word 0x105
guest_stvec:
        .word 0
        .word 0x140, 0          # sscratch
        .word 0x141
guest_sepc:
        .word 0
        .word 0x142
guest_scause:
        .word 0
        .word 0x143
guest_stval:
        .word 0
        .word 0x180
guest_satp:
        .word 0
        .word -1
        .bss
        .balign 16
frame:  .space 128
        .space 1024
stack_top:
