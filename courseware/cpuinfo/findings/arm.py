"""What an ARM text shows about virtualization: next to nothing, and the report says so.

Sentences: ``data/findings/arm.toml``.
"""

from courseware.cpuinfo.findings.base import Rules, Verdict, always, quoted
from courseware.cpuinfo.findings.common import iommu, when_libvirt_says, when_lscpu_says
from courseware.cpuinfo.model import Host
from courseware.cpuinfo.texts import say, shortened


def _hardware(host: Host) -> Verdict:
    return Verdict("always", quoted(host.flags, "vmx", "svm"))


def _migration(host: Host) -> Verdict:
    if not host.core_types:
        return Verdict("unknown")
    evidence = tuple(kind.evidence for kind in host.core_types if kind.evidence)[:4]
    names = shortened([kind.name for kind in host.core_types], say("report.comma"))
    return Verdict("mixed" if host.heterogeneous.value else "alike", evidence, {"names": names})


RULES: Rules = {
    "hardware_virtualization": when_libvirt_says(_hardware),
    "guest": when_lscpu_says(always),
    "nested": always,
    "second_level_paging": always,
    "memory_encryption": always,
    "migration_baseline": _migration,
    "iommu": iommu("arm"),
}
