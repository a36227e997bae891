"""What people give instead of /proc/cpuinfo: lscpu's output, virsh capabilities; and several
machines at once."""

import json

import pytest

from courseware.cpuinfo import Host, Limits, parse, parse_all, report
from courseware.cpuinfo.findings import State
from tests.cpuinfo.dumps import TEXTS

LSCPU = """Architecture:                    x86_64
  CPU op-mode(s):                32-bit, 64-bit
  Address sizes:                 46 bits physical, 48 bits virtual
  Byte Order:                    Little Endian
CPU(s):                          16
  On-line CPU(s) list:           0-11,13-15
  Off-line CPU(s) list:          12
Vendor ID:                       GenuineIntel
  Model name:                    Intel(R) Xeon(R) Gold 6226R CPU @ 2.90GHz
    CPU family:                  6
    Model:                       85
    Thread(s) per core:          2
    Core(s) per socket:          4
    Socket(s):                   2
    Stepping:                    7
    BogoMIPS:                    5800.00
    Flags:                       fpu mmx sse sse2 cx16 popcnt pni ssse3 sse4_1 sse4_2 lahf_lm lm vmx
Virtualization features:
  Virtualization:                VT-x
Caches (sum of all):
  L1d:                           256 KiB (8 instances)
NUMA:
  NUMA node(s):                  2
  NUMA node0 CPU(s):             0-7
Vulnerabilities:
  Gather data sampling:          Mitigation; Microcode
  Spectre v2:                    Mitigation; Enhanced IBRS
"""
LSCPU_OLD = """Architecture:          aarch64
Byte Order:            Little Endian
CPU(s):                4
On-line CPU(s) list:   0-3
Thread(s) per core:    1
Core(s) per socket:    4
Socket(s):             1
Vendor ID:             ARM
Model:                 1
Model name:            Neoverse-N1
Stepping:              r3p1
BogoMIPS:              243.75
Hypervisor vendor:     KVM
Virtualization type:   full
L1d cache:             256 KiB
NUMA node0 CPU(s):     0-3
Vulnerability Spectre v1: Mitigation; __user pointer sanitization
Flags:                 fp asimd evtstrm aes crc32 atomics cpuid
"""
LSCPU_JA = """アーキテクチャ: x86_64
バイト順序: Little Endian
CPU: 4
オンラインになっている CPU のリスト: 0-3
コアあたりのスレッド数: 1
ソケットあたりのコア数: 4
ソケット数: 1
ベンダー ID: AuthenticAMD
モデル名: AMD EPYC
フラグ: fpu lm svm npt
"""
VIRSH = """<capabilities>
  <host>
    <uuid>8e2f4f5c-9d1b-11ee-8c90-0242ac120002</uuid>
    <cpu>
      <arch>x86_64</arch>
      <model>Cascadelake-Server-noTSX</model>
      <vendor>Intel</vendor>
      <topology sockets='1' dies='1' cores='8' threads='2'/>
      <feature name='vmx'/>
      <feature name='invtsc'/>
      <pages unit='KiB' size='4'/>
    </cpu>
    <iommu support='yes'/>
    <topology>
      <cells num='2'>
        <cell id='0'><cpus num='16'><cpu id='0' socket_id='0'/></cpus></cell>
        <cell id='1'><cpus num='16'><cpu id='16' socket_id='1'/></cpus></cell>
      </cells>
    </topology>
  </host>
  <guest>
    <os_type>hvm</os_type>
    <arch name='aarch64'><domain type='qemu'/></arch>
  </guest>
  <guest>
    <os_type>hvm</os_type>
    <arch name='x86_64'>
      <domain type='qemu'/>
      <domain type='kvm'/>
    </arch>
  </guest>
</capabilities>
"""


def states(host: Host) -> dict[str, State]:
    return {finding.name: finding.state for finding in report(host).findings}


