"""The three sentences at the head of a report."""

import pytest

from courseware.cpuinfo import parse, report
from courseware.cpuinfo.as_json import as_json
from courseware.cpuinfo.conclusion import Conclusion
from courseware.cpuinfo.findings import State
from tests.cpuinfo.dumps import TEXTS


def conclusion(text: str) -> Conclusion:
    return report(parse(text)).conclusion


@pytest.mark.parametrize(
    ("name", "machine", "virtualization", "certainty"),
    [
        ("intel-server", "1 ソケット × 4 コア × 2 スレッド", "条件を満たしています", "/dev/kvm"),
        ("intel-two-sockets", "2 ソケット × 2 コア × 2 スレッド", "(vmx)", "/dev/kvm"),
        ("amd-epyc-milan", "x86_64", "AMD-V (svm)", "/dev/kvm"),
        ("intel-hybrid", "コアは 6 個、論理 CPU は 8 個", "VT-x (vmx)", "/dev/kvm"),
        ("intel-firmware-off", "x86_64", "使えません", "ファームウェア"),
        ("old-32bit", "i386", "使えません", "CPU の非対応"),
        ("amd-guest", "ハイパーバイザーの上", "使えません", "物理 CPU の能力"),
        ("nested-guest", "ハイパーバイザーの上", "ネストした仮想化", "/dev/kvm"),
        ("raspberry-pi-4", "Raspberry Pi 4 Model B", "判断できません", "EL2"),
        ("big-little", "Cortex-A53 + Cortex-A72", "判断できません", "EL2"),
        ("riscv", "riscv64", "使えません", "見せられていない"),
    ],
)
def test_what_is_said_of_a_machine(
    name: str, machine: str, virtualization: str, certainty: str
) -> None:
    found = conclusion(TEXTS[name])
    assert machine in found.machine
    assert virtualization in found.virtualization
    assert certainty in found.certainty


def test_a_guest_is_not_said_to_be_the_physical_machine() -> None:
    assert "見せられている CPU は AMD EPYC" in conclusion(TEXTS["amd-guest"]).machine
    assert "見せられている" not in conclusion(TEXTS["intel-server"]).machine


def test_only_a_machine_without_the_flag_is_said_to_be_without_kvm() -> None:
    for name, text in TEXTS.items():
        state = report(parse(text)).findings[0].state
        denied = "使えません" in conclusion(text).virtualization
        on_sparc = name.startswith("sparc")  # Linux has no KVM there, whatever the CPU can
        assert denied == (state is State.ABSENT or on_sparc), name


def test_a_kvm_that_needs_no_flag_is_not_denied() -> None:
    # PVM runs KVM guests without vmx and svm; only the standard modules can be ruled out.
    result = report(parse(TEXTS["amd-guest"]))
    assert "標準の KVM (kvm_intel / kvm_amd)" in result.conclusion.virtualization
    assert "PVM" in result.findings[0].reason
    assert any(command.line == "ls -l /dev/kvm" for command in result.findings[0].commands)


def test_a_cut_flags_line_decides_nothing() -> None:
    text = TEXTS["amd-guest"]
    found = conclusion(text[: text.index(" hypervisor")])
    assert "判断できません" in found.virtualization
    assert "切れている" in found.certainty


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_every_explained_machine_gets_the_command_that_settles_it(name: str) -> None:
    result = report(parse(TEXTS[name]))
    assert (result.conclusion.command is not None) == result.host.explained


@pytest.mark.parametrize("text", ["こんにちは\n", "MemTotal: 16315412 kB\n"])
def test_another_text_is_not_called_a_machine(text: str) -> None:
    found = conclusion(text)
    assert "/proc/cpuinfo として読めませんでした" in found.machine
    assert "判断できません" in found.virtualization
    assert "cat /proc/cpuinfo" in found.certainty


@pytest.mark.parametrize(
    "text", [TEXTS["container"], TEXTS["intel-server"].split("\n\n")[0] + "\n"]
)
def test_a_part_of_a_machine_is_not_told_as_the_whole(text: str) -> None:
    result = report(parse(text))
    shown = text.count("processor")
    assert f"見える論理 CPU は {shown} 個" in result.conclusion.machine
    assert "マシン全体の構成は分かりません" in result.conclusion.machine
    data = as_json(result)
    assert (data["sockets"], data["cores"], data["heterogeneous"]) == (None, None, None)
    assert (data["threads"], data["partial"]) == (shown, True)
    assert as_json(report(parse(TEXTS["intel-server"])))["partial"] is False
