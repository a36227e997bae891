"""Programs from files: what loads, and what is said about what does not."""

import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.machine import AssemblyError, Machine, MachineLimits, Program, Segment, assemble
from courseware.machine.loaders import LoadError, load, load_elf, load_file, load_flat
from courseware.machine.loaders import elf as reader
from courseware.machine.loaders.elf_format import (
    ABSOLUTE,
    EXECUTABLE,
    GLOBAL,
    HEADER,
    LOADABLE,
    LOCAL,
    MACHINE_RISCV,
    PROGRAM_HEADER,
    SECTION_HEADER,
    STRING_TABLE,
    SYMBOL,
    SYMBOL_TABLE,
    Header,
)
from courseware.machine.loaders.elf_writer import write_elf
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.state import MAX_MEMORY_BYTES

NOP = bytes.fromhex("13000000")
EBREAK = bytes.fromhex("73001000")
FUNCTION, FILE, SECTION = 2, 4, 3


def elf(
    segments: tuple[tuple[int, bytes, int], ...] = ((RAM_BASE, NOP + EBREAK, 8),),
    symbols: tuple[tuple[str, int, int, int, int], ...] = (),
    *,
    entry: int = RAM_BASE,
    virtual_offset: int = 0,
) -> bytes:
    """Return an ELF file, made here by the specification and not by the module under test.

    Segments are (physical address, bytes, size in memory); symbols are (name, value, binding,
    type, section).
    """
    names = b"\0" + b"".join(name.encode() + b"\0" for name, *_ in symbols)
    table = bytes(16)
    position = 1
    for name, value, binding, kind, section in symbols:
        table += struct.pack("<IIIBBH", position, value, 0, binding << 4 | kind, 0, section)
        position += len(name.encode()) + 1
    body = b""
    headers = b""
    start = 52 + 32 * len(segments)
    for address, data, size in segments:
        virtual = address + virtual_offset & 0xFFFF_FFFF
        headers += struct.pack(
            "<8I", 1, start + len(body), virtual, address, len(data), size, 7, 4096
        )
        body += data
    table_offset = start + len(body)
    names_offset = table_offset + len(table)
    sections = (
        bytes(40)
        + struct.pack("<10I", 0, 2, 0, 0, table_offset, len(table), 2, 1, 4, 16)
        + struct.pack("<10I", 0, 3, 0, 0, names_offset, len(names), 0, 0, 1, 0)
    )
    header = struct.pack(
        "<16sHHIIIIIHHHHHH",
        b"\x7fELF\x01\x01\x01",
        2,
        243,
        1,
        entry,
        52,
        names_offset + len(names),
        0,
        52,
        32,
        len(segments),
        40,
        3,
        0,
    )
    return header + headers + body + table + names + sections


def patched(data: bytes, offset: int, new: bytes) -> bytes:
    return data[:offset] + new + data[offset + len(new) :]


# --- what loads ---


def test_a_segment_lies_at_its_physical_address_and_runs() -> None:
    program = load_elf(elf(((RAM_BASE + 0x1000, NOP + EBREAK, 8),), entry=RAM_BASE + 0x1000))
    assert program.segments == (Segment(RAM_BASE + 0x1000, NOP + EBREAK),)
    machine = Machine(program)
    machine.run(10)
    assert machine.pc == RAM_BASE + 0x1004


def test_headers_in_the_page_before_ram_are_left_out() -> None:
    """So GNU ld -Ttext=0x80000000 makes it: the first segment begins with the file itself."""
    data = elf().ljust(0x1000, b"\0") + NOP + EBREAK
    size = (0x1008).to_bytes(4, "little")
    place = (RAM_BASE - 0x1000).to_bytes(4, "little")
    headers = struct.pack("<I", 0) + 2 * place + 2 * size
    assert load_elf(patched(data, 56, headers)).segments == (Segment(RAM_BASE, NOP + EBREAK),)
    earlier = (RAM_BASE - 0x2000).to_bytes(4, "little")
    with pytest.raises(LoadError, match="0x7fffe000"):
        load_elf(patched(data, 56, struct.pack("<I", 0) + 2 * earlier + 2 * size))


