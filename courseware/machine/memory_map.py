"""Where things are: a part of the memory map of QEMU's ``virt`` board.

Source: QEMU, hw/riscv/virt.c, ``virt_memmap``.
"""

FINISHER_BASE = 0x0010_0000
FINISHER_SIZE = 0x1000
UART_BASE = 0x1000_0000
UART_SIZE = 0x100
RAM_BASE = 0x8000_0000
