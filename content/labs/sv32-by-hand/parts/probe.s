# ADDRESS に一度だけ触れる。OPERATION が 0 なら読み、1 なら書き、2 なら実行する
        .text
_start:
        li   s0, ADDRESS
        .if OPERATION == 0
        lw   t0, 0(s0)
        .elseif OPERATION == 1
        sw   zero, 0(s0)
        .else
        jalr s0
        .endif
        li   a0, 0x21           # !: 止められなかった
        li   a7, 1
        ecall
        li   a7, 0
        ecall

        .balign 4096
        ret
        .data
        .balign 4096
        ret