def test_memory_that_the_file_does_not_fill_takes_no_bytes() -> None:
    size = MAX_MEMORY_BYTES
    program = load_elf(elf(((RAM_BASE, NOP, size),)))
    assert sum(len(segment.data) for segment in program.segments) == 4
    assert program.segments[-1] == Segment(RAM_BASE + size, b"")


def test_memory_that_starts_as_zero_must_fit_into_the_machine() -> None:
    limits = MachineLimits(memory_bytes=8_192)
    Machine(load_elf(elf(((RAM_BASE, NOP, 8_192),))), limits)
    with pytest.raises(ValueError, match="0x80002001"):
        Machine(load_elf(elf(((RAM_BASE, NOP, 8_193),))), limits)


def test_an_entry_among_virtual_addresses_is_taken_to_where_its_segment_lies() -> None:
    data = elf(entry=0xC000_0004, virtual_offset=0x4000_0000)
    assert load_elf(data).entry == RAM_BASE + 4


def test_segments_come_in_the_order_of_their_addresses() -> None:
    program = load_elf(elf(((RAM_BASE + 64, EBREAK, 4), (RAM_BASE, NOP, 4))))
    assert [segment.address for segment in program.segments] == [RAM_BASE, RAM_BASE + 64]


def test_symbols_are_functions_objects_and_untyped_names() -> None:
    symbols = (
        ("main.c", 0, LOCAL, FILE, ABSOLUTE),
        ("", RAM_BASE, LOCAL, SECTION, 1),
        ("$x", RAM_BASE, LOCAL, 0, 1),
        ("$xrv32i2p1", RAM_BASE, LOCAL, 0, 1),
        ("elsewhere", 0, GLOBAL, 0, 0),
        ("main", RAM_BASE, GLOBAL, FUNCTION, 1),
        ("counter", RAM_BASE + 4, LOCAL, 1, 1),
        ("SIZE", 64, LOCAL, 0, ABSOLUTE),
        ("__global_pointer$", RAM_BASE + 8, GLOBAL, 0, 1),
    )
    assert load_elf(elf(symbols=symbols)).symbols == {
        "main": RAM_BASE,
        "counter": RAM_BASE + 4,
        "SIZE": 64,
        "__global_pointer$": RAM_BASE + 8,
    }


def test_of_two_symbols_with_one_name_the_global_one_counts_then_the_first() -> None:
    symbols = (
        ("twice", 1, LOCAL, 0, 1),
        ("twice", 2, LOCAL, 0, 1),
        ("both", 3, LOCAL, 0, 1),
        ("both", 4, GLOBAL, 0, 1),
        ("both", 5, LOCAL, 0, 1),
    )
    assert load_elf(elf(symbols=symbols)).symbols == {"twice": 1, "both": 4}


def test_a_name_may_have_255_bytes_and_longer_ones_are_left_out() -> None:
    longest = "n" * reader.MAX_NAME_BYTES
    symbols = ((longest, 1, GLOBAL, 0, 1), (longest + "n", 2, GLOBAL, 0, 1))
    assert load_elf(elf(symbols=symbols)).symbols == {longest: 1}


def test_the_symbol_tohost_is_the_word_of_the_host() -> None:
    data = elf(symbols=(("tohost", RAM_BASE + 0x100, GLOBAL, 0, 1),))
    program = load_elf(data)
    assert program.tohost == RAM_BASE + 0x100
    assert Program.from_json(program.to_json()) == program
    assert load_elf(elf()).tohost is None


def test_a_stripped_file_has_no_symbols() -> None:
    data = patched(elf(), HEADER.size - 4, b"\0\0")
    assert load_elf(data).symbols == {}


