"""The figures of item analysis: against published ones, and by what must always hold."""

import math
import random
from statistics import correlation, variance

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from courseware.grading.item_statistics import (
    FEW,
    MODERATE,
    TOO_FEW,
    Estimate,
    Sample,
    discrimination,
    facility,
    groups,
    proportion,
    rate,
    reliability,
    typical,
)

# The Law School Admission Test, sections 6 and 7: answers of 1,000 to five questions, as numbers
# of each pattern from 00000 to 11111 (Bock and Lieberman 1970, Psychometrika 35, 179-197).
PATTERNS = {
    "LSAT6": "3 6 2 11 1 1 3 4 1 8 0 16 0 3 2 15 10 29 14 81 3 28 15 80 16 56 21 173 11 61 28 298",
    "LSAT7": "12 19 1 7 3 19 3 17 10 5 3 7 7 23 8 28 7 39 11 34 14 51 15 90 6 25 7 35 18 136 32 "
    "308",
}
# What itemstats() of R's mirt 1.45 prints for them (https://philchalmers.github.io/mirt/reference/,
# LSAT6 and itemstats): mean, total.r_if_rm and alpha_if_rm of each question, and overall alpha,
# SEM.alpha. descript(LSAT) of R's ltm prints the same with four digits.
PUBLISHED = {
    "LSAT6": (
        [0.924, 0.709, 0.553, 0.763, 0.870],
        [0.113, 0.153, 0.173, 0.144, 0.122],
        [0.275, 0.238, 0.217, 0.246, 0.266],
        0.295,
        0.869,
    ),
    "LSAT7": (
        [0.828, 0.658, 0.772, 0.606, 0.843],
        [0.246, 0.247, 0.313, 0.223, 0.175],
        [0.396, 0.394, 0.345, 0.415, 0.438],
        0.453,
        0.886,
    ),
}
scores = st.lists(st.integers(0, 3), min_size=1, max_size=40)
matrices = st.integers(2, 6).flatmap(
    lambda k: st.lists(st.lists(st.integers(0, 3), min_size=k, max_size=k), min_size=3, max_size=25)
)


def answers(name: str) -> list[list[int]]:
    numbers = map(int, PATTERNS[name].split())
    return [[int(c) for c in f"{i:05b}"] for i, n in enumerate(numbers) for _ in range(n)]


def value(estimate: Estimate | None) -> float:
    assert estimate is not None
    return estimate.value


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_figures_come_out(name: str) -> None:
    rows = answers(name)
    assert len(rows) == 1000
    means, rest_correlations, without, alpha, error = PUBLISHED[name]
    for i in range(5):
        item = [row[i] for row in rows]
        rests = [sum(row) - row[i] for row in rows]
        others = reliability([row[:i] + row[i + 1 :] for row in rows])
        assert others is not None
        assert round(value(facility(item, 1)), 3) == means[i]
        assert round(value(discrimination(item, rests)), 3) == rest_correlations[i]
        assert round(others.estimate.value, 3) == without[i]
    whole = reliability(rows)
    assert whole is not None
    assert whole.is_kr20
    assert whole.error is not None
    assert (whole.questions, whole.estimate.n) == (5, 1000)
    assert (round(whole.estimate.value, 3), round(whole.error, 3)) == (alpha, error)


def test_the_interval_of_alpha_is_bonetts() -> None:
    """By hand for alpha = 0.75, k = 4, n = 50 (Bonett 2002): 0.25 exp(+-1.96 sqrt(8 / 144))."""
    half = math.exp(1.959964 * math.sqrt(8 / (3 * 48)))
    rows = rows_with_alpha(4, 50)
    found = reliability(rows)
    assert found is not None
    alpha = found.estimate.value
    assert found.estimate.low == pytest.approx(1 - (1 - alpha) * half, abs=1e-6)
    assert found.estimate.high == pytest.approx(1 - (1 - alpha) / half, abs=1e-6)


def rows_with_alpha(k: int, n: int) -> list[list[int]]:
    draw = random.Random(5)
    able = [draw.gauss(0, 1) for _ in range(n)]
    return [[int(a + draw.gauss(0, 1) > 0) for _ in range(k)] for a in able]


def test_alpha_of_partial_credit_is_not_called_kr20() -> None:
    found = reliability([[0, 1000], [500, 1000], [1000, 2000], [0, 0]])
    assert found is not None
    assert not found.is_kr20
    # By the definition: k / (k - 1) x (1 - sum of variances / variance of totals)
    expected = 2 * (
        1
        - (variance([0, 500, 1000, 0]) + variance([1000, 1000, 2000, 0]))
        / variance([1000, 1500, 3000, 0])
    )
    assert found.estimate.value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3 (Wilson)
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_proportion_is_wilsons(
    count: int, n: int, low: float, high: float
) -> None:
    found = proportion(count, n)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(scores)
