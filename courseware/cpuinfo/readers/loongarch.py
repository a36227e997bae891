"""LoongArch. Fields: Linux arch/loongarch/kernel/proc.c."""

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
        "processor",
        "package",
        "core",
        "smt",
        "global_id",
        "cpu family",
        "model name",
        "cpu revision",
        "fpu revision",
        "cpu mhz",
        "bogomips",
        "tlb entries",
        "address sizes",
        "isa",
        "features",
        "hardware watchpoint",
    }
)


def _score(blocks: list[Block]) -> int:
    isa, family = first(blocks, "isa"), first(blocks, "cpu family")
    marks = bool(isa and isa.value.lower().startswith("loongarch"))
    named = bool(family and family.value.lower().startswith("loongson-"))
    return 8 * (marks + named)


def _read(found: Blocks) -> Host:
    cpus = cpu_blocks(found.blocks, "model name", "features")
    threads = count_threads(cpus, bool(found.cut_lines))
    topology = Topology(cpus, threads, "package", "core")
    family = first(cpus, "cpu family")
    return Host(
        family="loongarch",
        architecture=_architecture(first(cpus, "isa"), family),
        vendor=Fact(
            "Loongson (龍芯)", Certainty.DERIVED, (family.evidence,), say("reading.by_model")
        )
        if family
        else unknown(),
        model_name=read_text(first(cpus, "model name")),
        cpu_family=read_text(family),
        stepping=read_text(first(cpus, "cpu revision")),
        platform=read_text(first(found.blocks, "system type")),
        sockets=topology.sockets(),
        cores=topology.cores(),
        threads=threads,
        smt=topology.smt(),
        core_shapes=topology.shapes(),
        heterogeneous=topology.differing(),
        flags=read_flags(cpus, "features", found.cut_lines),
        warnings=gaps(cpus),
    )


def _architecture(isa: Entry | None, family: Entry | None) -> Fact[str]:
    if isa:
        name = "loongarch64" if "loongarch64" in isa.value.lower() else "loongarch32"
        return Fact(name, Certainty.DERIVED, (isa.evidence,), say("reading.by_isa"))
    if family and family.value.lower() == "loongson-64bit":
        return Fact("loongarch64", Certainty.DERIVED, (family.evidence,), say("reading.by_model"))
    return unknown(say("reading.no_isa"))


READER = Reader("loongarch", KNOWN_KEYS, _score, _read)
