"""What every architecture's reader shares."""

from collections.abc import Callable
from dataclasses import dataclass

from courseware.cpuinfo.blocks import Blocks
from courseware.cpuinfo.knowledge import flag
from courseware.cpuinfo.model import (
    Block,
    Certainty,
    Entry,
    Evidence,
    Fact,
    FlagSet,
    Host,
    clip,
    unknown,
)


@dataclass(frozen=True)
class Reader:
    """How one architecture's text is recognized and read.

    ``score`` counts the marks that only this architecture's text bears (0: not this one).
    """

    family: str
    label: str
    explained: bool
    known_keys: frozenset[str]
    score: Callable[[list[Block]], int]
    read: Callable[[Blocks], Host]


def read_text(entry: Entry | None, note: str = "") -> Fact[str]:
    """Return an entry's value as a fact that was read, or unknown."""
    if entry is None:
        return unknown(note)
    return Fact(clip(entry.value), Certainty.READ, (entry.evidence,))


def first(blocks: list[Block], *keys: str) -> Entry | None:
    """Return the first entry with one of the keys, in any block."""
    for block in blocks:
        entry = block.get(*keys)
        if entry is not None:
            return entry
    return None


def cpu_blocks(blocks: list[Block], *marks: str) -> list[Block]:
    """Return the blocks that stand for a logical CPU.

    Those with a ``processor`` number; when there are none (a cut or filtered text), those
    with one of the marks.
    """
    numbered = [block for block in blocks if _is_number(block.get("processor"))]
    return numbered or [block for block in blocks if block.get(*marks)]


def count_threads(blocks: list[Block], cut: bool) -> Fact[int]:
    """Return the number of logical CPUs, from the ``processor`` lines."""
    entries = [entry for block in blocks if _is_number(entry := block.get("processor"))]
    if not entries:
        return unknown("processor 行がありません。")
    evidence = tuple(entry.evidence for entry in (entries[0], entries[-1])[: len(entries)] if entry)
    note = "稼働中 (online) の論理 CPU の数です。"
    if cut:
        note += "本文が途中で切れているため、実際はもっと多いかもしれません。"
    return Fact(len(entries), Certainty.READ, evidence, note)


def read_flags(blocks: list[Block], key: str, cut_lines: set[int]) -> FlagSet:
    """Return the flags of all CPUs. A line that may be cut takes no part in ``common``."""
    seen: dict[str, frozenset[str]] = {}
    order: dict[str, None] = {}
    whole: set[frozenset[str]] = set()
    partial: set[frozenset[str]] = set()
    line = 0
    for block in blocks:
        entry = block.entries.get(key)
        if entry is None:
            continue
        line = line or entry.line
        if entry.value not in seen:
            words = _words(entry.value)
            order.update(dict.fromkeys(words))
            seen[entry.value] = frozenset(words)
        (partial if entry.line in cut_lines else whole).add(seen[entry.value])
    if not line:
        return FlagSet(key=key)
    common = frozenset.intersection(*(whole or partial))
    every = frozenset().union(*whole, *partial)
    return FlagSet(common, every - common, tuple(order), key, line, bool(whole))


def evidence_of(*entries: Entry | None) -> tuple[Evidence, ...]:
    """Return the evidence of those entries that are there."""
    return tuple(entry.evidence for entry in entries if entry)


def _is_number(entry: Entry | None) -> bool:
    return entry is not None and entry.value.isdecimal()


def _words(value: str) -> list[str]:
    """Return the flag names; a name that a terminal broke in two is put together again."""
    words: list[str] = []
    for part in value.removesuffix("...").removesuffix("…").split("\n"):
        following = part.split()
        if words and following and _is_broken(words[-1], following[0]):
            following[0] = words.pop() + following[0]
        words.extend(following)
    return words


def _is_broken(end: str, start: str) -> bool:
    return flag(end + start) is not None and (flag(end) is None or flag(start) is None)
