"""From lines to blocks of ``key : value`` entries, one block for each logical CPU."""

import re
from dataclasses import dataclass, field

from courseware.cpuinfo.model import Block, Entry, Limits, UnreadLine, clip

# Keys whose values name one machine or one chip. Their values never leave this module.
_SERIAL_KEYS = frozenset({"serial", "serial number", "cpu serial", "uuid", "ppin", "psn", "uid"})
# Words of a flags line, also when a terminal has wrapped it.
_FLAG_WORDS = re.compile(r"\s*[a-z0-9_]+(?:\s+[a-z0-9_]+)*\s*")
_FLAG_KEYS = ("flags", "features", "vmx flags", "bugs")
_COMMAND = re.compile(r"(?:sudo\s)?(?:cat|less|more|head|tail|grep|egrep|ssh|adb|exit)\s", re.I)
_PROMPT_CHARACTERS = 300
_ELLIPSIS = re.compile(r"(?:\.{3}|…)\s*$")


@dataclass
class Blocks:
    """The blocks of one machine and what could not be read."""

    blocks: list[Block] = field(default_factory=list)
    unread: list[UnreadLine] = field(default_factory=list)
    unread_total: int = 0
    removed_lines: list[int] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    cut_lines: set[int] = field(default_factory=set)  # entries whose value may be incomplete
    empty: bool = True


def split(lines: list[str], limits: Limits, ends_cut: bool) -> Blocks:
    """Return the blocks of the first machine in the lines. Time is linear in the text.

    ``ends_cut`` says that the text goes on beyond the last line.
    """
    return _Splitter(lines, limits).run(ends_cut)


class _Splitter:
    def __init__(self, lines: list[str], limits: Limits) -> None:
        self._lines = lines
        self._limits = limits
        self._result = Blocks()
        self._block = Block()
        self._last: Entry | None = None
        self._wrapped: list[str] = []  # further lines of the last entry, joined when it ends
        self._processors: set[str] = set()

    def run(self, ends_cut: bool) -> Blocks:
        for number, line in enumerate(self._lines, start=1):
            if not line or line.isspace():
                continue
            self._result.empty = False
            if not self._read(number, line):
                break
        self._end_entry()
        self._mark_cut_end(ends_cut)
        return self._result

    def _read(self, number: int, line: str) -> bool:
        """Take one line; return False when another machine's text begins here."""
        key, colon, value = line.partition(":")
        if (not colon or "@" in key or "$" in key or "#" in key[1:]) and self._is_around_the_text(
            line
        ):
            self._end_entry()
            self._last = None
            return True
        if not colon:
            return self._continue(number, line)
        key = " ".join(key.split()).lower()
        value = value.strip()
        if key in _SERIAL_KEYS:
            self._result.removed_lines.append(number)
            return True
        if not key or len(key) > 40:
            self._unread(
                number, line, "項目名がありません。" if not key else "項目名が長すぎます。"
            )
            return True
        return self._add(Entry(key, value, number))

    def _is_around_the_text(self, line: str) -> bool:
        """Say whether the line is a shell prompt or command, not part of the file."""
        head = line[:_PROMPT_CHARACTERS].strip()
        if _COMMAND.match(head):
            return True
        ends = [position for mark in "$#%>" if (position := head.find(mark)) >= 0]
        if not ends:
            return False
        before, after = head[: min(ends)].rstrip(), head[min(ends) + 1 :].lstrip()
        is_prompt = "@" in before or before.startswith(("[", "(", "~", "/")) or not before
        return is_prompt and (not after or bool(_COMMAND.match(after + " ")))

    def _continue(self, number: int, line: str) -> bool:
        """A line without a colon: the rest of a wrapped flags line, or not understood."""
        last = self._last
        if last is None or last.key not in _FLAG_KEYS or not _FLAG_WORDS.fullmatch(line):
            if _ELLIPSIS.search(line[-10:]) and last is not None:
                self._result.cut_lines.add(last.line)
            self._unread(number, line, "「項目 : 値」の形をしていません。")
            return True
        self._wrapped.append(line.strip())
        return True

    def _end_entry(self) -> None:
        """Give the last entry the lines that followed it."""
        last = self._last
        if last is not None and self._wrapped:
            value = "\n".join([last.value, *self._wrapped])
            self._last = self._block.entries[last.key] = Entry(last.key, value, last.line)
        self._wrapped = []

    def _add(self, entry: Entry) -> bool:
        self._end_entry()
        starts_cpu = entry.key == "processor" and entry.value.isdecimal()
        if starts_cpu and entry.value in self._processors:
            self._result.warnings.append(
                f"{entry.line} 行目で processor {clip(entry.value)} がもう一度現れます。"
                "別のマシンの本文とみて、その手前までを読みました。"
            )
            return False
        if starts_cpu or entry.key in self._block.entries or not self._result.blocks:
            if len(self._result.blocks) >= self._limits.max_blocks:
                self._result.warnings.append(
                    f"論理 CPU が上限の {self._limits.max_blocks} を超えたため、"
                    f"{entry.line} 行目から先は読んでいません。"
                )
                return False
            self._block = Block()
            self._result.blocks.append(self._block)
        if starts_cpu:
            self._processors.add(entry.value)
        self._block.entries[entry.key] = entry
        self._last = entry
        if _ELLIPSIS.search(entry.value[-10:]):
            self._result.cut_lines.add(entry.line)
        return True

    def _mark_cut_end(self, ends_cut: bool) -> None:
        """A list of flags that ends the text without a line end may have been cut there."""
        last = self._last
        if last is None or last.key not in _FLAG_KEYS:
            return
        is_last_line = last.line + last.value.count("\n") == len(self._lines)
        if is_last_line or (ends_cut and not any(self._lines[last.line :])):
            self._result.cut_lines.add(last.line)

    def _unread(self, number: int, line: str, reason: str) -> None:
        self._result.unread_total += 1
        if len(self._result.unread) < self._limits.max_unread:
            self._result.unread.append(UnreadLine(number, clip(line.strip()), reason))
