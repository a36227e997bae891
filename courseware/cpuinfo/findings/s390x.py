"""What an IBM Z text shows about virtualization. Sentences: ``data/findings/s390x.toml``."""

from courseware.cpuinfo.findings.base import Rules, Verdict, quoted
from courseware.cpuinfo.findings.common import (
    by_flag,
    comes_with,
    iommu,
    when_libvirt_says,
    when_lscpu_says,
)
from courseware.cpuinfo.model import Host

_ULTRAVISOR_CALL = "158"


def _guest(host: Host) -> Verdict:
    if host.hypervisor.value:
        return Verdict("shown", host.hypervisor.evidence)
    return Verdict("lpar" if host.stepping.known else "unknown", host.stepping.evidence)


def _nested(host: Host) -> Verdict:
    if not host.hypervisor.value:
        return Verdict("unknown")
    evidence = host.hypervisor.evidence + quoted(host.flags, "sie")
    if "sie" in host.flags.common:
        return Verdict("shown", evidence)
    return Verdict("hidden" if host.flags.complete else "unknown", evidence)


def _encryption(host: Host) -> Verdict:
    facilities = host.facilities
    if _ULTRAVISOR_CALL in facilities:
        return Verdict("shown", quoted(facilities, _ULTRAVISOR_CALL))
    case = "absent" if facilities.complete else "unknown"
    return Verdict(case, quoted(facilities, _ULTRAVISOR_CALL))


def _migration(host: Host) -> Verdict:
    if host.model_name.value is None:
        return Verdict("unknown")
    return Verdict("shown", host.model_name.evidence, {"name": host.model_name.value})


RULES: Rules = {
    "hardware_virtualization": when_libvirt_says(by_flag("sie")),
    "guest": when_lscpu_says(_guest),
    "nested": _nested,
    "second_level_paging": comes_with("sie"),
    "memory_encryption": _encryption,
    "migration_baseline": _migration,
    "iommu": iommu("s390x"),
}
