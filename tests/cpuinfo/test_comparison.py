"""Hosts compared: the baseline, the losses, the verdicts, and the setting to use."""

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.cpuinfo import parse, samples
from courseware.cpuinfo.comparison import (
    MAX_HOSTS,
    MIN_HOSTS,
    Comparison,
    Entry,
    Kind,
    Verdict,
    compare,
    models,
)
from courseware.cpuinfo.comparison.as_text import as_text
from tests.cpuinfo.machines import FLAGS, SKYLAKE_SERVER, arm_text, text_of

TEXTS = {sample.key: sample.text for sample in samples()}
TEXTS |= {path.stem: path.read_text() for path in (Path(__file__).parent / "samples").glob("*.txt")}
TEXTS |= {name: text_of(name) for name in FLAGS}


def compared(*names: str, language: str = "ja") -> Comparison:
    return compare([Entry(name, parse(TEXTS[name])) for name in names], language)


def of_texts(*texts: str) -> Comparison:
    return compare([Entry(f"h{i}", parse(text)) for i, text in enumerate(texts)])


def verdicts(comparison: Comparison) -> list[str]:
    return [move.verdict.value for move in comparison.migrations]


@pytest.mark.parametrize(
    ("here", "there", "forth", "back", "command"),
    [
        (
            "haswell",
            "haswell",
            "safe",
            "safe",
            "Haswell-noTSX-IBRS,+abm,+f16c,+md-clear,+pdpe1gb,+rdrand,+ss,+ssbd,+stibp,+vme,"
            "+xsaveopt,enforce",
        ),
        (
            "haswell",
            "skylake",
            "safe",
            "with_model",
            "Haswell-noTSX-IBRS,+abm,+f16c,+md-clear,+pdpe1gb,+rdrand,+ss,+ssbd,+stibp,+vme,"
            "+xsaveopt,enforce",
        ),
        (
            "haswell",
            "haswell-old-microcode",
            "with_model",
            "safe",
            "Haswell-noTSX,+abm,+f16c,+pdpe1gb,+rdrand,+ss,+vme,+xsaveopt,enforce",
        ),
        (
            "skylake",
            "cascadelake",
            "with_model",
            "with_model",
            "Skylake-Server-v5,+clflushopt,+md-clear,+ss,+ssbd,+stibp,enforce",
        ),
        (
            "cascadelake",
            "cascadelake",
            "safe",
            "safe",
            "Cascadelake-Server-v5,+md-clear,+ss,+stibp,enforce",
        ),
        ("zen2", "zen2", "safe", "safe", "EPYC-Rome-v3,-npt,-nrip-save,-svm,enforce"),
        ("zen2", "zen3", "safe", "with_model", "EPYC-Rome-v3,-npt,-nrip-save,-svm,enforce"),
        (
            "zen3",
            "zen3",
            "safe",
            "safe",
            "EPYC-Milan,+vaes,+vpclmulqdq,-npt,-nrip-save,-svm,-svme-addr-chk,enforce",
        ),
        (
            "amd-epyc-milan",
            "amd-guest",
            "with_model",
            "safe",
            "EPYC-Milan,+vaes,+vpclmulqdq,-xsaves,-npt,-nrip-save,-svm,-svme-addr-chk,enforce",
        ),
        (
            "intel-two-sockets",
            "intel-server",
            "with_model",
            "with_model",
            "Cascadelake-Server-v5,+md-clear,+ss,+stibp,+umip,-clwb,enforce",
        ),
        ("core2-2.6.32", "core2-2.6.32", "safe", "safe", "Penryn,+ss,+vme,enforce"),
    ],
)
def test_well_known_pairs_of_one_maker(
    here: str, there: str, forth: str, back: str, command: str
) -> None:
    comparison = compared(here, there)
    assert verdicts(comparison) == [forth, back]
    assert comparison.recommendation is not None
    assert comparison.recommendation.command == f"-cpu {command}"
    assert comparison.obstacle == ""


@pytest.mark.parametrize(
    ("here", "there", "verdict", "said"),
    [
        ("haswell", "zen2", "unsafe", "ベンダーが違います"),
        ("amd-epyc-milan", "hygon", "unsafe", "ベンダーが違います"),
        ("haswell", "graviton2", "unsafe", "アーキテクチャーが違います"),
        ("haswell", "old-32bit", "unsafe", "32 ビットの CPU"),
        ("graviton2", "graviton3", "unsafe", "ARM の KVM"),
    ],
)
def test_pairs_between_which_no_guest_should_move(
    here: str, there: str, verdict: str, said: str
) -> None:
    comparison = compared(here, there)
    assert verdicts(comparison) == [verdict, verdict]
    assert all(said in move.reasons[0] for move in comparison.migrations)
    assert comparison.recommendation is None
    assert said in comparison.obstacle


