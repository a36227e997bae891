# H 拡張を使うハイパーバイザー (HS モード)。ゲストのカーネルは VS モードで動く。
# 書くところは【1】から【6】の六つ。
        .equ PAGE, 4096
        .equ GUEST, 0x80000000          # ゲスト物理アドレスの先頭
        .equ GUEST_PAGES, 32            # ゲストのメモリー: 128 KiB
        .equ HOST, 0x80080000           # それを置いたホスト物理アドレス
        .equ GROOT, 0x80010000          # G 段の 1 段目: 16 KiB
        .equ GTABLE, 0x80014000         # G 段の 2 段目

# エントリーのビット
        .equ V, 1
        .equ R, 2
        .equ W, 4
        .equ X, 8
        .equ U, 16

        .equ SPV, 1 << 7                # hstatus: sret の後、V を 1 に
        .equ SPP, 1 << 8                # sstatus: sret の後、S モードに

        .data
# 【5】 「自分の表を作るカーネル」で測った数
measured:
        .word 0                 # HS への例外の回数 (exit)
        .word 0                 # VS 段のエントリーを読んだ回数
        .word 0                 # G 段のエントリーを読んだ回数
answers:
        .word 0                 # 問 1
        .word 0                 # 問 2
        .word 0                 # 問 3
        .word 0                 # 問 4

        .text
# ファームウェア (M モード): 例外を HS に任せ、HS モードへ
_start:
        li   t0, -1             # PMP: すべてを許し、G 段の表だけで守る
        csrw pmpaddr0, t0
        li   t0, 0x1f
        csrw pmpcfg0, t0
        li   t0, 0xf0b5ff
        csrw medeleg, t0
        li   t0, 1 << 11        # MPP: S
        csrw mstatus, t0
        la   t0, hypervisor
        csrw mepc, t0
        mret

# ハイパーバイザー (HS モード)
hypervisor:
        la   t0, exits
        csrw stvec, t0
        la   t0, frame
        csrw sscratch, t0

        # 【1】 G 段の表: ゲストの 32 ページを、ホストの 32 ページへ

        # 【2】 hgatp

        # 【3】 ゲストの中で片付く例外は、VS モードへ直接届ける

        # 【4】 VS モードで、ゲストの先頭へ
        sret

# ---- 配られた部品 ----

# ゲストからの exit
        .balign 4
exits:
        csrrw sp, sscratch, sp
        sw   t0, 0(sp)
        csrr t0, scause
        addi t0, t0, -10        # VS モードからの ecall: ファームウェアの呼び出し (SBI)
        bnez t0, stopped
        addi t0, a7, -8         # a7 が 8 なら終わり、1 なら a0 の 1 文字を出力
        beqz t0, finish
        li   t0, 0x10000000
        sb   a0, 0(t0)
        csrr t0, sepc
        addi t0, t0, 4
        csrw sepc, t0
        lw   t0, 0(sp)
        csrrw sp, sscratch, sp
        sret                    # hstatus.SPV は、exit のときに 1 になっている

# ほかの exit: ゲストを止め、理由を残す
stopped:
        la   t1, guest_fault
        csrr t0, scause
        sw   t0, 0(t1)
        csrr t0, htval          # ゲスト物理アドレス >> 2
        sw   t0, 4(t1)
finish:
        li   t0, 0x100000
        li   t1, 0x5555
        sw   t1, 0(t0)

        .data
guest_fault:                    # 0: ゲストは最後まで動いた
        .word 0, 0
        .bss
frame:  .space 16
