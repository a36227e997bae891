"""How the report's sentences are put together."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.cpuinfo import parse, report
from courseware.cpuinfo.facts import facts
from courseware.cpuinfo.texts import choose
from tests.cpuinfo.dumps import TEXTS

_JAPANESE = r"[\u3040-\u30ff\u4e00-\u9fff]"
_PUNCTUATION = "[、。「」]"
# A space between Japanese letters, or beside Japanese punctuation; and one left out.
_STRAY = re.compile(rf"{_JAPANESE} {_JAPANESE}|{_PUNCTUATION} | {_PUNCTUATION}")
_MISSING = re.compile(rf"{_JAPANESE}[A-Za-z0-9]|[A-Za-z0-9]{_JAPANESE}")


def sentences(text: str) -> Iterator[str]:
    """Every Japanese sentence of the report on a text; quotations of the text are none."""
    result = report(parse(text))
    yield from result.conclusion.sentences
    for finding in result.findings:
        yield from (finding.title, finding.summary, finding.reason)
        yield from (command.meaning for command in finding.commands)
    for item in result.cannot_tell:
        yield from (item.title, item.reason, item.command.meaning)
    for fact in facts(result):
        yield from (fact.label, fact.fact.note)
    yield from (*result.host.repairs, *result.host.warnings)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_spaces_stand_between_japanese_and_other_words_only(name: str) -> None:
    for sentence in sentences(TEXTS[name]):
        assert not _STRAY.search(sentence)


_NAMES = st.sampled_from(["", "Intel", "海光", "Hygon (海光)", "CPU-1", "試作", "0x99", "Geode"])


@given(st.booleans(), _NAMES, _NAMES, _NAMES, st.sets(st.sampled_from(["hypervisor", "lm", "vmx"])))
def test_so_do_they_whatever_the_names_are(
    is_arm: bool, vendor: str, model: str, board: str, flags: set[str]
) -> None:
    if is_arm:
        text = (
            f"processor : 0\nCPU implementer : {vendor}\nCPU part : {model}\nHardware : {board}\n"
        )
        text += "Features : fp asimd\n"
    else:
        text = f"processor : 0\nvendor_id : {vendor}\nmodel name : {model}\n"
        text += f"flags : fpu {' '.join(sorted(flags))}\n"
    for sentence in sentences(text):
        assert not _STRAY.search(sentence)
    machine = report(parse(text)).conclusion.machine
    assert not _MISSING.search(machine)


def test_a_machine_without_names_is_told_without_stray_spaces() -> None:
    machine = report(parse("processor : 0\nflags : fpu lm\n")).conclusion.machine
    assert machine.startswith("CPU は不明、アーキテクチャーは x86_64 です。")


@pytest.mark.parametrize(
    ("sentence", "values", "expected"),
    [
        ("CPU は {a} です。", ["不明"], "CPU は不明です。"),
        ("CPU は {a} です。", ["Xeon"], "CPU は Xeon です。"),
        ("CPU は {a} {b}、速さは {c} です。", ["Xeon", "", "2"], "CPU は Xeon、速さは 2 です。"),
        ("{a} の {b} 上", ["Xen", ""], "Xen の上"),
        ("{a}。CPU は {b}", ["です", "{c}"], "です。CPU は {c}"),
        ("{a} {b}", ["a", "b"], "a b"),
        ("{a}", [""], ""),
    ],
)
def test_values_are_put_in_as_japanese_is_written(
    sentence: str, values: list[str], expected: str
) -> None:
    assert choose({"ja": sentence}, **dict(zip("abc", values, strict=False))) == expected