# --- what does not ---


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x7fEL", "ELF ファイルではありません"),
        (elf()[:51], "ELF ヘッダー"),
        (patched(elf(), 4, b"\x02"), "64 ビット"),
        (patched(elf(), 4, b"\x09"), "クラスが不明"),
        (patched(elf(), 5, b"\x02"), "ビッグ・エンディアン"),
        (patched(elf(), 16, b"\x01\x00"), "ET_EXEC"),
        (patched(elf(), 18, struct.pack("<H", 62)), "機種の番号 62"),
        (elf(()), "PT_LOAD"),
        (elf(((RAM_BASE, NOP, 3),)), "矛盾"),
        (elf(((0x1_0000, NOP, 4),), entry=0x1_0000), "RAM に入りません"),
        (elf(((RAM_BASE, NOP, MAX_MEMORY_BYTES + 1),)), "RAM に入りません"),
        (elf(((0xFFFF_F000, NOP, 0xFFFF_F000),)), "RAM に入りません"),
        (elf(((RAM_BASE, NOP, 8), (RAM_BASE + 7, NOP, 4))), "重なって"),
        (elf(entry=RAM_BASE + 8), "エントリー・ポイント"),
        (elf(entry=RAM_BASE + 1), "エントリー・ポイント"),
        (patched(elf(), 28, b"\xff\xff\xff\xff"), "プログラム・ヘッダーがファイルの終わりを"),
        (patched(elf(), 42, b"\x21\x00"), "33 バイト"),
        (patched(elf(), 52 + 4, b"\xff\xff\xff\xff"), "番地の部分がファイルの終わりを"),
        (patched(elf(), 32, b"\xff\xff\xff\xff"), "セクション・ヘッダーがファイルの終わりを"),
        (patched(elf(), len(elf()) - 80 + 24, b"\x03"), "見つかりません"),
        (patched(elf(), len(elf()) - 80 + 20, b"\x00\x10\x00\x00"), "シンボル表がファイルの"),
        (patched(elf(), len(elf()) - 40 + 16, b"\xff\xff\xff\xff"), "シンボルの名前が"),
        (elf()[:-1], "途中で切れて"),
    ],
)
def test_a_wrong_file_is_told_in_japanese(data: bytes, message: str) -> None:
    with pytest.raises(LoadError, match=message):
        load_elf(data)


def test_there_may_be_64_segments() -> None:
    parts = tuple((RAM_BASE + 4 * n, NOP, 4) for n in range(reader.MAX_SEGMENTS + 1))
    assert len(load_elf(elf(parts[:-1])).segments) == reader.MAX_SEGMENTS
    with pytest.raises(LoadError, match="上限は 64 件"):
        load_elf(elf(parts))


def with_more_sections(count: int) -> bytes:
    data = elf() + bytes(SECTION_HEADER.size * (count - 3))
    return patched(data, HEADER.size - 4, struct.pack("<H", count))


def test_there_may_be_4096_sections() -> None:
    assert load_elf(with_more_sections(reader.MAX_SECTIONS)).symbols == {}
    with pytest.raises(LoadError, match="上限は 4,096 件"):
        load_elf(with_more_sections(reader.MAX_SECTIONS + 1))


def test_there_may_be_262144_symbols() -> None:
    def with_symbols(count: int) -> bytes:
        data = elf()
        headers = len(data) - 2 * SECTION_HEADER.size
        place = struct.pack("<II", len(data), count * SYMBOL.size)
        return patched(data, headers + 16, place) + bytes(count * SYMBOL.size)

    assert load_elf(with_symbols(reader.MAX_SYMBOLS)).symbols == {}
    with pytest.raises(LoadError, match="上限は 262,144 件"):
        load_elf(with_symbols(reader.MAX_SYMBOLS + 1))


@given(st.data())
def test_damaged_files_load_or_are_refused(data: st.DataObject) -> None:
    content = bytearray(elf(symbols=(("main", RAM_BASE, GLOBAL, FUNCTION, 1),)))
    for _ in range(data.draw(st.integers(1, 6))):
        offset = data.draw(st.integers(0, len(content) - 1))
        content[offset] = data.draw(st.integers(0, 255))
    try:
        program = load_elf(bytes(content[: data.draw(st.integers(0, len(content)))]))
    except LoadError:
        return
    assert all(
        RAM_BASE <= s.address <= s.address + len(s.data) <= RAM_BASE + MAX_MEMORY_BYTES
        for s in program.segments
    )
    assert any(s.address <= program.entry for s in program.segments)


# --- flat binaries ---


def test_a_flat_binary_begins_at_its_address() -> None:
    assert load_flat(NOP) == Program((Segment(RAM_BASE, NOP),), RAM_BASE, {}, {})
    assert load_flat(NOP, RAM_BASE + 16).entry == RAM_BASE + 16


