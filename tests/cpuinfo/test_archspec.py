"""Against archspec: its own test targets, and its tables of microarchitectures."""

from pathlib import Path

import archspec
import pytest
from archspec.cpu import TARGETS

from courseware.cpuinfo import parse, report
from courseware.cpuinfo.microarchitecture import LEVELS

# Texts of /proc/cpuinfo that archspec's package brings along for its own tests, each named after
# the operating system and the target that it is.
FILES = {
    path.name: path.read_text()
    for path in sorted((Path(archspec.__file__).parent / "json/tests/targets").glob("*"))
    if path.name.startswith(("linux-", "bgq-"))
}
# The target of a file whose cores are of two kinds is one of the two: no single answer is ours.
MIXED = {"linux-asahi-m1", "linux-asahi-m2"}


def expected(name: str) -> str:
    return name.split("-", 2)[2] if name.count("-") > 1 else name.rsplit("-", 1)[1]


def test_there_are_targets() -> None:
    assert len(FILES) > 30


@pytest.mark.parametrize("name", sorted(FILES))
def test_its_own_targets(name: str) -> None:
    found = report(parse(FILES[name] + "\n"))  # without a line end, the last line may be cut
    target = expected(name)
    if name in MIXED and found.host.heterogeneous.value:
        assert found.microarchitecture.value is None
    elif target in LEVELS:
        assert found.x86_64_level.value == LEVELS.index(target) + 1
        assert found.compatible_microarchitecture.value is None
    elif found.host.family == "x86":
        assert found.compatible_microarchitecture.value == target
    else:
        # The text of a POWER machine does not tell the byte order.
        assert found.microarchitecture.value == target.removesuffix("le")


@pytest.mark.parametrize(
    "name",
    sorted(
        target.name
        for target in TARGETS.values()
        if target.family.name == "x86_64" and target.vendor in ("GenuineIntel", "AuthenticAMD")
    ),
)
def test_a_machine_made_of_each_x86_target(name: str) -> None:
    target = TARGETS[name]
    flags = sorted({"lm", *("pni" if name == "sse3" else name for name in target.features)})
    text = f"processor : 0\nvendor_id : {target.vendor}\nflags : {' '.join(flags)}\n"
    found = report(parse(text))
    best = TARGETS[found.compatible_microarchitecture.value or ""]
    # Two generations with the same instructions cannot be told apart.
    assert best == target or best.features == target.features or target in best.ancestors
    levels = [level for level in LEVELS if TARGETS[level] in target.ancestors]
    assert found.x86_64_level.value is not None
    assert found.x86_64_level.value >= len(levels)
