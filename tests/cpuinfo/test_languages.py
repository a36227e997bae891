"""Every sentence exists in Japanese and in English."""

import re
import string
from collections.abc import Iterator
from typing import Any

import pytest

from courseware.cpuinfo import parse, report
from courseware.cpuinfo.as_json import as_json
from courseware.cpuinfo.as_text import as_text
from courseware.cpuinfo.findings import State
from courseware.cpuinfo.knowledge import DATA, load
from courseware.cpuinfo.texts import LANGUAGES, say, speaking
from tests.cpuinfo.dumps import TEXTS

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff、。「」]")
# Names of makers that are given in their own letters beside the Latin ones.
NAMES = re.compile(r"\((?:海光|兆芯|龍芯|飛騰)\)|富士通 ")


def versions(value: Any, place: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Every table of versions in loaded data, with its place."""
    if isinstance(value, dict):
        if set(LANGUAGES) & set(value):
            yield place, value
        else:
            for key, part in value.items():
                yield from versions(part, f"{place}.{key}")


def all_versions() -> Iterator[tuple[str, dict[str, str]]]:
    for folder in ("texts", "findings"):
        for path in sorted((DATA / folder).glob("*.toml")):
            yield from versions(load(f"{folder}/{path.name}"), path.stem)
    yield from versions(load("commands.toml"), "commands")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_each_sentence_has_both_languages_with_the_same_values() -> None:
    found = list(all_versions())
    assert len(found) > 300
    for place, texts in found:
        assert {"ja", "en"} <= set(texts), place
        assert all(texts.values()), place
        assert fields(texts["ja"]) == fields(texts["en"]), place
        assert not JAPANESE.search(texts["en"]), place


def test_each_case_of_a_finding_is_whole() -> None:
    for path in (DATA / "findings").glob("*.toml"):
        for name, question in load(f"findings/{path.name}").items():
            assert path.stem == "common" or "title" in question, name
            for entry in question["cases"].values():
                case = question["cases"].get(entry.get("like"), {}) | entry
                assert State(case["state"])
                assert {"summary", "reason"} <= set(case)
                is_first = name == "hardware_virtualization"
                assert ({"conclusion", "certainty"} <= set(case)) == is_first
                known = load("commands.toml")
                plain = [name for name in case.get("commands", []) if "{" not in name]
                assert set(plain) <= set(known), name


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_an_english_report_is_english(name: str) -> None:
    result = report(parse(TEXTS[name], language="en"))
    for text in (as_text(result), repr(as_json(result))):
        assert not JAPANESE.search(NAMES.sub("", text).replace("■", ""))


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_both_languages_say_the_same(name: str) -> None:
    japanese, english = (as_json(report(parse(TEXTS[name], language=lang))) for lang in LANGUAGES)
    for key in ("architecture", "vendor", "sockets", "cores", "threads", "flags", "certainty",
                "x86_64_level", "microarchitecture", "hypervisor_present"):  # fmt: skip
        assert japanese[key] == english[key]
    for here, there in zip(japanese["virtualization"], english["virtualization"], strict=True):
        assert (here["name"], here["state"]) == (there["name"], there["state"])
        assert [e["line"] for e in here["evidence"]] == [e["line"] for e in there["evidence"]]
        assert [c["line"] for c in here["commands"]] == [c["line"] for c in there["commands"]]


def test_damage_is_told_in_english_too() -> None:
    text = "\r\n".join(TEXTS["amd-guest"].split("\n"))[:2400].replace("model", "&#109;odel")
    host = parse(text.encode("utf-16") + b"\n", language="en")
    assert not JAPANESE.search(repr((host.repairs, host.warnings, host.unread)))


def test_the_language_is_set_for_its_block_alone() -> None:
    with speaking("en"):
        assert say("report.yes") == "yes"
    assert say("report.yes") == "あり"
    with pytest.raises(ValueError, match="fr"), speaking("fr"):
        pass


def test_braces_in_what_is_pasted_mean_nothing() -> None:
    for language in LANGUAGES:
        text = "processor : 0\nvendor_id : {0} {key}\nmodel name : {a} {}\nflags : fpu lm {x}\n"
        result = report(parse(text, language=language))
        assert "{a} {}" in result.conclusion.machine


def test_the_texts_use_one_word_for_one_thing_and_plain_english() -> None:
    for path in sorted(DATA.glob("**/*.toml")):
        if path.parent.name == "samples":
            continue
        text = path.read_text()
        assert not re.search("入れ子|コンテナ(?!ー)|(?<![一-鿿])葉(?![一-鿿])", text), path
        assert not re.search(r"\} \w+\(s\)| of theirs| and its like|can really", text), path
