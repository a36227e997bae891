"""The microarchitecture and the x86-64 level, by the ``archspec`` package's tables."""

from archspec.cpu import TARGETS, Microarchitecture

from courseware.cpuinfo.model import Certainty, Fact, Host, unknown

LEVELS = ("x86_64", "x86_64_v2", "x86_64_v3", "x86_64_v4")
# archspec's names for what the kernel prints otherwise.
_ALIASES = {"pni": "sse3"}


def x86_64_level(host: Host) -> Fact[int]:
    """Return the highest x86-64 level (1 to 4, System V ABI) whose flags all CPUs have."""
    if host.family != "x86":
        return unknown("x86-64 だけの区分です。")
    if host.architecture.value == "i386":
        return unknown("lm フラグのない 32 ビットの CPU なので、x86-64 の水準はありません。")
    if host.architecture.value is None:
        return unknown("flags 行から 64 ビット対応を確かめられません。")
    features = _features(host)
    level = max(
        number for number, name in enumerate(LEVELS, start=1) if TARGETS[name].features <= features
    )
    note = "全 CPU に共通のフラグが、この水準の命令をすべて含みます。"
    if not host.flags.complete:
        note = "flags 行が途中で切れているため「少なくとも」この水準です。"
    line = host.flags.quote("lm")
    return Fact(level, Certainty.DERIVED, (line,), note)


def microarchitecture(host: Host) -> Fact[str]:
    """Return archspec's name of the newest generation whose instructions all CPUs have.

    For ARM the core's number decides. A virtual machine that hides instructions looks older.
    """
    if host.heterogeneous.value and host.family == "arm":
        return unknown("種類の違うコアが混在しているので、1 つに決められません。")
    if not host.flags.present:
        return unknown("フラグの行がありません。")
    candidates = _x86_candidates(host) if host.family == "x86" else _arm_candidates(host)
    if not candidates:
        hidden = "ハイパーバイザーが命令の一部を隠しているようで、" * ("hypervisor" in host.flags)
        return unknown(f"{hidden}archspec の一覧に、命令の組が合う世代がありません。")
    best = max(candidates, key=lambda target: (len(target.ancestors), len(target.features)))
    if host.family == "x86":
        note = "CPU の型番ではなく、命令の組が合う最も新しい世代です (archspec による)。"
        if "hypervisor" in host.flags:
            note += "ハイパーバイザーが命令を隠していると、実際より古く見えます。"
    else:
        note = "CPU part の番号から引いた世代です (archspec による)。"
    evidence = (host.flags.quote(host.flags.order[0] if host.flags.order else ""),)
    return Fact(best.name, Certainty.DERIVED, evidence if host.family == "x86" else (), note)


def _x86_candidates(host: Host) -> list[Microarchitecture]:
    features = _features(host)
    level = x86_64_level(host).value
    if level is None:
        return []
    generic = TARGETS[LEVELS[level - 1]]
    return [
        target
        for target in TARGETS.values()
        if target.vendor == host.vendor_id
        and generic in (target, *target.ancestors)
        and target.features <= features
    ]


def _arm_candidates(host: Host) -> list[Microarchitecture]:
    if not host.part or host.architecture.value != "aarch64":
        return []
    vendors = {"0x41": "ARM", "0x43": "Cavium", "0x46": "Fujitsu", "0xc0": "Ampere"}
    vendor = vendors.get(host.vendor_id.lower())
    return [
        target
        for target in TARGETS.values()
        if target.cpu_part == host.part.lower() and target.vendor == vendor
    ]


def _features(host: Host) -> frozenset[str]:
    return host.flags.common | {_ALIASES[name] for name in host.flags.common if name in _ALIASES}
