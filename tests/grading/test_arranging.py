"""Putting in order, and matching."""

import json
from contextlib import suppress
from fractions import Fraction
from itertools import combinations, pairwise, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.grading import (
    InvalidResponse,
    NotAnswered,
    Question,
    QuestionError,
    Response,
    parse_question,
    question_from_json,
    thousandths,
)
from courseware.grading.model import NO_DATA, Data

COMMON: dict[str, Any] = {
    "id": "q-01",
    "lesson": "hypervisors",
    "objective": "351.1",
    "prompt": "問",
    "explanation": "説明",
}
META = {"id": "q-01", "lesson": "x", "objective": "351.1"}
SEEDS = st.integers(0, 2**53)
RULES = ["all-or-nothing", "adjacent-pairs", "longest-in-order"]
LETTERS = "甲乙丙丁戊己庚辛壬癸"


def ordering(n: int, scoring: str, points: int = 1) -> Question:
    items = [{"text": LETTERS[i], "feedback": f"理由 {i}"} for i in range(n)]
    return question_from_json(
        {**COMMON, "type": "ordering", "points": points, "items": items, "scoring": scoring}
    )


def matching(rights: list[int], offered: int, scoring: str, points: int = 1) -> Question:
    pairs = [
        {"left": LETTERS[i], "right": right, "feedback": f"理由 {i}"}
        for i, right in enumerate(rights)
    ]
    return question_from_json(
        {
            **COMMON,
            "type": "matching",
            "points": points,
            "pairs": pairs,
            "rights": [f"右 {i}" for i in range(offered)],
            "scoring": scoring,
        }
    )


@st.composite
def orderings(draw: st.DrawFn) -> Question:
    return ordering(
        draw(st.integers(3, 10)), draw(st.sampled_from(RULES)), draw(st.integers(1, 100))
    )


@st.composite
def matchings(draw: st.DrawFn) -> Question:
    offered = draw(st.integers(2, 10))
    rights = draw(st.lists(st.integers(0, offered - 1), min_size=2, max_size=8))
    scoring = draw(st.sampled_from(["all-or-nothing", "per-pair"]))
    return matching(rights, offered, scoring, draw(st.integers(1, 100)))


def presented(question: Question, seed: int, data: Data = NO_DATA) -> Any:
    """Return the presentation, whichever the kind's is."""
    return question.present(seed, data)


def posted_order(question: Question, seed: int, order: list[int]) -> dict[str, list[str]]:
    """Return what a form posts when the items are answered in an order of their indices."""
    return {
        f"answer-{item.number}": [str(order.index(int(item.text.removeprefix("item-"))) + 1)]
        for item in presented(question, seed).items
    }


def posted_pairs(question: Question, seed: int, rights: list[int]) -> dict[str, list[str]]:
    """Return what a form posts when each left side is given a right one (-1 for none)."""
    shown = presented(question, seed)
    values = {int(r.text.removeprefix("right-")): r.value for r in shown.rights} | {-1: ""}
    return {
        f"answer-{left.number}": [values[rights[int(left.text.removeprefix("left-"))]]]
        for left in shown.lefts
    }


def longest_common(order: tuple[int, ...]) -> int:
    """Return the length of the longest rising subsequence, by trying all."""
    return max(
        size
        for size in range(1, len(order) + 1)
        for chosen in combinations(order, size)
        if list(chosen) == sorted(chosen)
    )


@given(question=orderings(), seed=SEEDS)
def test_the_right_order_earns_full_marks(question: Question, seed: int) -> None:
    n = len(presented(question, seed).items)
    grade = question.grade(question.read(seed, posted_order(question, seed, list(range(n)))))
    assert grade.correct
    assert grade.score == question.points
    assert all(part.correct for part in grade.parts)


