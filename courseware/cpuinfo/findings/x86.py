"""What an x86 text shows about virtualization. Sentences: ``data/findings/x86.toml``."""

from courseware.cpuinfo.findings.base import Rule, Rules, Verdict, quoted
from courseware.cpuinfo.findings.common import iommu, when_libvirt_says, when_lscpu_says
from courseware.cpuinfo.microarchitecture import x86_64_level
from courseware.cpuinfo.model import Evidence, Host
from courseware.cpuinfo.readers.x86 import VENDORS
from courseware.cpuinfo.texts import listing, say

# The maker decides which of the two to look for; an unknown maker may have either.
_AMD_LIKE = frozenset({"AuthenticAMD", "HygonGenuine"})
_INTEL = frozenset({"GenuineIntel"})
_MAKERS = frozenset(VENDORS)  # the known ones: of another's CPU nothing is ruled out
_NAMES = {"vmx": "Intel VT-x", "svm": "AMD-V"}
_SHORT_NAMES = {"vmx": "VT-x (vmx)", "svm": "AMD-V (svm)"}
_CLEARED_SINCE = {"vmx": "5.6", "svm": "6.7"}  # when the firmware has disabled it
_READ_MSR = {"vmx": "rdmsr_feature_control", "svm": "rdmsr_vm_cr"}
_WIDEST = {
    "avx512f": "AVX-512",
    "avx2": "AVX2",
    "avx": "AVX",
    "sse4_2": "SSE4.2",
    "sse2": "SSE2",
}


def _extension(host: Host) -> str:
    """Return vmx or svm, whichever all CPUs show, or an empty string.

    The kernel prints the vmx flags line only beside vmx: the line alone shows it as well.
    """
    shown = next((name for name in ("vmx", "svm") if name in host.flags.common), "")
    return shown or ("vmx" if host.vmx_flags.present else "")


def _extension_quoted(host: Host, *names: str) -> tuple[Evidence, ...]:
    extension = _extension(host)
    if extension and extension not in host.flags:
        first = host.vmx_flags.order[:1]
        return (host.vmx_flags.quote(*first), *(quoted(host.flags, *names) if names else ()))
    return quoted(host.flags, *names, extension)


def _is_amd(host: Host) -> bool:
    return _extension(host) == "svm" or host.vendor_id in _AMD_LIKE


def _why_unknown(host: Host) -> str:
    if host.source == "virsh":
        return say("findings.only_some_listed")
    return say("findings.flags_cut" if host.flags.present else "findings.no_flags")


def _hardware(host: Host) -> Verdict:
    extension = _extension(host)
    if extension:
        values = {
            "flag": extension,
            "name": _NAMES[extension],
            "name_and_flag": _SHORT_NAMES[extension],
            "since": _CLEARED_SINCE[extension],
            "rdmsr": _READ_MSR[extension],
        }
        case = "shown_to_guest" if host.hypervisor.value else "shown"
        return Verdict(case, _extension_quoted(host), values)
    partly = [flag for flag in ("vmx", "svm") if flag in host.flags.some]
    if partly:
        return Verdict("partly", quoted(host.flags, *partly), {"flag": partly[0]})
    if not host.flags.complete:
        return Verdict("unknown", (), {"why": _why_unknown(host)})
    evidence = quoted(host.flags, "vmx", "svm")
    if host.hypervisor.value:
        return Verdict("hidden_from_guest", evidence)
    expected = "svm" if _is_amd(host) else "vmx"
    values = {
        "flag": expected,
        "since": _CLEARED_SINCE[expected],
        "rdmsr": _READ_MSR[expected],
        "more": say("findings.likely_no_support") if host.architecture.value == "i386" else "",
    }
    return Verdict("absent", evidence, values)


def _guest(host: Host) -> Verdict:
    if host.hypervisor.value:
        return Verdict("shown", host.hypervisor.evidence)
    if not host.flags.complete:
        return Verdict("unknown", (), {"why": _why_unknown(host)})
    return Verdict("no_sign", quoted(host.flags, "hypervisor"))


def _nested(host: Host) -> Verdict:
    extension = _extension(host)
    if host.hypervisor.value and extension:
        return Verdict("shown", _extension_quoted(host, "hypervisor"), {"flag": extension})
    if host.hypervisor.value and host.flags.complete:
        return Verdict("hidden", quoted(host.flags, "vmx", "svm"))
    why = say("findings.nested_is_a_setting") if host.flags.complete else _why_unknown(host)
    return Verdict("unknown", (), {"why": why, "module": "amd" if extension == "svm" else "intel"})


def _second_level(host: Host) -> Verdict:
    parameter = "npt_parameter" if _is_amd(host) else "ept_parameter"
    for flag, label in (("ept", "EPT"), ("npt", "NPT")):
        if flag in host.flags.common:
            values = {"flag": flag, "label": label, "parameter": parameter}
            return Verdict("shown", quoted(host.flags, flag), values)
    return _depends(host, "ept", "npt", parameter)


def _depends(host: Host, intel: str, amd: str, *commands: str) -> Verdict:
    """A feature that is printed only beside vmx or svm, and is not printed."""
    extension = _extension(host)
    if not host.flags.complete:
        return Verdict("unknown", (), {"why": _why_unknown(host)}, "depends", commands)
    if not extension:
        return Verdict("hidden", quoted(host.flags, "vmx", "svm"), {}, "depends", commands)
    wanted = amd if extension == "svm" else intel
    values = {"flag": extension, "wanted": wanted}
    return Verdict("absent", quoted(host.flags, wanted), values, "depends", commands)


