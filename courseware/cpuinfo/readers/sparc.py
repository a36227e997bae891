"""SPARC, 64 and 32 bit. Fields: Linux arch/sparc/kernel/{cpu,smp_32,smp_64}.c."""

import re

from courseware.cpuinfo.blocks import Blocks
from courseware.cpuinfo.model import Block, Certainty, Entry, Fact, Host, unknown
from courseware.cpuinfo.readers.base import Reader, first, number, read_flags, read_text
from courseware.cpuinfo.texts import say

KNOWN_KEYS = frozenset(
    {
        "cpu",
        "fpu",
        "pmu",
        "prom",
        "promlib",
        "type",
        "ncpus probed",
        "ncpus active",
        "d$ parity tl1",
        "i$ parity tl1",
        "cpucaps",
        "mmu type",
        "mmu pgszs",
        "state",
        "bogomips",
        "contexts",
        "nocache total",
        "nocache used",
    }
)
_NUMBERED = re.compile(r"cpu\d{1,6}(?:clktck|bogo)?")


def _score(blocks: list[Block]) -> int:
    kind = first(blocks, "type")
    named = bool(kind and kind.value.lower().startswith("sun4"))
    return 4 * (named + (first(blocks, "ncpus probed") is not None))


def _read(found: Blocks) -> Host:
    blocks = found.blocks
    kind = first(blocks, "type")
    no_topology = say("reading.family_has_no_topology")
    return Host(
        family="sparc",
        architecture=_architecture(kind),
        model_name=read_text(first(blocks, "cpu")),
        platform=read_text(kind),
        hypervisor=_hypervisor(kind),
        mmu=read_text(first(blocks, "mmu type")),
        sockets=unknown(no_topology),
        cores=unknown(no_topology),
        threads=_threads(first(blocks, "ncpus active")),
        smt=unknown(no_topology),
        heterogeneous=unknown(say("reading.no_differences_shown")),
        flags=read_flags(blocks, "cpucaps", found.cut_lines, lambda value: value.split(",")),
    )


def _architecture(kind: Entry | None) -> Fact[str]:
    if kind is None:
        return unknown()
    name = "sparc64" if kind.value.lower() in {"sun4u", "sun4v"} else "sparc"
    return Fact(name, Certainty.DERIVED, (kind.evidence,), say("reading.sparc_type"))


def _hypervisor(kind: Entry | None) -> Fact[bool]:
    if kind and kind.value.lower() == "sun4v":
        note = say("reading.sparc_hypervisor")
        return Fact(True, Certainty.DERIVED, (kind.evidence,), note)
    return unknown()


def _threads(entry: Entry | None) -> Fact[int]:
    count = number(entry.value) if entry else None
    if entry is None or count is None:
        return unknown(say("reading.no_processor"))
    return Fact(count, Certainty.READ, (entry.evidence,), say("reading.sparc_active"))


READER = Reader("sparc", KNOWN_KEYS, _score, _read, _NUMBERED)
