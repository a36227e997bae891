# セクター 0 から 7。32 ビットの数 0、1、2 … を STEP 倍したものが並ぶ
        .ifndef STEP
        .equ STEP, 1
        .endif
        .set n, 0
        .rept 8 * 128
        .word n * STEP
        .set n, n + 1
        .endr
