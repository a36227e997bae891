"""The data about flags, and its use in reports."""

from courseware.cpuinfo import parse, report, samples
from courseware.cpuinfo.knowledge import arm_implementer, arm_part, flags, groups


def test_vector_and_crypto_flags_are_not_virtualization_flags() -> None:
    virtualization = {group.key for group in groups() if group.virtualization}
    for name in ("sse", "avx", "aes", "lm", "nx", "vme"):
        assert flags("x86")[name].group not in virtualization
    for name in ("vmx", "svm", "ept", "npt", "hypervisor", "sev"):
        assert flags("x86")[name].group in virtualization


def test_a_report_shows_virtualization_groups_first() -> None:
    for sample in samples():
        kinds = [group.group.virtualization for group in report(parse(sample.text)).groups]
        assert kinds == sorted(kinds, reverse=True)


def test_an_unknown_flag_is_listed_not_guessed() -> None:
    result = report(parse("processor : 0\nflags : fpu zzz_new\nbugs :\n"))
    assert result.unexplained_flags == ("zzz_new",)


def test_flags_on_some_cpus_only() -> None:
    text = "processor : 0\nflags : fpu avx\n\nprocessor : 1\nflags : fpu\n\n"
    host = parse(text)
    assert (host.flags.common, host.flags.some) == ({"fpu"}, {"avx"})
    shown = {f.flag.name: f.everywhere for group in report(host).groups for f in group.flags}
    assert shown == {"fpu": True, "avx": False}


def test_arm_numbers() -> None:
    assert arm_implementer("0x41") == "Arm"
    assert arm_implementer("0x7f") is None
    assert arm_part("0x41", "0xd08") == "Cortex-A72"
    assert arm_part("0x41", "0xfff") is None
    assert arm_part("0x46", "0x001") == "A64FX"
