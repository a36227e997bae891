"""Questions about the samples: what is asked, what is right, what is told."""

import pytest

from courseware.cpuinfo import samples
from courseware.cpuinfo.exercises import exercises
from courseware.grading import parse_question
from courseware.grading.reading import NoSuchReading
from courseware.hosts.examining import examine


@pytest.mark.parametrize(
    ("sample", "ask", "right", "wrong"),
    [
        (
            "nested-guest",
            "hardware_virtualization",
            ["vmx", "20", "20 行目"],
            ["svm", "19", "なし"],
        ),
        ("amd-guest", "hardware_virtualization", ["なし", "無し"], ["20", "判断できない", "svm"]),
        ("raspberry-pi-4", "hardware_virtualization", ["判断できない", "不明"], ["なし", "3"]),
    ],
)
def test_the_registered_examiner_makes_a_question(
    sample: str, ask: str, right: list[str], wrong: list[str]
) -> None:
    meta = {"id": "x", "type": "cpuinfo", "lesson": "x", "objective": "1"}
    question = parse_question(meta | {"sample": sample, "ask": ask}, {}, "問\n\n## 解説\nう", 9)
    for typed, correct in [(t, True) for t in right] + [(t, False) for t in wrong]:
        assert question.grade(question.read(0, {"answer": [typed]})).correct is correct, typed


def test_a_wrong_kind_of_answer_is_told_why() -> None:
    reading = examine("amd-guest", "hardware_virtualization")
    ((forms, text),) = reading.wrong
    assert "判断できない" in forms
    assert text == next(
        item.reason for item in exercises(reading.dump) if item.name == "hardware_virtualization"
    )


@pytest.mark.parametrize("sample", [sample.key for sample in samples()])
def test_every_exercise_on_every_sample_can_be_asked(sample: str) -> None:
    for item in exercises(examine(sample, "iommu").dump):
        reading = examine(sample, item.name)
        assert reading.accept
        assert "\n\n" not in reading.dump


def test_names_that_there_are_not() -> None:
    with pytest.raises(NoSuchReading, match=r"使える見本: .*nested-guest") as caught:
        examine("none", "iommu")
    assert caught.value.key == "sample"
    with pytest.raises(NoSuchReading, match=r"問えること: .*hardware_virtualization") as caught:
        examine("amd-guest", "none")
    assert caught.value.key == "ask"
