"""How sure a share is that was counted. Plain Python."""

from dataclasses import dataclass
from math import sqrt

# The normal distribution's quantile for 95%, two-sided
Z = 1.959963984540054
# Below this many answers an interval is too wide to say much; pages say so.
SMALL_SAMPLE = 10


@dataclass(frozen=True)
class Share:
    """``right`` of ``total`` answers, with the 95% interval of the true share (0 to 1)."""

    right: int
    total: int

    @property
    def value(self) -> float:
        """The share that was observed; 0 of nothing is 0."""
        return self.right / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval (E. B. Wilson, JASA 22, 1927, pp. 209-212); 0 to 1 for nothing.

        Unlike the textbook's p +- z*sqrt(p(1-p)/n) it stays within 0 and 1 and keeps a width
        when all answers, or none, are right.
        """
        if not self.total:
            return 0.0, 1.0
        n, p = self.total, self.value
        middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    @property
    def is_small(self) -> bool:
        """True when there are too few answers for the share to say much."""
        return self.total < SMALL_SAMPLE

    def overlaps(self, other: "Share") -> bool:
        """Return whether the two intervals have a share in common."""
        return self.interval[0] <= other.interval[1] and other.interval[0] <= self.interval[1]
