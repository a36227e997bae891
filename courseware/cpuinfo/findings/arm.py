"""What an ARM text shows about virtualization: next to nothing, and the report says so.

Facts: Arm Architecture Reference Manual (EL2, stage 2 translation, VMID); Linux
arch/arm64/kernel/cpuinfo.c prints no flag for EL2.
"""

from courseware.cpuinfo.findings import commands
from courseware.cpuinfo.findings.base import Finding, State
from courseware.cpuinfo.model import Host, listed


def findings(host: Host) -> tuple[Finding, ...]:
    """Return the findings, in the order in which a learner should read them."""
    features = (host.flags.quote("vmx", "svm"),) if host.flags.present else ()
    return (
        Finding(
            "hardware_virtualization",
            "ハードウェア仮想化支援 (EL2)",
            State.UNKNOWN,
            "ARM では、仮想化支援を示す名前が Features に現れません。",
            "ARM の仮想化は、ハイパーバイザー用の特権レベル EL2 (32 ビットでは HYP モード) で"
            "行います。"
            "使えるかは CPU だけでなく、ファームウェアが Linux を EL2 で起動したかで決まります。"
            "Features に並ぶのは、asimd や aes のような、一般のプログラムが使える命令の名前です。"
            "vmx や svm は x86 の名前なので、ARM で探しても見つかりません。",
            features,
            (commands.DMESG_ARM, commands.DEV_KVM, commands.VALIDATE),
        ),
        Finding(
            "guest",
            "この Linux は仮想マシンの中か",
            State.UNKNOWN,
            "ARM の本文には、x86 の hypervisor にあたるしるしがありません。",
            "ゲストでもホストでも、Features の並びは同じ形です。ファームウェアの情報を使う"
            "別のコマンドで確かめます。",
            (),
            (commands.DETECT_VIRT, commands.LSCPU),
        ),
        Finding(
            "nested",
            "ネストした仮想化 (VM の中で VM を動かす)",
            State.UNKNOWN,
            "本文からは分かりません。",
            "CPU の機能 (FEAT_NV2) と、新しいカーネルの対応が要ります。どちらも表示されません。",
            (),
            (commands.DMESG_ARM,),
        ),
        Finding(
            "second_level_paging",
            "2 段階アドレス変換 (ステージ 2)",
            State.UNKNOWN,
            "本文からは分かりません。",
            "EPT や NPT にあたるのはステージ 2 変換です。ARM の仮想化拡張に含まれるので、"
            "EL2 を使えるなら使えます。表示はされません。",
            (),
            (commands.DMESG_ARM,),
        ),
        Finding(
            "memory_encryption",
            "機密 VM (Arm CCA)",
            State.UNKNOWN,
            "本文からは分かりません。",
            "Arm CCA (Confidential Compute Architecture) に対応するかは、Features に現れません。",
            (),
            (commands.CCA_DMESG,),
        ),
        _migration(host),
        Finding(
            "iommu",
            "装置の割り当て (SMMU)",
            State.UNKNOWN,
            "/proc/cpuinfo からは、どのマシンでも分かりません。",
            "ARM の IOMMU は SMMU と呼ばれる、CPU の外の装置です。CPU の一覧には現れません。",
            (),
            (commands.IOMMU_GROUPS, commands.VALIDATE),
        ),
    )


def _migration(host: Host) -> Finding:
    name, title = "migration_baseline", "移行の基準になる CPU と命令"
    settle = (commands.DOMCAPABILITIES,)
    if not host.core_types:
        reason = "CPU implementer と CPU part の行がありません。"
        summary = "CPU の種類が分からないので、判断できません。"
        return Finding(name, title, State.UNKNOWN, summary, reason, (), settle)
    reason = (
        "ARM の KVM は、ゲストに物理 CPU の識別番号と機能をほぼそのまま見せるのが普通です"
        " (CPU モデル host)。そのため、移行先は同じ種類の CPU にそろえるのが基本です。"
    )
    if host.heterogeneous.value:
        reason += "種類の違うコアが混在しているので、どのコアで動かすかにも注意が要ります。"
    evidence = tuple(kind.evidence for kind in host.core_types if kind.evidence)
    names = listed([kind.name for kind in host.core_types], "、")
    summary = f"移行先にも、同じ種類の CPU ({names}) を用意します。"
    return Finding(name, title, State.SHOWN, summary, reason, evidence[:4], settle)
