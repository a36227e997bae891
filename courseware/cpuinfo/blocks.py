"""From lines to blocks of ``key : value`` lines, one block for each logical CPU."""

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from courseware.cpuinfo.model import Block, Limits, UnreadLine, clip
from courseware.cpuinfo.privacy import is_serial, without_names
from courseware.cpuinfo.texts import say

# Words of a flags line, also when a terminal has wrapped it.
_FLAG_WORDS = re.compile(r"\s*+[a-z0-9_]++(?:\s++[a-z0-9_]++)*+\s*+")
_FLAG_KEYS = ("flags", "フラグ", "features", "vmx flags", "bugs", "facilities", "isa", "cpucaps")
_COMMAND = re.compile(
    r"(?:sudo\s)?(?:cat|less|more|head|tail|grep|egrep|ssh|adb|wsl|lscpu|virsh|exit)\s", re.I
)
# user@host:~$, [user@host ~]# and the like, up to the sign that ends the prompt
_USER_AT_HOST = re.compile(r"(?:\([\w.-]+\) ?)?\[?[\w.+-]+@[\w.-]+(?:[ :][\w~/.-]*)?\]?")
# bash-5.1$, host1#, PS C:\Users\me> and C:\>
_HOST_ALONE = re.compile(r"[\w.-]{1,60}|(?:PS )?[A-Za-z]:\\[^<>:\"|?*]*")
_ARROWS = ("❯", "➜")  # of zsh's themes
_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})\s*\w*\s*")  # of Markdown
_PAGER = re.compile(r"\s*(?:--\s?More\s?--.*|--続ける--.*|\(END\)|lines \d+-\d+.*)\s*", re.I)
_PROMPT_CHARACTERS = 300
_KEY_CHARACTERS = 40
# What a person, an editor or a pager writes for what it leaves out.
_LEFT_OUT = (
    r"(?:[\[(<【]?(?:\.{3,}|[…⋯]+|・{2,}|"
    r"\b(?:snip|omitted|truncated)\b|(?:以下|以降|中|後)?(?:省略|略))[\])>】]?)"
)
_ELLIPSIS_ENDS = ".…⋯・)]>】略pd "
_ELLIPSIS = re.compile(rf"{_LEFT_OUT}\s*$", re.I)
# In a list of flags, also between the words; and the mark of "less -S" at the screen's edge.
_ELLIPSIS_IN_LIST = re.compile(rf"(?<!\S){_LEFT_OUT}(?!\S)|{_LEFT_OUT}\s*$|>\s*$", re.I)
_SCREEN_COLUMNS = 80
# Keys that count a machine's CPUs, each architecture its own: a second one, or the same again,
# is another machine's.
_COUNTS = frozenset({"processor", "# processors", "ncpus probed"})
# A key that one machine's text has once; seen again, another machine's text has begun.
_ONCE = frozenset({"# processors", "ncpus probed", "on-line cpu(s) list"})
_OPENS = "system type"  # stands before the CPUs (LoongArch, MIPS)
_ENDS = frozenset({"hardware", "timebase", "revision"})  # in a block after the CPUs (ARM, POWER)


@dataclass
class Blocks:
    """The blocks of one machine and what could not be read."""

    blocks: list[Block] = field(default_factory=list)
    unread: list[UnreadLine] = field(default_factory=list)
    unread_total: int = 0
    removed_lines: list[int] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    cut_lines: set[int] = field(default_factory=set)  # entries whose value may be incomplete


class _Kind(Enum):
    BLANK = 0
    ENTRY = 1
    AROUND = 2  # a shell prompt or command, not part of the file
    SERIAL = 3
    NO_KEY = 4
    LONG_KEY = 5
    WORDS = 6  # no colon: the rest of a wrapped flags line, or not understood


class _Line(NamedTuple):
    """What a line is, wherever it stands: equal lines are classified once."""

    kind: _Kind
    key: str = ""
    value: str = ""
    once: bool = False  # such a line begins a CPU or a machine, if it is there again
    cut: bool = False
    at_edge: bool = False  # a list of flags that ends where a screen does
    text: str = ""  # as it may be shown
    private: bool = False  # something that names one machine was removed


_BLANK = _Line(_Kind.BLANK)


