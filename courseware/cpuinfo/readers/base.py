"""What every architecture's reader shares."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from courseware.cpuinfo.blocks import Blocks
from courseware.cpuinfo.knowledge import flag, is_part_of_a_name
from courseware.cpuinfo.model import (
    Block,
    Certainty,
    CoreType,
    Entry,
    Evidence,
    Fact,
    FlagSet,
    Host,
    clip,
    unknown,
)
from courseware.cpuinfo.texts import listing, say

_GAPS_LISTED = 8
_NUMBER_DIGITS = 6


@dataclass(frozen=True)
class Reader:
    """How one architecture's text is recognized and read.

    ``score`` counts the marks that only this architecture's text bears (0: not this one).
    """

    family: str
    known_keys: frozenset[str]
    score: Callable[[list[Block]], int]
    read: Callable[[Blocks], Host]
    numbered_keys: re.Pattern[str] | None = None  # such as "cache0"

    def knows(self, key: str) -> bool:
        """Say whether the architecture's text has lines with that key."""
        return key in self.known_keys or bool(
            self.numbered_keys and self.numbered_keys.fullmatch(key)
        )


def number(value: str) -> int | None:
    """Return a value as a decimal number of ordinary size, or None."""
    if value.isascii() and value.isdecimal() and len(value) <= _NUMBER_DIGITS:
        return int(value)
    return None


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
    numbered = [block for block in blocks if block.value("processor").isdecimal()]
    return numbered or [block for block in blocks if block.get(*marks)]


def count_threads(blocks: list[Block], cut: bool) -> Fact[int]:
    """Return the number of logical CPUs, from the ``processor`` lines."""
    numbered = [block for block in blocks if block.value("processor").isdecimal()]
    if not numbered:
        return unknown(say("reading.no_processor"))
    ends = [numbered[0], numbered[-1]][: len(numbered)]
    evidence = evidence_of(*(block.get("processor") for block in ends))
    note = say("reading.threads_cut" if cut else "reading.threads")
    return Fact(len(numbered), Certainty.READ, evidence, note)


def gaps(blocks: list[Block]) -> tuple[str, ...]:
    """Return a warning when numbers are left out between the ``processor`` lines."""
    numbers = {found for block in blocks if (found := number(block.value("processor"))) is not None}
    if not numbers or len(numbers) == max(numbers) + 1:
        return ()
    missing: list[str] = []
    candidate = 0
    while len(missing) <= _GAPS_LISTED and candidate < max(numbers):
        if candidate not in numbers:
            missing.append(str(candidate))
        candidate += 1
    shown = listing(missing[:_GAPS_LISTED]) + "…" * (len(missing) > _GAPS_LISTED)
    return (say("reading.gaps", numbers=shown),)


def core_types(cpus: list[Block], *keys: str) -> tuple[CoreType, ...]:
    """Return the kinds of CPU, told apart by the first of the keys that has a value."""
    kinds: dict[str, list[Block]] = {}
    for cpu in cpus:
        name = next(filter(None, map(cpu.value, keys)), "")
        kinds.setdefault(name, []).append(cpu)
    return tuple(
        CoreType(
            clip(name) if name else say("reading.no_model_name"),
            len(members),
            next(iter(evidence_of(members[0].get(*keys))), None),
        )
        for name, members in kinds.items()
    )


def read_flags(
    blocks: list[Block],
    key: str,
    cut_lines: set[int],
    words: Callable[[str], list[str]] | None = None,
) -> FlagSet:
    """Return the flags of all CPUs. A line that may be cut takes no part in ``common``.

    A line may also be cut when its last word is no name, but the beginning of one: that word is
    left out.
    """
    words = words or flag_words
    seen: dict[str, tuple[frozenset[str], bool]] = {}
    order: dict[str, None] = {}
    whole: set[frozenset[str]] = set()
    partial: set[frozenset[str]] = set()
    line = 0
    for block in blocks:
        found = block.lines.get(key)
        if found is None:
            continue
        value, number = found
        line = line or number
        if value not in seen:
            names = words(value)
            is_cut = bool(names) and is_part_of_a_name(names[-1])
            names = names[:-1] if is_cut else names
            order.update(dict.fromkeys(names))
            seen[value] = frozenset(names), is_cut
        names_here, is_cut = seen[value]
        (partial if is_cut or number in cut_lines else whole).add(names_here)
    if not line:
        return FlagSet(key=key)
    common = frozenset.intersection(*(whole or partial))
    every = frozenset().union(*whole, *partial)
    return FlagSet(common, every - common, tuple(order), key, line, bool(whole))


def evidence_of(*entries: Entry | None) -> tuple[Evidence, ...]:
    """Return the evidence of those entries that are there."""
    return tuple(entry.evidence for entry in entries if entry)


def flag_words(value: str) -> list[str]:
    """Return the flag names; a name that a terminal broke in two is put together again."""
    words: list[str] = []
    for part in value.split("\n"):
        following = part.split()
        if words and following and _is_broken(words[-1], following[0]):
            following[0] = words.pop() + following[0]
        words.extend(following)
    return words


def _is_broken(end: str, start: str) -> bool:
    return flag(end + start) is not None and (flag(end) is None or flag(start) is None)
