# クローンのために空けてある 8 KiB。配置は guest.s と同じ
        .org 0x1000
step:   .word 0
        .org 0x2000
