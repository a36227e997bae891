"""The parts of an ELF file of 32 bits, little-endian: their layout and the numbers in them.

Sources: System V ABI, chapters "Object Files" and "Program Loading"; RISC-V ELF psABI, "Object
Files". The fields of each part stand in the order of the file.
"""

import struct
from typing import NamedTuple

MAGIC = b"\x7fELF"
# e_ident: magic, class, byte order, version, then zeroes.
IDENT_BYTES = 16
CLASS_32 = 1
CLASS_64 = 2
LITTLE_ENDIAN = 1
CURRENT_VERSION = 1
# e_type, e_machine
EXECUTABLE = 2
MACHINE_RISCV = 243
# e_flags
COMPRESSED = 1  # EF_RISCV_RVC: there are instructions of 16 bits
# p_type, p_flags
LOADABLE = 1
READ_WRITE_EXECUTE = 7
# sh_type, sh_flags
PROGBITS = 1
SYMBOL_TABLE = 2
STRING_TABLE = 3
DATA_FLAGS = 3  # SHF_WRITE and SHF_ALLOC
CODE_FLAGS = 6  # SHF_ALLOC and SHF_EXECINSTR
# st_shndx
UNDEFINED = 0
ABSOLUTE = 0xFFF1
# st_info: the binding in the upper four bits, the type in the lower ones
LOCAL = 0
GLOBAL = 1
NAMED_THINGS = (0, 1, 2)  # STT_NOTYPE, STT_OBJECT, STT_FUNC

HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
PROGRAM_HEADER = struct.Struct("<IIIIIIII")
SECTION_HEADER = struct.Struct("<IIIIIIIIII")
SYMBOL = struct.Struct("<IIIBBH")


class Header(NamedTuple):
    """The beginning of the file."""

    ident: bytes
    type: int
    machine: int
    version: int
    entry: int
    segments_offset: int
    sections_offset: int
    flags: int
    size: int
    segment_size: int
    segment_count: int
    section_size: int
    section_count: int
    names_index: int


class SegmentHeader(NamedTuple):
    """Bytes that belong into memory."""

    type: int
    offset: int
    virtual: int
    physical: int
    file_bytes: int
    memory_bytes: int
    flags: int
    alignment: int

    @property
    def end(self) -> int:
        """Return the physical address behind the segment."""
        return self.physical + self.memory_bytes


class SectionHeader(NamedTuple):
    """A part of the file with a name."""

    name: int
    type: int
    flags: int = 0
    address: int = 0
    offset: int = 0
    size: int = 0
    link: int = 0
    info: int = 0
    alignment: int = 0
    entry_size: int = 0


class Symbol(NamedTuple):
    """A name and its value."""

    name: int
    value: int
    size: int
    info: int
    other: int
    section: int
