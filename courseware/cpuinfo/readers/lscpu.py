"""The output of ``lscpu``, given instead of /proc/cpuinfo.

Names: util-linux sys-utils/lscpu.c, and its Japanese translation po/ja.po.
"""

import re

from courseware.cpuinfo.blocks import Blocks
from courseware.cpuinfo.model import Block, Certainty, CoreType, Entry, Fact, Host, unknown
from courseware.cpuinfo.readers import x86
from courseware.cpuinfo.readers.base import (
    Reader,
    evidence_of,
    first,
    number,
    read_flags,
    read_text,
)
from courseware.cpuinfo.texts import say

_ARCHITECTURE = ("architecture", "アーキテクチャ", "アーキテクチャー")
_CPUS = ("cpu(s)", "cpu")
_ONLINE = ("on-line cpu(s) list", "オンラインになっている cpu のリスト")
_THREADS = ("thread(s) per core", "コアあたりのスレッド数")
_CORES = ("core(s) per socket", "ソケットあたりのコア数")
_SOCKETS = ("socket(s)", "ソケット数")
_VENDOR = ("vendor id", "ベンダー id")
_MODEL_NAME = ("model name", "モデル名")
_FAMILY = ("cpu family", "cpu ファミリー")
_MODEL = ("model", "machine type", "モデル")
_STEPPING = ("stepping", "ステッピング")
_HYPERVISOR = ("hypervisor vendor", "ハイパーバイザのベンダー", "ハイパーバイザーのベンダー")
_FLAGS = ("flags", "フラグ")
_MARKS = (_ARCHITECTURE, ("byte order", "バイト順序"), _ONLINE, _THREADS, _CORES, _SOCKETS)

KNOWN_KEYS = frozenset(
    {
        *(key for keys in _MARKS for key in keys),
        *_CPUS,
        *_VENDOR,
        *_MODEL_NAME,
        *_FAMILY,
        *_MODEL,
        *_STEPPING,
        *_HYPERVISOR,
        *_FLAGS,
        "cpu op-mode(s)",
        "cpu 操作モード",
        "address sizes",
        "アドレスサイズ",
        "off-line cpu(s) list",
        "bios vendor id",
        "bios model name",
        "bios cpu family",
        "core(s) per cluster",
        "cluster(s)",
        "book(s)",
        "drawer(s)",
        "socket(s) per book",
        "book(s) per drawer",
        "bogomips",
        "frequency boost",
        "cpu mhz",
        "cpu max mhz",
        "cpu min mhz",
        "cpu(s) scaling mhz",
        "cpu dynamic mhz",
        "cpu static mhz",
        "virtualization features",
        "virtualization",
        "仮想化",
        "仮想化機能",
        "virtualization type",
        "仮想化タイプ",
        "hypervisor",
        "dispatching mode",
        "caches (sum of all)",
        "numa",
        "numa node(s)",
        "numa ノード数",
        "vulnerabilities",
        "physical sockets",
        "physical chips",
        "physical cores/chip",
        "isa",
    }
)
_NUMBERED = re.compile(
    r"l[1-4][di]?(?: cache| キャッシュ)?|numa node\d+ cpu\(s\)|numa ノード \d+ cpu"
    r"|(?:vulnerability |脆弱性 )?(?:gather data sampling|ghostwrite|indirect target selection"
    r"|itlb multihit|l1tf|mds|meltdown|mmio stale data|old microcode|reg file data sampling"
    r"|retbleed|spec rstack overflow|spec store bypass|spectre v[12]|srbds|tsa|tsx async abort"
    r"|vmscape)"
)
_FAMILIES = (
    (("x86_64", "i386", "i486", "i586", "i686"), "x86"),
    (("aarch64", "arm"), "arm"),
    (("riscv",), "riscv"),
    (("ppc", "powerpc"), "power"),
    (("s390",), "s390x"),
    (("loongarch",), "loongarch"),
    (("mips",), "mips"),
    (("sparc",), "sparc"),
)


def _score(blocks: list[Block]) -> int:
    # lscpu's flags line looks like x86's on every architecture: its own marks weigh more.
    marks = sum(first(blocks, *names) is not None for names in _MARKS)
    return 3 * marks if marks > 1 and not first(blocks, "processor") else marks


