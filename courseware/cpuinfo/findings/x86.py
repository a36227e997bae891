"""What an x86 text shows about virtualization.

Facts: Linux arch/x86/kernel/cpu (feat_ctl.c clears ``vmx`` since 5.6, amd.c and hygon.c clear
``svm`` since 6.7 when the firmware has disabled it), Intel SDM volume 3, AMD APM volume 2.
"""

from courseware.cpuinfo.findings import commands
from courseware.cpuinfo.findings.base import Command, Finding, State
from courseware.cpuinfo.microarchitecture import x86_64_level
from courseware.cpuinfo.model import Evidence, Host

# The maker decides which of the two to look for; an unknown maker may have either.
_AMD_LIKE = frozenset({"AuthenticAMD", "HygonGenuine"})
_NAMES = {"vmx": "Intel VT-x", "svm": "AMD-V"}
_CLEARED_SINCE = {"vmx": "5.6", "svm": "6.7"}  # when the firmware has disabled it


def findings(host: Host) -> tuple[Finding, ...]:
    """Return the findings, in the order in which a learner should read them."""
    return (
        _hardware(host),
        _guest(host),
        _nested(host),
        _second_level(host),
        _tlb_tags(host),
        _unrestricted(host),
        _interrupts(host),
        _memory_encryption(host),
        _migration(host),
        _iommu(),
    )


def _extension(host: Host) -> str:
    """Return vmx or svm, whichever all CPUs show, or an empty string."""
    return next((name for name in ("vmx", "svm") if name in host.flags.common), "")


def _no_flags(host: Host) -> str:
    if not host.flags.present:
        return "本文に flags 行がないので、判断できません。"
    return "flags 行が途中で切れているようなので、見えないフラグを「ない」とは言えません。"


def _flag_line(host: Host, *names: str) -> tuple[Evidence, ...]:
    return (host.flags.quote(*names),) if host.flags.present else ()


def _hardware(host: Host) -> Finding:
    name, title = "hardware_virtualization", "ハードウェア仮想化支援 (VT-x / AMD-V)"
    settle = (commands.DEV_KVM, commands.LSMOD, commands.VALIDATE, commands.KVM_OK)
    extension = _extension(host)
    if extension:
        reason = (
            f"flags に {extension} があります。全 CPU に共通です。"
            "KVM などで HVM ゲストを動かすための CPU の条件は満たしています。"
            "実際に使えるかは、KVM のモジュールが読み込まれているかにもよります。"
        )
        reason += (
            f"Linux {_CLEARED_SINCE[extension]} より古いカーネルでは、"
            f"ファームウェアで無効でも {extension} が残ることがあります。"
        )
        summary = f"{_NAMES[extension]} ({extension}) が見えます。"
        evidence = _flag_line(host, extension)
        return Finding(name, title, State.SHOWN, summary, reason, evidence, settle)
    partly = [flag for flag in ("vmx", "svm") if flag in host.flags.some]
    if partly:
        reason = (
            "一部の CPU にだけ現れています。仮想化支援は全 CPU にそろうのが普通なので、"
            "本文が混ざったか壊れたおそれがあります。"
        )
        evidence = _flag_line(host, *partly)
        summary = f"{partly[0]} が一部の CPU にだけ見えます。"
        return Finding(name, title, State.UNKNOWN, summary, reason, evidence, settle)
    if not host.flags.complete:
        summary = "この本文からは分かりません。"
        return Finding(name, title, State.UNKNOWN, summary, _no_flags(host), (), settle)
    return Finding(
        name,
        title,
        State.ABSENT,
        "vmx も svm も見えません。ただし「CPU が対応していない」とは限りません。",
        _why_hidden(host),
        _flag_line(host, "vmx", "svm"),
        _settle_absent(host),
    )


def _settle_absent(host: Host) -> tuple[Command, ...]:
    if "hypervisor" in host.flags:
        return commands.DETECT_VIRT, commands.DEV_KVM, commands.XL_INFO
    return commands.DMESG_KVM, commands.DETECT_VIRT, commands.VALIDATE, commands.KVM_OK


