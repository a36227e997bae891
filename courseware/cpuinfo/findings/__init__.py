"""What a text shows about virtualization, one module for each explained architecture."""

from courseware.cpuinfo.findings import arm, commands, x86
from courseware.cpuinfo.findings.base import CannotTell, Command, Finding, State
from courseware.cpuinfo.model import Host

_BY_FAMILY = {"x86": x86.findings, "arm": arm.findings}


def findings(host: Host) -> tuple[Finding, ...]:
    """Return the findings for a host; none for an architecture that is not explained."""
    find = _BY_FAMILY.get(host.family)
    return find(host) if find else ()


def cannot_tell(host: Host) -> tuple[CannotTell, ...]:
    """Return what no /proc/cpuinfo says, with the command that does. Never empty."""
    guest = "hypervisor" in host.flags
    return (
        CannotTell(
            "ファームウェア (BIOS / UEFI) の設定",
            "設定で無効にされているのか、CPU が非対応なのかは、表示だけでは区別できません。",
            commands.DMESG_ARM if host.family == "arm" else commands.DMESG_KVM,
        ),
        CannotTell(
            "KVM をいま使えるか (/dev/kvm とその権限)",
            "フラグは CPU の能力です。KVM のモジュールが動いているか、自分のユーザーが"
            " /dev/kvm を開けるかは、別に確かめます。",
            commands.DEV_KVM,
        ),
        CannotTell(
            "IOMMU (VT-d / AMD-Vi / SMMU)",
            "装置を仮想マシンに直接割り当てるための機能です。CPU のフラグではないので、"
            "どのマシンの /proc/cpuinfo にも現れません。",
            commands.IOMMU_GROUPS,
        ),
        CannotTell(
            "物理 CPU の本当の能力",
            "仮想マシンの中では、見えるのは仮想 CPU だけです。ハイパーバイザーが機能を隠したり、"
            "モデル名を置き換えたりできます。"
            + ("この本文には hypervisor があります。" if guest else ""),
            commands.DETECT_VIRT,
        ),
        CannotTell(
            "コンテナーの中かどうか",
            "ふつうのコンテナーはホストとカーネルを共有するので、/proc/cpuinfo もホストの"
            "ものが見えます。"
            "コンテナーに割り当てた CPU の数や制限は (LXCFS などを使わないかぎり) 反映されません。",
            commands.CGROUP,
        ),
        CannotTell(
            "CPU の弱点への対策が有効か",
            "bugs 行は CPU が影響を受ける弱点の名前で、対策の状態ではありません。",
            commands.VULNERABILITIES,
        ),
    )


__all__ = ["CannotTell", "Command", "Finding", "State", "cannot_tell", "findings"]
