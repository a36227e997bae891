# ページ表を使わないゲスト: 自分のメモリーの終わりまで書き、読み直す
        .text
_start:
        li   t0, 0x80001000
        li   t1, 0x80020000
        li   t2, 4096
1:      sw   t0, 0(t0)
        add  t0, t0, t2
        bltu t0, t1, 1b
        li   a0, 0x4f           # O
        li   a7, 1
        ecall
        li   t0, 0x80001000
2:      lw   t3, 0(t0)
        bne  t3, t0, 3f
        add  t0, t0, t2
        bltu t0, t1, 2b
        li   a0, 0x4b           # K
        ecall
3:      li   a0, 10
        ecall
        li   a7, 8
        ecall
