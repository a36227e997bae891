"""ELF executables: 32 bits, little-endian, RISC-V.

The bytes are not trusted: every offset is checked against the file, every count has a
limit, and what the segments take is at most the largest RAM.
"""

import struct
from collections.abc import Iterator
from itertools import pairwise

from courseware.machine.loaders.elf_format import (
    CLASS_32,
    CLASS_64,
    EXECUTABLE,
    HEADER,
    LITTLE_ENDIAN,
    LOADABLE,
    LOCAL,
    MACHINE_RISCV,
    MAGIC,
    NAMED_THINGS,
    PROGRAM_HEADER,
    SECTION_HEADER,
    SYMBOL,
    SYMBOL_TABLE,
    UNDEFINED,
    Header,
    SectionHeader,
    SegmentHeader,
    Symbol,
)
from courseware.machine.loaders.problem import LoadError
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.program import Program, Segment
from courseware.machine.ram import PAGE_BYTES
from courseware.machine.state import MAX_MEMORY_BYTES
from courseware.machine.stop import hexadecimal

MAX_SEGMENTS = 64
MAX_SECTIONS = 4_096
MAX_SYMBOLS = 262_144
# Longer names are left out: only compilers make them, and nobody types them.
MAX_NAME_BYTES = 255

_END_OF_RAM = RAM_BASE + MAX_MEMORY_BYTES


def load_elf(data: bytes) -> Program:
    """Return the program of an ELF executable.

    Its segments are the loadable ones, by physical address; memory that the file does not fill
    starts as zero and takes no bytes here: an empty segment marks where it ends. ``symbols`` are
    the functions, objects and untyped names of the symbol table; of two with one name the global
    one counts, then the first. ``tohost`` is the symbol of that name. Raises LoadError.
    """
    header = _header(data)
    loadable = _loadable_segments(data, header)
    symbols = _symbols(data, header)
    return Program(
        tuple(part for segment in loadable for part in _parts(data, segment)),
        _entry(header.entry, loadable),
        symbols,
        {},
        symbols.get("tohost"),
    )


def _header(data: bytes) -> Header:
    if data[: len(MAGIC)] != MAGIC:
        raise LoadError(
            "ELF ファイルではありません (先頭の 4 バイトが 7f 45 4c 46 ではありません)。"
        )
    if len(data) < HEADER.size:
        raise _truncated("ELF ヘッダー")
    header = Header(*HEADER.unpack_from(data))
    bits, order = header.ident[4], header.ident[5]
    if bits != CLASS_32:
        raise LoadError(
            ("64 ビットの ELF ファイルです。" if bits == CLASS_64 else "ELF のクラスが不明です。")
            + "この計算機は 32 ビット (RV32) です。"
            "-march=rv32imac -mabi=ilp32 を付けて作り直してください。"
        )
    if order != LITTLE_ENDIAN:
        raise LoadError("ビッグ・エンディアンの ELF ファイルです。リトル・エンディアンに限ります。")
    if header.machine != MACHINE_RISCV:
        raise LoadError(
            f"RISC-V 用の ELF ファイルではありません (機種の番号 {header.machine}、"
            f"RISC-V は {MACHINE_RISCV})。RISC-V 用のコンパイラーで作り直してください。"
        )
    if header.type != EXECUTABLE:
        raise LoadError(
            f"実行できる形 (ET_EXEC) の ELF ファイルではありません (種類の番号 {header.type})。"
            "オブジェクト・ファイルならリンクし、-static -no-pie を付けてください。"
        )
    return header


def _loadable_segments(data: bytes, header: Header) -> list[SegmentHeader]:
    """Return the segments that take memory, by physical address."""
    entries = _table(
        data,
        "プログラム・ヘッダー",
        PROGRAM_HEADER,
        header.segments_offset,
        header.segment_count,
        header.segment_size,
        MAX_SEGMENTS,
    )
    segments = [
        _without_headers(segment)
        for segment in map(SegmentHeader._make, entries)
        if segment.type == LOADABLE and segment.memory_bytes
    ]
    if not segments:
        raise LoadError("メモリーに置く部分 (PT_LOAD) が 1 つもない ELF ファイルです。")
    for segment in segments:
        _check_segment(data, segment)
    segments.sort(key=lambda segment: segment.physical)
    for one, other in pairwise(segments):
        if one.end > other.physical:
            raise LoadError(
                f"{hexadecimal(other.physical)} 番地で、2 つの部分 (PT_LOAD) が重なっています。"
                "リンカー・スクリプトの番地を確かめてください。"
            )
    return segments


def _without_headers(segment: SegmentHeader) -> SegmentHeader:
    """Return the segment without the headers that GNU ld puts into the page before RAM.

    So does ld -Ttext=0x80000000: the segment begins with the file itself, and nobody reads it.
    """
    before = RAM_BASE - segment.physical
    if segment.offset != 0 or not 0 < before <= min(PAGE_BYTES, segment.file_bytes):
        return segment
    return segment._replace(
        offset=before,
        virtual=segment.virtual + before,
        physical=RAM_BASE,
        file_bytes=segment.file_bytes - before,
        memory_bytes=segment.memory_bytes - before,
    )