def test_a_flat_binary_has_bytes_and_fits_into_ram() -> None:
    with pytest.raises(LoadError, match="空です"):
        load_flat(b"")
    end = RAM_BASE + MAX_MEMORY_BYTES
    assert load_flat(NOP, end - 4).entry == end - 4
    with pytest.raises(LoadError, match="RAM に入りません"):
        load_flat(NOP, end - 3)
    with pytest.raises(LoadError, match="RAM に入りません"):
        load_flat(NOP, RAM_BASE - 1)


# --- telling them apart ---

SOURCE = "_start: la a0, word\n ebreak\n.data\nword: .word 7\n"


def test_files_are_told_apart_by_magic_and_suffix() -> None:
    assert load(elf(), "program.s").entry == RAM_BASE
    assert load(elf(), "program").entry == RAM_BASE
    for name in ("a.s", "a.S", "a.asm"):
        assert load(SOURCE.encode(), name) == assemble(SOURCE)
    assert load(SOURCE.encode(), "a.bin") == load_flat(SOURCE.encode())


def test_a_source_may_begin_with_a_byte_order_mark() -> None:
    assert load(b"\xef\xbb\xbf" + SOURCE.encode(), "a.s") == assemble(SOURCE)


def test_a_source_with_the_label_tohost_ends_by_it() -> None:
    program = load(b"ebreak\n.data\ntohost: .dword 0\n".replace(b".dword 0", b".word 0, 0"), "a.s")
    assert program.tohost == program.symbols["tohost"]


def test_a_source_in_another_encoding_is_told_with_its_line() -> None:
    with pytest.raises(LoadError, match="2 行目"):
        load("nop\n# 日本語\n".encode("cp932"), "a.s")


def test_the_problems_of_a_source_are_those_of_the_assembler() -> None:
    with pytest.raises(AssemblyError):
        load(b"no such thing\n", "a.s")


def test_a_file_may_have_128_mib(tmp_path: Path) -> None:
    path = tmp_path / "big.elf"
    with path.open("wb") as file:
        file.write(elf())
        file.truncate(2 * MAX_MEMORY_BYTES)
    assert load_file(path).entry == RAM_BASE
    with path.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(LoadError, match="134,217,728"):
        load_file(path)


# --- writing ---


def test_a_written_executable_reads_as_the_same_program() -> None:
    program = assemble(SOURCE + ".bss\nroom: .space 8\n.equ SIZE, 8\n")
    assert load_elf(write_elf(program)) == replace(program, lines={})


def test_a_written_executable_has_the_layout_of_the_specification() -> None:
    data = write_elf(assemble(SOURCE))
    header = struct.unpack_from("<16sHHIIIIIHHHHHH", data)
    assert header[:4] == (b"\x7fELF\x01\x01\x01" + bytes(9), EXECUTABLE, MACHINE_RISCV, 1)
    assert header[4] == RAM_BASE
    segments = list(PROGRAM_HEADER.iter_unpack(data[52 : 52 + 32 * header[10]]))
    assert [(kind, address) for kind, _, address, *_ in segments] == [
        (LOADABLE, RAM_BASE),
        (LOADABLE, RAM_BASE + 16),
    ]
    sections = list(SECTION_HEADER.iter_unpack(data[header[6] :]))
    names = data[sections[header[13]][4] :]
    told = [names[s[0] :].split(b"\0")[0].decode() for s in sections]
    assert told == ["", ".text", ".data", ".symtab", ".strtab", ".shstrtab"]
    assert sections[3][1] == SYMBOL_TABLE
    assert sections[sections[3][6]][1] == STRING_TABLE


def test_the_header_of_an_executable_says_whether_there_are_short_instructions() -> None:
    def flags(source: str) -> int:
        return Header(*HEADER.unpack_from(write_elf(assemble(source)))).flags

    assert flags("nop\nebreak\n.data\n.word 0") == 0
    assert flags("nop\nc.nop\nebreak") == 1
    assert flags(".option rvc\nnop\nebreak") == 1


@pytest.mark.parametrize("data", [b"\x7f" * 8, b"text\0", EBREAK])
def test_machine_code_is_not_taken_for_text(data: bytes) -> None:
    assert load(data, "a").segments[0].data == data


def test_text_is_told_by_its_beginning_and_loaded_by_the_name_bin() -> None:
    data = b"text" * 2_000 + b"\0"
    with pytest.raises(LoadError, match="文字だけ"):
        load(data, "a.txt")
    assert load(data, "a.BIN").segments[0].data == data
