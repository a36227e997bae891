"""The assembler against GNU as.

``gnu_as.txt`` holds a program on one line, ``; `` for line ends, and below it in hexadecimal the
bytes of its sections that Debian's binutils 2.40 makes of it, linked to the addresses where our
assembler puts them; ``[64]`` are 64 zero bytes. ``make_gnu_as_corpus`` writes the file.
"""

import re
from pathlib import Path

import pytest

from courseware.machine import AssemblyLimits, assemble

LINES = Path(__file__).with_name("gnu_as.txt").read_text().splitlines()
CORPUS = list(zip(LINES[::2], LINES[1::2], strict=True))
LIMITS = AssemblyLimits(max_characters=1 << 20)


@pytest.mark.parametrize(("source", "expected"), CORPUS, ids=[source[:60] for source, _ in CORPUS])
@pytest.mark.parametrize("line_end", ["; ", "\n"])
def test_bytes_are_those_of_gnu_as(source: str, expected: str, line_end: str) -> None:
    program = assemble(source.replace("; ", line_end), LIMITS)
    wanted = re.sub(r"\[(\d+)\]", lambda match: "00" * int(match[1]), expected)
    assert [segment.data.hex() for segment in program.segments] == wanted.split()


def test_corpus_is_large() -> None:
    """A corpus cut short would still pass, program by program."""
    assert len(CORPUS) > 400
    assert sum(source.count("; ") for source, _ in CORPUS) > 7_000
