"""Tables of expectations: what each machine's text shows."""

import re
from dataclasses import dataclass

import pytest

from courseware.cpuinfo import Host, parse, report
from courseware.cpuinfo.as_json import as_json
from courseware.cpuinfo.findings import Finding, State
from courseware.cpuinfo.knowledge import load
from courseware.cpuinfo.privacy import without_names
from courseware.cpuinfo.readers.riscv import isa_words
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


VIA, LOONGSON = "Centaur (VIA / Zhaoxin)", "Loongson (龍芯)"
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
    "container": Machine("x86_64", "Intel", (None, None, 2), True, "s", "u", 4, "s"),
    "intel-sapphire-rapids-tdx": Machine("x86_64", "Intel", (2, 4, 8), True, "s", "u", 4, "s"),
    "tdx-guest": Machine("x86_64", "Intel", (1, 2, 2), False, "a", "s", 4, "u", "a"),
    "intel-alder-lake": Machine("x86_64", "Intel", (1, 6, 8), True, "s", "u", 3, "s"),
    "intel-skylake-offline": Machine("x86_64", "Intel", (1, 4, 6), True, "s", "u", 4, "s"),
    "intel-sandy-bridge-3.10": Machine("x86_64", "Intel", (1, 2, 4), True, "s", "u", 2, "s"),
    "intel-atom-no-vt": Machine("x86_64", "Intel", (1, 1, 2), True, "a", "u", 1),
    "pentium4-ht": Machine("i386", "Intel", (1, 1, 2), True, "a", "u"),
    "i486": Machine("i386", "Intel", (1, 1, 1), False, "a", "u"),
    "via-nano": Machine("x86_64", VIA, (1, 1, 1), False, "s", "u", 1, "a"),
    "via-c3": Machine("i386", VIA, (1, 1, 1), False, "a", "u"),
    "amd-ryzen-desktop": Machine("x86_64", "AMD", (1, 2, 4), True, "s", "u", 3, "s"),
    "amd-genoa-snp": Machine("x86_64", "AMD", (2, 4, 8), True, "s", "u", 4, "s"),
    "sev-guest": Machine("x86_64", "AMD", (1, 2, 2), False, "a", "s", 3, "u", "a"),
    "amd-opteron-2.6": Machine("x86_64", "AMD", (2, 4, 4), False, "s", "u", 1, "a"),
    "amd-k10": Machine("x86_64", "AMD", (1, 2, 2), False, "s", "u", 1, "s"),
    "amd-svm-hidden": Machine("x86_64", "AMD", (1, 2, 4), True, "a", "u", 3),
    "qemu-tcg": Machine("x86_64", "AMD", (1, 1, 1), False, "s", "s", 1, "a", "s"),
    "apple-m1-asahi": Machine("aarch64", "Apple", (None, None, 8), None, "u", "u"),
    "ampere-altra": Machine("aarch64", "Arm", (None, None, 8), None, "u", "u"),
    "kunpeng920": Machine("aarch64", "HiSilicon", (None, None, 4), None, "u", "u"),
    "a64fx": Machine("aarch64", "富士通 (Fujitsu)", (None, None, 4), None, "u", "u"),
    "android-phone": Machine("aarch64", "Qualcomm", (None, None, 8), None, "u", "u"),
    "armv7-arm-on-v8": Machine("arm", "Arm", (None, None, 4), None, "u", "u"),
    "armv5-feroceon": Machine("arm", "Marvell", (None, None, None), None, "u", "u"),
    "riscv-board": Machine("riscv64", "SiFive", (None, None, 4), None, "a", "u"),
    "riscv-h-qemu": Machine("riscv64", None, (None, None, 2), None, "s", "s", None, "s", "s"),
    "riscv-old-fu540": Machine("riscv64", "SiFive", (None, None, 4), None, "a", "u"),
    "riscv-isa-ext-5.18": Machine("riscv64", None, (None, None, 2), None, "s", "u", None, "s"),
    "riscv-harts-differ": Machine("riscv64", "SpacemiT", (None, None, 4), None, "a", "u"),
    "riscv32": Machine("riscv32", None, (None, None, 1), None, "a", "u"),
    "power9-powernv": Machine("ppc64", "IBM", (None, None, 8), None, "s", "a", None, "s"),
    "power8-powernv-hash": Machine("ppc64", "IBM", (None, None, 4), None, "s", "a"),
    "power10-lpar": Machine("ppc64", "IBM", (None, None, 8), None, "u", "s", None, "s"),
    "powermac-g5": Machine("ppc64", None, (None, None, 2), None, "u", "u"),
    "s390x-z14-lpar": Machine("s390x", "IBM", (None, None, 4), False, "s", "u", None, "s"),
    "s390x-z16-lpar": Machine("s390x", "IBM", (2, 4, 8), True, "s", "u", None, "s"),
    "s390x-zvm-guest": Machine("s390x", "IBM", (None, None, 2), False, "a", "s", None, "u", "a"),
    "loongarch-3a5000": Machine("loongarch64", LOONGSON, (1, 4, 4), False, "s", "u", None, "s"),
    "loongarch-guest": Machine("loongarch64", LOONGSON, (1, 2, 2), False, "a", "u"),
    "mips-router": Machine("mips", None, (1, 1, 1), False, "a", "u", None, "u", "a"),
    "mips-p5600-vz": Machine("mips", None, (1, 2, 2), False, "s", "u", None, "s", "a"),
    "mips-loongson3": Machine("mips64", None, (1, 4, 4), False, "s", "u", None, "s", "a"),
    "sparc-t4": Machine("sparc64", None, (None, None, 4), None, "s", "s", None, "s", "a"),
    "sparc-ultra10": Machine("sparc64", None, (None, None, 1), None, "a", "u", None, "u", "a"),
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
    found = report(parse(TEXTS[name]))
    not_yet = {"rng2", "rng2_en"} if name == "zhaoxin" else set()
    assert set(found.unexplained_flags) <= not_yet


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


