# Runs a kernel in M mode, without translation.
start:
        li      sp, STACK
        jal     kernel
finish: ebreak

