"""x86: Intel, AMD, Hygon, Zhaoxin, VIA and older makers; 32 and 64 bit.

Fields: Linux arch/x86/kernel/cpu/proc.c. CPUID vendor strings: the makers' manuals.
"""

from courseware.cpuinfo.blocks import Blocks
from courseware.cpuinfo.model import (
    Block,
    Certainty,
    CoreType,
    Entry,
    Evidence,
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
    read_flags,
    read_text,
)

VENDORS = {
    "GenuineIntel": "Intel",
    "AuthenticAMD": "AMD",
    "HygonGenuine": "Hygon (海光)",
    "Shanghai": "Zhaoxin (兆芯)",
    "CentaurHauls": "Centaur (VIA または Zhaoxin)",
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
    vendor = first(cpus, "vendor_id")
    vendor_id = vendor.value if vendor else ""
    threads = count_threads(cpus, bool(found.cut_lines))
    topology = _Topology(cpus, threads)
    return Host(
        family=READER.family,
        family_label=READER.label,
        explained=True,
        architecture=_architecture(flags),
        vendor=_vendor(vendor),
        vendor_id=vendor_id,
        model_name=read_text(first(cpus, "model name")),
        cpu_family=read_text(first(cpus, "cpu family")),
        model=read_text(first(cpus, "model")),
        stepping=read_text(first(cpus, "stepping")),
        sockets=topology.sockets(),
        cores=topology.cores(),
        threads=threads,
        smt=topology.smt(),
        core_types=topology.core_types(),
        heterogeneous=topology.heterogeneous(),
        flags=flags,
        vmx_flags=read_flags(cpus, "vmx flags", found.cut_lines),
        bugs=read_flags(cpus, "bugs", found.cut_lines),
        warnings=_warnings(flags),
    )


def _vendor(entry: Entry | None) -> Fact[str]:
    if entry is None:
        return unknown("vendor_id 行がありません。")
    name = VENDORS.get(entry.value)
    if name is None:
        return Fact(
            clip(entry.value), Certainty.READ, (entry.evidence,), "知らないベンダー文字列です。"
        )
    return Fact(name, Certainty.READ, (entry.evidence,))


def _architecture(flags: FlagSet) -> Fact[str]:
    if "lm" in flags:
        note = (
            "lm (ロングモード) は CPU が 64 ビットに対応するしるしです。"
            "動いているカーネルが 64 ビット版かは uname -m で確かめます。"
        )
        return Fact("x86_64", Certainty.DERIVED, (flags.quote("lm"),), note)
    if flags.complete:
        note = "lm フラグがないので、この CPU (または見せられている仮想 CPU) は 32 ビットです。"
        return Fact("i386", Certainty.DERIVED, (flags.quote("lm"),), note)
    return unknown("flags 行がない、または途中で切れているので、64 ビットか判断できません。")


def _warnings(flags: FlagSet) -> tuple[str, ...]:
    if not flags.present:
        return ("flags 行がないため、仮想化のフラグについては何も判断できません。",)
    if not flags.complete:
        return ("flags 行が途中で切れているようです。見えないフラグを「ない」とは判断しません。",)
    return ()


class _Topology:
    """Sockets, cores and threads, from ``physical id``, ``core id`` and ``cpu cores``."""

    def __init__(self, cpus: list[Block], threads: Fact[int]) -> None:
        self._cpus = cpus
        self._threads = threads
        self._sockets: dict[str, list[Block]] = {}
        self._cores: dict[tuple[str, str], int] = {}
        for cpu in cpus:
            socket, core = cpu.get("physical id"), cpu.get("core id")
            if socket:
                self._sockets.setdefault(socket.value, []).append(cpu)
                if core:
                    pair = (socket.value, core.value)
                    self._cores[pair] = self._cores.get(pair, 0) + 1

    def sockets(self) -> Fact[int]:
        if self._sockets:
            evidence = evidence_of(*(cpus[0].get("physical id") for cpus in self._sockets.values()))
            note = "physical id の種類の数です。"
            return Fact(len(self._sockets), Certainty.DERIVED, evidence[:4], note)
        if self._threads.value == 1:
            note = (
                "physical id はありませんが、論理 CPU が 1 つなのでソケットも 1 つと推定しました。"
            )
            return Fact(1, Certainty.DERIVED, self._threads.evidence, note)
        return unknown("physical id 行がありません (古いカーネルや一部の仮想マシン)。")

    def cores(self) -> Fact[int]:
        if not self._sockets:
            if self._threads.value == 1:
                return Fact(1, Certainty.DERIVED, self._threads.evidence, "論理 CPU が 1 つです。")
            return unknown("physical id と core id がないので数えられません。")
        stated = [self._stated(cpus) for cpus in self._sockets.values()]
        if all(stated):
            entries = [cpus[0].get("cpu cores") for cpus in self._sockets.values()]
            note = "cpu cores をソケットごとに合計しました。"
            return Fact(sum(stated), Certainty.DERIVED, evidence_of(*entries)[:4], note)
        if self._cores:
            entry = first(self._cpus, "core id")
            note = "physical id と core id の組の種類の数です。"
            return Fact(len(self._cores), Certainty.DERIVED, evidence_of(entry), note)
        return unknown("core id 行がありません。")

    def _stated(self, cpus: list[Block]) -> int:
        """Return ``cpu cores`` when all the socket's CPUs are in the text, else 0."""
        cores, siblings = cpus[0].get("cpu cores"), cpus[0].get("siblings")
        if not cores or not cores.value.isdecimal() or len(cores.value) > 6:
            return 0
        whole = siblings is None or siblings.value == str(len(cpus))
        return int(cores.value) if whole else 0

    def smt(self) -> Fact[bool]:
        for cpu in self._cpus:
            siblings, cores = cpu.get("siblings"), cpu.get("cpu cores")
            if siblings and cores and siblings.value.isdecimal() and cores.value.isdecimal():
                more = len(siblings.value) <= 6 and int(siblings.value) > int(cores.value)
                return Fact(
                    more,
                    Certainty.DERIVED,
                    evidence_of(siblings, cores),
                    "siblings (ソケット内の論理 CPU 数) が cpu cores (コア数) より"
                    + ("多いからです。" if more else "多くないからです。"),
                )
        if self._threads.value == 1:
            return Fact(False, Certainty.DERIVED, self._threads.evidence, "論理 CPU が 1 つです。")
        return unknown("siblings と cpu cores の行がありません。")

    def core_types(self) -> tuple[CoreType, ...]:
        kinds: dict[str, list[Block]] = {}
        for cpu in self._cpus:
            name = cpu.get("model name")
            kinds.setdefault(name.value if name else "(モデル名なし)", []).append(cpu)
        return tuple(
            CoreType(clip(name), len(cpus), _name_evidence(cpus[0])) for name, cpus in kinds.items()
        )

    def heterogeneous(self) -> Fact[bool]:
        names = self.core_types()
        if len(names) > 1:
            evidence = tuple(kind.evidence for kind in names if kind.evidence)
            return Fact(True, Certainty.DERIVED, evidence[:4], "モデル名の違う CPU があります。")
        if len(set(self._cores.values())) > 1 and len(self._sockets) == 1:
            return Fact(
                True,
                Certainty.DERIVED,
                evidence_of(first(self._cpus, "core id")),
                "コアによって論理 CPU の数が違います。種類の違うコアの混在 (Intel の P コアと"
                " E コアなど) か、一部の論理 CPU が停止中 (offline) です。",
            )
        if not self._cores:
            return unknown("コアの違いを示す行がありません。")
        note = "モデル名にもコアごとの論理 CPU の数にも違いは見えません。"
        return Fact(False, Certainty.DERIVED, (), note)


def _name_evidence(cpu: Block) -> Evidence | None:
    entry = cpu.get("model name")
    return entry.evidence if entry else None


READER = Reader("x86", "x86", True, KNOWN_KEYS, _score, _read)