def test_equal_arm_cpus_get_passthrough_and_others_nothing() -> None:
    alike = of_texts(arm_text("0xd0c"), arm_text("0xd0c"))
    assert verdicts(alike) == ["same_only", "same_only"]
    assert alike.recommendation is not None
    assert alike.recommendation.command == "-cpu host"
    assert "host-passthrough" in alike.recommendation.xml
    assert alike.recommendation.proxmox_line == "cpu: host"
    for other in (
        arm_text("0xd0c", revision="2"),
        arm_text("0xd40"),
        arm_text("0xd0c", features="fp asimd aes crc32 cpuid sve"),
    ):
        differing = of_texts(arm_text("0xd0c"), other)
        assert verdicts(differing) == ["unsafe", "unsafe"]
        assert differing.recommendation is None


@pytest.mark.parametrize(
    ("names", "forth", "back", "model"),
    [
        (("s390x-z14-lpar", "s390x-z16-lpar"), "with_model", "with_model", "z14"),
        (("s390x-z16-lpar", "s390x-z14-lpar"), "with_model", "with_model", "z14"),
        (("s390x-z16-lpar", "s390x-z16-lpar"), "safe", "safe", "gen16a"),
    ],
)
def test_machines_of_ibm_z_share_the_model_of_the_older(
    names: tuple[str, str], forth: str, back: str, model: str
) -> None:
    comparison = compared(*names)
    assert verdicts(comparison) == [forth, back]
    recommendation = comparison.recommendation
    assert recommendation is not None
    assert recommendation.command == f"-cpu {model}"
    assert ElementTree.fromstring(recommendation.xml).findtext("model") == model
    assert recommendation.proxmox_line == ""
    assert "sie" not in comparison.baseline  # for guests that run guests
    assert "Proxmox" not in as_text(comparison)
    assert any("hypervisor-cpu-baseline" in note for note in comparison.notes)


def test_machines_of_ibm_z_that_differ_in_facilities_or_are_not_known() -> None:
    whole = TEXTS["s390x-z14-lpar"]
    fewer = whole.replace(" 144 145 146", " 144")
    assert fewer != whole
    assert verdicts(of_texts(whole, fewer)) == ["with_model", "safe"]
    strange = whole.replace("machine = 3906", "machine = 9999")
    comparison = of_texts(whole, strange)
    assert verdicts(comparison) == ["unknown", "unknown"]
    assert "機種の番号" in comparison.obstacle
    cut = whole[: whole.index(" vxd vxe")]
    assert verdicts(of_texts(whole, cut)) == ["unknown", "unknown"]


@pytest.mark.parametrize("text", ["", "こんにちは", "processor : 0\nhart : 0\nisa : rv64imafdc\n"])
def test_what_was_not_understood_is_not_judged(text: str) -> None:
    comparison = of_texts(text, text)
    assert verdicts(comparison) == ["unknown", "unknown"]
    assert comparison.recommendation is None
    assert comparison.obstacle


def test_capabilities_of_libvirt_do_not_list_all_flags() -> None:
    xml = (
        "<capabilities><host><cpu><arch>x86_64</arch><model>Haswell-noTSX</model>"
        "<vendor>Intel</vendor><feature name='vme'/></cpu></host></capabilities>"
    )
    comparison = of_texts(xml, text_of("haswell"))
    assert verdicts(comparison) == ["unknown", "unknown"]
    assert "/proc/cpuinfo を使ってください" in comparison.obstacle


def test_a_cut_line_of_flags_proves_no_absence() -> None:
    whole = text_of("skylake")
    cut = whole[: whole.index(" avx512cd")]
    comparison = of_texts(whole, cut)
    assert verdicts(comparison) == ["unknown", "unknown"]
    assert "言い切れません" in comparison.obstacle


