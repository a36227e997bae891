"""The assembler against GNU as.

``gnu_as.txt`` holds a program on one line, ``;`` for line ends, and below it in hexadecimal the
bytes of .text, .rodata and .data that Debian's binutils 2.40 makes of it:
``riscv64-linux-gnu-as -march=rv32im -mabi=ilp32 -mno-relax``, linked to the addresses where our
assembler puts the sections.
"""

from pathlib import Path

import pytest

from courseware.machine import assemble

LINES = Path(__file__).with_name("gnu_as.txt").read_text().splitlines()
CORPUS = list(zip(LINES[::2], LINES[1::2], strict=True))


@pytest.mark.parametrize(("source", "expected"), CORPUS, ids=[source for source, _ in CORPUS])
def test_bytes_are_those_of_gnu_as(source: str, expected: str) -> None:
    program = assemble(source)
    assert [segment.data.hex() for segment in program.segments] == expected.split()
