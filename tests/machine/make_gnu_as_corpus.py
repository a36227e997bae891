"""Make ``gnu_as.txt``, what GNU as makes of many programs; or compare more programs with it.

    python -m tests.machine.make_gnu_as_corpus               # writes gnu_as.txt anew
    python -m tests.machine.make_gnu_as_corpus --fuzz 1000   # compares, writes nothing

Needs Debian's package binutils-riscv64-linux-gnu. The programs are those of
``gnu_as_snippets.txt``, and generated ones that depend on ``--seed`` alone.
"""

import argparse
import re
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from courseware.machine import AssemblyError, AssemblyLimits, assemble
from tests.machine.gnu_as_programs import generated_programs

HERE = Path(__file__).parent
SNIPPETS = HERE / "gnu_as_snippets.txt"
CORPUS = HERE / "gnu_as.txt"
_PREFIX = "riscv64-linux-gnu-"
_AS = (
    f"{_PREFIX}as -march=rv32ima_zicsr_zifencei_h -mabi=ilp32 -mno-relax --no-pad-sections".split()
)
_LD = f"{_PREFIX}ld -m elf32lriscv --no-relax --no-warn-rwx-segments -e 0x80000000".split()
_SECTIONS = (".text", ".rodata", ".data", ".bss")
_ORDER = (  # in memory: a section is of the first kind that its name matches
    r"\.text\.init(\..*)?", r"\.text(\..*)?", r"\.rodata(\..*)?", r"\.srodata(\..*)?",
    r"\.data(\..*)?", r"\.sdata(\..*)?", r"(?!\.s?bss\b).*", r".*",
)  # fmt: skip
_NAME = re.compile(r"\.(?:push)?section\s+([\w.]+)")
_ROUNDS = 12  # of generated programs in the corpus
_ZEROES = re.compile(r"(?:00){16,}")
LIMITS = AssemblyLimits(max_characters=1 << 20, max_lines=1 << 16)


def gnu_bytes(program: str) -> str:
    """Return the bytes of every section, as hexadecimal, as GNU as and ld make them."""
    sections = list(dict.fromkeys((*_SECTIONS, *_NAME.findall(program))))
    sections.sort(key=_kind)
    rules = " ".join(f"{name} : ALIGN(16) {{ KEEP(*({name})) }}" for name in sections)
    with tempfile.TemporaryDirectory() as directory:
        source, made, script, linked = (Path(directory, n) for n in ("a.s", "a.o", "a.ld", "a"))
        source.write_text(program.replace("; ", "\n") + "\n")
        script.write_text(f"SECTIONS {{ . = 0x80000000; {rules} /DISCARD/ : {{ *(*) }} }}")
        for command in ([*_AS, source, "-o", made], [*_LD, "-T", script, made, "-o", linked]):
            done = subprocess.run(
                list(map(str, command)), capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise ValueError(f"{program}\n{done.stderr}")
        return " ".join(_contents(linked.read_bytes()))


def _kind(section: str) -> int:
    return next(kind for kind, names in enumerate(_ORDER) if re.fullmatch(names, section))


def _contents(elf: bytes) -> Iterator[str]:
    """Yield the sections with bytes of an ELF32 file, from the lowest address up."""
    offset, size, count = (
        struct.unpack_from("<I", elf, 32)[0], *struct.unpack_from("<HH", elf, 46)
    )  # fmt: skip
    found = []
    for number in range(count):
        _, kind, flags, address, start, length = struct.unpack_from(
            "<6I", elf, offset + number * size
        )
        if kind != 8 and flags & 2 and length:  # not SHT_NOBITS, SHF_ALLOC
            found.append((address, elf[start : start + length].hex()))
    return (text for _, text in sorted(found))


def our_bytes(program: str) -> str:
    """Return what our assembler makes."""
    segments = assemble(program.replace("; ", "\n"), LIMITS).segments
    return " ".join(segment.data.hex() for segment in segments)


def shorten(text: str) -> str:
    """Return hexadecimal text with long runs of zero bytes as their number: ``[64]``."""
    return _ZEROES.sub(lambda match: f"[{len(match[0]) // 2}]", text)


def _compare(program: str) -> str | None:
    """Return what differs, if anything does."""
    try:
        expected = gnu_bytes(program)
    except ValueError as error:
        return f"GNU as or ld: {error}"
    try:
        made = our_bytes(program)
    except AssemblyError as error:
        return f"{program}\n{error}"
    if made == expected:
        return None
    return f"{program}\n  GNU  {shorten(expected)}\n  ours {shorten(made)}"


def main() -> int:
    """Make the corpus, or compare; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fuzz", type=int, default=0, help="compare so many generated rounds")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rounds = options.fuzz or _ROUNDS
    programs = SNIPPETS.read_text().splitlines()
    random = Random(options.seed)
    for _ in range(rounds):
        programs += generated_programs(random)
    with ThreadPoolExecutor() as threads:
        if options.fuzz:
            different = [text for text in threads.map(_compare, programs) if text]
            print(*different, f"{len(different)} of {len(programs)} programs differ", sep="\n")
            return bool(different)
        expected = list(threads.map(gnu_bytes, programs))
    lines = [f"{p}\n    {shorten(e)}\n" for p, e in zip(programs, expected, strict=True)]
    CORPUS.write_text("".join(lines))
    print(f"{CORPUS}: {len(programs)} programs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