def test_what_a_cut_text_does_not_show_is_not_called_missing() -> None:
    whole = text_of("skylake")
    cut = whole[: whole.index(" avx512cd")]
    comparison = of_texts(whole, cut, text_of("haswell"))
    skylake, shortened, haswell = comparison.hosts
    assert "avx512cd" in {loss.flag for loss in skylake.losses}  # haswell surely lacks it
    assert all(loss.missing_on == ("h2",) for loss in (*skylake.losses, *shortened.losses))
    assert haswell.losses == ()
    assert haswell.untold == ()
    alone = of_texts(whole, cut).hosts
    assert alone[0].losses == ()
    assert "avx512cd" in alone[0].untold
    assert "h1" in alone[0].doubts[0]
    assert "分かりません: " in alone[0].doubts[0]
    assert "avx512cd" in alone[0].doubts[0]
    assert alone[1].losses == ()
    assert "ほかに失うもの" in alone[1].doubts[0]
    assert all(move.lost == () for move in of_texts(whole, cut).migrations)
    assert of_texts(whole, whole).hosts[0].doubts == ()


def test_a_cut_text_has_no_level() -> None:
    whole = text_of("skylake")
    comparison = of_texts(whole, whole[: whole.index(" avx512cd")])
    assert [host.x86_64_level.value for host in comparison.hosts] == [4, None]
    assert not comparison.hosts[1].x86_64_level.known
    assert comparison.x86_64_level is None
    shown = as_text(comparison)
    assert "h0: skylake (x86-64-v4)" in shown
    assert "h1: skylake (x86-64 の水準は不明" in shown


def test_only_x86_hosts_are_labelled_with_a_level() -> None:
    shown = as_text(compared("graviton2", "s390x-z14-lpar", "old-32bit"))
    assert "水準" not in shown
    assert "(aarch64)" in shown
    assert "(s390x)" in shown
    assert "(i386)" in shown


def test_features_of_libvirt_are_not_called_all() -> None:
    xml = (
        "<capabilities><host><cpu><arch>x86_64</arch><model>Haswell-noTSX</model>"
        "<vendor>Intel</vendor><feature name='vme'/></cpu></host></capabilities>"
    )
    haswell = of_texts(xml, text_of("haswell")).hosts[1]
    assert haswell.losses == ()
    assert "f16c" in haswell.untold  # not of the model
    assert "vme" not in haswell.untold


def test_hosts_of_different_architectures_lose_no_flags_to_each_other() -> None:
    comparison = compared("haswell", "graviton2")
    for host in comparison.hosts:
        assert host.losses == host.untold == ()
        assert "アーキテクチャーが違う" in host.doubts[0]
    assert all(move.lost == () for move in comparison.migrations)


def test_nothing_is_lost_to_a_text_that_was_not_read() -> None:
    skylake, other = of_texts(text_of("skylake"), "こんにちは").hosts
    assert skylake.losses == skylake.untold == ()
    assert skylake.doubts == other.doubts == ("読めなかった本文があるので、失うものは挙げません。",)


def test_losses_say_who_lacks_what_and_what_it_means() -> None:
    comparison = compared("haswell", "haswell-old-microcode", "skylake")
    haswell, old, skylake = comparison.hosts
    assert {loss.flag for loss in haswell.losses} == {"ibrs", "ibpb", "stibp", "ssbd", "md_clear"}
    assert old.losses == ()
    guard = next(loss for loss in haswell.losses if loss.flag == "md_clear")
    assert guard.kind is Kind.GUARD
    assert guard.missing_on == ("haswell-old-microcode",)
    assert "haswell-old-microcode にありません" in guard.reason
    assert "MDS" in guard.reason
    assert "マイクロコード" in guard.reason
    kinds = {loss.flag: loss.kind for loss in skylake.losses}
    assert kinds["hle"] is Kind.TRANSACTIONAL
    assert kinds["avx512f"] is Kind.INSTRUCTION
    assert skylake.losses[0].kind is Kind.GUARD  # what weakens guests stands first
    avx512 = next(loss for loss in skylake.losses if loss.flag == "avx512f")
    assert avx512.missing_on == ("haswell", "haswell-old-microcode")
    assert any("先に全ホストのマイクロコード" in note for note in comparison.notes)
    assert "md-clear" not in str(comparison.recommendation)


