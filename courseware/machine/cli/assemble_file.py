"""``asm``: an assembly source as an executable, or as a listing."""

from collections.abc import Iterator
from pathlib import Path

from courseware.machine.cli.arguments import Arguments, Command, Option, UsageError
from courseware.machine.cli.listing import digits, lines_of
from courseware.machine.loaders import SOURCE_SUFFIXES, load_file
from courseware.machine.loaders.elf_writer import write_elf
from courseware.machine.program import Program

_FLAT_SUFFIX = ".bin"


def run(arguments: Arguments) -> int:
    """Assemble; write what is asked for and return 0."""
    path: Path = arguments["file"]
    if path.suffix.lower() not in SOURCE_SUFFIXES:
        raise UsageError(
            f"{path}: アセンブリー言語のファイル ({'、'.join(SOURCE_SUFFIXES)}) を"
            "指定してください。"
        )
    program = load_file(path)
    if arguments["listing"]:
        for line in _listing(program, path.read_text("utf-8-sig").splitlines()):
            print(line)
    if arguments["o"] is not None or not arguments["listing"]:
        _write(program, path, arguments["o"] or path.with_suffix(".elf"))
    return 0


def _write(program: Program, source: Path, out: Path) -> None:
    if out.exists() and out.samefile(source):
        raise UsageError(f"-o {out}: 元のファイルには書けません。別の名前にしてください。")
    is_flat = out.suffix.lower() == _FLAT_SUFFIX
    out.write_bytes(_flat(program) if is_flat else write_elf(program))


def _flat(program: Program) -> bytes:
    """Return memory from the start of RAM to the end of the last segment."""
    image = bytearray()
    for segment in sorted(program.segments, key=lambda segment: segment.address):
        image.extend(bytes(segment.address - program.segments[0].address - len(image)))
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
        first, *more = made.get(number, [""])
        yield f"{number:5} {first:<17}  {text}".rstrip()
        for place in more:
            yield f"{'':5} {place}"


COMMAND = Command(
    "asm",
    "アセンブリー言語のファイルを ELF 実行ファイルにします。",
    run,
    (
        Option(
            "-o",
            f"書き込むファイル。名前が {_FLAT_SUFFIX} で終わると、ヘッダーのないバイナリーです。"
            "既定は、元の名前を .elf に変えたものです。",
            "ファイル",
            Path,
        ),
        Option(
            "--listing",
            "行ごとの番地と機械語を標準出力に出します。-o がなければファイルには書きません。",
        ),
    ),
)
