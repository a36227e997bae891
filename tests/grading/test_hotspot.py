"""Places in a figure: where they are, how they are offered, which is right."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.grading import (
    InvalidResponse,
    NotAnswered,
    QuestionError,
    parse_question,
    question_from_json,
)
from courseware.grading.types.regions import Figure, Region

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100">'
    '<rect id="fig-boxes-outer" x="10" y="10" width="150" height="80"/>'
    '<circle id="fig-boxes-ring" cx="40" cy="40" r="12.5"/>'
    '<ellipse id="fig-boxes-egg" cx="100" cy="40" rx="20" ry="10"/>'
    '<polygon id="fig-boxes-roof" points="120,80 140,60 160,80"/>'
    '<path id="fig-boxes-line" d="M0 0"/>'
    '<rect id="fig-boxes-moved" x="1" y="1" width="5" height="5" transform="rotate(5)"/>'
    "</svg>"
)
META = {"id": "q-01", "type": "hotspot", "lesson": "x", "objective": "351.1", "figure": "boxes"}
BODY = """問

- [ ] 外の箱 @ #outer
  > 理由
- [x] 輪 @ #ring
  > 理由
- [ ] 右の端 @ 170 20 30 40
  > 理由

## 解説
説明
"""
SEEDS = st.integers(0, 2**53)


def question(body: str = BODY, **changes: Any) -> Any:
    return parse_question(META | changes, {"figure": 6}, body, 10, {"boxes": SVG})


def value_of(asked: Any, seed: int, index: int) -> str:
    return next(o.value for o in asked.present(seed).options if o.text == f"option-{index}")


@pytest.mark.parametrize(
    ("place", "region"),
    [
        ("#outer", Region(10, 10, 150, 80)),
        ("#ring", Region(27.5, 27.5, 25, 25)),
        ("#egg", Region(80, 30, 40, 20)),
        ("#roof", Region(120, 60, 40, 20)),
        ("0 0 200 100", Region(0, 0, 200, 100)),
        ("1.5 2 3.25 4", Region(1.5, 2, 3.25, 4)),
    ],
)
def test_a_place_is_an_element_or_a_rectangle(place: str, region: Region) -> None:
    assert Figure("boxes", SVG).region(place) == region


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("#none", "要素がありません"),
        ("#", "要素がありません"),
        ("#line", "rect、circle、ellipse、polygon"),
        ("#moved", "transform のない"),
        ("1 2 3", "読めません"),
        ("1 2 3 x", "読めません"),
        ("1 2 0 4", "収まりません"),
        ("1 2 200 4", "収まりません"),
        ("-1 2 20 4", "収まりません"),
    ],
)
def test_a_place_that_there_is_not(place: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Figure("boxes", SVG).region(place)


@pytest.mark.parametrize("svg", ["<svg", "<svg/>", "<!DOCTYPE svg><svg viewBox='0 0 1 1'/>"])
def test_a_text_that_is_no_figure(svg: str) -> None:
    with pytest.raises(ValueError, match="boxes"):
        Figure("boxes", svg)


@given(seed=SEEDS)
def test_the_right_region_alone_earns_the_points(seed: int) -> None:
    asked = question(points=3)
    scores = [
        asked.grade(asked.read(seed, {"answer": [value_of(asked, seed, index)]})).score
        for index in range(3)
    ]
    assert scores == [0, 3, 0]


@given(seed=SEEDS)
def test_figure_and_list_offer_the_same_and_tell_no_key(seed: int) -> None:
    asked = question()
    shown = asked.present(seed)
    assert sorted(region.number for region in shown.regions) == [1, 2, 3]
    for region in shown.regions:
        assert shown.options[region.number - 1] == region.option
    areas = [region.region.area for region in shown.regions]
    assert areas == sorted(areas, reverse=True)
    other = question(BODY.replace("[ ] 外", "[x] 外").replace("[x] 輪", "[ ] 輪"))
    assert other.present(seed) == shown
    stored = question_from_json(json.loads(json.dumps(asked.to_json())))
    assert stored == asked
    assert stored.present(seed) == shown
    assert set(shown.text_keys) == {"figure", "option-0", "option-1", "option-2"}


@given(values=st.lists(st.text(max_size=5) | st.sampled_from("0123"), max_size=3))
def test_reading_anything_answers_or_refuses(values: list[str]) -> None:
    asked = question()
    with suppress(NotAnswered, InvalidResponse):
        assert asked.grade(asked.read(7, {"answer": values})).score in (0, 1)


def test_the_place_is_no_part_of_the_name_and_the_figure_a_text() -> None:
    texts = question().texts()
    assert texts["option-2"].markdown == "右の端"
    assert texts["figure"].markdown == "![[boxes]]"


@pytest.mark.parametrize(
    ("body", "changes", "line", "words"),
    [
        (BODY, {"figure": "none"}, 6, "使える図: boxes"),
        (BODY, {"figure": 3}, 6, "図の名前"),
        (BODY.replace(" @ #ring", ""), {}, 14, "図の場所がありません"),
        (BODY.replace("#ring", "#rings"), {}, 14, 'id="rings" の要素がありません'),
        (BODY.replace("170 20 30 40", "170 20 31 40"), {}, 16, "収まりません"),
        (BODY.replace("[x]", "[ ]"), {}, 12, "今は 0 個"),
        (BODY.replace("輪 @", "外の箱 @"), {}, 14, "12 行目と同じ選択肢"),
    ],
)
def test_a_problem_names_its_place_and_remedy(
    body: str, changes: dict[str, Any], line: int, words: str
) -> None:
    with pytest.raises(QuestionError) as caught:
        question(body, **changes)
    assert [p.line for p in caught.value.problems if words in p.message] == [line]
