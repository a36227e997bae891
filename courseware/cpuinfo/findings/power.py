"""What a POWER text shows about virtualization. Sentences: ``data/findings/power.toml``."""

from courseware.cpuinfo.findings.base import Rules, Verdict, always
from courseware.cpuinfo.findings.common import iommu, when_libvirt_says, when_lscpu_says
from courseware.cpuinfo.model import Host


def _hardware(host: Host) -> Verdict:
    cases = {"PowerNV": "powernv", "pSeries": "pseries"}
    return Verdict(cases.get(host.platform.value or "", "other"), host.platform.evidence)


def _guest(host: Host) -> Verdict:
    if host.hypervisor.value:
        return Verdict("shown", host.hypervisor.evidence)
    case = "powernv" if host.platform.value == "PowerNV" else "unknown"
    return Verdict(case, host.platform.evidence)


def _second_level(host: Host) -> Verdict:
    return Verdict("radix" if host.mmu.value == "Radix" else "unknown", host.mmu.evidence)


def _migration(host: Host) -> Verdict:
    if host.model_name.value is None:
        return Verdict("unknown")
    return Verdict("shown", host.model_name.evidence, {"name": host.model_name.value})


RULES: Rules = {
    "hardware_virtualization": when_libvirt_says(_hardware),
    "guest": when_lscpu_says(_guest),
    "nested": always,
    "second_level_paging": _second_level,
    "memory_encryption": always,
    "migration_baseline": _migration,
    "iommu": iommu("power"),
}
