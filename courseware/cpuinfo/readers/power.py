"""POWER and PowerPC.

Fields: Linux arch/powerpc/kernel/setup-common.c and the platforms' show_cpuinfo
(arch/powerpc/platforms/{powernv,pseries,powermac}).
"""

import re

from courseware.cpuinfo.blocks import Blocks
from courseware.cpuinfo.model import Block, Certainty, Entry, Fact, Host, clip, unknown
from courseware.cpuinfo.readers.base import (
    Reader,
    core_types,
    count_threads,
    cpu_blocks,
    first,
    gaps,
    read_text,
)
from courseware.cpuinfo.texts import say

KNOWN_KEYS = frozenset(
    {
        "processor",
        "cpu",
        "clock",
        "revision",
        "bogomips",
        "total bogomips",
        "timebase",
        "platform",
        "model",
        "machine",
        "firmware",
        "mmu",
        "memory",
        "temperature",
        "detected as",
        "pmac flags",
        "l2 cache",
        "pmac-generation",
        "motherboard",
        "vendor",
    }
)
_NAMES = ("power", "ppc", "cell", "pa6t", "e500", "e6500", "7", "970")
_SERVER = re.compile(r"POWER\d", re.I)


def _score(blocks: list[Block]) -> int:
    cpu = first(blocks, "cpu")
    named = bool(cpu and cpu.value.lower().startswith(_NAMES))
    return 4 * (named + (first(blocks, "timebase") is not None))


def _read(found: Blocks) -> Host:
    blocks = found.blocks
    cpus = cpu_blocks(blocks, "cpu", "clock")
    cpu, platform = first(cpus, "cpu"), first(blocks, "platform")
    no_topology = say("reading.family_has_no_topology")
    return Host(
        family="power",
        architecture=_architecture(cpu),
        vendor=_vendor(cpu),
        model_name=_model_name(cpu),
        stepping=read_text(first(cpus, "revision")),
        machine=read_text(first(blocks, "model", "machine")),
        platform=read_text(platform),
        hypervisor=_hypervisor(platform),
        mmu=read_text(first(blocks, "mmu")),
        sockets=unknown(no_topology),
        cores=unknown(no_topology),
        threads=count_threads(cpus, bool(found.cut_lines)),
        smt=unknown(no_topology),
        core_types=core_types(cpus, "cpu"),
        heterogeneous=unknown(say("reading.no_differences_shown")),
        warnings=gaps(cpus),
    )


def _architecture(cpu: Entry | None) -> Fact[str]:
    if cpu is None:
        return unknown()
    is_server = bool(_SERVER.match(cpu.value)) or cpu.value.startswith(("PPC970", "Cell", "PA6T"))
    name = "ppc64" if is_server else "powerpc"
    return Fact(name, Certainty.DERIVED, (cpu.evidence,), say("reading.power_by_cpu"))


def _vendor(cpu: Entry | None) -> Fact[str]:
    if cpu and _SERVER.match(cpu.value):
        return Fact("IBM", Certainty.DERIVED, (cpu.evidence,), say("reading.power_maker"))
    return unknown()


def _model_name(cpu: Entry | None) -> Fact[str]:
    if cpu is None:
        return unknown()
    name = cpu.value.removesuffix(", altivec supported")
    return Fact(clip(name), Certainty.READ, (cpu.evidence,))


def _hypervisor(platform: Entry | None) -> Fact[bool]:
    if platform and platform.value == "pSeries":
        note = say("reading.power_platform")
        return Fact(True, Certainty.DERIVED, (platform.evidence,), note)
    return unknown()


READER = Reader("power", KNOWN_KEYS, _score, _read)
