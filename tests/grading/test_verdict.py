"""A verdict on a machine's text, with the line or the flag that tells."""

import json
from contextlib import suppress
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.grading import (
    InvalidResponse,
    NotAnswered,
    QuestionError,
    Response,
    parse_question,
    question_from_json,
    reading,
)
from courseware.grading.reading import ABSENT, SHOWN, UNKNOWN, Reading

META = {
    "id": "x-1",
    "type": "cpuinfo-verdict",
    "lesson": "x",
    "objective": "351.1",
    "points": 2,
    "sample": "box",
    "ask": "shown",
    "scoring": "half-each",
}
BODY = "何を示していますか。\n\n## 解説\n説明"
DUMP = "processor\t: 0\nflags\t: fpu vmx"
VERDICTS = [SHOWN, ABSENT, UNKNOWN]


def examiner(sample: str, ask: str) -> Reading:
    if ask not in VERDICTS:
        raise reading.NoSuchReading("ask", "問えません。")
    evidence = ("vmx", "2", "2 行目") if ask == SHOWN else ()
    return Reading(DUMP, ("vmx",), (), ask, evidence, "理由です。")


@pytest.fixture(autouse=True)
def _examiner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_examiners", [examiner])


def stored(verdict: str, scoring: str) -> Any:
    return question_from_json(
        {
            **{key: META[key] for key in ("id", "type", "lesson", "objective", "points")},
            "prompt": "問",
            "explanation": "説明",
            "dump": DUMP,
            "verdict": verdict,
            "evidence": ["vmx", "2"] if verdict == SHOWN else [],
            "reason": "理由",
            "scoring": scoring,
        }
    )


def answered(verdict: str, evidence: str = "") -> dict[str, list[str]]:
    return {"answer-1": [verdict], "answer-2": [evidence]}


@pytest.mark.parametrize(
    ("key", "scoring", "verdict", "evidence", "score"),
    [
        (SHOWN, "half-each", SHOWN, "ＶＭＸ", 2),
        (SHOWN, "half-each", SHOWN, "２", 2),
        (SHOWN, "half-each", SHOWN, "fpu", 1),
        (SHOWN, "all-or-nothing", SHOWN, "vmx", 2),
        (SHOWN, "all-or-nothing", SHOWN, "1", 0),
        (SHOWN, "half-each", UNKNOWN, "vmx", 0),
        (ABSENT, "half-each", ABSENT, "", 2),
        (ABSENT, "all-or-nothing", ABSENT, "fpu", 2),
        (ABSENT, "half-each", SHOWN, "vmx", 0),
        (UNKNOWN, "half-each", UNKNOWN, "", 2),
        (UNKNOWN, "half-each", ABSENT, "", 0),
    ],
)
def test_each_rule_earns_what_it_declares(
    key: str, scoring: str, verdict: str, evidence: str, score: int
) -> None:
    asked = parse_question(META | {"ask": key, "scoring": scoring}, {}, BODY, 9)
    grade = asked.grade(asked.read(0, answered(verdict, evidence)))
    assert grade.score == score
    assert grade.parts[0].correct == (verdict == key)
    assert [part.label for part in grade.parts] == ["判断", "根拠"][: 2 if key == SHOWN else 1]


def test_the_steps_tell_what_was_given_and_expected() -> None:
    asked = stored(SHOWN, "half-each")
    parts = asked.grade(asked.read(0, answered(SHOWN, "fpu"))).parts
    assert [(part.given, part.expected) for part in parts] == [
        ("表示あり", "表示あり"),
        ("fpu", "vmx"),
    ]
    assert asked.texts()[parts[0].feedback].markdown == "理由"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "判断を選んで"),
        ({"answer-2": ["vmx"]}, "判断を選んで"),
        (answered(SHOWN, "\u3000"), "根拠になる行の番号か"),
        ({"answer-1": [SHOWN]}, "根拠になる行の番号か"),
    ],
)
def test_what_is_missing_is_not_answered(data: dict[str, list[str]], message: str) -> None:
    with pytest.raises(NotAnswered, match=message):
        stored(SHOWN, "half-each").read(0, data)


@pytest.mark.parametrize("data", [answered("yes"), answered(SHOWN, "あ" * 201)])
def test_what_no_form_posts_is_refused(data: dict[str, list[str]]) -> None:
    with pytest.raises(InvalidResponse):
        stored(SHOWN, "half-each").read(0, data)


@given(
    key=st.sampled_from(VERDICTS),
    scoring=st.sampled_from(["half-each", "all-or-nothing"]),
    data=st.dictionaries(
        st.sampled_from(["answer", "answer-1", "answer-2"]),
        st.lists(st.text(max_size=5) | st.sampled_from([*VERDICTS, "vmx", "2"]), max_size=2),
    ),
)
def test_reading_anything_answers_or_refuses(
    key: str, scoring: str, data: dict[str, list[str]]
) -> None:
    asked = stored(key, scoring)
    asked.present(1, data)
    with suppress(NotAnswered, InvalidResponse):
        response = asked.read(1, data)
        assert asked.grade(response).score in (0, Fraction(1), 2)
        assert Response.from_json(json.loads(json.dumps(response.to_json()))) == response


def test_what_is_presented_is_the_same_for_every_key_and_keeps_what_was_typed() -> None:
    shown = [stored(key, "half-each").present(3) for key in VERDICTS]
    assert shown[0] == shown[1] == shown[2]
    assert not any(choice.checked for choice in shown[0].choices)
    again = stored(SHOWN, "half-each").present(3, answered(ABSENT, "x"))
    assert [choice.value for choice in again.choices if choice.checked] == [ABSENT]
    assert again.evidence == "x"


def test_a_definition_survives_json_and_shows_the_text() -> None:
    asked = parse_question(META, {}, BODY, 9)
    assert question_from_json(json.loads(json.dumps(asked.to_json()))) == asked
    assert "\n2  flags   : fpu vmx\n" in asked.texts()["prompt"].markdown


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ask": "none"}, "問えません"),
        ({"sample": 3}, "見本の識別子"),
        ({"scoring": "half"}, "all-or-nothing"),
        ({"accept": ["vmx"]}, "使えません"),
    ],
)
def test_what_an_author_got_wrong(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        parse_question(META | changes, {}, BODY, 9)
