"""Read /proc/cpuinfo text and say what it shows, what it does not, and what to type next.

``parse(text)`` returns a ``Host`` and raises on no text (``parse_all`` returns one for each machine
in it); ``report(host)`` returns a ``Report``. ``without_serials(text)`` is a text fit to be stored.
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
from courseware.cpuinfo.parsing import parse, parse_all
from courseware.cpuinfo.privacy import without_serials
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
    "parse_all",
    "report",
    "sample",
    "samples",
    "without_serials",
]
