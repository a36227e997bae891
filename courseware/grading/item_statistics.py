"""Classical item analysis: what a class's answers say about a question and about a set of them.

Scores are whole numbers (thousandths of a point), so that every sum is exact and the order of the
learners changes nothing. Every figure comes with its 95 % confidence interval and the number of
learners that it stands on. Where a figure has no value, as a correlation of scores that are all
alike, it is None.

Sources: Crocker and Algina, "Introduction to Classical and Modern Test Theory" (1986); Wilson
(1927) for proportions; Fisher (1915) for correlations; Kelley (1939) for the groups of 27 %;
Bonett (2002) for coefficient alpha.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from statistics import NormalDist, median

CONFIDENCE = 0.95
Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
GROUP_SHARE = Fraction(27, 100)  # of the learners in the upper group, and in the lower one
# Below these numbers of learners a figure moves with a few of them, however it is computed.
TOO_FEW = 10
FEW = 30
MODERATE = 100


class Sample(Enum):
    """What a number of learners is good for."""

    TOO_FEW = "too few"  # nothing can be concluded
    FEW = "few"  # a hint at most
    MODERATE = "moderate"  # facility is usable, discrimination is rough
    LARGE = "large"

    @classmethod
    def of(cls, n: int) -> "Sample":
        """Return what ``n`` learners are good for."""
        limits = ((TOO_FEW, cls.TOO_FEW), (FEW, cls.FEW), (MODERATE, cls.MODERATE))
        return next((sample for limit, sample in limits if n < limit), cls.LARGE)


@dataclass(frozen=True)
class Estimate:
    """A figure, its 95 % confidence interval, and the number of learners."""

    value: float
    low: float
    high: float
    n: int

    @property
    def sample(self) -> Sample:
        """What its number of learners is good for."""
        return Sample.of(self.n)


@dataclass(frozen=True)
class Reliability:
    """Cronbach's alpha of a set, which is KR-20 when every question is right or wrong.

    ``error`` is the standard error of measurement, in the unit of the scores; None where alpha is
    negative.
    """

    estimate: Estimate
    questions: int
    is_kr20: bool
    error: float | None


@dataclass(frozen=True)
class Groups:
    """The places of the best and of the weakest learners among those that were given."""

    upper: frozenset[int]
    lower: frozenset[int]


@dataclass(frozen=True)
class Rate:
    """How many gave an answer: of all, of the upper group and of the lower one."""

    count: int
    overall: Estimate
    upper: Estimate | None
    lower: Estimate | None

    @property
    def difference(self) -> float | None:
        """Upper group's share minus the lower group's: right answers above 0, wrong ones below."""
        if self.upper is None or self.lower is None:
            return None
        return self.upper.value - self.lower.value


def proportion(count: Fraction | int, n: int) -> Estimate | None:
    """Return ``count`` / ``n`` with Wilson's score interval; None for n = 0.

    ``count`` may be a sum of shares between 0 and 1. Their variance is never above that of a
    proportion with the same mean, so that the interval is then rather too wide than too narrow.
    """
    if n == 0:
        return None
    p = float(Fraction(count) / n)
    centre = (p + Z**2 / (2 * n)) / (1 + Z**2 / n)
    margin = Z / (1 + Z**2 / n) * math.sqrt(p * (1 - p) / n + Z**2 / (4 * n**2))
    return Estimate(p, max(0.0, min(p, centre - margin)), min(1.0, max(p, centre + margin)), n)


def facility(scores: Sequence[int], maximum: int) -> Estimate | None:
    """Return the facility index: the mean score as a share of the maximum (0 hard, 1 easy)."""
    return proportion(Fraction(sum(scores), maximum), len(scores))


def discrimination(scores: Sequence[int], rests: Sequence[int]) -> Estimate | None:
    """Return the correlation of a question's scores with each learner's rest score.

    The rest score is the total without the question itself, which would correlate with itself.
    For right-or-wrong scores it is the point-biserial correlation. The interval is Fisher's (with
    three learners or fewer it is everything). None when all scores, or all rests, are alike.
    """
    n = len(scores)
    spread_x, spread_y = _spread(scores), _spread(rests)
    if not spread_x or not spread_y:
        return None
    products = sum(x * y for x, y in zip(scores, rests, strict=True))
    together = n * products - sum(scores) * sum(rests)
    r = max(-1.0, min(1.0, together / math.sqrt(spread_x * spread_y)))
    if n <= 3:
        return Estimate(r, -1.0, 1.0, n)
    if abs(r) == 1:
        return Estimate(r, r, r, n)
    margin = Z / math.sqrt(n - 3)
    return Estimate(r, math.tanh(math.atanh(r) - margin), math.tanh(math.atanh(r) + margin), n)


def reliability(rows: Sequence[Sequence[int]]) -> Reliability | None:
    """Return coefficient alpha of complete score rows, one for each learner.

    It assumes that all learners answered the same questions, each without regard to another; it
    is a lower bound of reliability, and equals it where all questions measure one thing alike.
    Bonett's interval needs three learners; with fewer, with one question, or with totals that are
    all alike there is none.
    """
    n, k = len(rows), len(rows[0]) if rows else 0
    totals = [sum(row) for row in rows]
    spread = _spread(totals)
    if n < 3 or k < 2 or not spread:
        return None
    parts = sum(_spread(column) for column in zip(*rows, strict=True))
    alpha = float(Fraction(k, k - 1) * (1 - Fraction(parts, spread)))
    # ln(1 - alpha) is about normal with this variance (Bonett 2002)
    margin = Z * math.sqrt(2 * k / ((k - 1) * (n - 2)))
    low, high = (1 - (1 - alpha) * math.exp(sign * margin) for sign in (1, -1))
    return Reliability(
        estimate=Estimate(alpha, low, high, n),
        questions=k,
        is_kr20=len({score for row in rows for score in row} - {0}) <= 1,
        error=math.sqrt(spread / (n * (n - 1)) * (1 - alpha)) if alpha >= 0 else None,
    )


def groups(rests: Sequence[int]) -> Groups | None:
    """Return the upper and the lower 27 % by rest score.

    Who is level with the last of a group belongs to it: nobody is put into a group by chance, and
    a group may be larger than 27 %. None when the two would overlap.
    """
    ordered = sorted(rests)
    size = math.ceil(len(ordered) * GROUP_SHARE)
    if not size or ordered[-size] <= ordered[size - 1]:
        return None
    return Groups(
        upper=frozenset(i for i, rest in enumerate(rests) if rest >= ordered[-size]),
        lower=frozenset(i for i, rest in enumerate(rests) if rest <= ordered[size - 1]),
    )


def rate(who: Collection[int], n: int, divided: Groups | None) -> Rate | None:
    """Return how often an answer was given by ``who``, the places of learners among ``n``."""
    overall = proportion(len(who), n)
    if overall is None:
        return None
    upper, lower = (divided.upper, divided.lower) if divided else (frozenset(), frozenset())
    return Rate(
        count=len(who),
        overall=overall,
        upper=proportion(len(upper.intersection(who)), len(upper)),
        lower=proportion(len(lower.intersection(who)), len(lower)),
    )


def typical(values: Sequence[float]) -> Estimate | None:
    """Return the median, with the interval between two of the values (distribution-free).

    Its ends are order statistics chosen by the normal approximation to the binomial; with few
    values they are the least and the greatest.
    """
    n = len(values)
    if not n:
        return None
    ordered = sorted(values)
    reach = Z * math.sqrt(n) / 2
    first = max(0, math.floor(n / 2 - reach) - 1)
    last = min(n - 1, math.ceil(n / 2 + reach))
    return Estimate(float(median(ordered)), float(ordered[first]), float(ordered[last]), n)


def _spread(values: Sequence[int]) -> int:
    """Return n times the sum of squared deviations from the mean: exact, and 0 when all alike."""
    return len(values) * sum(value * value for value in values) - sum(values) ** 2
