"""Rules that several architectures share. Sentences: ``data/findings/common.toml``."""

from courseware.cpuinfo.findings.base import Rule, Verdict, quoted
from courseware.cpuinfo.model import Host
from courseware.cpuinfo.texts import say


def when_libvirt_says(otherwise: Rule) -> Rule:
    """Return the rule for hardware virtualization: libvirt's word first, then the other rule."""

    def rule(host: Host) -> Verdict:
        if host.kvm.value:
            return Verdict("by_libvirt", host.kvm.evidence, shared="hardware_virtualization")
        return otherwise(host)

    return rule


def when_lscpu_says(otherwise: Rule) -> Rule:
    """Return the rule for being a guest: lscpu's word first, then the other rule."""

    def rule(host: Host) -> Verdict:
        if host.source == "lscpu" and host.hypervisor.value:
            return Verdict("by_lscpu", host.hypervisor.evidence, shared="guest")
        return otherwise(host)

    return rule


def by_flag(flag: str) -> Rule:
    """Return the rule of a question that one flag answers: shown, absent or unknown."""

    def rule(host: Host) -> Verdict:
        if flag in host.flags.common:
            return Verdict("shown", quoted(host.flags, flag))
        if not host.flags.complete:
            return Verdict("unknown", quoted(host.flags, flag))
        return Verdict("absent", quoted(host.flags, flag))

    return rule


def comes_with(flag: str) -> Rule:
    """Return the rule of a question that a flag answers with yes, and nothing with no."""

    def rule(host: Host) -> Verdict:
        case = "shown" if flag in host.flags.common else "unknown"
        return Verdict(case, quoted(host.flags, flag))

    return rule


def iommu(family: str) -> Rule:
    """Return the rule for the IOMMU, which only libvirt knows."""

    def rule(host: Host) -> Verdict:
        if host.iommu.value is not None:
            case = "has" if host.iommu.value else "has_not"
            return Verdict(case, host.iommu.evidence, shared="iommu")
        if family == "x86":
            return Verdict("x86", shared="iommu")
        return Verdict("other", values={"iommu": say(f"findings.iommu_{family}")}, shared="iommu")

    return rule
