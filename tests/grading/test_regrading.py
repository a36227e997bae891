"""Stored answers graded by another revision of their question."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.grading import Question, Response, parse_question, question_from_json
from courseware.grading.regrading import (
    NOT_READ,
    OTHER_FIELDS,
    OTHER_KIND,
    OTHER_OPTIONS,
    OTHER_VALUES,
    NotComparable,
    regraded,
)

COMMON = {"id": "q", "lesson": "first", "objective": "351.1"}
OPTIONS = ["甲", "乙", "丙", "丁"]
seeds = st.integers(0, 2**62)


def question(body: str, **meta: object) -> Question:
    return parse_question({**COMMON, **meta}, {}, f"{body}\n\n## 解説\n解説です。\n", 1)


def choice(texts: list[str], right: set[str], **meta: object) -> Question:
    marks = {text: "x" if text in right else " " for text in texts}
    body = "\n".join(f"- [{marks[text]}] {text}\n  > 理由" for text in texts)
    kind = {"type": "multiple", "scoring": "per-option"} if "scoring" in meta else {}
    return question(f"どれですか。\n\n{body}", **({"type": "single"} | kind | meta))


def typed(**meta: object) -> Question:
    return question("何ですか。", **({"type": "short-text", "accept": ["vmx"]} | meta))


@given(st.permutations(OPTIONS), st.sampled_from(OPTIONS), st.sampled_from(OPTIONS), seeds)
def test_a_chosen_option_is_found_by_its_text_and_graded_by_the_new_key(
    order: list[str], chosen: str, right: str, seed: int
) -> None:
    old, new = choice(OPTIONS, {"甲"}), choice(order, {right})
    response = Response(chosen=(OPTIONS.index(chosen),))
    grade = regraded(old, new, seed, response)
    assert grade.score == (chosen == right)
    assert [o.chosen for o in grade.options] == [text == chosen for text in order]


@given(st.sets(st.sampled_from(OPTIONS)), st.permutations(OPTIONS), seeds)
def test_the_same_key_in_any_order_gives_the_same_score(
    chosen: set[str], order: list[str], seed: int
) -> None:
    old = choice(OPTIONS, {"甲", "丙"}, scoring="per-option", points=3)
    new = choice(order, {"甲", "丙"}, scoring="per-option", points=3)
    response = Response(chosen=tuple(sorted(OPTIONS.index(text) for text in chosen)))
    assert regraded(old, new, seed, response).score == old.variant(seed).grade(response).score


@given(st.sets(st.sampled_from(OPTIONS)), seeds)
def test_by_its_own_revision_an_answer_keeps_its_grade_each_time(
    chosen: set[str], seed: int
) -> None:
    stored = choice(OPTIONS, {"甲", "丙"}, scoring="net-correct").to_json()
    response = Response(chosen=tuple(sorted(OPTIONS.index(text) for text in chosen)))
    first, second = (
        regraded(question_from_json(stored), question_from_json(stored), seed, response)
        for _ in range(2)
    )
    assert first == second == question_from_json(stored).variant(seed).grade(response)


@pytest.mark.parametrize(
    "texts", [["甲", "乙", "丙"], [*OPTIONS, "戊"], ["甲", "乙", "丙", "丁丁"]]
)
def test_options_added_removed_or_reworded_leave_an_answer_alone(texts: list[str]) -> None:
    with pytest.raises(NotComparable, match=OTHER_OPTIONS):
        regraded(choice(OPTIONS, {"甲"}), choice(texts, {"乙"}), 1, Response(chosen=(0,)))


def test_a_score_keeps_the_points_of_the_time_of_the_answer() -> None:
    old = choice(OPTIONS, {"甲"}, scoring="per-option", points=2)
    new = choice(OPTIONS, {"甲", "乙"}, scoring="per-option", points=10)
    grade = regraded(old, new, 1, Response(chosen=(0,)))
    assert (grade.score, grade.max_score) == (Fraction(3, 4) * 2, 2)


def test_an_ordering_whose_right_order_changes_is_found_by_text() -> None:
    old = question(
        "並べて。\n\n1. 甲\n   > 理\n2. 乙\n   > 理\n3. 丙\n   > 理",
        type="ordering",
        scoring="adjacent-pairs",
    )
    new = question(
        "並べて。\n\n1. 丙\n   > 理\n2. 甲\n   > 理\n3. 乙\n   > 理",
        type="ordering",
        scoring="adjacent-pairs",
    )
    answered = Response(chosen=(2, 0, 1))  # 丙 甲 乙
    assert old.grade(answered).score == Fraction(1, 2)
    assert regraded(old, new, 1, answered).correct


def test_a_matching_is_found_by_the_texts_of_both_sides() -> None:
    old = question(
        "合わせて。\n\n- 甲 => 一\n  > 理\n- 乙 => 二\n  > 理\n- => 三",
        type="matching",
        scoring="per-pair",
    )
    new = question(
        "合わせて。\n\n- 乙 => 三\n  > 理\n- 甲 => 一\n  > 理\n- => 二",
        type="matching",
        scoring="per-pair",
    )
    answered = Response(chosen=(0, 2))  # 甲 => 一, 乙 => 三
    assert old.grade(answered).score == Fraction(1, 2)
    assert regraded(old, new, 1, answered).correct
    blank = regraded(old, new, 1, Response(chosen=(0, -1)))
    assert (blank.score, [bool(part.given_text) for part in blank.parts]) == (0.5, [False, True])


def test_a_typed_answer_is_graded_by_the_new_accepted_forms() -> None:
    answered = Response(texts=("ＶＭＸ フラグ",))
    assert not regraded(typed(), typed(), 1, answered).correct
    assert regraded(typed(), typed(accept=["vmx", "vmx フラグ"]), 1, answered).correct


def test_another_unit_kind_or_number_of_gaps_leaves_an_answer_alone() -> None:
    number: dict[str, object] = {"type": "numeric", "answer": 4}
    old = question("いくつ。", **number, unit="GiB")
    new = question("いくつ。", **number, unit="MiB")
    with pytest.raises(NotComparable, match=OTHER_FIELDS):
        regraded(old, new, 1, Response(texts=("4",)))
    with pytest.raises(NotComparable, match=OTHER_KIND):
        regraded(old, typed(), 1, Response(texts=("4",)))
    written = {**number, "unit": "GiB", "write_unit": True}
    with pytest.raises(NotComparable, match=OTHER_FIELDS):
        regraded(old, question("いくつ。", **written), 1, Response(texts=("4",)))


def test_an_answer_that_the_new_revision_cannot_read_is_left_alone() -> None:
    plain = question("いくつ。", type="numeric", answer=4)
    with pytest.raises(NotComparable, match=NOT_READ):
        regraded(plain, plain, 1, Response(texts=("四つ",)))


PARAMETERS = {"vms": {"from": 3, "to": 9}, "memory": [4, 8, 16]}


def product(let: str, **meta: object) -> Question:
    body = meta.pop("body", "{{memory}} GiB が {{vms}} 台。合計は。")
    fields = {"type": "short-text", "parameters": PARAMETERS, "accept": ["{{total}}"]}
    return question(str(body), **(fields | {"let": {"total": let}} | meta))


@given(seeds)
def test_a_formula_is_mended_where_the_drawn_values_stay(seed: int) -> None:
    wrong, right = product("vms + memory"), product("vms * memory")
    drawn = right.variant(seed).values
    answered = Response(texts=(drawn["total"],))
    assert regraded(wrong, right, seed, answered).correct


def test_other_drawn_or_shown_values_leave_an_answer_alone() -> None:
    answered = Response(texts=("12",))
    other = product("vms * memory", parameters={"vms": {"from": 3, "to": 9}, "memory": [5]})
    with pytest.raises(NotComparable, match=OTHER_VALUES):
        regraded(product("vms * memory"), other, 1, answered)
    shown = "{{memory}} GiB が {{vms}} 台で {{total}} GiB。倍は。"
    with pytest.raises(NotComparable, match=OTHER_VALUES):
        regraded(
            product("vms + memory", body=shown), product("vms * memory", body=shown), 3, answered
        )


def test_neither_question_is_changed() -> None:
    old, new = choice(OPTIONS, {"甲"}), choice(OPTIONS[::-1], {"乙"})
    before = replace(old), replace(new)
    regraded(old, new, 9, Response(chosen=(1,)))
    assert (old, new) == before
