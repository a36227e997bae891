"""The microarchitecture and the x86-64 level.

By ``data/x86_generations.toml`` and the ``archspec`` package's tables.
"""

import re
from collections.abc import Callable

from archspec.cpu import TARGETS, Microarchitecture

from courseware.cpuinfo.knowledge import load
from courseware.cpuinfo.model import Certainty, Fact, Host, unknown
from courseware.cpuinfo.texts import say

LEVELS = ("x86_64", "x86_64_v2", "x86_64_v3", "x86_64_v4")
# archspec's names for what the kernel prints otherwise.
_ALIASES = {"pni": "sse3"}
_ARM_MAKERS = {
    "0x41": "ARM",
    "0x43": "Cavium",
    "0x46": "Fujitsu",
    "0x4e": "Nvidia",
    "0x61": "Apple",
    "0x6d": "Microsoft",
    "0xc0": "Ampere",
}
_POWER = re.compile(r"POWER(\d{1,2})", re.I)


def x86_64_level(host: Host) -> Fact[int]:
    """Return the highest x86-64 level (1 to 4, System V ABI) whose flags all CPUs have."""
    if host.family != "x86":
        return unknown(say("report.level_x86_only"))
    if host.architecture.value == "i386":
        return unknown(say("report.level_32"))
    if host.architecture.value is None or not host.flags.present:
        return unknown(say("report.level_unknown"))
    features = _features(host)
    level = max(
        number
        for number, name in enumerate(LEVELS, start=1)
        if number == 1 or TARGETS[name].features <= features
    )
    note = say("report.level_note" if host.flags.complete else "report.level_note_cut")
    return Fact(level, Certainty.DERIVED, (host.flags.quote("lm"),), note)


def microarchitecture(host: Host) -> Fact[str]:
    """Return the CPU's generation, by its numbers or its name.

    On x86 it is the maker's name of it, elsewhere archspec's.
    """
    if host.family == "x86":
        return _by_numbers(host)
    if host.family == "s390x":
        return _machine(host)
    find = _CANDIDATES.get(host.family)
    if find is None:
        return unknown(say("report.uarch_by_family"))
    if host.heterogeneous.value:
        return unknown(say("report.uarch_mixed"))
    candidates = find(host)
    if not candidates:
        return unknown(say("report.uarch_none"))
    note = say("report.uarch_by_part" if host.family == "arm" else "report.uarch_by_name")
    return Fact(_newest(candidates), Certainty.DERIVED, host.model_name.evidence[:1], note)


def compatible_microarchitecture(host: Host) -> Fact[str]:
    """Return archspec's name of the newest x86 generation whose instructions all CPUs have.

    It need not be the CPU's own: a newer one may lack instructions of an older, and a virtual
    machine that hides instructions looks older.
    """
    if host.family != "x86":
        return unknown(say("report.level_x86_only"))
    if not host.flags.present:
        return unknown(say("report.uarch_no_flags"))
    if not host.flags.complete:
        return unknown(say("report.uarch_flags_cut"))
    candidates = _x86_candidates(host)
    if not candidates:
        return unknown(say(f"report.uarch_none{'_guest' if host.hypervisor.value else ''}"))
    evidence = (host.flags.quote(*host.flags.order[:1]),)
    guest = "_guest" if host.hypervisor.value else ""
    note = say(f"report.uarch_by_instructions{guest}")
    return Fact(_newest(candidates), Certainty.DERIVED, evidence, note)


def _newest(targets: list[Microarchitecture]) -> str:
    return max(targets, key=lambda target: (len(target.ancestors), len(target.features))).name


def _by_numbers(host: Host) -> Fact[str]:
    family, model, stepping = host.cpu_family, host.model, host.stepping
    if family.value is None or model.value is None:
        return unknown(say("report.uarch_no_numbers"))
    numbers = [_number(fact.value or "") for fact in (family, model, stepping)]
    for name, spans in load("x86_generations.toml").get(host.vendor_id, {}).items():
        if any(_is_within(numbers, span) for span in spans.split()):
            note = say(f"report.uarch_by_numbers{'_guest' if host.hypervisor.value else ''}")
            return Fact(name, Certainty.DERIVED, family.evidence + model.evidence, note)
    return unknown(say("report.uarch_unknown_numbers"))


def _number(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 6 else -1


def _is_within(numbers: list[int], span: str) -> bool:
    """Say whether family, model and stepping are within a span such as 6:85:5-7."""
    for number, part in zip(numbers, span.split(":"), strict=False):
        low, _, high = part.partition("-")
        if not int(low) <= number <= int(high or low):
            return False
    return True


def _machine(host: Host) -> Fact[str]:
    """Return the generation of an IBM Z, which archspec has not: the machine's number says it."""
    if host.model_name.value is None:
        return unknown(host.model_name.note)
    name = host.model_name.value.removeprefix("IBM ").split(" ")[0]
    note = say("report.uarch_by_machine")
    return Fact(name, Certainty.DERIVED, host.model_name.evidence, note)


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
    maker = _ARM_MAKERS.get(host.vendor_id.lower())
    return [
        target
        for target in TARGETS.values()
        if target.cpu_part == host.part.lower() and target.vendor == maker
    ]


def _power_candidates(host: Host) -> list[Microarchitecture]:
    match = _POWER.search(host.model_name.value or "")
    generation = int(match[1]) if match else 0
    # Little-endian names are targets of their own; the text does not tell the byte order.
    return [
        target
        for target in TARGETS.values()
        if target.generation == generation > 0 and target.family.name == "ppc64"
    ]


def _riscv_candidates(host: Host) -> list[Microarchitecture]:
    names = {host.model.value, host.model_name.value}
    return [TARGETS[target] for name, target in _RISCV_CORES.items() if name in names]


# archspec's names for the compatible strings that and names that Linux prints.
_RISCV_CORES = {
    "sifive,u74-mc": "u74mc",
    "sifive,u74": "u74mc",
    "spacemit,x60": "x60",
    "Spacemit(R) X60": "x60",
}
_CANDIDATES: dict[str, Callable[[Host], list[Microarchitecture]]] = {
    "arm": _arm_candidates,
    "power": _power_candidates,
    "riscv": _riscv_candidates,
}


def _features(host: Host) -> frozenset[str]:
    return host.flags.common | {_ALIASES[name] for name in host.flags.common if name in _ALIASES}