def _why_hidden(host: Host) -> str:
    if "hypervisor" in host.flags:
        return (
            "hypervisor があるので、ハイパーバイザーの上です。見えているのは仮想 CPU で、"
            "物理 CPU の能力は分かりません。仮想マシンなら、外側のホストがネストした仮想化を"
            "許すと、ここに vmx または svm が現れます。"
            "なお、どちらも使わない KVM の方式 (PVM、Linux 本体には未収録) もあるので、"
            "KVM が動くかは /dev/kvm で確かめます。"
        )
    expected = "svm" if host.vendor_id in _AMD_LIKE else "vmx"
    reason = (
        "考えられる理由は、(1) ファームウェア (BIOS / UEFI) の設定で無効、"
        "(2) hypervisor を隠した仮想マシンの中、(3) CPU そのものが非対応、です。"
        f"Linux {_CLEARED_SINCE[expected]} 以降は、ファームウェアで無効にされていると"
        f" {expected} を表示から消します。"
        "本文だけでは区別できません。コンテナーの中で読んでもこの行はホストと同じなので、"
        "コンテナーは理由になりません。"
    )
    if host.architecture.value == "i386":
        reason += "lm のない 32 ビットの CPU では、(3) の見込みが高くなります。"
    return reason


def _guest(host: Host) -> Finding:
    name, title = "guest", "この Linux は仮想マシンの中か"
    settle: tuple[Command, ...] = (commands.DETECT_VIRT, commands.LSCPU)
    if "hypervisor" in host.flags:
        reason = (
            "hypervisor は CPUID (葉 1、ECX のビット 31) で、実物の CPU では 0 です。"
            "ハイパーバイザーが 1 にして、自分の上で動いていることを知らせています。"
            "どのハイパーバイザーかは、本文からは分かりません。"
            "例外として、Xen の管理用ドメイン dom0 にも付きます。物理マシンを管理する Linux です"
            "が、Xen の上で動いているからです。"
        )
        summary = "ハイパーバイザーの上で動いています。ふつうは仮想マシンの中です。"
        evidence = _flag_line(host, "hypervisor")
        settle = (*settle, commands.XL_INFO)
        return Finding(name, title, State.SHOWN, summary, reason, evidence, settle)
    if not host.flags.complete:
        summary = "この本文からは分かりません。"
        return Finding(name, title, State.UNKNOWN, summary, _no_flags(host), (), settle)
    reason = (
        "hypervisor はありません。しかし、このビットはハイパーバイザーが自分から見せるもので、"
        "隠すこともできます。物理マシンらしいとは言えますが、証明にはなりません。"
    )
    summary = "仮想マシンのしるしはありませんが、物理マシンとは断定できません。"
    evidence = _flag_line(host, "hypervisor")
    return Finding(name, title, State.UNKNOWN, summary, reason, evidence, settle)


def _nested(host: Host) -> Finding:
    name, title = "nested", "ネストした仮想化 (VM の中で VM を動かす)"
    settle: tuple[Command, ...]
    extension = _extension(host)
    if "hypervisor" in host.flags and extension:
        reason = (
            f"仮想マシンの中 (hypervisor) なのに {extension} が見えます。"
            "外側のハイパーバイザーが、仮想化支援をこのゲストに見せています。"
        )
        summary = f"仮想マシンの中に {extension} が見えます。ここで KVM を動かせる見込みです。"
        evidence = _flag_line(host, "hypervisor", extension)
        return Finding(name, title, State.SHOWN, summary, reason, evidence, (commands.DEV_KVM,))
    if "hypervisor" in host.flags and host.flags.complete:
        reason = (
            "仮想マシンの中ですが、vmx も svm も見せられていません。外側のホストの設定で、"
            "ネストを有効にして CPU モデルに含めると現れます (選べないクラウドもあります)。"
        )
        settle = (commands.NESTED_INTEL, commands.NESTED_AMD)
        summary = "この Linux には、仮想化支援が見せられていません。"
        evidence = _flag_line(host, "vmx", "svm")
        return Finding(name, title, State.ABSENT, summary, reason, evidence, settle)
    settle = (commands.NESTED_AMD if extension == "svm" else commands.NESTED_INTEL,)
    reason = (
        "ゲストに仮想化支援を見せるかは、KVM のモジュールの設定とゲストの CPU モデルで決まります。"
        "物理 CPU の一覧には現れません。"
        if host.flags.complete
        else _no_flags(host)
    )
    summary = "このホストでネストを許しているかは、本文からは分かりません。"
    return Finding(name, title, State.UNKNOWN, summary, reason, (), settle)