def test_microarchitecture() -> None:
    names = {name: report(parse(TEXTS[name])).microarchitecture.value for name in MACHINES}
    assert names["graviton2"] == "neoverse_n1"
    assert names["graviton3"] == "neoverse_v1"
    assert names["raspberry-pi-4"] == "cortex_a72"
    assert names["amd-epyc-milan"] == "Zen 3"
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


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("amd-epyc-milan", {"sev", "sev_es", "sev_snp"}),
        ("amd-genoa-snp", {"sev", "sev_es", "sev_snp"}),
        ("intel-sapphire-rapids-tdx", {"tdx"}),
        ("tdx-guest", {"encrypted_guest"}),
        ("sev-guest", set()),
        ("amd-ryzen-desktop", set()),
    ],
)
def test_confidential_machines_and_hosts_of_such(name: str, shown: set[str]) -> None:
    found = states(parse(TEXTS[name]))
    asked = {"sev", "sev_es", "sev_snp", "tdx", "encrypted_guest"}
    assert {question for question in asked if found[question] == "s"} == shown
    if name == "sev-guest":
        assert found["encrypted_guest"] == "u"


@pytest.mark.parametrize(
    ("name", "interrupts"),
    [("amd-ryzen-desktop", "s"), ("amd-k10", "a"), ("intel-sapphire-rapids-tdx", "s"),
     ("via-nano", "u"), ("amd-svm-hidden", "u"), ("riscv-h-qemu", "s"), ("riscv", "a")],
)  # fmt: skip
def test_interrupt_virtualization(name: str, interrupts: str) -> None:
    assert states(parse(TEXTS[name]))["interrupt_virtualization"] == interrupts


@pytest.mark.parametrize(
    ("name", "encryption"),
    [("s390x-z16-lpar", "s"), ("s390x-z14-lpar", "a"), ("s390x-zvm-guest", "u")],
)
def test_secure_execution_by_its_facility(name: str, encryption: str) -> None:
    assert states(parse(TEXTS[name]))["memory_encryption"] == encryption


