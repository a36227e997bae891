"""Exercises about a text: their answers are the report's, and their lines say so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.cpuinfo import parse, report, samples
from courseware.cpuinfo.exercises import exercise, exercises
from courseware.cpuinfo.findings import State

TEXTS = {sample.key: sample.text for sample in samples()}


@pytest.mark.parametrize(
    ("sample", "name", "state", "names", "lines"),
    [
        ("nested-guest", "hardware_virtualization", State.SHOWN, ("vmx",), (20, 48)),
        ("nested-guest", "guest", State.SHOWN, ("hypervisor",), (20, 48)),
        ("nested-guest", "nested", State.SHOWN, ("hypervisor", "vmx"), (20, 48)),
        ("amd-guest", "hardware_virtualization", State.ABSENT, (), ()),
        ("raspberry-pi-4", "hardware_virtualization", State.UNKNOWN, (), ()),
        ("intel-server", "iommu", State.UNKNOWN, (), ()),
    ],
)
def test_the_answers(
    sample: str, name: str, state: State, names: tuple[str, ...], lines: tuple[int, ...]
) -> None:
    found = exercise(TEXTS[sample], name)
    assert found is not None
    assert (found.state, found.names, found.lines) == (state, names, lines)
    assert found.reason


def test_flags_of_the_vmx_line_are_found_there() -> None:
    found = exercise(TEXTS["intel-server"], "unrestricted_guest")
    assert found is not None
    assert found.names == ("unrestricted_guest",)
    lines = TEXTS["intel-server"].split("\n")
    assert len(found.lines) == 8  # one for each logical CPU
    assert all(lines[number - 1].startswith("vmx flags") for number in found.lines)


@pytest.mark.parametrize("sample", sorted(TEXTS))
def test_each_finding_is_an_exercise_and_its_lines_tell(sample: str) -> None:
    text = TEXTS[sample]
    lines = text.split("\n")
    found = exercises(text)
    findings = report(parse(text)).findings
    assert [(e.name, e.state) for e in found] == [(f.name, f.state) for f in findings]
    for item in found:
        assert bool(item.lines) <= (item.state is State.SHOWN)
        for number in item.lines:
            assert all(name in lines[number - 1].split() for name in item.names)


def test_lines_are_numbered_as_the_reader_sees_them() -> None:
    text = TEXTS["nested-guest"]
    for damaged in (text.replace("\n", "\r"), text.replace("\n", "\r\n")):
        assert exercise(damaged, "guest") == exercise(text, "guest")


def test_there_is_none_of_another_name() -> None:
    assert exercise(TEXTS["amd-guest"], "no_such_finding") is None


@given(st.text(max_size=300))
def test_any_text(text: str) -> None:
    exercises(text)