def _second_level(host: Host) -> Finding:
    name, title = "second_level_paging", "2 段階アドレス変換 (EPT / NPT)"
    settle: tuple[Command, ...]
    settle = (commands.NPT_PARAMETER,) if _is_amd(host) else (commands.EPT_PARAMETER,)
    for flag, label in (("ept", "EPT"), ("npt", "NPT")):
        if flag in host.flags.common:
            reason = (
                "ゲスト物理アドレスからホスト物理アドレスへの変換を CPU が行います。"
                "シャドウページテーブルを作らずに済みます。"
            )
            evidence = _flag_line(host, flag)
            summary = f"{label} ({flag}) が見えます。"
            return Finding(name, title, State.SHOWN, summary, reason, evidence, settle)
    return _depends(host, name, title, "ept", "npt", settle)


def _depends(
    host: Host, name: str, title: str, intel: str, amd: str, settle: tuple[Command, ...]
) -> Finding:
    """A feature that is printed only beside vmx or svm, and is not printed."""
    extension = _extension(host)
    if not host.flags.complete:
        summary = "この本文からは分かりません。"
        return Finding(name, title, State.UNKNOWN, summary, _no_flags(host), (), settle)
    if not extension:
        reason = (
            "vmx も svm も見えないので、それに付随するこの機能も表示されません。"
            "仮想化支援が見えるようになってから判断します。"
        )
        summary = "仮想化支援が見えないので、判断できません。"
        evidence = _flag_line(host, "vmx", "svm")
        return Finding(name, title, State.UNKNOWN, summary, reason, evidence, settle)
    wanted = amd if extension == "svm" else intel
    reason = (
        f"{extension} はありますが {wanted} はありません。CPU の世代が古いか、"
        "外側のハイパーバイザーかカーネルがこの機能を見せていません。"
    )
    evidence = _flag_line(host, wanted)
    summary = f"{wanted} は見えません。"
    return Finding(name, title, State.ABSENT, summary, reason, evidence, settle)


def _is_amd(host: Host) -> bool:
    return _extension(host) == "svm" or host.vendor_id in _AMD_LIKE


def _tlb_tags(host: Host) -> Finding:
    name, title = "tlb_tags", "ゲストごとの TLB の区別 (VPID / ASID)"
    if "vpid" in host.flags.common:
        reason = (
            "TLB の内容に仮想 CPU の番号が付くので、切り替えのたびに TLB を空にせずに済みます。"
        )
        evidence = _flag_line(host, "vpid")
        return Finding(name, title, State.SHOWN, "VPID (vpid) が見えます。", reason, evidence)
    if "svm" in host.flags.common:
        extra = "flushbyasid" in host.flags.common
        reason = (
            "ASID (ゲストの番号) は SVM にはじめから含まれるので、svm から言えます。"
            "使える ASID の数は本文には現れません。"
            + ("flushbyasid があるので、1 つのゲストの分だけを消せます。" if extra else "")
        )
        evidence = _flag_line(host, "svm", *(["flushbyasid"] if extra else []))
        return Finding(name, title, State.SHOWN, "ASID を使えます (svm から)。", reason, evidence)
    settle = (commands.DEV_KVM if _is_amd(host) else commands.VPID_PARAMETER,)
    return _depends(host, name, title, "vpid", "svm", settle)