@pytest.mark.parametrize(
    ("flags", "kind", "said"),
    [
        ("erms fsrm ss misalignsse xsaveerptr", Kind.HINT, "原因にはなりません"),
        ("smep smap umip nx pat pge la57 pcid", Kind.CONTROL, "状態を読み込めず"),
        ("avx2 bmi2 rdpid invpcid pku", Kind.INSTRUCTION, "無効命令の例外などで止まる"),
        ("rtm", Kind.TRANSACTIONAL, "TAA"),
        ("ibrs ibpb stibp ssbd md_clear", Kind.GUARD, "マイクロコードの更新で付く"),
        ("virt_ssbd", Kind.GUARD, "守りが弱くなります"),
    ],
)
def test_the_reason_of_a_loss_is_that_of_its_kind(flags: str, kind: Kind, said: str) -> None:
    losses = of_texts(text_of("skylake", f"lm {flags}"), text_of("skylake", "lm")).hosts[0].losses
    assert {loss.flag for loss in losses} == set(flags.split())
    by_update = {"ibrs", "ibpb", "stibp", "ssbd", "md_clear"}
    for loss in losses:
        assert loss.kind is kind
        assert said in loss.reason
        assert ("マイクロコードの更新で" in loss.reason) == (loss.flag in by_update)
        assert ("無効命令の例外などで" in loss.reason) == (kind is Kind.INSTRUCTION)


def test_what_an_arm_guests_kernel_makes_itself_is_not_lost() -> None:
    features = "fp asimd aes"
    here = arm_text("0xd0c", features=f"{features} cpuid evtstrm bti sve")
    losses = of_texts(here, arm_text("0xd0c", features=features)).hosts[0].losses
    assert [(loss.flag, loss.kind) for loss in losses] == [
        ("sve", Kind.INSTRUCTION),
        ("bti", Kind.HINT),
    ]


def test_enhanced_ibrs_is_an_ability_and_no_flaw() -> None:
    able = text_of("cascadelake")
    unable = able.replace(" ibrs_enhanced", "")
    forth, back = of_texts(able, unable).migrations
    assert forth.verdict is Verdict.WITH_MODEL
    assert back.verdict is Verdict.SAFE
    assert "拡張 IBRS (ibrs-all) がありません" in forth.reasons[0]
    assert not any("弱点" in reason for reason in forth.reasons)
    recommendation = of_texts(able, unable).recommendation
    assert recommendation is not None
    removed = {removal.feature: removal.reason for removal in recommendation.removed}
    assert "能力の申告" in removed["ibrs-all"]


def test_flags_of_the_host_alone_are_no_losses() -> None:
    host_only = "ept vnmi vpid flexpriority aperfmperf constant_tsc nonstop_tsc monitor dtes64 est"
    made_by_kvm = "x2apic tsc_deadline_timer tsc_adjust arat"
    gone = set(f"{host_only} {made_by_kvm} vmx".split())
    bare = " ".join(flag for flag in SKYLAKE_SERVER.split() if flag not in gone)
    comparison = of_texts(text_of("skylake"), text_of("skylake", bare))
    assert verdicts(comparison) == ["safe", "safe"]
    assert [host.losses for host in comparison.hosts] == [(), ()]
    assert not comparison.migrations[0].alike
    assert gone.isdisjoint(comparison.baseline)


def test_passthrough_needs_cpus_that_look_the_same() -> None:
    same, other = compared("skylake", "skylake"), compared("haswell", "skylake")
    assert same.migrations[0].alike
    assert any("マイクロコードとカーネルと QEMU" in r for r in same.migrations[0].reasons)
    assert not other.migrations[0].alike
    assert any("host-passthrough は使えません" in r for r in other.migrations[0].reasons)
    stepping = of_texts(
        text_of("skylake"), text_of("skylake").replace("stepping\t: 4", "stepping: 3")
    )
    assert not stepping.migrations[0].alike
    assert verdicts(stepping) == ["safe", "safe"]


def test_a_virtual_machine_with_fewer_flags() -> None:
    inside = text_of("skylake", "hypervisor " + SKYLAKE_SERVER.replace(" avx512f", ""))
    comparison = of_texts(text_of("skylake"), inside)
    assert verdicts(comparison) == ["with_model", "safe"]
    assert comparison.migrations[0].lost == ("avx512f",)
    assert any("仮想マシンの中で取った" in note for note in comparison.notes)
    removed = {removal.feature for removal in comparison.recommendation.removed}  # type: ignore[union-attr]
    assert "hypervisor" not in removed


def test_every_removal_has_its_reason() -> None:
    recommendation = compared("intel-two-sockets", "intel-server").recommendation
    assert recommendation is not None
    assert [removal.feature for removal in recommendation.removed] == ["clwb"]
    assert "intel-server にありません" in recommendation.removed[0].reason
    nested = compared("zen2", "zen2").recommendation
    assert nested is not None
    assert all("ネスト" in removal.reason for removal in nested.removed)


