"""The output of ``lscpu``, pasted instead of /proc/cpuinfo: recognized, so that it is not misread.

Its flags line looks like x86's on every architecture. Names: util-linux sys-utils/lscpu.c and
its Japanese translation po/ja.po.
"""

from courseware.cpuinfo.blocks import Blocks
from courseware.cpuinfo.model import Block, Host
from courseware.cpuinfo.readers.base import Reader, first

_MARKS = (
    ("architecture", "アーキテクチャ", "アーキテクチャー"),
    ("byte order", "バイト順序"),
    ("on-line cpu(s) list", "オンラインになっている cpu のリスト"),
    ("thread(s) per core", "コアあたりのスレッド数"),
    ("core(s) per socket", "ソケットあたりのコア数"),
    ("socket(s)", "ソケット数"),
)


def _score(blocks: list[Block]) -> int:
    return sum(first(blocks, *names) is not None for names in _MARKS)


def _read(found: Blocks) -> Host:
    return Host(family=READER.family, family_label=READER.label)


READER = Reader("lscpu", "lscpu の出力", False, frozenset(), _score, _read)
