"""IBM Z (s390x).

Fields: Linux arch/s390/kernel/processor.c. The text begins with a summary; newer kernels add a
section for each CPU, with its place in the topology.
"""

import re
from functools import cache

from courseware.cpuinfo.blocks import Blocks
from courseware.cpuinfo.knowledge import load
from courseware.cpuinfo.model import Block, Certainty, Entry, Evidence, Fact, Host, clip, unknown
from courseware.cpuinfo.readers.base import Reader, first, number, read_flags
from courseware.cpuinfo.readers.topology import Topology
from courseware.cpuinfo.texts import say

KNOWN_KEYS = frozenset(
    {
        "vendor_id",
        "# processors",
        "bogomips per cpu",
        "max thread id",
        "features",
        "facilities",
        "cpu number",
        "physical id",
        "core id",
        "book id",
        "drawer id",
        "dedicated",
        "address",
        "siblings",
        "cpu cores",
        "version",
        "machine",
        "cpu mhz dynamic",
        "cpu mhz static",
    }
)
_NUMBERED = re.compile(r"processor \d{1,6}|cache\d{1,3}")
_PROCESSOR = re.compile(r"processor \d{1,6}")
_VERSION = re.compile(r"version = ([0-9A-F]{2})\b", re.I)
_MACHINE = re.compile(r"machine = ([0-9A-F]{4})\b", re.I)
_GUEST_VERSION = "FF"


def _score(blocks: list[Block]) -> int:
    vendor = first(blocks, "vendor_id")
    named = bool(vendor and vendor.value.lower().startswith("ibm/s390"))
    return 8 * named + 4 * (first(blocks, "# processors") is not None)


def _read(found: Blocks) -> Host:
    blocks = found.blocks
    vendor = first(blocks, "vendor_id")
    sections = [block for block in blocks if block.get("cpu number")]
    threads = _threads(first(blocks, "# processors"))
    topology = Topology([s for s in sections if s.get("physical id")], threads)
    processor = _processor(blocks)
    version = _field(processor, _VERSION) or _of(first(sections, "version"))
    machine = _field(processor, _MACHINE) or _of(first(sections, "machine"))
    return Host(
        family="s390x",
        architecture=_by_vendor("s390x", vendor),
        vendor=_by_vendor("IBM", vendor),
        model_name=_product(machine),
        model=_as_read(machine),
        stepping=_as_read(version),
        hypervisor=_hypervisor(version),
        sockets=topology.sockets(),
        cores=topology.cores(),
        threads=threads,
        smt=_smt(first(blocks, "max thread id")),
        core_shapes=topology.shapes(),
        heterogeneous=unknown(say("reading.no_differences_shown")),
        flags=read_flags(blocks, "features", found.cut_lines),
        facilities=read_flags(blocks, "facilities", found.cut_lines),
    )


def _processor(blocks: list[Block]) -> Entry | None:
    """Return the first line ``processor N: version = …``."""
    for block in blocks:
        for key, (value, line) in block.lines.items():
            if _PROCESSOR.fullmatch(key):
                return Entry(key, value, line)
    return None


_Field = tuple[str, Evidence]


def _field(entry: Entry | None, pattern: re.Pattern[str]) -> _Field | None:
    match = pattern.search(entry.value) if entry else None
    return (match[1], entry.evidence) if entry and match else None


def _of(entry: Entry | None) -> _Field | None:
    return (entry.value, entry.evidence) if entry else None


def _as_read(field: _Field | None) -> Fact[str]:
    return Fact(clip(field[0]), Certainty.READ, (field[1],)) if field else unknown()


def _by_vendor(value: str, vendor: Entry | None) -> Fact[str]:
    if vendor is None:
        return unknown(say("reading.no_vendor_id"))
    return Fact(value, Certainty.DERIVED, (vendor.evidence,), say("reading.s390_by_vendor"))


def _product(machine: _Field | None) -> Fact[str]:
    if machine is None:
        return unknown()
    name = _machines().get(machine[0])
    if name is None:
        return unknown(say("reading.s390_unknown_machine"))
    note = say("reading.s390_machine", number=machine[0])
    return Fact(f"IBM {name}", Certainty.DERIVED, (machine[1],), note)


@cache
def _machines() -> dict[str, str]:
    return load("s390x_machines.toml")


def _hypervisor(version: _Field | None) -> Fact[bool]:
    if version and version[0].upper() == _GUEST_VERSION:
        return Fact(True, Certainty.DERIVED, (version[1],), say("reading.s390_version"))
    return unknown()


def _threads(entry: Entry | None) -> Fact[int]:
    count = number(entry.value) if entry else None
    if entry is None or count is None:
        return unknown(say("reading.no_processor"))
    return Fact(count, Certainty.READ, (entry.evidence,), say("reading.s390_processors"))


def _smt(entry: Entry | None) -> Fact[bool]:
    most = number(entry.value) if entry else None
    if entry is None or most is None:
        return unknown(say("reading.no_siblings"))
    return Fact(most > 0, Certainty.READ, (entry.evidence,))


READER = Reader("s390x", KNOWN_KEYS, _score, _read, _NUMBERED)
