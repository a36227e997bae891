"""Every name that Linux prints has its one line, in one home, well written and well linked."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from courseware.cpuinfo.knowledge import (
    DATA,
    Flag,
    flag,
    flags,
    groups,
    kernel_names,
    lines,
    named,
    span,
)

FAMILIES = [line.family for line in lines()]
ALL = [found for family in FAMILIES for found in flags(family).values()]
# Printed by kernels of distributions, or by updates of old releases, only.
_DISTRIBUTIONS = "retpoline spec_ctrl intel_stibp rsb_ctxsw kaiser rng2 rng2_en"
NOT_OF_LINUX = {("x86", name) for name in _DISTRIBUTIONS.split()}
WITHOUT_A_FILE = {"div0", "smt_rsb", "ibpb_no_ret"}  # Linux tells no state of their mitigation
# What has to be explained at length, because it matters to guests, security or migration.
AT_LENGTH = {
    "x86": """
        vmx svm ept npt vpid tpr_shadow vnmi flexpriority ept_ad hypervisor nx lahf_lm aes avx avx2
        avx512f avx512_vnni amx_tile xsave xsaves pcid invpcid smep smap umip pku rdrand rdseed
        rdtscp constant_tsc nonstop_tsc tsc_deadline_timer tsc_adjust tsc_scale x2apic avic x2avic
        vmcb_clean flushbyasid decodeassists nrip_save lbrv pausefilter pfthreshold v_vmsave_vmload
        vgif sev sev_es sev_snp sme tdx_host_platform tdx_guest arch_capabilities md_clear flush_l1d
        ibrs ibpb stibp ssbd pti retpoline cpuid_fault monitor la57 pdpe1gb arat lm pae pse syscall
        hle rtm erms fsrm sgx
    """,
    "vmx": "unrestricted_guest apicv pml posted_intr shadow_vmcs tsc_scaling",
    "bugs": """
        cpu_meltdown spectre_v1 spectre_v2 l1tf mds taa itlb_multihit srbds mmio_stale_data retbleed
        spec_store_bypass eibrs_pbrsb rfds bhi its tsa swapgs smt_rsb gds srso vmscape
    """,
    "arm": "asimd sve sve2 atomics ecv paca mte bti sb",
    "riscv": "h sv39 sv48 zicbom sstc",
    "s390x": "sie te vx",
    "loongarch": "lvz",
    "mips": "vz",
    "sparc": "",
}
LEAST = {
    "x86": 280,
    "vmx": 25,
    "bugs": 40,
    "arm": 130,
    "riscv": 100,
    "s390x": 20,
    "loongarch": 15,
    "mips": 19,
    "sparc": 39,
}
_JAPANESE = r"[\u3040-\u30fa\u30fc-\u30ff\u4e00-\u9fff]"  # without the dot between words
_PUNCTUATION = "[、。「」]"
_STRAY = re.compile(rf"{_JAPANESE} {_JAPANESE}|{_PUNCTUATION} | {_PUNCTUATION}|  ")
_MISSING = re.compile(rf"{_JAPANESE}[A-Za-z0-9]|[A-Za-z0-9]{_JAPANESE}")
_WIDE = re.compile(r"[\uff01-\uff5e\u3000]")  # full-width letters, digits and signs
_BRACKETS = re.compile(r"[(（]([^()（）]*)[)）]")


def identity(item: Flag) -> str:
    return f"{item.family}-{item.name}"


@pytest.mark.parametrize("family", FAMILIES)
def test_each_name_of_linux_has_its_line(family: str) -> None:
    names = set(kernel_names(family))
    explained = set(flags(family))
    assert names - explained == set()
    assert {(family, name) for name in explained - names} <= NOT_OF_LINUX


def test_the_names_are_many_enough_to_be_those_of_linux() -> None:
    for family, least in LEAST.items():
        assert len(kernel_names(family)) >= least
    assert {"fpu", "pni", "vmx", "sev_snp", "lass"} <= set(kernel_names("x86"))
    assert {"ept", "unrestricted_guest"} <= set(kernel_names("vmx"))
    assert {"cpu_meltdown", "vmscape"} <= set(kernel_names("bugs"))
    assert {"asimd", "thumb", "sme2"} <= set(kernel_names("arm"))
    assert {"h", "sv39", "zicbom"} <= set(kernel_names("riscv"))
    assert {"sie", "vx"} <= set(kernel_names("s390x"))


def test_each_line_has_its_folder_and_each_file_its_group() -> None:
    known = {group.key for group in groups()}
    folder = DATA / "flags"
    assert {path.name for path in folder.iterdir() if path.is_dir()} == set(FAMILIES)
    assert {path.stem for path in folder.glob("*/*.toml")} <= known
    assert {found.group for found in ALL} == known


@pytest.mark.parametrize("family", FAMILIES)
def test_no_flag_has_two_homes(family: str) -> None:
    homes = Counter(
        name
        for path in (DATA / "flags" / family).glob("*.toml")
        for name in tomllib.loads(path.read_text(encoding="utf-8"))
    )
    assert [name for name, count in homes.items() if count > 1] == []
    assert len(homes) == len(flags(family))


@pytest.mark.parametrize("family", FAMILIES)
def test_what_matters_is_explained_at_length(family: str) -> None:
    for name in AT_LENGTH[family].split():
        found = flags(family)[name]
        told = "".join((found.text, found.guests, *found.more, found.absent, found.check))
        assert found.at_length
        assert told.count("。") >= 4, name
        assert found.check or family == "bugs", name
        assert found.see, name


def test_at_least_sixty_are_explained_at_length() -> None:
    assert sum(found.at_length for found in ALL) >= 100


def test_each_weakness_says_what_a_guest_could_do_and_how_to_tell_the_mitigation() -> None:
    for found in flags("bugs").values():
        if found.group == "bugs_speculation":
            assert found.guests, found.name
            told = any("/sys/devices/system/cpu/vulnerabilities/" in c for c in found.commands)
            assert told != (found.name in WITHOUT_A_FILE), found.name


def test_lines_to_type_are_introduced() -> None:
    for found in ALL:
        assert not found.commands or found.check or found.family == "bugs", found.name
        assert all(re.fullmatch(r"[ -~]+", command) for command in found.commands)


def sentences(found: Flag) -> Iterator[str]:
    yield from (found.text, found.guests, found.since, *found.more, found.absent, found.check)


def faults_of(found: Flag) -> list[str]:
    """What is wrong with the writing of a flag's texts."""
    faults = []
    for text in filter(None, sentences(found)):
        bare = _BRACKETS.sub("", text)
        if not text.endswith("。"):
            faults.append(f"no full stop: {text}")
        if "。" in _BRACKETS.sub("", text)[:-1] and re.search(r"。[^」』]*[^。」』)]$", bare):
            faults.append(f"an unfinished sentence: {text}")
    for text in filter(None, (found.title, *sentences(found))):
        if _STRAY.search(text):
            faults.append(f"a stray space: {text}")
        if _MISSING.search(text):
            faults.append(f"a space is missing: {text}")
        if _WIDE.search(text):
            faults.append(f"full width: {text}")
    if not re.fullmatch(r"[ -~]+", found.english):
        faults.append(f"not English: {found.english}")
    if not found.title or found.title.endswith("。"):
        faults.append(f"a title is no sentence: {found.title}")
    return faults