def split(lines: list[str], limits: Limits, ends_cut: bool) -> list[Blocks]:
    """Return the blocks of each machine in the lines. Time is linear in the text.

    There is at least one machine unless all lines are blank. ``ends_cut`` says that the text
    goes on beyond the last line.
    """
    return _Splitter(lines, limits).run(ends_cut)


class _Splitter:
    def __init__(self, lines: list[str], limits: Limits) -> None:
        self._lines = lines
        self._limits = limits
        self._machines: list[Blocks] = []
        self._result = Blocks()
        self._block = Block()
        self._last: _Line | None = None  # the entry read last, and its number
        self._last_number = 0
        self._counted_by = ""  # the key of this machine that is in _COUNTS
        self._blank = 0  # number of the last blank line
        self._wrapped: list[str] = []  # further lines of the last entry, joined when it ends
        self._seen: set[tuple[str, str]] = set()  # what may come only once in one machine

    def run(self, ends_cut: bool) -> list[Blocks]:
        kinds: dict[str, _Line] = {}
        for number, line in enumerate(self._lines, start=1):
            found = kinds.get(line)
            if found is None:
                found = kinds[line] = _classify(line)
            kind = found.kind
            if kind is _Kind.BLANK:
                self._blank = number
                continue
            if not self._machines:
                self._machines.append(self._result)
            if kind is not _Kind.ENTRY:
                self._read_other(number, found)
            elif not self._add(number, found):
                break
        self._end_entry()
        self._mark_cut_end(ends_cut)
        return self._machines

    def _read_other(self, number: int, line: _Line) -> None:
        """Take a line that is no ``key : value``."""
        if line.kind is _Kind.AROUND:
            self._end_entry()
            self._last = None
        elif line.kind is _Kind.SERIAL:
            self._result.removed_lines.append(number)
        elif line.kind is _Kind.WORDS:
            self._continue(number, line)
        else:
            key = "no_key" if line.kind is _Kind.NO_KEY else "long_key"
            self._unread(number, line.text, say(f"reading.{key}"))

    def _continue(self, number: int, line: _Line) -> None:
        """A line without a colon: the rest of a wrapped flags line, or not understood."""
        last = self._last
        text = _ELLIPSIS_IN_LIST.sub(" ", line.text).strip()
        is_cut = text != line.text
        if is_cut and last is not None:
            self._result.cut_lines.add(self._last_number)
        if is_cut and not text:
            return
        if last is None or last.key not in _FLAG_KEYS or not _FLAG_WORDS.fullmatch(text):
            self._unread(number, line.text, say("reading.no_colon"))
            return
        self._wrapped.append(text)
        if last.at_edge and not is_cut and not last.cut:
            self._result.cut_lines.discard(self._last_number)

    def _end_entry(self) -> None:
        """Give the last entry the lines that followed it."""
        if self._wrapped and self._last is not None:
            value = "\n".join([self._last.value, *self._wrapped])
            self._last = self._last._replace(value=value)
            self._block.lines[self._last.key] = (value, self._last_number)
        self._wrapped = []

    def _add(self, number: int, line: _Line) -> bool:
        """Take a ``key : value`` line; return False when a limit is reached."""
        if self._wrapped:
            self._end_entry()
        if line.once and not self._begin(number, line):
            return False
        key = line.key
        if (key in self._block.lines or not self._result.blocks) and not self._open(number):
            return False
        self._block.lines[key] = (line.value, number)
        self._last, self._last_number = line, number
        if line.cut or line.at_edge:
            self._result.cut_lines.add(number)
        if line.private:
            self._result.removed_lines.append(number)
        return True

    def _begin(self, number: int, line: _Line) -> bool:
        """Begin a CPU, or a machine when this one has that line; False at a limit."""
        if line.key == _OPENS:
            return self._open(number)
        mark = (line.key, line.value if line.key == "processor" else "")
        if self._is_of_another(mark):
            if len(self._machines) >= self._limits.max_machines:
                warning = say("reading.too_many_machines", most=self._limits.max_machines)
                self._machines[0].warnings.append(warning)
                return False
            ahead = self._take_ahead()
            self._result = Blocks(blocks=[ahead] if ahead.lines else [])
            self._machines.append(self._result)
            self._block = ahead
            self._seen = set()
            self._counted_by = ""
        self._seen.add(mark)
        if line.key in _COUNTS:
            self._counted_by = line.key
        # A machine's first lines, before its CPUs, are in a block of their own.
        return line.key != "processor" or self._open(number)

    def _is_of_another(self, mark: tuple[str, str]) -> bool:
        """Say whether such a line begins another machine's text."""
        key = mark[0]
        return mark in self._seen or (key in _COUNTS and self._counted_by not in ("", key))

    def _take_ahead(self) -> Block:
        """Take away what stands before the first CPU of the machine that begins.

        That is the last block, or its lines since the last blank line, as far as nothing in
        them belongs to the machine before.
        """
        lines = self._block.lines
        if not lines.keys() & {*_COUNTS, *_ENDS} and len(self._result.blocks) > 1:
            return self._result.blocks.pop()
        ahead = {key: found for key, found in lines.items() if found[1] > self._blank}
        if len(ahead) == len(lines) or ahead.keys() & {*_COUNTS, *_ENDS}:
            return Block()
        for key in ahead:
            del lines[key]
        return Block(ahead)

    def _open(self, number: int) -> bool:
        """Begin a block; return False when there are as many as may be."""
        if len(self._result.blocks) >= self._limits.max_blocks:
            warning = say("reading.too_many_cpus", most=self._limits.max_blocks, line=number)
            self._result.warnings.append(warning)
            return False
        self._block = Block()
        self._result.blocks.append(self._block)
        return True

    def _mark_cut_end(self, ends_cut: bool) -> None:
        """A list of flags that ends the text without a line end may have been cut there."""
        last = self._last
        if last is None or last.key not in _FLAG_KEYS:
            return
        number = self._last_number
        is_last_line = number + last.value.count("\n") == len(self._lines)
        if is_last_line or (ends_cut and not any(self._lines[number:])):
            self._result.cut_lines.add(number)

    def _unread(self, number: int, text: str, reason: str) -> None:
        self._result.unread_total += 1
        if len(self._result.unread) < self._limits.max_unread:
            self._result.unread.append(UnreadLine(number, clip(text), reason))