def _in_vmx_flags(host: Host, wanted: str, command: str) -> Verdict:
    """A feature of the vmx flags line, beside vmx, that is not among what was read."""
    if host.vmx_flags.present and host.vmx_flags.complete:
        evidence = (host.vmx_flags.quote(wanted),)
        return Verdict("not_in_vmx_flags", evidence, {"wanted": wanted}, "depends", (command,))
    return Verdict("no_vmx_flags", (), {}, "depends", (command,))


def _tlb_tags(host: Host) -> Verdict:
    if "vpid" in host.flags.common:
        return Verdict("vpid", quoted(host.flags, "vpid"))
    if "svm" in host.flags.common:
        if "flushbyasid" in host.flags.common:
            return Verdict("asid_flush", quoted(host.flags, "svm", "flushbyasid"))
        return Verdict("asid", quoted(host.flags, "svm"))
    return _depends(host, "vpid", "svm", "dev_kvm" if _is_amd(host) else "vpid_parameter")


def _unrestricted(host: Host) -> Verdict:
    if "unrestricted_guest" in host.vmx_flags.common:
        return Verdict("shown", (host.vmx_flags.quote("unrestricted_guest"),))
    if "svm" in host.flags.common:
        return Verdict("svm", quoted(host.flags, "svm"))
    command = "dev_kvm" if _is_amd(host) else "unrestricted_parameter"
    if _extension(host):
        return _in_vmx_flags(host, "unrestricted_guest", command)
    return _depends(host, "unrestricted_guest", "svm", command)


def _interrupts(host: Host) -> Verdict:
    if "apicv" in host.vmx_flags.common:
        return Verdict("apicv", (host.vmx_flags.quote("apicv"),))
    avic = [flag for flag in ("avic", "x2avic") if flag in host.flags.common]
    if avic:
        return Verdict("avic", quoted(host.flags, *avic), {"flags": listing(avic)})
    if _extension(host) == "vmx":
        return _in_vmx_flags(host, "apicv", "apicv_parameter")
    return _depends(host, "apicv", "avic", "avic_parameter" if _is_amd(host) else "apicv_parameter")


def _of_maker(flag: str, makers: frozenset[str], *commands: str) -> Rule:
    """Return the rule of a question that one flag answers, which only some makers' CPUs have."""

    def rule(host: Host) -> Verdict:
        if flag in host.flags.common:
            case = "shown_to_guest" if host.hypervisor.value else "shown"
            return Verdict(case, quoted(host.flags, flag))
        if host.vendor_id in _MAKERS and host.vendor_id not in makers:
            return Verdict("other_maker", host.vendor.evidence, {"vendor": host.vendor.value})
        if not host.flags.complete:
            return Verdict("unknown", (), {"why": _why_unknown(host)}, "depends", commands)
        if host.hypervisor.value:
            evidence = quoted(host.flags, "hypervisor", flag)
            return Verdict("not_shown_to_guest", evidence, {"wanted": flag}, "depends", commands)
        return Verdict("absent", quoted(host.flags, flag))

    return rule


def _encrypted_guest(host: Host) -> Verdict:
    if "tdx_guest" in host.flags.common:
        return Verdict("tdx", quoted(host.flags, "tdx_guest"))
    if not host.flags.complete:
        why, settle = {"why": _why_unknown(host)}, ("memory_encryption_dmesg",)
        return Verdict("unknown", (), why, "depends", settle)
    case = "guest" if host.hypervisor.value else "no_guest"
    return Verdict(case, quoted(host.flags, "tdx_guest"))


def _migration(host: Host) -> Verdict:
    level = x86_64_level(host)
    if level.value is None:
        return Verdict("unknown", (), {"note": level.note})
    widest = next((name for flag, name in _WIDEST.items() if flag in host.flags.common), "")
    shown = [flag for flag in reversed(_WIDEST) if flag in host.flags.common and flag != "sse2"]
    values = {
        "level": say(
            "findings.level" if host.flags.complete else "findings.level_at_least",
            level=level.value,
        ),
        "vector": say("findings.widest_vector", name=widest) if widest else "",
        "note": level.note,
    }
    shown = shown or [flag for flag in ("sse2",) if flag in host.flags.common]
    evidence = quoted(host.flags, *shown) if shown else host.architecture.evidence
    return Verdict("shown", evidence, values)


RULES: Rules = {
    "hardware_virtualization": when_libvirt_says(_hardware),
    "guest": when_lscpu_says(_guest),
    "nested": _nested,
    "second_level_paging": _second_level,
    "tlb_tags": _tlb_tags,
    "unrestricted_guest": _unrestricted,
    "interrupt_virtualization": _interrupts,
    "sev": _of_maker("sev", _AMD_LIKE, "sev_parameter"),
    "sev_es": _of_maker("sev_es", _AMD_LIKE, "sev_parameter"),
    "sev_snp": _of_maker("sev_snp", _AMD_LIKE, "sev_snp_parameter"),
    "tdx": _of_maker("tdx_host_platform", _INTEL, "tdx_dmesg"),
    "encrypted_guest": _encrypted_guest,
    "migration_baseline": _migration,
    "iommu": iommu("x86"),
}