@given(question=orderings(), seeds=st.tuples(SEEDS, SEEDS), data=st.data())
def test_only_the_right_order_does_and_the_seed_changes_no_grade(
    question: Question, seeds: tuple[int, int], data: st.DataObject
) -> None:
    n = len(presented(question, 0).items)
    order = data.draw(st.permutations(range(n)))
    grades = [
        question.grade(question.read(seed, posted_order(question, seed, order))) for seed in seeds
    ]
    assert grades[0] == grades[1]
    assert 0 <= grades[0].score <= question.points
    assert grades[0].correct == (order == list(range(n)))
    assert (thousandths(grades[0].score) == 1000 * question.points) == grades[0].correct
    assert json.loads(json.dumps(grades[0].to_json()))["correct"] == grades[0].correct


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_each_rule_earns_what_it_declares(order: tuple[int, ...]) -> None:
    def score(scoring: str) -> Fraction:
        return ordering(4, scoring, 6).grade(Response(chosen=order)).score

    assert score("all-or-nothing") == 6 * (order == (0, 1, 2, 3))
    pairs = sum((i, i + 1) in set(pairwise(order)) for i in range(3))
    assert score("adjacent-pairs") == 2 * pairs
    assert score("longest-in-order") == 2 * (longest_common(order) - 1)


def test_each_place_has_its_outcome() -> None:
    grade = ordering(3, "adjacent-pairs").grade(Response(chosen=(1, 2, 0)))
    assert [
        (p.label, p.given_text, p.expected_text, p.feedback, p.correct) for p in grade.parts
    ] == [
        ("1 番目", "item-1", "item-0", "item-0-feedback", False),
        ("2 番目", "item-2", "item-1", "item-1-feedback", False),
        ("3 番目", "item-0", "item-2", "item-2-feedback", False),
    ]


@given(question=orderings() | matchings(), seed=SEEDS)
def test_the_same_seed_gives_the_same_presentation(question: Question, seed: int) -> None:
    stored = question_from_json(json.loads(json.dumps(question.to_json())))
    assert stored == question
    assert stored.present(seed) == presented(question, seed)
    assert set(presented(question, seed).text_keys) < set(question.texts())
    assert not [key for key in presented(question, seed).text_keys if "feedback" in key]


@given(n=st.integers(3, 10), seed=SEEDS, data=st.data())
def test_the_order_in_the_file_has_no_part_in_what_is_presented(
    n: int, seed: int, data: st.DataObject
) -> None:
    def shown(question: Question) -> list[str]:
        texts = question.texts()
        return [texts[item.text].markdown for item in presented(question, seed).items]

    question = ordering(n, "adjacent-pairs")
    changed = question.to_json()
    changed["items"] = data.draw(st.permutations(changed["items"]))
    assert shown(question_from_json(changed)) == shown(question)


@given(seed=SEEDS, key=st.permutations(range(4)))
def test_the_pairs_have_no_part_in_what_is_presented(seed: int, key: list[int]) -> None:
    def shown(question: Question) -> list[str]:
        texts, sides = question.texts(), presented(question, seed)
        return [texts[side.text].markdown for side in (*sides.lefts, *sides.rights)]

    body = "問\n\n" + "\n".join(
        f"- {LETTERS[i]} => {LETTERS[key[i] + 5]}\n  > 理由" for i in range(4)
    )
    question = parse_question(
        {**META, "type": "matching", "scoring": "per-pair"},
        {},
        f"{body}\n- => 余り\n\n## 解説\n説明",
        1,
    )
    assert sorted(shown(question)) == sorted([*LETTERS[:4], *LETTERS[5:9], "余り"])
    other = parse_question(
        {**META, "type": "matching", "scoring": "per-pair"},
        {},
        "問\n\n"
        + "\n".join(f"- {LETTERS[i]} => {LETTERS[i + 5]}\n  > 理由" for i in range(4))
        + "\n- => 余り\n\n## 解説\n説明",
        1,
    )
    assert shown(other) == shown(question)


def test_seeds_give_every_item_every_place() -> None:
    question = ordering(3, "adjacent-pairs")
    assert {presented(question, seed).items[0].text for seed in range(50)} == {
        "item-0",
        "item-1",
        "item-2",
    }


@given(question=matchings(), seed=SEEDS)
def test_the_right_pairs_earn_full_marks(question: Question, seed: int) -> None:
    key = [pair["right"] for pair in question.to_json()["pairs"]]
    grade = question.grade(question.read(seed, posted_pairs(question, seed, key)))
    assert grade.correct
    assert grade.score == question.points


