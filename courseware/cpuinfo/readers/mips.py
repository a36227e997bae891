"""MIPS. Fields: Linux arch/mips/kernel/proc.c."""

import re

from courseware.cpuinfo.blocks import Blocks
from courseware.cpuinfo.model import Block, Certainty, Entry, Fact, Host, unknown
from courseware.cpuinfo.readers.base import (
    Reader,
    count_threads,
    cpu_blocks,
    first,
    gaps,
    read_flags,
    read_text,
)
from courseware.cpuinfo.readers.topology import Topology
from courseware.cpuinfo.texts import say

KNOWN_KEYS = frozenset(
    {
        "system type",
        "machine",
        "processor",
        "cpu model",
        "model name",
        "cpu mhz",
        "bogomips",
        "wait instruction",
        "microsecond timers",
        "tlb_entries",
        "extra interrupt vector",
        "hardware watchpoint",
        "isa",
        "ases implemented",
        "options implemented",
        "micromips kernel",
        "shadow register sets",
        "kscratch registers",
        "package",
        "core",
        "vpe",
        "vced exceptions",
        "vcei exceptions",
        "cluster",
        "cpu family",
    }
)
_NAMES = ("mips", "ingenic", "cavium octeon", "ict loongson", "broadcom", "netlogic", "r1", "r4")
_WIDE = re.compile(r"\bmips(?:3|4|5|64r\d)\b")


def _score(blocks: list[Block]) -> int:
    model = first(blocks, "cpu model")
    named = bool(model and model.value.lower().startswith(_NAMES))
    aliens = first(blocks, "vced exceptions", "wait instruction", "ases implemented")
    return 4 * (named + (model is not None and aliens is not None))


def _read(found: Blocks) -> Host:
    cpus = cpu_blocks(found.blocks, "cpu model")
    threads = count_threads(cpus, bool(found.cut_lines))
    topology = Topology(cpus, threads, "package", "core")
    return Host(
        family="mips",
        architecture=_architecture(first(cpus, "isa")),
        model_name=read_text(first(cpus, "cpu model")),
        machine=read_text(first(found.blocks, "machine")),
        platform=read_text(first(found.blocks, "system type")),
        sockets=topology.sockets(),
        cores=topology.cores(),
        threads=threads,
        smt=topology.smt(),
        core_shapes=topology.shapes(),
        heterogeneous=topology.differing(),
        flags=read_flags(cpus, "ases implemented", found.cut_lines),
        warnings=gaps(cpus),
    )


def _architecture(isa: Entry | None) -> Fact[str]:
    if isa is None:
        return unknown(say("reading.no_isa"))
    name = "mips64" if _WIDE.search(isa.value) else "mips"
    return Fact(name, Certainty.DERIVED, (isa.evidence,), say("reading.by_isa"))


READER = Reader("mips", KNOWN_KEYS, _score, _read)
