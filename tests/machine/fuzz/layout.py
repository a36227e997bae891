"""Where a random program keeps what: a small RAM, so that its parts meet."""

from courseware.machine.memory_map import RAM_BASE

MEMORY_BYTES = 0x2_0000

CODE = RAM_BASE
CODE_BYTES = 0x3000
HANDLERS = RAM_BASE + 0x3000
DATA = RAM_BASE + 0x5000  # a page boundary in the middle of two pages of data
SAVED = RAM_BASE + 0x6000  # where the handlers keep registers: M mode's, then S, then VS
TOHOST = RAM_BASE + 0x6800
FREE = RAM_BASE + 0x7000
GUEST_ROOT = RAM_BASE + 0x8000  # of the second stage: 16 KiB
GUEST_LEAVES = RAM_BASE + 0xC000
ROOTS = (RAM_BASE + 0xD000, RAM_BASE + 0xE000)  # of the spaces for S and for U mode
LEAVES = (RAM_BASE + 0xF000, RAM_BASE + 0x1_0000)  # 4-KiB pages of RAM

# The same RAM at other virtual addresses, by 4-KiB pages and by a superpage.
ALIAS = 0x4000_0000
SUPER_ALIAS = 0x8040_0000

# Registers with a purpose; fragments may change all others.
BASE = 30  # holds DATA
SCRATCH = 31
COUNTERS = (9, 8, 27, 26)  # of loops, by depth; the first two have short encodings
FREE_REGISTERS = tuple(r for r in range(1, 30) if r not in (2, *COUNTERS))