def test_lscpu_is_read() -> None:
    host = parse(LSCPU)
    assert (host.source, host.family) == ("lscpu", "x86")
    assert host.vendor.value == "Intel"
    assert host.model_name.value == "Intel(R) Xeon(R) Gold 6226R CPU @ 2.90GHz"
    assert (host.sockets.value, host.cores.value, host.threads.value) == (2, 8, 15)
    assert host.smt.value is True
    assert report(host).x86_64_level.value == 2
    assert states(host)["hardware_virtualization"] is State.SHOWN
    assert host.unread_total == 0
    assert "lscpu の出力" in host.warnings[0]


def test_lscpu_of_arm_tells_of_its_hypervisor() -> None:
    host = parse(LSCPU_OLD)
    assert (host.family, host.architecture.value) == ("arm", "aarch64")
    assert host.model_name.value == "Neoverse-N1"
    guest = next(f for f in report(host).findings if f.name == "guest")
    assert guest.state is State.SHOWN
    assert guest.evidence[0].line == 13
    assert "ハイパーバイザーの上" in report(host).conclusion.machine
    assert host.unread_total == 0


def test_lscpu_in_japanese() -> None:
    host = parse(LSCPU_JA)
    assert (host.vendor.value, host.threads.value) == ("AMD", 4)
    assert states(host)["second_level_paging"] is State.SHOWN
    assert host.unread_total == 0


def test_lscpu_after_the_text_changes_nothing() -> None:
    host = parse(TEXTS["amd-guest"] + "$ lscpu\n" + LSCPU_OLD)
    assert (host.source, host.vendor.value) == ("cpuinfo", "AMD")
    assert host.unread_total > 0


def test_virsh_capabilities_is_read() -> None:
    host = parse(f"$ virsh capabilities\n{VIRSH}")
    found = {finding.name: finding for finding in report(host).findings}
    assert (host.source, host.vendor.value) == ("virsh", "Intel")
    assert (host.sockets.value, host.cores.value, host.threads.value) == (2, 16, 32)
    assert found["hardware_virtualization"].state is State.SHOWN
    assert found["hardware_virtualization"].evidence[0].line == 30
    assert "libvirt" in report(host).conclusion.virtualization
    assert found["iommu"].state is State.SHOWN
    # Only features beyond the model are listed: what is not there proves nothing.
    assert found["guest"].state is State.UNKNOWN
    assert found["tdx"].state is State.UNKNOWN
    assert found["sev"].state is State.ABSENT  # Intel has none
    assert "nonstop_tsc" in host.flags
    assert "8e2f4f5c" not in repr(report(host))


def test_virsh_capabilities_in_html_and_with_line_numbers() -> None:
    numbered = "".join(f"{n:4}  {line}\n" for n, line in enumerate(VIRSH.splitlines(), 1))
    escaped = VIRSH.replace("<", "&lt;").replace(">", "&gt;")
    for text in (numbered, escaped, VIRSH.replace("\n", "\r\n"), VIRSH.encode("utf-16")):
        assert parse(text).threads.value == 32


def test_cut_xml_is_read_up_to_the_cut() -> None:
    host = parse(VIRSH[: VIRSH.index("<iommu")])
    assert host.vendor.value == "Intel"
    assert host.iommu.value is None
    assert states(host)["hardware_virtualization"] is State.SHOWN  # feature vmx
    assert any("途切れている" in warning for warning in host.warnings)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]>\n<capabilities>&x;</capabilities>',
        '<capabilities><!DOCTYPE a [<!ENTITY x "y">]></capabilities>',
        "<capabilities",
        "<capabilities></host>",
        "<capabilities><host><cpu><topology sockets='x'/></cpu></host></capabilities>",
        "<capabilities/>",
        "<capabilities>\x00\ufffe</capabilities>",
    ],
)
def test_bad_xml_raises_nothing(text: str) -> None:
    assert report(parse(text)).cannot_tell


