"""What LoongArch, MIPS and SPARC texts show about virtualization.

Sentences: ``data/findings/{loongarch,mips,sparc}.toml``.
"""

from courseware.cpuinfo.findings.base import Rules, Verdict, always
from courseware.cpuinfo.findings.common import (
    by_flag,
    comes_with,
    iommu,
    when_libvirt_says,
    when_lscpu_says,
)
from courseware.cpuinfo.model import Host


def _sparc_hardware(host: Host) -> Verdict:
    kind = host.platform.value
    if kind is None:
        return Verdict("unknown")
    case = "shown" if kind == "sun4v" else "absent"
    return Verdict(case, host.platform.evidence, {"type": kind})


def _on_sun4v(host: Host) -> Verdict:
    return Verdict("shown" if host.hypervisor.value else "unknown", host.hypervisor.evidence)


LOONGARCH: Rules = {
    "hardware_virtualization": when_libvirt_says(by_flag("lvz")),
    "guest": when_lscpu_says(always),
    "nested": always,
    "second_level_paging": comes_with("lvz"),
    "iommu": iommu("loongarch"),
}
MIPS: Rules = {
    "hardware_virtualization": when_libvirt_says(by_flag("vz")),
    "guest": when_lscpu_says(always),
    "nested": always,
    "second_level_paging": comes_with("vz"),
    "iommu": iommu("mips"),
}
SPARC: Rules = {
    "hardware_virtualization": _sparc_hardware,
    "guest": when_lscpu_says(_on_sun4v),
    "nested": always,
    "second_level_paging": _on_sun4v,
    "iommu": iommu("sparc"),
}
