"""The sample texts that the site offers and the tests use."""

from dataclasses import dataclass
from functools import cache

from courseware.cpuinfo.knowledge import DATA, load


@dataclass(frozen=True)
class Sample:
    """A text to try. ``label`` and ``note`` are Japanese."""

    key: str
    label: str
    note: str
    text: str


@cache
def samples() -> tuple[Sample, ...]:
    """Return all samples, in the order in which they are offered."""
    return tuple(
        Sample(key, entry["label"], entry["note"], (DATA / "samples" / f"{key}.txt").read_text())
        for key, entry in load("samples/index.toml").items()
    )


def sample(key: str) -> Sample | None:
    """Return the sample of that key, or None."""
    return next((sample for sample in samples() if sample.key == key), None)