def test_each_of_several_machines_can_be_had() -> None:
    names = ["intel-server", "amd-guest", "raspberry-pi-4", "riscv-board", "s390x-z14-lpar",
             "loongarch-3a5000", "power9-powernv", "sparc-t4", "mips-p5600-vz"]  # fmt: skip
    hosts = parse_all("\n".join(TEXTS[name] for name in names))
    assert len(hosts) == len(names)
    for host, name in zip(hosts, names, strict=True):
        alone = parse(TEXTS[name])
        assert (host.family, host.model_name.value) == (alone.family, alone.model_name.value), name
        assert (host.threads.value, host.flags.common) == (alone.threads.value, alone.flags.common)
        assert host.machines == len(names)
    assert "9 台" in hosts[0].warnings[-1]


def test_the_number_of_machines_is_limited_at_its_edge() -> None:
    two = TEXTS["intel-server"] + TEXTS["amd-guest"]
    assert len(parse_all(two, Limits(max_machines=2))) == 2
    assert len(parse_all(two, Limits(max_machines=1))) == 1
    assert "上限の 1 台" in parse(two, Limits(max_machines=1)).warnings[0]


def test_one_machine_is_one_host() -> None:
    for name, text in TEXTS.items():
        assert len(parse_all(text)) == 1, name


def test_a_named_model_of_libvirt_brings_its_own_flags() -> None:
    named = VIRSH.replace("Cascadelake-Server-noTSX", "Skylake-Client-IBRS")
    found = report(parse(named))
    assert found.x86_64_level.value == 3
    assert {"sse2", "avx2", "vmx"} <= found.host.flags.common
    assert not found.host.flags.complete
    migration = next(item for item in found.findings if item.name == "migration_baseline")
    assert migration.evidence[0].line == 6
    unnamed = report(parse(VIRSH.replace("Cascadelake-Server-noTSX", "Somelake")))
    assert unnamed.x86_64_level.value == 1  # at least
    migration = next(item for item in unnamed.findings if item.name == "migration_baseline")
    assert not any("sse2" in item.text for item in migration.evidence)


def test_the_json_of_lscpu_is_read_as_its_lines() -> None:
    fields = [line.strip().partition(":")[::2] for line in LSCPU.splitlines()]
    entries = [{"field": f"{key}:", "data": value.strip() or None} for key, value in fields]
    nested = {**entries[0], "children": entries[1:3]}
    text = json.dumps({"lscpu": [nested, *entries[3:]]}, indent=3)
    for given in (text, text.replace("},\n      {", "},{"), f"$ lscpu -J\n{text}\n"):
        host, plain = parse(given), parse(LSCPU)
        assert (host.source, host.family, host.unread_total) == ("lscpu", "x86", 0)
        assert host.flags.common == plain.flags.common
        assert (host.sockets.value, host.cores.value, host.threads.value) == (2, 8, 15)
        line = host.model_name.evidence[0].line
        assert "Xeon" in given.splitlines()[line - 1]
        assert "JSON" in host.repairs[0]


def test_the_japanese_heading_of_virtualization_is_known() -> None:
    assert parse(LSCPU_JA + "仮想化機能:\n  仮想化: AMD-V\n").unread_total == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<domainCapabilities>\n  <path>/usr/bin/qemu</path>\n", "virsh domcapabilities"),
        (
            "CPU NODE SOCKET CORE L1d:L1i:L2:L3 ONLINE\n  0    0      0    0 0:0:0:0  yes\n",
            "lscpu -e",
        ),
        (
            "# The following is the parsable format, which can be fed to other\n0,0,0,0\n",
            "lscpu -p",
        ),
    ],
)
def test_outputs_that_are_not_read_are_told_by_name(text: str, told: str) -> None:
    host = parse(text)
    assert told in host.warnings[0]
    assert host.family == ""
    assert not any(told in warning for warning in parse(LSCPU).warnings)