def _classify(line: str) -> _Line:
    if not line or line.isspace():
        return _BLANK
    key, colon, value = line.partition(":")
    if not colon and _PAGER.fullmatch(line):
        return _BLANK
    may_be_prompt = not colon or "@" in key or "$" in key or "#" in key[1:] or value[:1] == "\\"
    if may_be_prompt and _is_around_the_text(line):
        return _Line(_Kind.AROUND)
    key = " ".join(key.split()).lower()
    if colon and is_serial(key):
        return _Line(_Kind.SERIAL)
    shown = without_names(line)
    cut = line[-1] in _ELLIPSIS_ENDS and bool(_ELLIPSIS.search(line[-10:]))
    if not colon:
        return _Line(_Kind.WORDS, text=shown.strip())
    if not key or len(key) > _KEY_CHARACTERS:
        return _Line(_Kind.LONG_KEY if key else _Kind.NO_KEY, text=shown.strip())
    is_private = shown != line
    if is_private:
        key, _, value = shown.partition(":")
        key = " ".join(key.split()).lower()
    value, at_edge = value.strip(), False
    if key in _FLAG_KEYS:
        listed = _ELLIPSIS_IN_LIST.sub(" ", value)
        value, cut = listed.strip(), cut or listed != value
        at_edge = _SCREEN_COLUMNS in (len(line), len(line.expandtabs()))
    once = (key == "processor" and value.isdecimal()) or key in _ONCE or key == _OPENS
    return _Line(_Kind.ENTRY, key, value, once, cut, at_edge, private=is_private)


def _is_around_the_text(line: str) -> bool:
    """Say whether the line is a shell prompt or command, not part of the file."""
    head = line[:_PROMPT_CHARACTERS].strip()
    if _COMMAND.match(head) or _FENCE.fullmatch(head) or head.startswith(_ARROWS):
        return True
    ends = [position for mark in "$#%>" if (position := head.find(mark)) >= 0]
    if not ends:
        return False
    before, after = head[: min(ends)].rstrip(), head[min(ends) + 1 :].lstrip()
    if _USER_AT_HOST.fullmatch(before):
        return True  # whatever was typed
    is_command = bool(_COMMAND.match(after + " "))
    if _HOST_ALONE.fullmatch(before) and (is_command or (not after and head[-1] in "$#")):
        return True
    is_prompt = before.startswith(("[", "(", "~", "/")) or not before
    return is_prompt and (not after or is_command)
