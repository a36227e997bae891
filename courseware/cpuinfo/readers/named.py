"""Architectures that are recognized by name, and not explained yet."""

from collections.abc import Callable

from courseware.cpuinfo.blocks import Blocks
from courseware.cpuinfo.model import Block, Certainty, Entry, Fact, Host
from courseware.cpuinfo.readers.base import Reader, count_threads, cpu_blocks, first

Marks = Callable[[list[Block]], Entry | None]


def _starts(*keys: str, names: tuple[str, ...]) -> Marks:
    """Return a test: the first of the keys has a value that starts with one of the names."""

    def find(blocks: list[Block]) -> Entry | None:
        entry = first(blocks, *keys)
        return entry if entry and entry.value.lower().startswith(names) else None

    return find


def _has(*keys: str) -> Marks:
    return lambda blocks: first(blocks, *keys)


def _reader(family: str, label: str, *marks: Marks) -> Reader:
    def score(blocks: list[Block]) -> int:
        # One sure mark outweighs keys that several architectures share.
        return 4 * sum(mark(blocks) is not None for mark in marks)

    def read(found: Blocks) -> Host:
        sign = next((entry for mark in marks if (entry := mark(found.blocks))), None)
        note = f"{label} に特有の項目があるからです。"
        evidence = (sign.evidence,) if sign else ()
        return Host(
            family=family,
            family_label=label,
            architecture=Fact(family, Certainty.DERIVED, evidence, note),
            threads=count_threads(cpu_blocks(found.blocks), bool(found.cut_lines)),
        )

    return Reader(family, label, False, frozenset(), score, read)


READERS = (
    _reader(
        "riscv",
        "RISC-V",
        _starts("isa", "hart isa", names=("rv32", "rv64")),
        _starts("mmu", names=("sv32", "sv39", "sv48", "sv57")),
        _has("hart"),
    ),
    _reader(
        "s390x",
        "IBM Z (s390x)",
        _starts("vendor_id", names=("ibm/s390",)),
        _has("# processors"),
    ),
    _reader("power", "POWER", _starts("cpu", names=("power", "ppc")), _has("timebase")),
    _reader(
        "loongarch",
        "LoongArch",
        _starts("cpu family", "model name", names=("loongson-64bit", "loongson-3")),
        _starts("isa", names=("loongarch",)),
    ),
    _reader("mips", "MIPS", _starts("cpu model", names=("mips", "ingenic", "cavium octeon"))),
    _reader("sparc", "SPARC", _starts("type", names=("sun4",)), _has("ncpus probed")),
)
