"""Read /proc/cpuinfo text and say what it shows, what it does not, and what to type next.

``parse(text)`` returns a ``Host`` and raises on no text; ``report(host)`` returns a ``Report``.
Plain Python: no Django, no other package of this project.
"""

from courseware.cpuinfo.model import (
    Certainty,
    CoreType,
    Evidence,
    Fact,
    Host,
    Limits,
    UnreadLine,
)
from courseware.cpuinfo.parsing import parse
from courseware.cpuinfo.reporting import Report, report
from courseware.cpuinfo.samples import Sample, sample, samples

__all__ = [
    "Certainty",
    "CoreType",
    "Evidence",
    "Fact",
    "Host",
    "Limits",
    "Report",
    "Sample",
    "UnreadLine",
    "parse",
    "report",
    "sample",
    "samples",
]