def family_of(architecture: str) -> str:
    """Return the family of a machine's name as ``uname -m`` gives it; empty when not known."""
    for starts, family in _FAMILIES:
        if architecture.lower().startswith(starts):
            return family
    return ""


def _read(found: Blocks) -> Host:
    blocks = found.blocks
    architecture, vendor = first(blocks, *_ARCHITECTURE), first(blocks, *_VENDOR)
    model_name, hypervisor = first(blocks, *_MODEL_NAME), first(blocks, *_HYPERVISOR)
    flags_entry = first(blocks, *_FLAGS)
    flags = read_flags(blocks, flags_entry.key if flags_entry else "flags", found.cut_lines)
    family = family_of(architecture.value) if architecture else ("x86" if flags.present else "")
    threads = _threads(first(blocks, *_ONLINE), first(blocks, *_CPUS))
    sockets = _count(first(blocks, *_SOCKETS))
    return Host(
        family=family,
        source="lscpu",
        architecture=_architecture(architecture),
        vendor=x86.vendor_of(vendor) if family == "x86" else read_text(vendor),
        vendor_id=vendor.value if vendor else "",
        model_name=read_text(model_name),
        cpu_family=read_text(first(blocks, *_FAMILY)),
        model=read_text(first(blocks, *_MODEL)),
        stepping=read_text(first(blocks, *_STEPPING)),
        hypervisor=_hypervisor(hypervisor),
        sockets=sockets,
        cores=_cores(first(blocks, *_CORES), sockets),
        threads=threads,
        smt=_smt(first(blocks, *_THREADS)),
        core_types=_core_types(blocks, threads),
        heterogeneous=unknown(say("reading.no_differences_shown")),
        flags=flags,
        warnings=(say("reading.is_lscpu"),),
    )


def _architecture(entry: Entry | None) -> Fact[str]:
    if entry is None:
        return unknown()
    name = "i386" if re.fullmatch(r"i[3-6]86", entry.value) else entry.value[:20]
    return Fact(name, Certainty.READ, (entry.evidence,), say("reading.lscpu_architecture"))


def _hypervisor(entry: Entry | None) -> Fact[bool]:
    if entry is None:
        return unknown()
    note = say("reading.lscpu_hypervisor")
    return Fact(True, Certainty.READ, (entry.evidence,), note)


def _count(entry: Entry | None) -> Fact[int]:
    count = number(entry.value) if entry else None
    if entry is None or count is None:
        return unknown()
    return Fact(count, Certainty.READ, (entry.evidence,))


def _threads(online: Entry | None, cpus: Entry | None) -> Fact[int]:
    count = _listed(online.value) if online else None
    if online and count is not None:
        note = say("reading.lscpu_online")
        return Fact(count, Certainty.DERIVED, (online.evidence,), note)
    counted = _count(cpus)
    if counted.value is None:
        return unknown()
    return Fact(counted.value, Certainty.READ, counted.evidence, say("reading.lscpu_threads"))


def _listed(ranges: str) -> int | None:
    """Return how many numbers are in a list such as 0-3,8, or None when it is none."""
    count = 0
    for part in ranges.split(","):
        start, _, end = part.strip().partition("-")
        low, high = number(start), number(end or start)
        if low is None or high is None or high < low:
            return None
        count += high - low + 1
    return count


def _cores(entry: Entry | None, sockets: Fact[int]) -> Fact[int]:
    each = number(entry.value) if entry else None
    if entry is None or each is None or sockets.value is None:
        return unknown()
    evidence = (entry.evidence, *sockets.evidence)
    return Fact(each * sockets.value, Certainty.DERIVED, evidence, say("reading.lscpu_cores"))


def _smt(entry: Entry | None) -> Fact[bool]:
    each = number(entry.value) if entry else None
    if entry is None or each is None:
        return unknown()
    return Fact(each > 1, Certainty.DERIVED, (entry.evidence,), say("reading.lscpu_smt"))


def _core_types(blocks: list[Block], threads: Fact[int]) -> tuple[CoreType, ...]:
    """Return the kind of core; when there are several, their numbers are not known."""
    names = [entry for block in blocks if (entry := block.get(*_MODEL_NAME))]
    if len(names) != 1 or threads.value is None:
        return ()
    evidence = evidence_of(names[0])[0]
    return (CoreType(evidence.text.partition(" : ")[2], threads.value, evidence),)


READER = Reader("lscpu", KNOWN_KEYS, _score, _read, _NUMBERED)