def test_immunities_that_no_flag_shows_are_told_by_the_bugs() -> None:
    cascadelake = text_of("cascadelake")
    sure = of_texts(cascadelake, cascadelake).recommendation
    assert sure is not None
    assert sure.unseen == ()
    no_bugs = re.sub(r"bugs.*\n", "", cascadelake)
    unsure = of_texts(no_bugs, no_bugs).recommendation
    assert unsure is not None
    assert unsure.model == sure.model
    assert unsure.unseen == ("mds-no", "rdctl-no")
    # With the flaw shown, a model that denies it is not chosen, or is corrected.
    flawed = cascadelake.replace("bugs\t\t: ", "bugs\t\t: cpu_meltdown mds ")
    corrected = of_texts(flawed, flawed).recommendation
    assert corrected is not None
    minus = {removal.feature for removal in corrected.removed}
    asked = next(m for m in models.models() if m.name == corrected.model).unseen
    assert asked & {"rdctl-no", "mds-no"} <= minus


def test_a_guest_that_was_told_of_an_immunity_does_not_move_to_where_it_is_missing() -> None:
    immune = text_of("cascadelake")
    flawed = immune.replace("bugs\t\t: ", "bugs\t\t: cpu_meltdown ")
    comparison = of_texts(immune, flawed)
    assert verdicts(comparison) == ["with_model", "safe"]
    assert comparison.migrations[0].lost == ()
    assert "rdctl-no" in comparison.migrations[0].reasons[0]
    amd = text_of("zen3")
    assert verdicts(of_texts(amd, amd.replace("bugs\t\t: ", "bugs\t\t: cpu_meltdown "))) == [
        "safe",
        "safe",
    ]


def test_a_model_of_the_very_cpu_is_nearer_than_one_that_asks_for_less_unseen() -> None:
    rapids = compared("intel-sapphire-rapids-tdx", "intel-sapphire-rapids-tdx").recommendation
    assert rapids is not None
    assert rapids.model == "SapphireRapids-v3"
    assert "fzrm" in rapids.unseen
    # Equal flags under another number: nothing tells that it has the rest of that CPU.
    text = re.sub(r"model\t\t: 143", "model : 151", TEXTS["intel-sapphire-rapids-tdx"])
    assert text != TEXTS["intel-sapphire-rapids-tdx"]
    other = of_texts(text, text).recommendation
    assert other is not None
    assert other.model.startswith("Icelake-Server")


def test_the_target_is_asked_for_tsc_scaling() -> None:
    def text(vmx_flags: str) -> str:
        return text_of("skylake").replace("bugs", f"vmx flags\t: {vmx_flags}\nbugs")

    comparison = of_texts(text("ept vpid tsc_scaling"), text("ept vpid"))
    scaling = [any("倍率変更に対応して" in r for r in m.reasons) for m in comparison.migrations]
    assert scaling == [True, False]
    assert not any(
        "倍率変更に対応して" in r for r in compared("zen2", "zen3").migrations[0].reasons
    )
    old = text_of("zen2").replace(" tsc_scale", "")
    assert any("倍率変更に対応して" in r for r in of_texts(old, old).migrations[0].reasons)


def test_the_three_settings_say_the_same() -> None:
    recommendation = compared("intel-two-sockets", "intel-server").recommendation
    assert recommendation is not None
    element = ElementTree.fromstring(recommendation.xml)
    assert element.findtext("model") == recommendation.model == "Cascadelake-Server-v5"
    assert element.findtext("vendor") == "Intel"
    policies = {f.attrib["name"]: f.attrib["policy"] for f in element.iter("feature")}
    assert policies == {
        "md-clear": "require",
        "ss": "require",
        "stibp": "require",
        "umip": "require",
        "clwb": "disable",
    }
    assert recommendation.proxmox.splitlines() == [
        "cpu-model: common",
        "    flags +md-clear;+ss;+stibp;+umip;-clwb",
        "    reported-model Cascadelake-Server-v5",
    ]
    assert recommendation.proxmox_line == "cpu: custom-common"


def test_libvirt_has_its_own_names_for_some_features() -> None:
    recommendation = compared("zhaoxin", "zhaoxin").recommendation
    assert recommendation is not None
    assert "+pclmulqdq" in recommendation.command
    assert "name='pclmuldq'" in recommendation.xml
    assert "<vendor>" not in recommendation.xml