def test_facility_lies_in_its_interval_between_nothing_and_full_marks(given: list[int]) -> None:
    found = facility(given, 3)
    assert found is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.n == len(given)
    assert found.low < found.high


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 50)), min_size=2, max_size=40))
def test_discrimination_is_pearsons_and_depends_on_no_order(pairs: list[tuple[int, int]]) -> None:
    item, rests = zip(*pairs, strict=True)
    found = discrimination(item, rests)
    if len(set(item)) == 1 or len(set(rests)) == 1:
        assert found is None
        return
    assert found is not None
    assert found.value == pytest.approx(correlation(item, rests), abs=1e-9)
    assert -1 <= found.low <= found.value <= found.high <= 1
    turned = sorted(pairs, reverse=True)
    assert discrimination([x for x, _ in turned], [y for _, y in turned]) == found
    opposite = discrimination([3 - x for x in item], rests)
    assert opposite is not None
    assert opposite.value == pytest.approx(-found.value)


@given(matrices, st.randoms())
def test_alpha_is_at_most_one_and_depends_on_no_order(
    rows: list[list[int]], shuffle: random.Random
) -> None:
    found = reliability(rows)
    if len({sum(row) for row in rows}) == 1:
        assert found is None
        return
    assert found is not None
    assert found.estimate.low <= found.estimate.value <= found.estimate.high <= 1
    others, order = rows[:], list(range(len(rows[0])))
    shuffle.shuffle(others)
    shuffle.shuffle(order)
    assert reliability([[row[i] for i in order] for row in others]) == found


@given(st.lists(st.integers(0, 5), min_size=4, max_size=20), st.integers(2, 5))
def test_questions_that_say_the_same_are_wholly_reliable(once: list[int], k: int) -> None:
    assume(len(set(once)) > 1)
    found = reliability([[score] * k for score in once])
    assert found is not None
    assert found.estimate.value == pytest.approx(1)
    assert found.error == pytest.approx(0)


@given(st.lists(st.integers(0, 8), max_size=60))
def test_groups_are_apart_large_enough_and_closed_under_ties(rests: list[int]) -> None:
    found = groups(rests)
    if found is None:
        return
    least_above = min(rests[i] for i in found.upper)
    most_below = max(rests[i] for i in found.lower)
    assert most_below < least_above
    assert min(len(found.upper), len(found.lower)) >= 0.27 * len(rests)
    assert found.upper == {i for i, rest in enumerate(rests) if rest >= least_above}
    assert found.lower == {i for i, rest in enumerate(rests) if rest <= most_below}


def test_groups_of_a_hundred_are_twenty_seven_each() -> None:
    found = groups(range(100))
    assert found is not None
    assert found.upper == set(range(73, 100))
    assert found.lower == set(range(27))
    assert groups([]) is None
    assert groups([5] * 30) is None
    assert groups([5]) is None


def test_rates_of_an_answer_in_all_and_in_the_groups() -> None:
    found = rate(frozenset({0, 1, 99}), 100, groups(range(100)))
    assert found is not None
    assert (found.count, found.overall.value) == (3, 0.03)
    assert found.upper is not None
    assert found.lower is not None
    assert (found.upper.value, found.lower.value) == (1 / 27, 2 / 27)
    assert found.difference == pytest.approx(-1 / 27)
    alone = rate(frozenset({0}), 3, None)
    assert alone is not None
    assert alone.difference is None
    assert rate(frozenset(), 0, None) is None


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_the_median_lies_in_its_interval_between_the_extremes(values: list[float]) -> None:
    found = typical(values)
    assert found is not None
    assert min(values) <= found.low <= found.value <= found.high <= max(values)


def test_the_median_of_a_hundred_has_the_known_interval() -> None:
    """For n = 100 the order statistics 40 and 61 (counted from 1) cover the median by 95 %."""
    found = typical(range(1, 101))
    assert found == Estimate(50.5, 40, 61, 100)
    assert typical([]) is None


def test_figures_without_a_value_are_none() -> None:
    assert facility([], 1) is None
    assert discrimination([1, 1, 1], [1, 2, 3]) is None
    assert discrimination([], []) is None
    assert reliability([]) is None
    assert reliability([[1], [0], [1]]) is None
    assert reliability([[1, 0], [0, 1]]) is None
    assert reliability([[1, 0], [0, 1], [1, 0]]) is None


def test_what_a_number_of_learners_is_good_for_changes_at_its_named_limits() -> None:
    limits = [(TOO_FEW, Sample.FEW), (FEW, Sample.MODERATE), (MODERATE, Sample.LARGE)]
    below = [Sample.TOO_FEW, Sample.FEW, Sample.MODERATE]
    for (limit, at), before in zip(limits, below, strict=True):
        assert (Sample.of(limit - 1), Sample.of(limit)) == (before, at)
