"""Two to sixteen hosts compared: what all offer to guests, what each loses, how to migrate.

``compare(entries)`` returns a ``Comparison``. Plain Python, like the rest of ``cpuinfo``.
"""

from courseware.cpuinfo.comparison.comparing import (
    MAX_HOSTS,
    MIN_HOSTS,
    ComparedHost,
    Comparison,
    Entry,
    compare,
)
from courseware.cpuinfo.comparison.losses import Kind, Loss
from courseware.cpuinfo.comparison.migration import Migration, Verdict
from courseware.cpuinfo.comparison.recommending import Recommendation, Removal

__all__ = [
    "MAX_HOSTS",
    "MIN_HOSTS",
    "ComparedHost",
    "Comparison",
    "Entry",
    "Kind",
    "Loss",
    "Migration",
    "Recommendation",
    "Removal",
    "Verdict",
    "compare",
]