def test_a_guard_that_qemu_has_two_features_for_is_not_guessed() -> None:
    comparison = compared("zen2", "zen2")
    assert comparison.recommendation is not None
    assert "ssbd" not in comparison.recommendation.command
    assert any("amd-ssbd か virt-ssbd" in note for note in comparison.notes)


def test_english() -> None:
    comparison = compared("haswell", "zen2", language="en")
    sentences = [*comparison.notes, comparison.obstacle, *comparison.migrations[0].reasons]
    sentences += [loss.reason for host in comparison.hosts for loss in host.losses]
    assert all(sentence.isascii() for sentence in sentences)


@pytest.mark.parametrize("count", [MIN_HOSTS - 1, MAX_HOSTS + 1])
def test_too_few_or_too_many(count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} hosts"):
        compared(*["haswell"] * count)


def test_sixteen_hosts() -> None:
    names = ["haswell", "skylake", "cascadelake", "intel-two-sockets"] * 4
    comparison = compared(*names)
    assert len(comparison.migrations) == 16 * 15
    assert comparison.recommendation is not None
    assert comparison.recommendation.model == "Haswell-noTSX-IBRS"
    assert comparison.x86_64_level == 3


@given(st.lists(st.sampled_from(sorted(TEXTS)), min_size=MIN_HOSTS, max_size=4))
def test_the_common_part_is_a_part_of_each(names: list[str]) -> None:
    comparison = compared(*names)
    families = {host.host.family for host in comparison.hosts}
    for host in comparison.hosts:
        assert host.offered >= set(comparison.baseline)
        lost = {loss.flag for loss in host.losses}
        assert lost.isdisjoint(comparison.baseline)
        if len(families) == 1:
            assert lost | set(comparison.baseline) | set(host.untold) == host.offered
        else:
            assert not lost | set(host.untold)
            assert host.doubts
    wanted = comparison.recommendation
    if wanted and families == {"x86"}:
        model = next(model for model in models.models() if model.name == wanted.model)
        assert model.vendor in (wanted.vendor, "")
        vendor = wanted.vendor
        shown = {models.feature(flag, vendor) for flag in model.flags & models.offered()}
        kept = shown - {removal.feature for removal in wanted.removed}
        common = {models.feature(flag, vendor) for flag in comparison.baseline}
        assert kept | set(wanted.added) <= common


@given(st.permutations(["haswell", "skylake", "zen2", "graviton2", "nested-guest"]))
def test_the_order_of_hosts_changes_no_verdict(names: list[str]) -> None:
    def answers(order: list[str]) -> dict[tuple[str, str], tuple[Verdict, bool, tuple[str, ...]]]:
        return {
            (order[move.source], order[move.target]): (move.verdict, move.alike, move.lost)
            for move in compared(*order).migrations
        }

    found = answers(names)
    assert found == answers(sorted(names))
    for (here, there), (verdict, alike, _) in found.items():
        back = found[there, here]
        assert alike == back[1]
        if verdict in (Verdict.UNSAFE, Verdict.UNKNOWN, Verdict.SAME_ONLY):
            assert back[0] is verdict


FLAG_LINES = st.lists(
    st.one_of(
        st.sampled_from(sorted(models.offered() | models.nested() | models.managed())),
        st.text("abcdefghijklmnopqrstuvwxyz0123456789_", min_size=1, max_size=12),
    ),
    max_size=60,
).map(" ".join)
VENDORS = st.sampled_from(["GenuineIntel", "AuthenticAMD", "HygonGenuine", "Shanghai", "x<y>&'"])


@given(st.lists(st.tuples(VENDORS, FLAG_LINES), min_size=2, max_size=5))
def test_any_flags_are_compared(hosts: list[tuple[str, str]]) -> None:
    comparison = of_texts(
        *(
            f"processor : 0\nvendor_id : {vendor}\ncpu family : 6\nmodel : 1\nflags : lm {flags}\n"
            "bugs :\n\n"
            for vendor, flags in hosts
        )
    )
    recommendation = comparison.recommendation
    if len({vendor for vendor, _ in hosts}) > 1:
        assert recommendation is None
    elif recommendation:
        ElementTree.fromstring(recommendation.xml)
        assert re.fullmatch(r"-cpu [\w-]+(?:,[+-][\w.-]+)*,enforce", recommendation.command)


@given(st.lists(st.text(max_size=200), min_size=2, max_size=4))
def test_any_text_is_compared(texts: list[str]) -> None:
    assert len(of_texts(*texts).hosts) == len(texts)