def _check_segment(data: bytes, segment: SegmentHeader) -> None:
    start = hexadecimal(segment.physical)
    if segment.file_bytes > segment.memory_bytes:
        raise LoadError(
            f"{start} 番地の部分の大きさが矛盾しています "
            f"(ファイルの {segment.file_bytes:,} バイトを、"
            f"メモリーの {segment.memory_bytes:,} バイトに置くことはできません)。"
        )
    if segment.offset + segment.file_bytes > len(data):
        raise _truncated(f"{start} 番地の部分")
    if not RAM_BASE <= segment.physical <= segment.end <= _END_OF_RAM:
        raise LoadError(
            f"{start} 番地からの {segment.memory_bytes:,} バイトは RAM に入りません。"
            f"RAM は {hexadecimal(RAM_BASE)} 番地から、最大で {MAX_MEMORY_BYTES:,} バイトです。"
            f"リンクするときに -Ttext={RAM_BASE:#x} などで番地を指定してください。"
        )


def _parts(data: bytes, segment: SegmentHeader) -> Iterator[Segment]:
    content = data[segment.offset : segment.offset + segment.file_bytes]
    if content:
        yield Segment(segment.physical, content)
    if segment.memory_bytes > segment.file_bytes:
        yield Segment(segment.end, b"")


def _entry(entry: int, segments: list[SegmentHeader]) -> int:
    """Return the physical address of the first instruction.

    An entry that lies in a segment's virtual addresses is taken there, as QEMU does
    (include/hw/elf_ops.h.inc): before a kernel has turned paging on, it runs where it lies.
    """
    for segment in segments:
        if segment.virtual <= entry < segment.virtual + segment.memory_bytes:
            entry += segment.physical - segment.virtual
            break
    if entry % 2 or not any(segment.physical <= entry < segment.end for segment in segments):
        raise LoadError(
            f"最初の命令の番地 (エントリー・ポイント) {hexadecimal(entry)} に命令がありません。"
            "_start を定義し、リンカーの -e で指定してください。"
        )
    return entry


# --- symbols ---


def _symbols(data: bytes, header: Header) -> dict[str, int]:
    """Return the addresses of the named things, in the order of the table."""
    sections = [
        SectionHeader._make(entry)
        for entry in _table(
            data,
            "セクション・ヘッダー",
            SECTION_HEADER,
            header.sections_offset,
            header.section_count,
            header.section_size,
            MAX_SECTIONS,
        )
    ]
    table = next((section for section in sections if section.type == SYMBOL_TABLE), None)
    if table is None:
        return {}
    if table.link >= len(sections):
        raise LoadError(
            "シンボル表の名前を入れたセクションが見つかりません。ファイルが壊れています。"
        )
    names = _content(data, sections[table.link])
    count = table.size // SYMBOL.size
    entries = _table(data, "シンボル表", SYMBOL, table.offset, count, table.entry_size, MAX_SYMBOLS)
    found: dict[str, int] = {}
    globals_: set[str] = set()
    for symbol in map(Symbol._make, entries):
        if symbol.section == UNDEFINED or symbol.info & 0xF not in NAMED_THINGS:
            continue
        name = _name(names, symbol.name)
        is_global = symbol.info >> 4 != LOCAL
        if name and (name not in found or (is_global and name not in globals_)):
            found[name] = symbol.value
            if is_global:
                globals_.add(name)
    return found


def _name(names: bytes, offset: int) -> str:
    """Return a symbol's name, or "" for none, a mapping symbol ($x, $d), and one too long."""
    end = names.find(b"\0", offset, offset + MAX_NAME_BYTES + 1)
    if offset >= len(names) or end < 0 or names[offset : offset + 1] == b"$":
        return ""
    return names[offset:end].decode("utf-8", "replace")


def _content(data: bytes, section: SectionHeader) -> bytes:
    if section.offset + section.size > len(data):
        raise _truncated("シンボルの名前")
    return data[section.offset : section.offset + section.size]


# --- tables ---


def _table(
    data: bytes, what: str, layout: struct.Struct, offset: int, count: int, size: int, limit: int
) -> Iterator[tuple[int, ...]]:
    """Return the entries of a table. Raises LoadError when it does not lie in the file."""
    if count == 0:
        return iter(())
    if size != layout.size:
        raise LoadError(
            f"{what}の 1 件の大きさが {size} バイトです ({layout.size} バイトのはずです)。"
            "ファイルが壊れています。"
        )
    if count > limit:
        raise LoadError(f"{what}が {count:,} 件あります。上限は {limit:,} 件です。")
    end = offset + count * size
    if end > len(data):
        raise _truncated(what)
    return layout.iter_unpack(data[offset:end])


def _truncated(what: str) -> LoadError:
    return LoadError(
        f"{what}がファイルの終わりを越えています。"
        "ファイルが途中で切れています。もう一度コピーするか、作り直してください。"
    )
