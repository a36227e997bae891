"""RISC-V.

Fields: Linux arch/riscv/kernel/cpu.c; ``isa`` is what all harts share, ``hart isa`` (Linux 6.6)
the hart's own. Names of extensions: RISC-V unprivileged specification, ISA extension naming.
Makers: JEDEC numbers as in arch/riscv/include/asm/vendorid_list.h; QEMU's marchid: the
registry in riscv-isa-manual/marchid.md.
"""

import re

from courseware.cpuinfo.blocks import Blocks
from courseware.cpuinfo.model import (
    Block,
    Certainty,
    CoreType,
    Entry,
    Fact,
    FlagSet,
    Host,
    unknown,
)
from courseware.cpuinfo.readers.base import (
    Reader,
    core_types,
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
        "hart",
        "isa",
        "isa-ext",
        "hart isa",
        "mmu",
        "uarch",
        "mvendorid",
        "marchid",
        "mimpid",
        "model name",
        "cpu-freq",
        "cpu-icache",
        "cpu-dcache",
        "cpu-l2cache",
        "cpu-tlb",
        "cpu-cacheline",
        "cpu-vector",
    }
)
VENDORS = {
    "0x31e": "Andes",
    "0x489": "SiFive",
    "0x5b7": "T-Head",
    "0x710": "SpacemiT",
    "0x127": "MIPS",
    "0x61f": "Ventana",
}
_MAKERS = {
    "andestech": "Andes",
    "sifive": "SiFive",
    "thead": "T-Head",
    "spacemit": "SpacemiT",
    "starfive": "StarFive",
    "ventana": "Ventana",
    "mips": "MIPS",
}
_QEMU = "0x2a"
_BASE = re.compile(r"rv(32|64|128)", re.I)
_GENERAL = ("i", "m", "a", "f", "d", "zicsr", "zifencei")  # what g stands for
_MULTI = "zsx"  # first letters of names with several letters
# Letters of old device trees for privilege modes, at the end: no extensions.
_MODES = ("su", "s", "u")


def _score(blocks: list[Block]) -> int:
    isa = first(blocks, "isa", "hart isa")
    mmu = first(blocks, "mmu")
    marks = bool(isa and _BASE.match(isa.value))
    pages = bool(mmu and mmu.value.lower().startswith("sv"))
    return 4 * (marks + pages + (first(blocks, "hart") is not None))


def isa_words(value: str) -> list[str]:
    """Return the extensions in an ISA string, single letters and names, in order."""
    text = value.lower().replace("\n", "").removesuffix("...").removesuffix("…").strip()
    base = _BASE.match(text)
    first_part, *names = text[base.end() if base else 0 :].split("_")
    if first_part.endswith(_MODES):
        first_part = first_part.removesuffix("u").removesuffix("s")
    letters: list[str] = []
    for position, letter in enumerate(first_part):
        if letter in _MULTI:
            names.insert(0, first_part[position:])
            break
        if letter.isalpha():
            letters.extend(_GENERAL if letter == "g" else letter)
    return [*letters, *(name for name in names if name)]


def _extension_words(value: str) -> list[str]:
    return value.lower().replace("_", " ").split()


def _read(found: Blocks) -> Host:
    cpus = cpu_blocks(found.blocks, "hart", "isa")
    flags = _flags(cpus, found.cut_lines)
    uarch, marchid = first(cpus, "uarch"), first(cpus, "marchid")
    kinds = core_types(cpus, "uarch", "model name")
    no_topology = say("reading.family_has_no_topology")
    return Host(
        family="riscv",
        architecture=_architecture(first(cpus, "isa", "hart isa")),
        vendor=_vendor(first(cpus, "mvendorid"), uarch),
        model_name=_model_name(cpus, kinds),
        model=read_text(uarch),
        hypervisor=_hypervisor(marchid),
        mmu=read_text(first(cpus, "mmu")),
        sockets=unknown(no_topology),
        cores=unknown(no_topology),
        threads=count_threads(cpus, bool(found.cut_lines)),
        smt=unknown(no_topology),
        core_types=kinds,
        heterogeneous=_heterogeneous(cpus, kinds),
        flags=flags,
        warnings=gaps(cpus),
    )


def _flags(cpus: list[Block], cut_lines: set[int]) -> FlagSet:
    """Return the extensions: of isa, which all harts share, or else of hart isa."""
    key = "isa" if first(cpus, "isa") else "hart isa"
    flags = read_flags(cpus, key, cut_lines, isa_words)
    more = read_flags(cpus, "isa-ext", cut_lines, _extension_words)
    return FlagSet(
        flags.common | more.common,
        flags.some | more.some,
        (*flags.order, *(name for name in more.order if name not in flags.order)),
        key,
        flags.line,
        flags.complete,
        more if more.present else None,
    )


def _architecture(isa: Entry | None) -> Fact[str]:
    base = _BASE.match(isa.value) if isa else None
    if isa is None or base is None:
        return unknown(say("reading.no_isa"))
    note = say("reading.riscv_isa", key=isa.key)
    return Fact(f"riscv{base[1]}", Certainty.DERIVED, (isa.evidence,), note)


def _vendor(number: Entry | None, uarch: Entry | None) -> Fact[str]:
    note = say("reading.riscv_vendor")
    if number and number.value.lower() in VENDORS:
        name = VENDORS[number.value.lower()]
        return Fact(name, Certainty.DERIVED, (number.evidence,), note)
    maker = uarch.value.partition(",")[0].lower() if uarch else ""
    if uarch and maker in _MAKERS:
        return Fact(_MAKERS[maker], Certainty.DERIVED, (uarch.evidence,), note)
    return unknown(note)


def _hypervisor(marchid: Entry | None) -> Fact[bool]:
    if marchid and marchid.value.lower() == _QEMU:
        return Fact(True, Certainty.DERIVED, (marchid.evidence,))
    return unknown()


def _model_name(cpus: list[Block], kinds: tuple[CoreType, ...]) -> Fact[str]:
    if len(kinds) > 1:
        evidence = tuple(kind.evidence for kind in kinds if kind.evidence)[:4]
        names = shortened([kind.name for kind in kinds], " + ")
        return Fact(names, Certainty.READ, evidence)
    return read_text(first(cpus, "model name", "uarch"))


def _heterogeneous(cpus: list[Block], kinds: tuple[CoreType, ...]) -> Fact[bool]:
    if not cpus:
        return unknown(say("reading.no_isa"))
    evidence = evidence_of(first(cpus, "hart isa", "isa", "uarch"))
    if len(kinds) > 1 or len({cpu.value("hart isa") for cpu in cpus}) > 1:
        return Fact(True, Certainty.DERIVED, evidence, say("reading.riscv_harts_differ"))
    return Fact(False, Certainty.DERIVED, evidence, say("reading.riscv_harts_alike"))


READER = Reader("riscv", KNOWN_KEYS, _score, _read)
