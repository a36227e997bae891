"""Drawing by weights and seeds, and the interval of a share."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.grading.item_statistics import TOO_FEW
from courseware.quizzes.blueprints import Blueprint, Candidate, Topic, apportion
from courseware.quizzes.intervals import Share

GROUPS = st.lists(st.tuples(st.integers(1, 20), st.integers(0, 12)), min_size=1, max_size=8)
BANK = [Candidate(f"{lesson}-{i}", lesson, "351.1") for lesson in ("hvm", "pv") for i in range(8)]


@given(st.integers(0, 60), GROUPS)
def test_counts_add_up_and_stay_within_what_there_is(
    total: int, groups: list[tuple[int, int]]
) -> None:
    weights, available = zip(*groups, strict=True)
    counts = apportion(total, weights, available)
    assert sum(counts) == min(total, sum(available))
    assert all(0 <= count <= most for count, most in zip(counts, available, strict=True))


@given(st.integers(0, 60), st.lists(st.integers(1, 20), min_size=1, max_size=8))
def test_where_there_is_enough_each_gets_its_quota_rounded(total: int, weights: list[int]) -> None:
    for count, weight in zip(apportion(total, weights, [60] * len(weights)), weights, strict=True):
        assert abs(count - Fraction(total * weight, sum(weights))) < 1


def test_what_one_topic_lacks_goes_to_the_others_by_weight() -> None:
    # 305 has six weights of 351.1, four of 351.3 and nine of 351.4; 351.4 has no questions here.
    assert apportion(20, [6, 4, 9], [50, 50, 0]) == [12, 8, 0]


@given(st.integers(0, 2**62), st.integers(1, 16))
def test_a_seed_draws_the_same_questions_each_once(seed: int, count: int) -> None:
    topics = (Topic("a", lesson="hvm", weight=3), Topic("b", objective="351.1", weight=1))
    blueprint = Blueprint(topics, count)
    drawn = blueprint.draw(BANK, seed, {})
    assert drawn == Blueprint.from_json(blueprint.to_json()).draw(reversed(BANK), seed, {})
    assert len(drawn) == len(set(drawn)) == count
    assert set(drawn) <= {candidate.identifier for candidate in BANK}


@given(st.integers(0, 2**62))
def test_questions_that_were_not_seen_come_first(seed: int) -> None:
    blueprint = Blueprint((Topic("a", lesson="hvm", count=4),))
    first = blueprint.draw(BANK, seed, {})
    second = blueprint.draw(BANK, seed + 1, dict.fromkeys(first, 1))
    assert not set(first) & set(second)


def test_named_questions_keep_their_order() -> None:
    named = ("pv-3", "hvm-0", "pv-1")
    assert Blueprint((Topic("a", questions=named),)).draw(BANK, 1, {}) == list(named)


def test_other_seeds_draw_others() -> None:
    blueprint = Blueprint((Topic("a", count=4),))
    assert len({tuple(blueprint.draw(BANK, seed, {})) for seed in range(20)}) > 10


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3 (score)
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_published_one(right: int, total: int, low: float, high: float) -> None:
    assert Share(right, total).interval == pytest.approx((low, high), abs=0.00005)


@given(st.integers(0, 200), st.integers(0, 200))
def test_an_interval_holds_its_share_and_narrows_with_more_answers(a: int, b: int) -> None:
    share = Share(min(a, b), max(a, b))
    low, high = share.interval
    assert 0 <= low <= share.value + 1e-12
    assert share.value - 1e-12 <= high <= 1
    more = Share(share.right * 4, share.total * 4).interval
    assert more[1] - more[0] <= high - low


def test_few_answers_are_said_to_be_few() -> None:
    assert Share(TOO_FEW - 1, TOO_FEW - 1).is_small
    assert not Share(TOO_FEW, TOO_FEW).is_small
    assert Share(5, 10).overlaps(Share(7, 10))
    assert not Share(5, 100).overlaps(Share(70, 100))
