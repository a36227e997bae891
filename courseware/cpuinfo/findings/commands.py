"""The commands that settle what a text cannot, each in one place."""

from courseware.cpuinfo.findings.base import Command

DEV_KVM = Command(
    "ls -l /dev/kvm",
    "ファイルがあり、自分が開ければ、KVM を使えます。開けるかは、表示される所有者・グループ"
    " (root と kvm など) と権限で決まります。",
)
LSMOD = Command(
    "lsmod | grep kvm",
    "kvm_intel または kvm_amd があれば、KVM のモジュールが読み込まれています。",
)
VALIDATE = Command(
    "virt-host-validate",
    "libvirt の検査です。仮想化支援・/dev/kvm・IOMMU などを順に確かめます。",
)
KVM_OK = Command("kvm-ok", "Ubuntu と Debian の cpu-checker パッケージの検査です。")
DMESG_KVM = Command(
    "sudo dmesg | grep -i -e kvm -e vmx -e svm",
    "「disabled by BIOS」や「disabled (by BIOS)」とあれば、ファームウェアで無効にされています。",
)
DMESG_ARM = Command(
    "sudo dmesg | grep -i -e 'started at EL' -e 'HYP mode' -e kvm",
    "「started at EL2」(32 ビットでは「started in HYP mode」) とあれば、KVM を使える特権で"
    "起動しています。",
)
DETECT_VIRT = Command(
    "systemd-detect-virt --vm",
    "none なら、仮想マシンのしるしはありません (Xen の dom0 も none です)。"
    "kvm・vmware などなら仮想マシンの中です。",
)
LSCPU = Command(
    "lscpu",
    "ソケット・コア・スレッドと、Hypervisor vendor・Virtualization の行を確かめます。",
)
NESTED_INTEL = Command(
    "cat /sys/module/kvm_intel/parameters/nested",
    "ホスト側で実行します。Y または 1 なら、ゲストに vmx を見せられます。",
)
NESTED_AMD = Command(
    "cat /sys/module/kvm_amd/parameters/nested",
    "ホスト側で実行します。1 または Y なら、ゲストに svm を見せられます。",
)
EPT_PARAMETER = Command(
    "cat /sys/module/kvm_intel/parameters/ept",
    "Y なら、KVM が EPT を使っています。",
)
NPT_PARAMETER = Command(
    "cat /sys/module/kvm_amd/parameters/npt",
    "Y または 1 なら、KVM が NPT を使っています。",
)
AVIC_PARAMETER = Command(
    "cat /sys/module/kvm_amd/parameters/avic",
    "Y または 1 なら、KVM が AVIC を使っています。",
)
APICV_PARAMETER = Command(
    "cat /sys/module/kvm_intel/parameters/enable_apicv",
    "Y なら、KVM が APICv を使っています。",
)
VPID_PARAMETER = Command(
    "cat /sys/module/kvm_intel/parameters/vpid",
    "Y なら、KVM が VPID を使っています。",
)
UNRESTRICTED_PARAMETER = Command(
    "cat /sys/module/kvm_intel/parameters/unrestricted_guest",
    "Y なら、KVM が unrestricted guest を使っています。",
)
SEV_PARAMETER = Command(
    "cat /sys/module/kvm_amd/parameters/sev",
    "Y または 1 なら、KVM で SEV を使えます。sev_es、sev_snp も同じ場所にあります。",
)
TDX_DMESG = Command("sudo dmesg | grep -i tdx", "TDX のモジュールが初期化されたかを確かめます。")
MEMORY_ENCRYPTION_DMESG = Command(
    "sudo dmesg | grep -i -e 'memory encryption' -e sev -e tdx",
    "有効なメモリー暗号化の種類が表示されます。",
)
DOMCAPABILITIES = Command(
    "virsh domcapabilities",
    "このホストでゲストに使える CPU モデルが分かります。",
)
HYPERVISOR_CPU_BASELINE = Command(
    "virsh hypervisor-cpu-baseline capabilities.xml",
    "複数のホストの情報から、全ホストで使える CPU の定義を作ります。",
)
IOMMU_GROUPS = Command(
    "ls /sys/kernel/iommu_groups",
    "番号のディレクトリがあれば、IOMMU が有効です。空なら、なしか無効です。",
)
VULNERABILITIES = Command(
    "grep . /sys/devices/system/cpu/vulnerabilities/*",
    "弱点ごとに、対策が有効か (Mitigation) 無防備か (Vulnerable) が分かります。",
)
CCA_DMESG = Command(
    "sudo dmesg | grep -e RME -e RMI",
    "「RME: Using RSI」とあれば、Arm CCA の機密 VM (Realm) の中です。",
)
XL_INFO = Command(
    "sudo xl info | grep virt_caps",
    "Xen の dom0 で実行します。hvm とあれば、HVM ゲストを動かせます。",
)
CGROUP = Command(
    "systemd-detect-virt --container",
    "docker・lxc・podman などなら、コンテナーの中です。",
)
