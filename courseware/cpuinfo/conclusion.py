"""The report in three sentences: what the machine is, whether it can virtualize, how sure."""

from dataclasses import dataclass

from courseware.cpuinfo.findings.base import Command, Finding, State
from courseware.cpuinfo.model import Host, joined

# kvm_intel and kvm_amd refuse to load without vmx or svm. (PVM, a third module outside the
# mainline kernel, does without: "KVM" alone would be too much to deny.)
_NO_KVM = (
    "このままでは、標準の KVM (kvm_intel / kvm_amd) や Xen の HVM は使えません。"
    "QEMU のエミュレーション (TCG) や Xen の準仮想化 (PV) は、仮想化支援がなくても動きます。"
)


@dataclass(frozen=True)
class Conclusion:
    """What a learner should take away. ``command`` settles it; None when nothing was read."""

    machine: str
    virtualization: str
    certainty: str
    command: Command | None = None

    @property
    def sentences(self) -> tuple[str, str, str]:
        """Return the three sentences in the order in which they are read."""
        return self.machine, self.virtualization, self.certainty


def conclude(host: Host, findings: tuple[Finding, ...]) -> Conclusion:
    """Return the conclusion on a host from its findings."""
    hardware = next((item for item in findings if item.name == "hardware_virtualization"), None)
    if hardware is None:
        return _not_explained(host)
    virtualization, certainty = _virtualization(host, hardware)
    return Conclusion(_machine(host), virtualization, certainty, hardware.commands[0])


def _not_explained(host: Host) -> Conclusion:
    again = (
        "調べたいマシンで cat /proc/cpuinfo を実行し、表示された全体を貼り付けると判断できます。"
    )
    cannot = "この本文からは、仮想化については判断できません。"
    if host.family == "lscpu":
        machine = (
            "これは lscpu の出力です。/proc/cpuinfo とは項目が違うので、ここでは読んでいません。"
        )
        return Conclusion(machine, cannot, again)
    if host.family:
        certainty = (
            "読めたのは論理 CPU の数までです。"
            f"{host.family_label} のフラグの説明には、まだ対応していません。"
        )
        return Conclusion(f"{host.family_label} のマシンの本文です。", cannot, certainty)
    return Conclusion("この本文は /proc/cpuinfo として読めませんでした。", cannot, again)


def _machine(host: Host) -> str:
    guest = "hypervisor" in host.flags
    lead = (
        "ハイパーバイザーの上 (ふつうは仮想マシンの中) の Linux で、見せられている" if guest else ""
    )
    vendor = host.vendor.value
    name = host.model_name.value or (joined(vendor, "の製品") if vendor else "不明")
    board = f"({host.machine.value})" if host.machine.value else ""
    architecture = host.architecture.value
    kind = joined("、アーキテクチャーは", architecture) if architecture else ""
    return joined(lead, "CPU は", name, board, kind, "です。", _topology(host))


def _topology(host: Host) -> str:
    sockets, cores, threads = host.sockets.value, host.cores.value, host.threads.value
    if threads is None:
        return ""
    if not sockets or not cores:
        return f"論理 CPU は {threads} 個です。"
    if cores % sockets or threads % cores:
        return f"ソケットは {sockets} 個、コアは {cores} 個、論理 CPU は {threads} 個です。"
    return (
        f"{sockets} ソケット × {cores // sockets} コア × {threads // cores} スレッドで、"
        f"論理 CPU は {threads} 個です。"
    )


def _virtualization(host: Host, hardware: Finding) -> tuple[str, str]:
    """Return what can be said about running virtual machines, and how sure that is."""
    guest = "hypervisor" in host.flags
    if hardware.state is State.SHOWN:
        settle = (
            "これは CPU とカーネルの申告です。いま KVM を使えるかは /dev/kvm を見て確かめます。"
        )
        name = "VT-x (vmx)" if "vmx" in host.flags.common else "AMD-V (svm)"
        if guest:
            return (
                f"仮想化支援 {name} が見せられているので、この中でさらに KVM を動かせる"
                "見込みです (ネストした仮想化)。",
                settle,
            )
        return (
            f"仮想化支援 {name} が表示されています。KVM などで仮想マシンを動かすための"
            " CPU の条件を満たしています。",
            settle,
        )
    if hardware.state is State.ABSENT:
        if guest:
            return (
                f"仮想化支援 (vmx / svm) は見せられていません。{_NO_KVM}",
                "見せられていないことは確かですが、物理 CPU の能力は分かりません。"
                "外側のホストの設定しだいで変わります。",
            )
        return (
            f"仮想化支援 (vmx / svm) は表示されていません。{_NO_KVM}",
            "表示がないことは確かですが、理由は分かりません。ファームウェアの設定、"
            "しるしを隠した仮想マシン、CPU の非対応のどれもありえます。",
        )
    if host.family == "arm":
        return (
            "ARM の本文には仮想化支援を示すしるしがないので、判断できません。",
            "仮想マシンを動かせるかは、Linux が特権レベル EL2 で起動したかで決まります。"
            "本文ではなく、起動時の記録で確かめます。",
        )
    return "仮想化支援については、この本文からは判断できません。", hardware.reason
