"""Tables of expectations: what each machine's text shows."""

import re
from dataclasses import dataclass

import pytest

from courseware.cpuinfo import Host, parse, report
from courseware.cpuinfo.findings import State
from courseware.cpuinfo.privacy import without_names
from tests.cpuinfo.dumps import TEXTS


@dataclass(frozen=True)
class Machine:
    """What must be read: (sockets, cores, threads), SMT, hardware virtualization, guest."""

    architecture: str | None
    vendor: str | None
    topology: tuple[int | None, int | None, int | None]
    smt: bool | None
    hardware: str  # s: shown, a: absent, u: unknown, -: no finding
    guest: str
    level: int | None = None
    paging: str = "u"
    nested: str = "u"


MACHINES = {
    "intel-server": Machine("x86_64", "Intel", (1, 4, 8), True, "s", "u", 4, "s"),
    "intel-two-sockets": Machine("x86_64", "Intel", (2, 4, 8), True, "s", "u", 4, "s"),
    "intel-hybrid": Machine("x86_64", "Intel", (1, 6, 8), True, "s", "u", 3, "s"),
    "intel-firmware-off": Machine("x86_64", "Intel", (1, 2, 4), True, "a", "u", 4),
    "core2-2.6.32": Machine("x86_64", "Intel", (1, 2, 2), False, "s", "u", 1, "a"),
    "old-32bit": Machine("i386", "Intel", (1, 1, 1), False, "a", "u", None),
    "nested-guest": Machine("x86_64", "Intel", (2, 2, 2), False, "s", "s", 4, "s", "s"),
    "wsl2": Machine("x86_64", "Intel", (1, 1, 2), True, "s", "s", 3, "s", "s"),
    "amd-guest": Machine("x86_64", "AMD", (1, 2, 2), False, "a", "s", 3, "u", "a"),
    "amd-epyc-milan": Machine("x86_64", "AMD", (2, 4, 8), True, "s", "u", 3, "s"),
    "hygon": Machine("x86_64", "Hygon (海光)", (2, 4, 4), False, "s", "u", 3, "s"),
    "zhaoxin": Machine("x86_64", "Zhaoxin (兆芯)", (1, 4, 4), False, "s", "u", 2, "s"),
    "raspberry-pi-4": Machine("aarch64", "Arm", (None, None, 4), None, "u", "u"),
    "big-little": Machine("aarch64", "Arm", (None, None, 6), None, "u", "u"),
    "graviton2": Machine("aarch64", "Arm", (None, None, 4), None, "u", "u"),
    "graviton3": Machine("aarch64", "Arm", (None, None, 2), None, "u", "u"),
    "armv7-pi2": Machine("arm", "Arm", (None, None, 4), None, "u", "u"),
    "armv7-3.4-kernel": Machine("arm", "Arm", (None, None, 2), None, "u", "u"),
    "armv6-old-kernel": Machine("arm", "Arm", (None, None, None), None, "u", "u"),
    "riscv": Machine("riscv64", "SiFive", (None, None, 4), None, "a", "u"),
    "s390x": Machine("s390x", "IBM", (None, None, 2), False, "s", "s", None, "s", "s"),
    "power": Machine("ppc64", "IBM", (None, None, 2), None, "u", "s", None, "s"),
}
STATES = {State.SHOWN: "s", State.ABSENT: "a", State.UNKNOWN: "u"}


def states(host: Host) -> dict[str, str]:
    return {finding.name: STATES[finding.state] for finding in report(host).findings}


def test_every_sample_has_an_expectation() -> None:
    assert set(TEXTS) == set(MACHINES)


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_machine(name: str) -> None:
    expected = MACHINES[name]
    host = parse(TEXTS[name])
    found = states(host)
    assert host.architecture.value == expected.architecture
    assert host.vendor.value == expected.vendor
    assert (host.sockets.value, host.cores.value, host.threads.value) == expected.topology
    assert host.smt.value is expected.smt
    assert report(host).x86_64_level.value == expected.level
    assert found.get("hardware_virtualization", "-") == expected.hardware
    assert found.get("guest", "-") == expected.guest
    if expected.hardware != "-":
        assert found["second_level_paging"] == expected.paging
        assert found["nested"] == expected.nested
        assert found["iommu"] == "u"
    assert host.unread_total == 0
    assert report(host).cannot_tell


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_every_flag_of_the_samples_is_explained(name: str) -> None:
    # Names that the data does not cover yet; the report lists them as such.
    not_yet = {"rng2", "rng2_en", "debug_swap", "hfi"}
    assert set(report(parse(TEXTS[name])).unexplained_flags) <= not_yet


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_evidence_points_at_a_line_that_says_so(name: str) -> None:
    lines = TEXTS[name].splitlines()
    evidence = [
        item for finding in report(parse(TEXTS[name])).findings for item in finding.evidence
    ]
    for item in evidence:
        key, _, quoted = item.text.partition(" : ")
        line = without_names(lines[item.line - 1])
        assert line.lower().startswith(key)
        if "…" in quoted.split():
            words = [word for word in quoted.split() if word != "…"]
            whole = r"{}" if key.endswith("isa") else r"(?<![a-z0-9]){}(?![a-z0-9])"
            assert all(re.search(whole.format(word), line) for word in words)
        elif not quoted.startswith("("):
            assert quoted.removesuffix("…") in line


