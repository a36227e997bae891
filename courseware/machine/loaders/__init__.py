"""Programs from files: ELF executables, assembly sources and flat binaries."""

from dataclasses import replace
from pathlib import Path, PurePath

from courseware.machine.assembler.assemble import assemble
from courseware.machine.assembler.problems import AssemblyLimits
from courseware.machine.loaders.elf import load_elf
from courseware.machine.loaders.elf_format import MAGIC
from courseware.machine.loaders.flat import load_flat
from courseware.machine.loaders.problem import LoadError
from courseware.machine.program import Program
from courseware.machine.state import MAX_MEMORY_BYTES

__all__ = [
    "FLAT_SUFFIX",
    "MAX_FILE_BYTES",
    "SOURCE_SUFFIXES",
    "LoadError",
    "is_elf",
    "load",
    "load_elf",
    "load_file",
    "load_flat",
    "read_file",
]

# The largest RAM, full, and as much again for what is not loaded, such as debugging information.
MAX_FILE_BYTES = 2 * MAX_MEMORY_BYTES
SOURCE_SUFFIXES = (".s", ".asm")
FLAT_SUFFIX = ".bin"
_LOOKED_AT = 4_096
_TEXT_BYTES = b"\t\n\f\r" + bytes(byte for byte in range(0x20, 0x100) if byte != 0x7F)
# A file of one's own may be larger than what a web page takes.
SOURCE_LIMITS = AssemblyLimits(
    max_characters=4_000_000, max_lines=200_000, max_image_bytes=MAX_MEMORY_BYTES
)


def is_elf(data: bytes) -> bool:
    """Say whether a file's content claims to be ELF."""
    return data.startswith(MAGIC)


def load(data: bytes, name: str) -> Program:
    """Return the program of a file's content: ELF by its magic, else by the name's suffix.

    ``.s``, ``.S`` and ``.asm`` are sources in UTF-8, all else is a flat binary for the start of
    RAM; but text is none, unless the name ends in ``.bin``. Raises LoadError, and AssemblyError
    for a source that cannot be assembled.
    """
    if is_elf(data):
        return load_elf(data)
    if PurePath(name).suffix.lower() in SOURCE_SUFFIXES:
        program = assemble(_text(data), SOURCE_LIMITS)
        return replace(program, tohost=program.symbols.get("tohost"))
    if not name.lower().endswith(FLAT_SUFFIX) and _is_text(data):
        raise LoadError(
            "文字だけのファイルで、機械語ではないようです。アセンブリー言語なら、名前を .s に"
            f"してください。バイナリーなら、{FLAT_SUFFIX} にしてください。"
        )
    return load_flat(data)


def load_file(path: Path) -> Program:
    """Return the program of a file, as ``load`` does. Raises OSError when it cannot be read."""
    return load(read_file(path), path.name)


def read_file(path: Path) -> bytes:
    """Return a file's content. Raises LoadError when it is too large, and OSError."""
    with path.open("rb") as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise LoadError(f"ファイルが大きすぎます。上限は {MAX_FILE_BYTES:,} バイトです。")
    return data


def _is_text(data: bytes) -> bool:
    """Say whether a file begins with so much text that it is hardly machine code.

    Any coding will do: what counts is that no byte is a control character.
    """
    start = data[:_LOOKED_AT]
    return bool(start) and not start.translate(None, _TEXT_BYTES)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LoadError(
            f"{line} 行目に UTF-8 の文字として読めないバイトがあります。"
            "ファイルの文字コードを UTF-8 にして保存し直してください。"
        ) from error
