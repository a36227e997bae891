"""What a text shows about virtualization, and what no text can."""

from courseware.cpuinfo.findings import arm, other, power, riscv, s390x, x86
from courseware.cpuinfo.findings.base import (
    CannotTell,
    Command,
    Finding,
    Rules,
    State,
    answer,
    command,
)
from courseware.cpuinfo.model import Host
from courseware.cpuinfo.texts import say

_RULES: dict[str, Rules] = {
    "x86": x86.RULES,
    "arm": arm.RULES,
    "riscv": riscv.RULES,
    "power": power.RULES,
    "s390x": s390x.RULES,
    "loongarch": other.LOONGARCH,
    "mips": other.MIPS,
    "sparc": other.SPARC,
}
# What no /proc/cpuinfo says, with the command that does.
_CANNOT_TELL = {
    "firmware": "dmesg_kvm",
    "kvm": "dev_kvm",
    "iommu": "iommu_groups",
    "physical": "detect_virt",
    "container": "cgroup",
    "offline": "online",
    "mitigations": "vulnerabilities",
}
_DMESG = {"x86": "dmesg_kvm", "arm": "dmesg_arm"}


def findings(host: Host) -> tuple[Finding, ...]:
    """Return the findings for a host; none when its architecture was not recognized."""
    rules = _RULES.get(host.family)
    return tuple(answer(host.family, rules, host)) if rules else ()


def cannot_tell(host: Host) -> tuple[CannotTell, ...]:
    """Return what no /proc/cpuinfo says, with the command that does. Never empty."""
    guest = say("cannot_tell.physical_guest") if host.hypervisor.value else ""
    commands = _CANNOT_TELL | {"firmware": _DMESG.get(host.family, "dmesg_kvm_other")}
    return tuple(
        CannotTell(
            say(f"cannot_tell.{key}_title"),
            say(f"cannot_tell.{key}", guest=guest).rstrip(),
            command(settle),
        )
        for key, settle in commands.items()
    )


__all__ = ["CannotTell", "Command", "Finding", "State", "cannot_tell", "findings"]
