        .text
_start:
        li   t0, 0x10000000
        li   t1, 'H'
        sb   t1, 0(t0)
        li   t1, 'i'
        sb   t1, 0(t0)
        ebreak
