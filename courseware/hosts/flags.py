"""The explained flags for the pages: all of them in groups, and those that a search finds."""

import re
from dataclasses import dataclass
from functools import cache

from courseware.cpuinfo.knowledge import Flag, Group, Line, Span, flags, groups, lines, named, span
from courseware.grading.folding import fold

# What people type, to the word of the texts (both folded).
_SYNONYMS = {
    "入レ子ノ": "ネストシタ",
    "入レ子": "ネスト",
    "葉": "リーフ",
    "サイドチャネル": "投機",
    "サイドチャンネル": "投機",
}
_SEPARATORS = re.compile(r"[-_. ]")  # of names: tsc_deadline_timer here is tsc-deadline in QEMU


@dataclass(frozen=True)
class FlagGroup:
    """A group with the flags of one line in it."""

    group: Group
    flags: tuple[Flag, ...]


@dataclass(frozen=True)
class FlagLine:
    """A line of /proc/cpuinfo with its flags in groups."""

    line: Line
    groups: tuple[FlagGroup, ...]

    @property
    def total(self) -> int:
        """Return how many flags the line may print."""
        return sum(len(group.flags) for group in self.groups)


@dataclass(frozen=True)
class Explanation:
    """One flag as its page tells it, with the words for what is not text in the data."""

    flag: Flag
    line: Line
    group: Group
    releases: str  # which Linux releases print it


@cache
def catalogue() -> tuple[FlagLine, ...]:
    """Return every line with its groups and flags."""
    return tuple(FlagLine(line, _groups(line.family)) for line in lines())


def _groups(family: str) -> tuple[FlagGroup, ...]:
    members = {
        group: tuple(flag for flag in flags(family).values() if flag.group == group.key)
        for group in groups()
    }
    return tuple(FlagGroup(group, found) for group, found in members.items() if found)


def total() -> int:
    """Return how many flags are explained."""
    return sum(line.total for line in catalogue())


def search(query: str) -> tuple[Flag, ...]:
    """Return the flags that have all words of the query, best first.

    Width, case and kana do not matter, nor do "-", "_" and "." in names, nor some other words for
    the same. A flag with the query as
    its name comes first, then names that begin with it, names that have it, and texts that do.
    """
    words = [_synonym(word) for word in fold(query).split()]
    if not words:
        return ()
    whole = _squeezed("".join(words))
    ranked = []
    for place, (flag, name, text) in enumerate(_index()):
        if all(word in text or (_squeezed(word) or word) in name for word in words):
            ranked.append((_rank(name, whole), place, flag))
    return tuple(flag for _, _, flag in sorted(ranked, key=lambda found: found[:2]))


def _synonym(word: str) -> str:
    for typed, written in _SYNONYMS.items():
        word = word.replace(typed, written)
    return word


def _rank(name: str, query: str) -> int:
    if name == query:
        return 0
    return 1 if name.startswith(query) else 2 if query in name else 3


@cache
def _index() -> tuple[tuple[Flag, str, str], ...]:
    return tuple(
        (flag, _squeezed(fold(flag.name)), fold(_words(flag)))
        for line in lines()
        for flag in flags(line.family).values()
    )


def _words(flag: Flag) -> str:
    parts = (flag.name, flag.english, flag.title, flag.text, flag.guests, flag.since)
    return "\n".join((*parts, *flag.more, flag.absent, flag.check))


def _squeezed(text: str) -> str:
    return _SEPARATORS.sub("", text)


def explanations(name: str) -> tuple[Explanation, ...]:
    """Return what is told of a name, for each line that prints it; none for an unknown name."""
    line_of = {line.family: line for line in lines()}
    group_of = {group.key: group for group in groups()}
    return tuple(
        Explanation(flag, line_of[flag.family], group_of[flag.group], _releases(flag))
        for flag in named(name)
    )


def _releases(flag: Flag) -> str:
    found = span(flag)
    return _told(found) if found else "配布元が手を加えたカーネルだけが表示します。"


def _told(found: Span) -> str:
    if found.before:
        begin = f"{found.before} にはなく、{found.first} にはあります。"
    else:
        begin = f"調べた中で最も古い {found.first} にもあります。"
    end = f"{found.last} まではあり、{found.after} にはありません。" if found.after else ""
    return begin + end
