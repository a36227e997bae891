"""The data about flags, and its use in reports."""

import pytest

from courseware.cpuinfo import parse, report, samples
from courseware.cpuinfo.knowledge import arm_implementer, arm_part, flags, groups

FAMILIES = ("x86", "vmx", "arm")
WANTED = """
    vmx svm ept vpid npt tpr_shadow vnmi flexpriority nrip_save tsc_scale vmcb_clean flushbyasid
    decodeassists pausefilter pfthreshold avic v_vmsave_vmload vgif hypervisor vmmcall lm nx pae sse
    sse2 pni ssse3 sse4_1 sse4_2 avx avx2 avx512f aes rdrand x2apic tsc_deadline_timer constant_tsc
    nonstop_tsc invpcid pcid smep smap umip pku sev sev_es sev_snp sme tdx_guest pdpe1gb ibrs ibpb
    stibp ssbd md_clear arch_capabilities sgx ht
"""


def test_the_flags_that_matter_are_explained() -> None:
    assert set(WANTED.split()) <= set(flags("x86"))
    arm = "fp asimd aes sha1 sha2 crc32 atomics sve paca pacg bti"
    assert set(arm.split()) <= set(flags("arm"))


@pytest.mark.parametrize("family", FAMILIES)
def test_each_flag_has_a_known_group_and_a_japanese_sentence(family: str) -> None:
    known = {group.key for group in groups()}
    for flag in flags(family).values():
        assert flag.group in known
        assert flag.title
        assert flag.text.endswith("。")
        assert not flag.guests or flag.guests.endswith(("。", "）。"))


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