def test_devices_are_never_promised_by_cpuinfo() -> None:
    for text in TEXTS.values():
        finding = next(f for f in report(parse(text)).findings if f.name == "iommu")
        assert finding.state is State.UNKNOWN
        assert "/proc/cpuinfo からは、どのマシンでも分かりません" in finding.summary


def test_processors_left_out_are_told_and_prove_no_mixture() -> None:
    host = parse(TEXTS["intel-skylake-offline"])
    assert any("抜け (3、6)" in warning for warning in host.warnings)
    assert host.heterogeneous.value is None
    assert "offline" in host.heterogeneous.note


def test_a_container_that_shows_a_part_is_told() -> None:
    host = parse(TEXTS["container"])
    assert any("LXCFS" in warning for warning in host.warnings)
    assert host.hypervisor.value is None


def test_cores_of_two_kinds_are_counted_by_their_threads() -> None:
    host = parse(TEXTS["intel-alder-lake"])
    assert [(shape.threads, shape.cores) for shape in host.core_shapes] == [(2, 2), (1, 4)]
    assert "2 スレッドのコア × 2、1 スレッドのコア × 4" in report(host).conclusion.machine


def test_harts_of_two_kinds_share_what_isa_says() -> None:
    host = parse(TEXTS["riscv-harts-differ"])
    assert host.heterogeneous.value is True
    assert "v" not in host.flags
    assert report(host).microarchitecture.value is None


@pytest.mark.parametrize(
    ("isa", "names"),
    [
        ("rv64imafdc", "i m a f d c"),
        ("rv64gch_zba_zbb", "i m a f d zicsr zifencei c h zba zbb"),
        ("rv64imafdcsu", "i m a f d c"),
        ("rv64imafdcvsu", "i m a f d c v"),
        ("rv64imafdcxtheadba_zfh", "i m a f d c xtheadba zfh"),
        ("RV32IMAC", "i m a c"),
        ("rv64", ""),
    ],
)
def test_names_in_an_isa_string(isa: str, names: str) -> None:
    assert isa_words(isa) == names.split()


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("intel-firmware-off", "rdmsr -f 2:0 0x3a"),
        ("amd-svm-hidden", "rdmsr -f 4:4 0xc0010114"),
        ("intel-server", "rdmsr -f 2:0 0x3a"),  # old kernels keep vmx that firmware disabled
        ("amd-epyc-milan", "rdmsr -f 4:4 0xc0010114"),
    ],
)
def test_the_register_that_settles_it_is_only_read(name: str, command: str) -> None:
    lines = [c.line for c in report(parse(TEXTS[name])).findings[0].commands]
    assert any(line.endswith(command) for line in lines)
    assert not any("wrmsr" in line for line in lines)


def _finding(text: str, name: str) -> Finding:
    return next(item for item in report(parse(text)).findings if item.name == name)


def _x86(vendor: str, flags: str) -> str:
    return f"processor : 0\nvendor_id : {vendor}\nflags : fpu lm sse2 {flags}\n"


@pytest.mark.parametrize("name", ["sev", "sev_es", "sev_snp", "tdx"])
def test_confidential_computing_is_each_makers_own(name: str) -> None:
    own, other = "AuthenticAMD", "GenuineIntel"
    if name == "tdx":
        own, other = other, own
    foreign = _finding(_x86(other, ""), name)
    assert foreign.state is State.ABSENT
    assert "の CPU にはありません" in foreign.summary
    assert "とは限りません" not in foreign.reason
    assert _finding(_x86(other, "hypervisor"), name).state is State.ABSENT
    assert "の CPU にはありません" in _finding(_x86("CentaurHauls", ""), name).summary
    assert _finding(_x86(own, ""), name).state is State.ABSENT
    assert "の CPU にはありません" not in _finding(_x86("SomeoneElses", ""), name).summary
    guest = _finding(_x86(own, "hypervisor"), name)
    assert guest.state is State.UNKNOWN
    assert "ハイパーバイザーは、この機能をふつうゲストに見せません" in guest.reason
    flag = "tdx_host_platform" if name == "tdx" else name
    shown = _finding(_x86(own, f"hypervisor {flag}"), name)
    assert shown.state is State.SHOWN
    assert "hypervisor もある" in shown.reason