def _unrestricted(host: Host) -> Finding:
    name, title = "unrestricted_guest", "リアルモードのゲストの直接実行 (unrestricted guest)"
    evidence: tuple[Evidence, ...]
    if "unrestricted_guest" in host.vmx_flags.common:
        reason = "起動直後の 16 ビットのコードも、エミュレーションなしに CPU が直接実行します。"
        evidence = (host.vmx_flags.quote("unrestricted_guest"),)
        summary = "vmx flags 行に unrestricted_guest が見えます。"
        return Finding(name, title, State.SHOWN, summary, reason, evidence)
    if "svm" in host.flags.common:
        reason = (
            "AMD の SVM は、ページングを使わないリアルモードのゲストも直接実行できる設計です。"
            "Intel のような別のフラグはありません。"
        )
        evidence = _flag_line(host, "svm")
        summary = "AMD-V では別のフラグがなく、svm に含まれます。"
        return Finding(name, title, State.SHOWN, summary, reason, evidence)
    settle = (commands.DEV_KVM if _is_amd(host) else commands.UNRESTRICTED_PARAMETER,)
    if not _extension(host):
        return _depends(host, name, title, "unrestricted_guest", "svm", settle)
    if host.vmx_flags.present and host.vmx_flags.complete:
        reason = "vmx flags 行がありますが、unrestricted_guest は含まれていません。"
        evidence = (host.vmx_flags.quote("unrestricted_guest"),)
        summary = "unrestricted_guest は見えません。"
        return Finding(name, title, State.ABSENT, summary, reason, evidence, settle)
    reason = (
        "この機能は vmx flags 行に現れます。その行は Linux 5.6 以降の Intel 系のホストで、"
        "vmx があるときだけ表示されます。本文にはその行がないか、途中で切れています。"
    )
    summary = "vmx flags 行がないので分かりません。"
    return Finding(name, title, State.UNKNOWN, summary, reason, (), settle)


def _interrupts(host: Host) -> Finding:
    name, title = "interrupt_virtualization", "割り込みの仮想化 (APICv / AVIC)"
    evidence: tuple[Evidence, ...]
    settle = (commands.AVIC_PARAMETER if _is_amd(host) else commands.APICV_PARAMETER,)
    if "apicv" in host.vmx_flags.common:
        reason = "割り込みの仮想配送など、APICv の一式がそろっています。"
        evidence = (host.vmx_flags.quote("apicv"),)
        summary = "vmx flags 行に apicv が見えます。"
        return Finding(name, title, State.SHOWN, summary, reason, evidence, settle)
    avic = [flag for flag in ("avic", "x2avic") if flag in host.flags.common]
    if avic:
        reason = (
            "ゲストへの割り込みを #VMEXIT なしで届ける機能を CPU が持ちます。"
            "KVM が使うかは、モジュールの設定によります。"
        )
        evidence = _flag_line(host, *avic)
        summary = f"AVIC ({'、'.join(avic)}) が見えます。"
        return Finding(name, title, State.SHOWN, summary, reason, evidence, settle)
    if "vmx" in host.flags.common:
        if host.vmx_flags.present and host.vmx_flags.complete:
            reason = "vmx flags 行がありますが、apicv は含まれていません。"
            evidence = (host.vmx_flags.quote("apicv"),)
            summary = "apicv は見えません。"
            return Finding(name, title, State.ABSENT, summary, reason, evidence, settle)
        reason = "APICv は vmx flags 行 (Linux 5.6 以降) に現れます。本文にその行がありません。"
        summary = "vmx flags 行がないので分かりません。"
        return Finding(name, title, State.UNKNOWN, summary, reason, (), settle)
    return _depends(host, name, title, "apicv", "avic", settle)


