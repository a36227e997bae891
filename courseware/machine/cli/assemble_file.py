"""``asm``: an assembly source as an executable, or as a listing."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from courseware.machine.cli.arguments import Arguments, Command, Option, UsageError
from courseware.machine.cli.files import output_path, reading, refuse_overwriting, writing
from courseware.machine.cli.listing import digits, lines_of
from courseware.machine.loaders import FLAT_SUFFIX, SOURCE_SUFFIXES, is_elf, load, read_file
from courseware.machine.loaders.elf_writer import write_elf
from courseware.machine.memory_map import RAM_BASE
from courseware.machine.program import Program
from courseware.machine.stop import hexadecimal

_LABEL = re.compile(r"\s*([\w.$]+)\s*:")


def run(arguments: Arguments) -> int:
    """Assemble; write what is asked for and return 0."""
    path: Path = arguments["file"]
    if path.suffix.lower() not in SOURCE_SUFFIXES:
        raise UsageError(
            f"{path}: アセンブリー言語のファイル ({'、'.join(SOURCE_SUFFIXES)}) を"
            "指定してください。"
        )
    out = arguments["o"]
    if out is not None:
        refuse_overwriting("-o", out, (path,))
    with reading(path):
        source = read_file(path)
    if is_elf(source):
        raise UsageError(f"{path}: ELF 実行ファイルです。アセンブルするのは元のファイルです。")
    program = load(source, path.name)
    if arguments["listing"]:
        for line in _listing(program, source.decode("utf-8-sig").splitlines()):
            print(line)
    if out is not None or not arguments["listing"]:
        _write(program, out or path.with_suffix(".elf"))
    return 0


def _write(program: Program, out: Path) -> None:
    """Write the program, and tell of it on standard error."""
    is_flat = out.suffix.lower() == FLAT_SUFFIX
    data = _flat(program) if is_flat else write_elf(program)
    was_there = out.is_file()
    with writing(out):
        out.write_bytes(data)
    done = "を書き換えました" if was_there else "を作りました"
    print(f"{out} {done} ({len(data):,} バイト)。", file=sys.stderr)


def _flat(program: Program) -> bytes:
    """Return memory from the start of RAM to the end of the last segment.

    Raises UsageError when execution does not begin at its first byte, as that of a file without
    a header does.
    """
    if program.entry != RAM_BASE:
        raise UsageError(
            f"最初の命令 (_start) が、先頭の {hexadecimal(RAM_BASE)} 番地ではなく "
            f"{hexadecimal(program.entry)} 番地にあります。{FLAT_SUFFIX} は先頭から実行するので、"
            "_start を最初に置くか、ELF (.elf) にしてください。"
        )
    image = bytearray()
    for segment in sorted(program.segments, key=lambda segment: segment.address):
        image.extend(bytes(segment.address - RAM_BASE - len(image)))
        image.extend(segment.data)
    return bytes(image)


def _listing(program: Program, source: list[str]) -> Iterator[str]:
    """Yield each source line with the instructions that were made of it."""
    made: dict[int, list[str]] = {}
    for segment in program.segments:
        for line in lines_of(program, segment):
            number = program.lines.get(line.address)
            if number is not None:
                made.setdefault(number, []).append(f"{line.address:08x} {digits(line.data)}")
    for number, text in enumerate(source, 1):
        first, *more = made.get(number, [_label_address(program, text)])
        yield f"{number:5} {first:<17}  {text}".rstrip()
        for place in more:
            yield f"{'':5} {place}"


def _label_address(program: Program, text: str) -> str:
    """Return the address of the label that a line begins with, or ""."""
    label = _LABEL.match(text)
    value = program.symbols.get(label[1]) if label else None
    return "" if value is None else f"{value:08x}"


COMMAND = Command(
    "asm",
    "アセンブリー言語のファイルを ELF 実行ファイルにします。",
    run,
    (
        Option(
            "-o",
            f"書き込むファイル。名前が {FLAT_SUFFIX} で終わると、ヘッダーのないバイナリーです。"
            "既定は、元の名前を .elf に変えたものです。同じ名前のファイルは書き換えます。",
            "ファイル",
            output_path,
        ),
        Option(
            "--listing",
            "行ごとの番地と機械語 (データはラベルの番地だけ) を標準出力に出します。"
            "-o がなければファイルには書きません。",
        ),
    ),
)