@given(question=matchings(), seeds=st.tuples(SEEDS, SEEDS), data=st.data())
def test_a_pair_earns_its_share_and_a_blank_one_none(
    question: Question, seeds: tuple[int, int], data: st.DataObject
) -> None:
    definition = question.to_json()
    key = [pair["right"] for pair in definition["pairs"]]
    offered = len(definition["rights"])
    chosen = data.draw(
        st.lists(st.integers(-1, offered - 1), min_size=len(key), max_size=len(key)).filter(
            lambda rights: set(rights) != {-1}
        )
    )
    grades = [
        question.grade(question.read(seed, posted_pairs(question, seed, chosen))) for seed in seeds
    ]
    assert grades[0] == grades[1]
    right = sum(given == wanted for given, wanted in zip(chosen, key, strict=True))
    share = Fraction(right, len(key))
    if definition["scoring"] == "all-or-nothing":
        share = Fraction(right == len(key))
    assert grades[0].score == question.points * share
    assert [bool(part.given_text) for part in grades[0].parts] == [given >= 0 for given in chosen]


@given(
    question=orderings() | matchings(),
    data=st.dictionaries(
        st.sampled_from(["answer", *(f"answer-{n}" for n in range(12))]),
        st.lists(st.text(max_size=4) | st.sampled_from("0123456789"), max_size=3),
    ),
)
def test_reading_anything_answers_or_refuses(
    question: Question, data: dict[str, list[str]]
) -> None:
    question.present(7, data)
    with suppress(NotAnswered, InvalidResponse):
        response = question.read(7, data)
        assert 0 <= question.grade(response).score <= question.points
        assert Response.from_json(json.loads(json.dumps(response.to_json()))) == response


@pytest.mark.parametrize("question", [ordering(3, RULES[1]), matching([0, 1], 2, "per-pair")])
def test_nothing_chosen_is_not_answered(question: Question) -> None:
    for data in ({}, {"answer-1": [""]}, {"answer": ["1"]}):
        with pytest.raises(NotAnswered):
            question.read(1, data)


def test_an_order_with_a_blank_is_not_answered_and_keeps_what_was_chosen() -> None:
    question = ordering(3, RULES[0])
    data = {"answer-1": ["2"], "answer-3": ["1"]}
    with pytest.raises(NotAnswered, match="すべての項目に番号"):
        question.read(1, data)
    assert [item.place for item in presented(question, 1, data).items] == ["2", "", "1"]


@pytest.mark.parametrize(
    ("places", "message"),
    [
        (["1", "1", "2"], r"同じ番号 \(1\)"),
        (["1", "2", "4"], "1 から 3 まで"),
        (["1", "2", "１"], "1 から 3 まで"),
    ],
)
def test_an_order_that_is_none_is_refused(places: list[str], message: str) -> None:
    data = {f"answer-{n}": [place] for n, place in enumerate(places, 1)}
    with pytest.raises(InvalidResponse, match=message):
        ordering(3, RULES[0]).read(1, data)


@pytest.mark.parametrize("value", ["2", "-1", "x", "０"])
def test_a_pair_that_is_not_offered_is_refused(value: str) -> None:
    with pytest.raises(InvalidResponse, match="この問題にありません"):
        matching([0, 1], 2, "per-pair").read(1, {"answer-1": [value]})


ORDER = "1. 甲\n   > 理由\n2. 乙\n   続き\n   > 理由\n   >\n   > 二段落目\n3. 丙\n   > 理由\n"
PAIRS = "- 甲 => 一\n  > 理由\n- 乙 => 二\n  > 理由\n- 丙 => 一\n  > 理由\n- => 三\n"
END = "\n## 解説\n説明\n"


def parsed(kind: str, body: str, **changes: Any) -> Question:
    scoring = {"ordering": "adjacent-pairs", "matching": "per-pair"}[kind]
    return parse_question({**META, "type": kind, "scoring": scoring} | changes, {}, body, 10)


def test_an_ordering_is_read_with_the_lines_of_its_texts() -> None:
    texts = parsed("ordering", f"問\n\n```text\n1. 例\n```\n\n{ORDER}{END}").texts()
    assert {key: (text.markdown, text.line) for key, text in texts.items()} == {
        "prompt": ("問\n\n```text\n1. 例\n```", 10),
        "item-0": ("甲", 16),
        "item-0-feedback": ("理由", 17),
        "item-1": ("乙\n続き", 18),
        "item-1-feedback": ("理由\n\n二段落目", 20),
        "item-2": ("丙", 23),
        "item-2-feedback": ("理由", 24),
        "explanation": ("説明", 27),
    }
    assert texts["item-0"].inline


