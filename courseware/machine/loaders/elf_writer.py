"""A program as an ELF executable that GNU's tools and ``load_elf`` read."""

from collections.abc import Iterable

from courseware.machine.loaders.elf_format import (
    ABSOLUTE,
    CLASS_32,
    CODE_FLAGS,
    COMPRESSED,
    CURRENT_VERSION,
    DATA_FLAGS,
    EXECUTABLE,
    GLOBAL,
    HEADER,
    IDENT_BYTES,
    LITTLE_ENDIAN,
    LOADABLE,
    MACHINE_RISCV,
    MAGIC,
    PROGBITS,
    PROGRAM_HEADER,
    READ_WRITE_EXECUTE,
    SECTION_HEADER,
    STRING_TABLE,
    SYMBOL,
    SYMBOL_TABLE,
    Header,
    SectionHeader,
    SegmentHeader,
    Symbol,
)
from courseware.machine.program import Program, Segment

_IDENT = (MAGIC + bytes((CLASS_32, LITTLE_ENDIAN, CURRENT_VERSION))).ljust(IDENT_BYTES, b"\0")
_ALIGNMENT = 4
_NO_SECTION = SectionHeader(0, 0)
_NO_SYMBOL = Symbol(0, 0, 0, 0, 0, 0)


def write_elf(program: Program) -> bytes:
    """Return the executable: a loadable segment and a section for each segment of the program.

    A program does not say which of its bytes are code: the section where it begins is called
    .text, others .data, and all may be executed. Source lines are left out.
    """
    parts = [segment for segment in program.segments if segment.data]
    content = bytearray(HEADER.size + PROGRAM_HEADER.size * len(parts))
    segments = [_segment(part, _append(content, part.data)) for part in parts]
    sections_offset, section_count = _append_sections(content, program, segments)
    header = Header(
        ident=_IDENT,
        type=EXECUTABLE,
        machine=MACHINE_RISCV,
        version=CURRENT_VERSION,
        entry=program.entry,
        segments_offset=HEADER.size,
        sections_offset=sections_offset,
        flags=COMPRESSED if _has_short_instructions(program) else 0,
        size=HEADER.size,
        segment_size=PROGRAM_HEADER.size,
        segment_count=len(segments),
        section_size=SECTION_HEADER.size,
        section_count=section_count,
        names_index=section_count - 1,
    )
    start = HEADER.pack(*header) + b"".join(PROGRAM_HEADER.pack(*item) for item in segments)
    content[: len(start)] = start
    return bytes(content)


def _has_short_instructions(program: Program) -> bool:
    """Say whether an instruction, as far as the program knows where they are, has 16 bits."""
    return any(
        part.data[address - part.address] & 3 != 3
        for part in program.segments
        for address in program.lines
        if 0 <= address - part.address < len(part.data)
    )


def _segment(part: Segment, offset: int) -> SegmentHeader:
    return SegmentHeader(
        type=LOADABLE,
        offset=offset,
        virtual=part.address,
        physical=part.address,
        file_bytes=len(part.data),
        memory_bytes=len(part.data),
        flags=READ_WRITE_EXECUTE,
        alignment=1,
    )


def _append_sections(
    content: bytearray, program: Program, segments: list[SegmentHeader]
) -> tuple[int, int]:
    """Add the tables of symbols, names and sections; return the last one's offset and length."""
    loaded = [".text" if _holds(item, program.entry) else ".data" for item in segments]
    names, name_offsets = _strings([*loaded, ".symtab", ".strtab", ".shstrtab"])
    symbol_names, symbol_offsets = _strings(program.symbols)
    symbols = [_NO_SYMBOL] + [
        Symbol(symbol_offsets[name], value, 0, GLOBAL << 4, 0, _section_of(value, segments))
        for name, value in program.symbols.items()
    ]
    sections = [_NO_SECTION]
    for name, item in zip(loaded, segments, strict=True):
        flags = CODE_FLAGS if name == ".text" else DATA_FLAGS
        place = (item.physical, item.offset, item.file_bytes)
        sections.append(SectionHeader(name_offsets[name], PROGBITS, flags, *place))
    table = b"".join(SYMBOL.pack(*symbol) for symbol in symbols)
    sections.append(
        SectionHeader(
            name_offsets[".symtab"],
            SYMBOL_TABLE,
            offset=_append(content, table),
            size=len(table),
            link=len(sections) + 1,  # .strtab is next
            info=1,  # the first symbol that is not local
            entry_size=SYMBOL.size,
        )
    )
    for name, data in ((".strtab", symbol_names), (".shstrtab", names)):
        place = (0, _append(content, data), len(data))
        sections.append(SectionHeader(name_offsets[name], STRING_TABLE, 0, *place))
    packed = b"".join(SECTION_HEADER.pack(*section) for section in sections)
    return _append(content, packed), len(sections)


def _append(content: bytearray, data: bytes) -> int:
    """Add data to a file, aligned, and return its offset."""
    content.extend(bytes(-len(content) % _ALIGNMENT))
    offset = len(content)
    content.extend(data)
    return offset


def _strings(names: Iterable[str]) -> tuple[bytes, dict[str, int]]:
    """Return a string table and the offset of each name in it."""
    table, offsets = bytearray(1), dict[str, int]()
    for name in names:
        offsets.setdefault(name, len(table))
        table.extend(name.encode() + b"\0")
    return bytes(table), offsets


def _section_of(value: int, segments: list[SegmentHeader]) -> int:
    """Return the number of the section that a value points into, or else just behind."""
    for behind in (0, 1):
        for number, segment in enumerate(segments, 1):
            if _holds(segment, value - behind):
                return number
    return ABSOLUTE


def _holds(segment: SegmentHeader, address: int) -> bool:
    return segment.physical <= address < segment.end