def test_hybrid_and_big_little_cores_are_told_apart() -> None:
    hybrid, mixed = parse(TEXTS["intel-hybrid"]), parse(TEXTS["big-little"])
    assert hybrid.heterogeneous.value is True
    assert mixed.heterogeneous.value is True
    assert [(kind.name, kind.threads) for kind in mixed.core_types] == [
        ("Cortex-A53", 4),
        ("Cortex-A72", 2),
    ]
    assert parse(TEXTS["intel-server"]).heterogeneous.value is False


def test_vmx_flags_line_tells_what_the_flags_line_does_not() -> None:
    assert states(parse(TEXTS["intel-two-sockets"]))["interrupt_virtualization"] == "s"
    server = states(parse(TEXTS["intel-server"]))
    assert (server["unrestricted_guest"], server["interrupt_virtualization"]) == ("s", "a")
    old = states(parse(TEXTS["core2-2.6.32"]))
    assert (old["unrestricted_guest"], old["interrupt_virtualization"]) == ("u", "u")


def test_encryption_flags_are_shown_but_not_promised() -> None:
    host = parse(TEXTS["amd-epyc-milan"])
    finding = next(f for f in report(host).findings if f.name == "sev")
    assert finding.state is State.SHOWN
    assert "申告だけ" in finding.reason


def test_microarchitecture_by_archspec() -> None:
    names = {name: report(parse(TEXTS[name])).microarchitecture.value for name in MACHINES}
    assert names["graviton2"] == "neoverse_n1"
    assert names["graviton3"] == "neoverse_v1"
    assert names["raspberry-pi-4"] == "cortex_a72"
    assert names["amd-epyc-milan"] == "zen3"
    assert names["big-little"] is None


def test_stepping_and_board_of_arm() -> None:
    host = parse(TEXTS["raspberry-pi-4"])
    assert host.stepping.value == "r0p3"
    assert host.machine.value == "Raspberry Pi 4 Model B Rev 1.4"
    assert host.model_name.value == "Cortex-A72"


def test_serial_numbers_are_in_no_part_of_the_result() -> None:
    for name in ("raspberry-pi-4", "armv7-pi2", "armv6-old-kernel", "armv7-3.4-kernel"):
        serial = TEXTS[name].split("Serial")[1].split()[1]
        host = parse(TEXTS[name])
        assert serial not in repr(report(host))
        assert host.removed_lines


def test_a_hypervisor_flag_may_also_be_the_control_domain_of_xen() -> None:
    guest = next(f for f in report(parse(TEXTS["amd-guest"])).findings if f.name == "guest")
    assert "dom0" in guest.reason
    assert any("virt_caps" in command.line for command in guest.commands)


def test_commands_for_arm_find_what_an_arm_kernel_says() -> None:
    found = {f.name: f for f in report(parse(TEXTS["armv7-pi2"])).findings}
    line = found["hardware_virtualization"].commands[0].line
    patterns = [p or q for p, q in re.findall(r"-e (?:'([^']+)'|(\S+))", line)]
    for message in (
        "CPU: All CPU(s) started at EL2",
        "CPU: All CPU(s) started in HYP mode.",
        "kvm [1]: VHE mode initialized successfully",
    ):
        assert any(pattern.lower() in message.lower() for pattern in patterns)
    assert "RME" in found["memory_encryption"].commands[0].line


def test_a_module_parameter_is_asked_of_the_makers_own_module() -> None:
    other = {"intel-firmware-off": "kvm_amd", "amd-guest": "kvm_intel"}
    for name, module in other.items():
        for finding in report(parse(TEXTS[name])).findings:
            if finding.name not in ("nested", "guest"):  # the outer host's maker is not known
                assert not [c for c in finding.commands if f"{module}/" in c.line], finding.name


def test_dmesg_of_both_makers_is_explained() -> None:
    found = report(parse(TEXTS["intel-firmware-off"])).findings[0]
    assert found.commands[0].line.startswith("sudo dmesg")
    for message in ("disabled by BIOS", "disabled (by BIOS)"):
        assert message in found.commands[0].meaning


def test_texts_use_the_punctuation_of_the_lessons() -> None:
    from courseware.cpuinfo.as_json import as_json
    from courseware.cpuinfo.knowledge import flags, groups

    texts = [repr(as_json(report(parse(text)))) for text in TEXTS.values()]
    texts += [repr(flags(family)) for family in ("x86", "vmx", "arm")] + [repr(groups())]
    assert not [text for text in texts if set("（）：") & set(text)]
