"""What a RISC-V text shows about virtualization. Sentences: ``data/findings/riscv.toml``."""

from courseware.cpuinfo.findings.base import Rules, Verdict, quoted
from courseware.cpuinfo.findings.common import (
    by_flag,
    comes_with,
    iommu,
    when_libvirt_says,
    when_lscpu_says,
)
from courseware.cpuinfo.model import Host
from courseware.cpuinfo.texts import listing


def _guest(host: Host) -> Verdict:
    return Verdict("shown" if host.hypervisor.value else "unknown", host.hypervisor.evidence)


def _nested(host: Host) -> Verdict:
    if host.hypervisor.value and "h" in host.flags.common:
        return Verdict("shown", host.hypervisor.evidence + quoted(host.flags, "h"))
    return Verdict("unknown")


def _interrupts(host: Host) -> Verdict:
    found = [flag for flag in ("ssaia", "sstc") if flag in host.flags.common]
    if found:
        return Verdict("shown", quoted(host.flags, *found), {"flags": listing(found)})
    if host.flags.complete:
        return Verdict("absent", quoted(host.flags, "ssaia", "sstc"))
    return Verdict("unknown")


def _migration(host: Host) -> Verdict:
    if not host.flags.present:
        return Verdict("unknown")
    evidence = (host.flags.quote(*sorted(host.flags.common)[:1]),)
    return Verdict("shown", evidence, {"count": len(host.flags.common)})


RULES: Rules = {
    "hardware_virtualization": when_libvirt_says(by_flag("h")),
    "guest": when_lscpu_says(_guest),
    "nested": _nested,
    "second_level_paging": comes_with("h"),
    "interrupt_virtualization": _interrupts,
    "migration_baseline": _migration,
    "iommu": iommu("riscv"),
}