def test_a_vmx_flags_line_shows_vmx_and_its_absence_from_flags_is_a_warning() -> None:
    text = _x86("GenuineIntel", "ept") + "vmx flags : vnmi flexpriority\n"
    hardware = _finding(text, "hardware_virtualization")
    assert hardware.state is State.SHOWN
    assert hardware.evidence[0].line == 4
    assert any("vmx flags 行 (4 行目)" in warning for warning in parse(text).warnings)
    assert not parse(text.replace("ept", "ept vmx")).warnings
    # A flags line that is cut may have had it: nothing contradicts.
    cut = parse(text.replace("ept", "ept ..."))
    assert not any("4 行目" in warning for warning in cut.warnings)


@pytest.mark.parametrize(
    ("vendor", "numbers", "expected"),
    [
        ("GenuineIntel", (6, 167, 1), "Rocket Lake"),
        ("GenuineIntel", (6, 154, 4), "Alder Lake"),
        ("GenuineIntel", (6, 28, 10), "Bonnell"),
        ("GenuineIntel", (6, 85, 4), "Skylake"),
        ("GenuineIntel", (6, 85, 7), "Cascade Lake"),
        ("GenuineIntel", (6, 85, 8), None),
        ("GenuineIntel", (6, 157, 1), "Ice Lake"),
        ("GenuineIntel", (19, 1, 0), "Diamond Rapids"),
        ("GenuineIntel", (6, 250, 1), None),
        ("AuthenticAMD", (26, 80, 0), "Zen 6"),
        ("AuthenticAMD", (25, 1, 1), "Zen 3"),
        ("AuthenticAMD", (25, 17, 1), "Zen 4"),
        ("HygonGenuine", (24, 1, 1), "Dhyana"),
        ("CentaurHauls", (6, 28, 10), None),
    ],
)
def test_the_generation_of_x86_is_told_by_its_numbers(
    vendor: str, numbers: tuple[int, int, int], expected: str | None
) -> None:
    family, model, stepping = numbers
    text = f"cpu family : {family}\nmodel : {model}\nstepping : {stepping}\n"
    found = report(parse(_x86(vendor, "") + text))
    assert found.microarchitecture.value == expected


def test_no_two_generations_share_a_number() -> None:
    for spans in load("x86_generations.toml").values():
        pairs: list[str] = []
        for span in " ".join(spans.values()).split():
            family, models, *steppings = span.split(":")
            low, _, high = models.partition("-")
            for model in range(int(low), int(high or low) + 1):
                of = (steppings or ["0-15"])[0].partition("-")
                pairs += [
                    f"{family}:{model}:{n}" for n in range(int(of[0]), int(of[2] or of[0]) + 1)
                ]
        assert len(pairs) == len(set(pairs))


def test_archspecs_name_is_kept_apart_as_what_the_instructions_fit() -> None:
    data = as_json(report(parse(TEXTS["intel-server"])))
    assert data["microarchitecture"] == "Rocket Lake"
    assert data["compatible_microarchitecture"] == "cannonlake"


def test_cut_flags_decide_on_no_level_and_no_generation() -> None:
    text = TEXTS["intel-server"].split("\n\n")[0].replace(" avx2 ", " ... ")
    data = as_json(report(parse(text + "\n")))
    assert (data["x86_64_level"], data["certainty"]["x86_64_level"]) == (None, "unknown")
    assert data["x86_64_level_at_least"] == 2
    assert data["compatible_microarchitecture"] is None
    assert data["microarchitecture"] == "Rocket Lake"
