"""x86: Intel, AMD, Hygon, Zhaoxin, VIA and older makers; 32 and 64 bit.

Fields: Linux arch/x86/kernel/cpu/proc.c. CPUID vendor strings: the makers' manuals.
"""

from courseware.cpuinfo.blocks import Blocks
from courseware.cpuinfo.model import (
    Block,
    Certainty,
    CoreType,
    Entry,
    Fact,
    FlagSet,
    Host,
    clip,
    unknown,
)
from courseware.cpuinfo.readers.base import (
    Reader,
    core_types,
    count_threads,
    cpu_blocks,
    first,
    gaps,
    read_flags,
    read_text,
)
from courseware.cpuinfo.readers.topology import Topology
from courseware.cpuinfo.texts import say

VENDORS = {
    "GenuineIntel": "Intel",
    "AuthenticAMD": "AMD",
    "HygonGenuine": "Hygon (海光)",
    "Shanghai": "Zhaoxin (兆芯)",
    "CentaurHauls": "Centaur (VIA / Zhaoxin)",
    "VIA VIA VIA": "VIA",
    "GenuineTMx86": "Transmeta",
    "TransmetaCPU": "Transmeta",
    "CyrixInstead": "Cyrix",
    "Geode by NSC": "National Semiconductor (Geode)",
    "NexGenDriven": "NexGen",
    "RiseRiseRise": "Rise",
    "SiS SiS SiS": "SiS",
    "UMC UMC UMC": "UMC",
    "Vortex86 SoC": "DM&P (Vortex86)",
}

KNOWN_KEYS = frozenset(
    {
        "processor",
        "vendor_id",
        "cpu family",
        "model",
        "model name",
        "stepping",
        "microcode",
        "cpu mhz",
        "cache size",
        "physical id",
        "siblings",
        "core id",
        "cpu cores",
        "apicid",
        "initial apicid",
        "fpu",
        "fpu_exception",
        "cpuid level",
        "wp",
        "flags",
        "vmx flags",
        "bugs",
        "bogomips",
        "tlb size",
        "clflush size",
        "cache_alignment",
        "address sizes",
        "power management",
        "fdiv_bug",
        "hlt_bug",
        "f00f_bug",
        "coma_bug",
        "sep_bug",
        "runqueue",
    }
)
_MARKS = ("flags", "vendor_id", "cpu family", "fpu_exception", "wp", "clflush size", "cpuid level")


def _score(blocks: list[Block]) -> int:
    if first(blocks, "vendor_id") and first(blocks, "# processors"):
        return 0  # s390x also says vendor_id
    return sum(first(blocks, mark) is not None for mark in _MARKS)


def _read(found: Blocks) -> Host:
    cpus = cpu_blocks(found.blocks, "flags", "model name", "vendor_id")
    flags = read_flags(cpus, "flags", found.cut_lines)
    vmx_flags = read_flags(cpus, "vmx flags", found.cut_lines)
    vendor = first(cpus, "vendor_id")
    threads = count_threads(cpus, bool(found.cut_lines))
    topology = Topology(cpus, threads)
    kinds = core_types(cpus, "model name")
    return Host(
        family="x86",
        architecture=architecture(flags),
        vendor=vendor_of(vendor),
        vendor_id=vendor.value if vendor else "",
        model_name=read_text(first(cpus, "model name")),
        cpu_family=read_text(first(cpus, "cpu family")),
        model=read_text(first(cpus, "model")),
        stepping=read_text(first(cpus, "stepping")),
        hypervisor=hypervisor(flags),
        sockets=topology.sockets(),
        cores=topology.cores(),
        threads=threads,
        smt=topology.smt(),
        missing_of=topology.missing_of(),
        core_types=kinds,
        core_shapes=topology.shapes(),
        heterogeneous=_heterogeneous(cpus, kinds, topology),
        flags=flags,
        vmx_flags=vmx_flags,
        bugs=read_flags(cpus, "bugs", found.cut_lines),
        warnings=_warnings(flags, vmx_flags) + gaps(cpus) + topology.warnings(),
    )


def vendor_of(entry: Entry | None) -> Fact[str]:
    """Return the maker behind a CPUID vendor string."""
    if entry is None:
        return unknown(say("reading.no_vendor_id"))
    name = VENDORS.get(entry.value)
    if name is None:
        note = say("reading.unknown_vendor_id")
        return Fact(clip(entry.value), Certainty.READ, (entry.evidence,), note)
    return Fact(name, Certainty.READ, (entry.evidence,))


def architecture(flags: FlagSet) -> Fact[str]:
    """Return x86_64 or i386, by the flag of the 64-bit mode."""
    if "lm" in flags:
        return Fact("x86_64", Certainty.DERIVED, (flags.quote("lm"),), say("reading.lm"))
    if flags.complete:
        return Fact("i386", Certainty.DERIVED, (flags.quote("lm"),), say("reading.no_lm"))
    return unknown(say("reading.lm_unknown"))


def hypervisor(flags: FlagSet) -> Fact[bool]:
    """Return true when the flag of a hypervisor is there; its absence proves nothing."""
    if "hypervisor" in flags:
        return Fact(True, Certainty.READ, (flags.quote("hypervisor"),))
    return unknown()


def _warnings(flags: FlagSet, vmx_flags: FlagSet) -> tuple[str, ...]:
    if not flags.present:
        return (say("reading.no_flags_line"),)
    if vmx_flags.present and flags.complete and "vmx" not in flags:
        return (say("reading.vmx_flags_without_vmx", line=vmx_flags.line),)
    return ()


def _heterogeneous(
    cpus: list[Block], kinds: tuple[CoreType, ...], topology: Topology
) -> Fact[bool]:
    if len(kinds) > 1:
        evidence = tuple(kind.evidence for kind in kinds if kind.evidence)[:4]
        return Fact(True, Certainty.DERIVED, evidence, say("reading.names_differ"))
    differing = topology.differing()
    if differing.value and gaps(cpus):
        return unknown(say("reading.cores_differ_by_gaps"))
    return differing


READER = Reader("x86", KNOWN_KEYS, _score, _read)
