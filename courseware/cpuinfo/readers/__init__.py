"""The readers, one for each architecture, and one for the output of ``lscpu``.

To add an architecture: write a module with a ``Reader`` and put it in ``READERS``.
"""

from courseware.cpuinfo.model import Block
from courseware.cpuinfo.readers import (
    arm,
    loongarch,
    lscpu,
    mips,
    power,
    riscv,
    s390x,
    sparc,
    x86,
)
from courseware.cpuinfo.readers.base import Reader

READERS: tuple[Reader, ...] = (
    x86.READER,
    arm.READER,
    riscv.READER,
    power.READER,
    s390x.READER,
    loongarch.READER,
    mips.READER,
    sparc.READER,
    lscpu.READER,
)

_BLOCKS_LOOKED_AT = 16


def choose(blocks: list[Block]) -> Reader | None:
    """Return the reader whose marks the text bears most, or None when it bears none."""
    sample = [*blocks[:_BLOCKS_LOOKED_AT], *blocks[-1:]]
    best = max(READERS, key=lambda reader: reader.score(sample))
    return best if best.score(sample) > 0 else None


__all__ = ["READERS", "Reader", "choose"]