def test_a_matching_is_read_and_equal_right_sides_are_one() -> None:
    question = parsed("matching", f"問\n\n{PAIRS}{END}")
    definition = question.to_json()
    assert definition["rights"] == ["一", "二", "三"]
    assert [pair["right"] for pair in definition["pairs"]] == [0, 1, 0]
    assert question_from_json(definition) == question
    assert question.prompt.markdown == "問"


@pytest.mark.parametrize(
    ("kind", "body", "line", "words"),
    [
        ("ordering", f"問\n{END}", 10, "3 個から 10 個まで"),
        ("ordering", f"{ORDER}{END}", 10, "問題文がありません"),
        ("ordering", f"問\n\n1. 甲\n   > 理由\n2. 乙\n   > 理由\n{END}", 12, "(今は 2 個)"),
        ("ordering", f"問\n\n{ORDER}5. 丁\n   > 理由\n{END}", 21, "番号が 4 になっていません"),
        ("ordering", f"問\n\n{ORDER}4. 丁\n{END}", 21, "この項目に解説がありません"),
        ("ordering", f"問\n\n{ORDER}4. 甲\n   > 理由\n{END}", 21, "12 行目と同じ項目"),
        ("ordering", f"問\n\n{ORDER}続きの文\n{END}", 21, "一覧の後に書けるのは"),
        ("ordering", f"問\n\n{ORDER}\n- [x] 選択肢\n  > 理由\n{END}", 22, "正しい順番に"),
        ("matching", f"{PAIRS}{END}", 10, "問題文がありません"),
        ("matching", f"問\n\n- 甲 => 一\n  > 理由\n{END}", 12, "2 個から 8 個まで (今は 1 個)"),
        ("matching", f"問\n\n{PAIRS}- 丁 一\n{END}", 19, "「- 左 => 右」の形"),
        ("matching", f"問\n\n{PAIRS}- 丁 => \n{END}", 19, "「- 左 => 右」の形"),
        ("matching", f"問\n\n{PAIRS}- 丁 => 一\n{END}", 19, "この組に解説がありません"),
        ("matching", f"問\n\n{PAIRS}- 甲 => 一\n  > 理由\n{END}", 19, "左側が 12 行目と同じ"),
        ("matching", f"問\n\n{PAIRS}- => 二\n{END}", 19, "前の行にもあります"),
        ("matching", f"問\n\n{PAIRS}  > 理由\n{END}", 18, "組のない右側に解説は書けません"),
        ("matching", f"問\n\n{PAIRS}\n- [x] 選択肢\n  > 理由\n{END}", 20, "組は「- 左 => 右」"),
    ],
)
def test_a_problem_names_its_place_and_remedy(kind: str, body: str, line: int, words: str) -> None:
    with pytest.raises(QuestionError) as caught:
        parsed(kind, body)
    assert [p.line for p in caught.value.problems if words in p.message] == [line]


@pytest.mark.parametrize("kind", ["ordering", "matching"])
def test_the_rule_has_to_be_declared(kind: str) -> None:
    body = f"問\n\n{ORDER if kind == 'ordering' else PAIRS}{END}"
    for scoring in (None, "half", 3):
        with pytest.raises(QuestionError, match="all-or-nothing"):
            parsed(kind, body, scoring=scoring)


@pytest.mark.parametrize(("kind", "count"), [("ordering", 10), ("matching", 8)])
def test_the_limit_of_items_holds_at_its_edge(kind: str, count: int) -> None:
    def body(n: int) -> str:
        shape = "{0}. 項目 {0}" if kind == "ordering" else "- 左 {0} => 右 {0}"
        return "問\n\n" + "".join(f"{shape.format(i)}\n   > 理由\n" for i in range(1, n + 1)) + END

    assert parsed(kind, body(count)).points == 1
    with pytest.raises(QuestionError, match=f"{count} 個まで"):
        parsed(kind, body(count + 1))
