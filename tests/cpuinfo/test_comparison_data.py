"""data/cpu_models.toml and data/guests.toml: what is said of models and guests holds together."""

import pytest

from courseware.cpuinfo.comparison import models
from courseware.cpuinfo.comparison.immunity import Told, told
from courseware.cpuinfo.comparison.models import AMD, INTEL
from courseware.cpuinfo.knowledge import load
from courseware.cpuinfo.parsing import parse
from tests.cpuinfo.machines import text_of

MODELS = {model.name: model for model in models.models()}


@pytest.mark.parametrize(
    ("name", "vendor", "has", "lacks"),
    [
        ("Haswell", INTEL, "avx2 bmi2 hle rtm", "ibrs avx512f"),
        ("Haswell-noTSX-IBRS", INTEL, "avx2 bmi2 ibrs", "hle rtm"),
        ("Skylake-Server-v4", INTEL, "avx512f ibrs clwb", "hle mpx avx512_vnni"),
        ("Cascadelake-Server-v2", INTEL, "avx512_vnni ssbd arch_capabilities", "avx512_bf16"),
        ("SapphireRapids", INTEL, "amx_tile avx512_fp16", "svm"),
        ("EPYC", AMD, "svm sha_ni", "ibpb clwb vmx"),
        ("EPYC-IBPB", AMD, "svm sha_ni ibpb", "clwb"),
        ("EPYC-Milan", AMD, "pcid stibp ssbd", "vaes"),
        ("kvm64", "", "lm sse2", "sse4_1"),
    ],
)
def test_a_model_has_its_flags(name: str, vendor: str, has: str, lacks: str) -> None:
    model = MODELS[name]
    assert model.vendor == vendor
    assert set(has.split()) <= model.flags
    assert model.flags.isdisjoint(lacks.split())


def test_every_flag_of_a_model_has_a_name_in_qemu() -> None:
    for model in MODELS.values():
        for flag in model.flags:
            assert models.feature(flag, model.vendor or INTEL), (model.name, flag)


def test_one_bit_has_one_name_for_each_maker() -> None:
    assert models.feature("ibrs", INTEL) == "spec-ctrl"
    assert models.feature("ibrs", AMD) == "ibrs"
    assert models.feature("stibp", AMD) == "amd-stibp"
    assert models.feature("ibpb", INTEL) == ""  # part of spec-ctrl
    assert models.feature("sse4_2", INTEL) == "sse4.2"
    assert models.feature("no_such_flag", INTEL) == ""
    assert models.libvirt_name("lahf-lm") == "lahf_lm"


def test_the_sorts_of_flags_are_apart() -> None:
    sorts = [models.offered(), models.managed(), models.nested(), models.withheld()]
    for place, one in enumerate(sorts):
        for other in sorts[place + 1 :]:
            assert one.isdisjoint(other)
    assert models.transactional() <= models.offered()
    assert set(models.guards()) <= models.offered()
    assert models.by_microcode() <= set(models.guards())
    kinds = [models.transactional(), models.control(), models.hints(), set(models.guards())]
    assert sum(map(len, kinds)) == len(frozenset().union(*kinds))
    assert models.control() <= models.offered()
    for host_only in ("ept", "constant_tsc", "nonstop_tsc", "aperfmperf", "vnmi", "est"):
        assert host_only not in models.offered()


def test_every_machine_of_ibm_z_has_a_model() -> None:
    assert list(models.machines()) == list(load("s390x_machines.toml"))
    assert len(set(models.machines().values())) == len(models.machines())


@pytest.mark.parametrize(
    ("name", "host", "answer"),
    [
        ("rdctl-no", "cascadelake", Told.YES),
        ("rdctl-no", "skylake", Told.NO),
        ("mds-no", "skylake", Told.NO),
        ("taa-no", "cascadelake", Told.NO),  # without rtm KVM does not tell it
        ("taa-no", "skylake", Told.NO),
        ("ibrs-all", "cascadelake", Told.YES),
        ("ibrs-all", "skylake", Told.NO),
        ("pschange-mc-no", "skylake", Told.YES),
        ("psdp-no", "skylake", Told.UNKNOWN),
        ("amx-fp16", "skylake", Told.UNKNOWN),
    ],
)
def test_immunities(name: str, host: str, answer: Told) -> None:
    assert told(name, parse(text_of(host))) is answer
