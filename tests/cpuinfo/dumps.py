"""The texts of all example machines: the site's samples, and those in ``samples/``.

Each file of ``samples/`` begins with lines of comment, "# ", that say how it was made. They are
no part of the text.
"""

from itertools import dropwhile
from pathlib import Path

from courseware.cpuinfo import samples

HERE = Path(__file__).parent / "samples"


def _without_comment(text: str) -> str:
    return "".join(dropwhile(lambda line: line.startswith("# "), text.splitlines(keepends=True)))


TEXTS = {path.stem: _without_comment(path.read_text()) for path in sorted(HERE.glob("*.txt"))} | {
    sample.key: sample.text for sample in samples()
}