def _memory_encryption(host: Host) -> Finding:
    name, title = "memory_encryption", "機密 VM のメモリー暗号化 (SEV / TDX)"
    settle: tuple[Command, ...]
    if "tdx_guest" in host.flags.common:
        reason = "Linux が、Intel TDX で守られた仮想マシンの中にいると認識しています。"
        evidence = _flag_line(host, "tdx_guest")
        summary = "TDX のゲスト (機密 VM) の中です。"
        settle = (commands.MEMORY_ENCRYPTION_DMESG,)
        return Finding(name, title, State.SHOWN, summary, reason, evidence, settle)
    if "tdx_host_platform" in host.flags.common:
        reason = "このホストで TDX を使えると、Linux が起動時に確かめています。"
        evidence = _flag_line(host, "tdx_host_platform")
        summary = "TDX のホストになれます (tdx_host_platform)。"
        settle = (commands.TDX_DMESG,)
        return Finding(name, title, State.SHOWN, summary, reason, evidence, settle)
    sev = [flag for flag in ("sev", "sev_es", "sev_snp") if flag in host.flags.common]
    if sev:
        reason = (
            "CPU は仮想マシンごとのメモリー暗号化を申告しています。ただしフラグは申告だけです。"
            "実際に使えるかは、製品 (EPYC など)、ファームウェア、KVM の設定によります。"
        )
        evidence = _flag_line(host, *sev)
        summary = f"{'、'.join(sev)} が見えます。"
        settle = (commands.SEV_PARAMETER, commands.MEMORY_ENCRYPTION_DMESG)
        return Finding(name, title, State.SHOWN, summary, reason, evidence, settle)
    settle = (commands.MEMORY_ENCRYPTION_DMESG,)
    if not host.flags.complete:
        summary = "この本文からは分かりません。"
        return Finding(name, title, State.UNKNOWN, summary, _no_flags(host), (), settle)
    evidence = _flag_line(host, "sev", "tdx_guest", "tdx_host_platform")
    if "hypervisor" in host.flags:
        reason = (
            "sev も tdx_guest もありません。ただし、SEV で暗号化されたゲストでも"
            "このフラグが見えるとは限らないので、カーネルの記録で確かめます。"
        )
        summary = "この仮想マシンが暗号化されているかは、本文からは分かりません。"
        return Finding(name, title, State.UNKNOWN, summary, reason, evidence, settle)
    reason = (
        "sev も tdx_host_platform もありません。TDX のホストのしるしは新しいカーネルだけが表示し、"
        "SEV はファームウェアの設定によって消えることがあります。CPU が非対応とは限りません。"
    )
    summary = "SEV も TDX も見えません。"
    return Finding(name, title, State.ABSENT, summary, reason, evidence, settle)


def _migration(host: Host) -> Finding:
    name, title = "migration_baseline", "移行の基準になる命令 (SSE / AVX)"
    settle = (commands.DOMCAPABILITIES, commands.HYPERVISOR_CPU_BASELINE)
    level = x86_64_level(host)
    if level.value is None:
        return Finding(
            name, title, State.UNKNOWN, "x86-64 の水準は決まりません。", level.note, (), settle
        )
    widest = next(
        (
            label
            for flag, label in (
                ("avx512f", "AVX-512"),
                ("avx2", "AVX2"),
                ("avx", "AVX"),
                ("sse4_2", "SSE4.2"),
                ("sse2", "SSE2"),
            )
            if flag in host.flags.common
        ),
        "",
    )
    reason = (
        "SSE や AVX は仮想化のフラグではありません。しかしゲストに見せた命令は移行先にも必要で、"
        "ライブマイグレーションの基準を決めるときに見ます。ほかのホストと共通の分だけを見せる"
        " CPU モデルを選びます。" + level.note
    )
    vectors: tuple[str, ...] = ("sse4_2", "avx", "avx2", "avx512f")
    shown = [flag for flag in vectors if flag in host.flags.common]
    evidence = _flag_line(host, *(shown or ["sse2"]))
    least = "" if host.flags.complete else "少なくとも "
    vector = f"最も広いベクトル演算は {widest} です。" if widest else ""
    summary = f"{least}x86-64-v{level.value} の命令がそろいます。{vector}"
    return Finding(name, title, State.SHOWN, summary, reason, evidence, settle)


def _iommu() -> Finding:
    return Finding(
        "iommu",
        "装置の割り当て (VT-d / AMD-Vi)",
        State.UNKNOWN,
        "/proc/cpuinfo からは、どのマシンでも分かりません。",
        "VT-d と AMD-Vi は IOMMU の機能です。CPUID には現れず、ファームウェアが ACPI の表"
        " (DMAR / IVRS) でカーネルに知らせます。"
        "vmx や svm があっても、IOMMU があるとは言えません。"
        "PCI パススルーを使う前に、別のコマンドで確かめます。",
        (),
        (commands.IOMMU_GROUPS, commands.VALIDATE),
    )
