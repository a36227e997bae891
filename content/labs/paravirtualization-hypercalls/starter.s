# 準仮想化のモニターと、ゲストに渡す関数。書くところは【1】【2】【3】の三つ。
        .equ GUEST, 0x80010000  # ゲストのメモリー (64 KiB) の先頭
        .equ TABLE, 0x80020000  # ゲストのページテーブル (末端の 1 枚)。ゲストは読むだけ
        .equ ROOT, 0x80021000   # 根のページテーブル。モニターのもの
        .equ QUEUE, 0x8001f000  # 要求の列: たまっている数、0、(番地、値) が 32 組まで
        .equ QUEUE_LENGTH, 32
        .equ MMU_UPDATE, 0x0a000001     # ハイパーコールの番号 (a7)
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

        .text
_start:
        li   t0, GUEST >> 2 | 0x1fff    # PMP 0: ゲストの 64 KiB
        csrw pmpaddr0, t0
        li   t0, TABLE >> 2 | 0x3ff     # PMP 1: 二枚のページテーブル (読むだけ)
        csrw pmpaddr1, t0
        la   t0, guest_functions        # PMP 2、3: ゲストに渡す関数 (読むか実行するだけ)
        srli t0, t0, 2
        csrw pmpaddr2, t0
        la   t0, guest_functions_end
        srli t0, t0, 2
        csrw pmpaddr3, t0
        li   t0, 0x0d00191f
        csrw pmpcfg0, t0
        csrw mstatus, zero              # MPP = U

        li   t0, ROOT + 4*0x200         # 0x80000000 からの 4 MiB は、そのままの番地に見せる
        li   t1, 0x80000000 >> 2 | 0xdf
        sw   t1, 0(t0)
        li   t0, ROOT + 4*1             # 0x00400000 からの 4 MiB は、ゲストの表で決まる
        li   t1, TABLE >> 2 | 1
        sw   t1, 0(t0)
        li   t1, ROOT >> 12 | 1 << 31
        csrw satp, t1
        sfence.vma

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
        li   t1, 7
        beq  t0, t1, store_fault        # ストアのアクセス・フォールト
        j    reflect

# --- 不正命令: ゲストのカーネルの特権命令なら、仮想 CPU に対して実行する ---
illegal:
        lw   t0, MODE(s0)
        beqz t0, reflect                # ゲストの U モードでは、許されない
        csrr s2, mtval                  # s2: トラップした命令
        li   t0, 0x10200073
        beq  s2, t0, emulate_sret
        li   t0, 0xfe007fff
        and  t0, s2, t0
        li   t1, 0x12000073
        beq  t0, t1, emulate_sfence
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

emulate_sfence:
        sfence.vma                      # 本物の TLB の、古い変換を捨てる
        j    resume

# --- ページテーブルへの書き込み: 検査して、代わりに書く ---
store_fault:
        lw   t0, MODE(s0)
        beqz t0, reflect
        csrr t0, mepc
        bgez t0, reflect                # RAM (0x80000000 から) の命令だけを調べる
        lw   t0, 0(t0)
        li   t1, 0x707f
        and  t1, t0, t1
        li   t2, 0x2023                 # sw 命令か
        bne  t1, t2, reflect
        csrr a0, mtval                  # a0: 番地
        srli t0, t0, 20
        andi t0, t0, 31
        slli t0, t0, 2
        add  t0, t0, s0
        lw   a1, 0(t0)                  # a1: 値 (rs2)
        call is_allowed
        beqz t0, reflect
        sw   a1, 0(a0)
        j    resume

# ゲストが、a0 番地のエントリーを a1 にしてよければ t0 に 1、いけなければ 0 を返す
is_allowed:
        li   t1, TABLE
        sub  t0, a0, t1
        srli t0, t0, 12
        bnez t0, refuse                 # ゲストの表の外
        andi t0, a0, 3
        bnez t0, refuse
        andi t0, a1, 1
        beqz t0, allow                  # V = 0: 変換を消す
        andi t0, a1, 0xd0
        addi t0, t0, -0xd0              # U、A、D はどれも 1
        bnez t0, refuse
        srli t0, a1, 10                 # 行き先の物理ページ番号
        li   t1, GUEST >> 12
        sub  t0, t0, t1
        sltiu t0, t0, 16                # ゲストの 64 KiB の中か
        ret
allow:  li   t0, 1
        ret
refuse: li   t0, 0
        ret

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
        li   t0, MMU_UPDATE
        beq  a7, t0, mmu_update
        li   t0, -2                     # SBI_ERR_NOT_SUPPORTED
        sw   t0, 4*10(s0)
        j    resume

# ハイパーコール: 要求の列 (a0 番地から a1 組) を、先頭から順に行う。
# 済んだ数を、ゲストの a0 に返す。列がゲストのメモリーからはみ出すときは -1
mmu_update:
        lw   s2, 4*10(s0)               # s2: 列の番地
        lw   s3, 4*11(s0)               # s3: 組の数
        li   s4, -1                     # s4: 返す値
        li   t0, 512
        bltu t0, s3, finish_update
        andi t0, s2, 3
        bnez t0, finish_update
        li   t0, GUEST
        sub  t0, s2, t0
        li   t1, 0x10000
        bgeu t0, t1, finish_update
        slli t2, s3, 3
        add  t0, t0, t2
        bltu t1, t0, finish_update
        # 【3】 s4 を 0 から数えながら、s3 組について、(番地、値) を a0 と a1 に読み、
        #      is_allowed が許せば書き、許さなければそこで終わる
finish_update:
        sfence.vma                      # 古い変換を捨てるのも、一度で済む
        sw   s4, 4*10(s0)
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

# --- ゲストに渡す関数: ゲストのカーネルが呼び、U モードで動く ---
        .balign 4
guest_functions:

# set_pte(a0: エントリーの番号、a1: 値)。flush_updates までに済めばよい
set_pte:
        slli t0, a0, 2
        li   t1, TABLE
        add  t0, t0, t1                 # t0: エントリーの番地
        # 【1】 表に書く代わりに、(t0、a1) を列の最後に加え、数を 1 増やす。
        #      32 組になったら flush_updates に進む
        sw   a1, 0(t0)                  # この 2 命令は、どちらもトラップする
        sfence.vma
        ret

# flush_updates(): たまっている要求を、すべて済ませる
flush_updates:
        # 【2】 一組もなければ戻る。あれば、列を空にして、ハイパーコールで頼む
        ret
guest_functions_end:

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
