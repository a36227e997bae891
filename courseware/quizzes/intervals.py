"""How sure a share is that was counted. Plain Python."""

from dataclasses import dataclass

from courseware.grading.item_statistics import Sample, proportion


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
        found = proportion(self.right, self.total)
        return (found.low, found.high) if found else (0.0, 1.0)

    @property
    def is_small(self) -> bool:
        """True when there are too few answers for the share to say much."""
        return Sample.of(self.total) is Sample.TOO_FEW

    def overlaps(self, other: "Share") -> bool:
        """Return whether the two intervals have a share in common."""
        return self.interval[0] <= other.interval[1] and other.interval[0] <= self.interval[1]
