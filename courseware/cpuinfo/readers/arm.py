"""ARM, 64 and 32 bit.

Fields: Linux arch/arm64/kernel/cpuinfo.c and arch/arm/kernel/setup.c. ARM's text has no
topology (no sockets, no cores) and no virtualization flag.
"""

from courseware.cpuinfo.blocks import Blocks
from courseware.cpuinfo.knowledge import arm_implementer, arm_part
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
    count_threads,
    cpu_blocks,
    evidence_of,
    first,
    gaps,
    read_flags,
    read_text,
)
from courseware.cpuinfo.texts import say, shortened

KNOWN_KEYS = frozenset(
    {
        "processor",
        "model name",
        "bogomips",
        "features",
        "cpu implementer",
        "cpu architecture",
        "cpu variant",
        "cpu part",
        "cpu revision",
        "hardware",
        "revision",
        "model",
    }
)
_MARKS = ("features", "cpu implementer", "cpu architecture", "cpu part", "cpu variant")
# Names that only the 64-bit kernel prints, and names that only 32-bit ARM has.
_ONLY_64 = frozenset({"fp", "asimd", "cpuid"})
_ONLY_32 = frozenset({"half", "thumb", "fastmult", "vfp", "edsp", "neon", "vfpv3", "swp", "tls"})


def _score(blocks: list[Block]) -> int:
    marks = sum(first(blocks, mark) is not None for mark in _MARKS)
    named = any(
        entry.value.startswith(("ARM", "AArch64", "Feroceon", "XScale"))
        for block in blocks
        if (entry := block.get("processor"))
    )
    return marks + named - (first(blocks, "# processors") is not None) * len(_MARKS)


def _read(found: Blocks) -> Host:
    blocks = found.blocks
    cpus = cpu_blocks(blocks, "features", "cpu part", "cpu implementer")
    # Kernels before 3.8 print Features and the identification once, after all CPUs.
    identified = [block for block in blocks if block.get("cpu part", "cpu implementer")]
    flags = read_flags(blocks, "features", found.cut_lines)
    threads = count_threads(cpus, bool(found.cut_lines))
    implementer, part = first(identified, "cpu implementer"), first(identified, "cpu part")
    kinds = _core_types(identified, cpus)
    no_topology = say("reading.arm_no_topology")
    return Host(
        family="arm",
        architecture=_architecture(flags, first(identified, "cpu architecture")),
        vendor=_vendor(implementer),
        vendor_id=implementer.value if implementer else "",
        model_name=_model_name(identified, kinds),
        cpu_family=read_text(first(identified, "cpu architecture")),
        model=read_text(part),
        stepping=_stepping(identified),
        machine=read_text(first(blocks, "model", "hardware")),
        sockets=unknown(no_topology),
        cores=unknown(no_topology),
        threads=threads,
        smt=unknown(no_topology),
        core_types=kinds,
        heterogeneous=_heterogeneous(kinds),
        flags=flags,
        part=part.value if part else "",
        warnings=gaps(cpus),
    )


def _architecture(flags: FlagSet, version: Entry | None) -> Fact[str]:
    if _ONLY_64 & flags.common:
        shown = tuple(sorted(_ONLY_64 & flags.common))
        note = say("reading.arm_names_of_64")
        return Fact("aarch64", Certainty.DERIVED, (flags.quote(*shown),), note)
    if _ONLY_32 & flags.common:
        shown = tuple(sorted(_ONLY_32 & flags.common))
        is_v8 = version is not None and version.value.startswith("8")
        note = say("reading.arm_32_on_64" if is_v8 else "reading.arm_names_of_32")
        return Fact("arm", Certainty.DERIVED, (flags.quote(*shown[:3]),), note)
    if version and version.value[:1] in {"4", "5", "6", "7"}:
        note = say("reading.arm_up_to_v7")
        return Fact("arm", Certainty.DERIVED, (version.evidence,), note)
    return unknown(say("reading.arm_width_unknown"))


def _vendor(implementer: Entry | None) -> Fact[str]:
    if implementer is None:
        return unknown(say("reading.no_implementer"))
    name = arm_implementer(implementer.value)
    if name is None:
        note = say("reading.unknown_implementer")
        return Fact(clip(implementer.value), Certainty.READ, (implementer.evidence,), note)
    note = say("reading.implementer_named")
    return Fact(name, Certainty.DERIVED, (implementer.evidence,), note)


def _model_name(identified: list[Block], kinds: tuple[CoreType, ...]) -> Fact[str]:
    if identified and kinds and all(kind.evidence for kind in kinds):
        names = shortened([kind.name for kind in kinds], " + ")
        evidence = tuple(kind.evidence for kind in kinds if kind.evidence)
        note = say("reading.part_named")
        return Fact(names, Certainty.DERIVED, evidence[:4], note)
    return unknown(say("reading.no_part"))


def _stepping(identified: list[Block]) -> Fact[str]:
    variant, revision = first(identified, "cpu variant"), first(identified, "cpu revision")
    if variant is None or revision is None:
        return unknown()
    try:
        name = f"r{int(variant.value[:6], 16)}p{int(revision.value[:6])}"
    except ValueError:
        return unknown(say("reading.revision_unreadable"))
    note = say("reading.revision_named")
    return Fact(name, Certainty.DERIVED, evidence_of(variant, revision), note)


def _core_types(identified: list[Block], cpus: list[Block]) -> tuple[CoreType, ...]:
    kinds: dict[tuple[str, str], list[Block]] = {}
    for block in identified:
        implementer, part = block.get("cpu implementer"), block.get("cpu part")
        key = (implementer.value if implementer else "", part.value if part else "")
        kinds.setdefault(key, []).append(block)
    for_all = len(identified) == 1 and len(cpus) > 1
    return tuple(
        CoreType(
            arm_part(*key) or clip(say("reading.unknown_part", maker=key[0], part=key[1])),
            len(cpus) if for_all else len(members),
            next(iter(evidence_of(members[0].get("cpu part", "cpu implementer"))), None),
        )
        for key, members in kinds.items()
    )


def _heterogeneous(kinds: tuple[CoreType, ...]) -> Fact[bool]:
    if not kinds:
        return unknown(say("reading.no_part"))
    evidence = tuple(kind.evidence for kind in kinds if kind.evidence)[:4]
    if len(kinds) > 1:
        note = say("reading.parts_differ")
        return Fact(True, Certainty.DERIVED, evidence, note)
    return Fact(False, Certainty.DERIVED, evidence, say("reading.parts_alike"))


READER = Reader("arm", KNOWN_KEYS, _score, _read)