@pytest.mark.parametrize("found", ALL, ids=identity)
def test_each_flag_is_well_written(found: Flag) -> None:
    assert faults_of(found) == []


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("text", "文の終わりがない"),
        ("text", "日本語 の間の空白です。"),
        ("text", "空白のないVMXです。"),
        ("text", "全角のＶＭＸです。"),
        ("guests", "一つ。二つめの終わりがない"),
        ("title", "文の題です。"),
        ("english", "日本語"),
    ],
)
def test_faults_are_found(field: str, text: str) -> None:
    sound = flags("x86")["vmx"]
    assert faults_of(sound) == []
    changed: dict[str, Any] = {field: text}
    assert faults_of(replace(sound, **changed))


def test_the_one_line_is_one_or_two_short_sentences() -> None:
    for found in ALL:
        assert 1 <= found.text.count("。") <= 3, found.name
        assert len(found.text) <= 140, found.name


def test_links_lead_to_flags_and_never_back_to_the_same() -> None:
    for found in ALL:
        for other in found.see:
            assert flag(other) is not None, (found.name, other)
            assert other != found.name or len(named(other)) > 1, found.name
        assert len(set(found.see)) == len(found.see)


def test_a_name_in_several_lines_means_what_each_line_says() -> None:
    assert [found.family for found in named("sme")] == ["x86", "arm"]
    assert [found.family for found in named("vnmi")] == ["x86", "vmx"]
    assert [found.family for found in named("monitor")] == ["x86", "bugs"]
    assert named("no_such_flag") == ()
    assert flag("no_such_flag") is None


def test_since_which_linux_a_name_is_printed() -> None:
    def told(family: str, name: str) -> tuple[str, str, str, str]:
        found = span(flags(family)[name])
        assert found
        return found.before, found.first, found.last, found.after

    assert told("x86", "fpu")[:2] == ("", "2.6.11")
    assert told("x86", "vmx")[:2] == ("2.6.11", "2.6.24")
    assert told("x86", "eagerfpu")[2:] == ("4.4", "4.14")
    assert told("bugs", "retbleed")[:2] == ("5.15", "6.1")
    assert told("x86", "vmx")[3] == ""
    assert span(flags("x86")["retpoline"]) is None
