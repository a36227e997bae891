"""The narrow way from a question about a machine's text to those who can read such texts.

Grading knows nothing of /proc/cpuinfo: the product hands it an examiner (see ``use``), which is
asked once, while an author's file is read. What it said is stored with the question, so that
grading stays pure and an old revision keeps its key.
"""

from collections.abc import Callable
from dataclasses import dataclass

# What a text may do with what is asked
SHOWN, ABSENT, UNKNOWN = "shown", "absent", "unknown"


@dataclass(frozen=True)
class Reading:
    """A text to read and what answers the question about it.

    ``dump`` is shown as it is; ``accept`` are the right answers, the first to be shown as such;
    ``wrong`` are foreseen wrong answers, each with what to tell. The same in two steps: ``verdict``
    is SHOWN, ABSENT or UNKNOWN; where it is SHOWN, ``evidence`` are the flags and lines that tell
    so, the first to be shown; ``reason`` says why.
    """

    dump: str
    accept: tuple[str, ...]
    wrong: tuple[tuple[tuple[str, ...], str], ...]
    verdict: str
    evidence: tuple[str, ...]
    reason: str


class NoSuchReading(Exception):
    """There is no such text or question. ``key`` is the front matter key that is wrong."""

    def __init__(self, key: str, message: str) -> None:
        self.key = key
        super().__init__(message)


Examiner = Callable[[str, str], Reading]  # (sample, ask); raises NoSuchReading
_examiners: list[Examiner] = []


def use(examiner: Examiner) -> None:
    """Make an examiner known; the newest counts."""
    _examiners[:] = [examiner]


def examine(sample: str, ask: str) -> Reading:
    """Return the reading of a sample. Raises NoSuchReading, also when nobody can read."""
    if not _examiners:
        raise NoSuchReading("type", "この種類の問題を読むしくみが組み込まれていません。")
    return _examiners[0](sample, ask)
