"""Where things are: a part of the memory map of QEMU's ``virt`` board, and one device more.

Source: QEMU, hw/riscv/virt.c, ``virt_memmap``, and include/hw/riscv/virt.h for the interrupts.
The bare block device is this machine's own.
"""

FINISHER_BASE = 0x0010_0000
FINISHER_SIZE = 0x1000
CLINT_BASE = 0x0200_0000
CLINT_SIZE = 0x1_0000
PLIC_BASE = 0x0C00_0000
PLIC_SIZE = 0x60_0000
UART_BASE = 0x1000_0000
UART_SIZE = 0x100
VIRTIO_BLOCK_BASE = 0x1000_1000
VIRTIO_CONSOLE_BASE = 0x1000_2000
VIRTIO_SIZE = 0x1000
BARE_BLOCK_BASE = 0x1001_0000
BARE_BLOCK_SIZE = 0x1000
RAM_BASE = 0x8000_0000

# Interrupt sources of the PLIC.
VIRTIO_BLOCK_IRQ = 1
VIRTIO_CONSOLE_IRQ = 2
UART_IRQ = 10
BARE_BLOCK_IRQ = 11
