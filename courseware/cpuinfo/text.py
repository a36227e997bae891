"""From bytes or text, however damaged on the way here, to lines that can be read."""

import html
import re
from dataclasses import dataclass
from itertools import pairwise

from courseware.cpuinfo.model import Limits
from courseware.cpuinfo.texts import say

# Each pattern starts at a rare character and stops at the next one: the time is linear.
_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*+[ -/]*+[@-~]|\][^\x07\x1b]*+(?:\x07|\x1b\\)?"
    r"|[()][0-9A-Za-z]|[=>78cDEHMNOZ])"
)
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\t\n"))
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]"
)
_TAG = re.compile(
    r"</?(?:pre|code|span|br|p|div|td|th|tr|tbody|thead|table|ul|ol|li|font)"
    r"(?:\s[^<>]{0,200})?/?>",
    re.I,
)
# Tags that end a line, where no line end follows; and those between two cells of a row.
_END_TAG = re.compile(r"(?:</(?:tr|p|div|li)\s{0,9}>|<br\s{0,9}/?>)(?![ \t]{0,99}(?:\n|\Z))", re.I)
_CELLS = re.compile(
    r":?[ \t]{0,99}</t[dh]>[ \t]{0,99}<t[dh](?:\s[^<>]{0,200})?>[ \t]{0,99}:?", re.I
)
# Character for character: NFKC would write some characters as eighteen, past the limits.
_HALF_WIDTH = {0xFF00 + code: 0x20 + code for code in range(1, 0x5F)} | {0x3000: " "}
# What cat -n, grep -n, less -N and editors put before a line; and mail before a quoted one.
_NUMBERED = re.compile(r"\s{0,20}(\d{1,7})(?:[:|.)\t]|\s{1,4}[|:]?)\s?")
_FILE_NAME = re.compile(r"[\w./~-]{0,100}cpuinfo[\w.-]{0,60}:(?:\d{1,7}:)?", re.I)
_QUOTED = re.compile(r"\s?(?:>|\|)\s?")
_MARGINS = {
    _QUOTED: "removed_quote_marks",
    _NUMBERED: "removed_line_numbers",
    _FILE_NAME: "removed_file_names",
}
_LINES_LOOKED_AT = 60
# A line of "lscpu -J": its name or its value, which stand on lines of their own.
_JSON_LINE = re.compile(r'\s*"(field|data)"\s*:\s*(?:"(.*)"|null)\s*,?\s*')


@dataclass(frozen=True)
class Source:
    """Lines ready to read (``lines[0]`` is line 1), and what was done to get them."""

    lines: list[str]
    repairs: tuple[str, ...]
    warnings: tuple[str, ...]
    cut: bool  # the text was longer than the limits


def read(raw: str | bytes, limits: Limits) -> Source:
    """Return the lines of a text, with encodings, width and terminal codes mended.

    Never raises. A text over ``limits`` is cut, and a warning says so.
    """
    repairs: list[str] = []
    warnings: list[str] = []
    raw, cut = _cut(raw, limits.max_bytes)
    text = _decode(raw, repairs) if isinstance(raw, bytes) else raw
    text = _mend(text, repairs)
    lines = _of_json(_without_margins(text.split("\n"), repairs), repairs)
    if len(lines) > limits.max_lines:
        lines, cut = lines[: limits.max_lines], True
    if cut:
        warnings.append(say("reading.cut_at_limit"))
    return Source(lines, tuple(repairs), tuple(warnings), cut)


def _cut(raw: str | bytes, max_bytes: int) -> tuple[str | bytes, bool]:
    # A str is counted in characters first: encoding it only to measure would cost a copy.
    if len(raw) > max_bytes:
        return raw[:max_bytes], True
    return raw, False


def _decode(raw: bytes, repairs: list[str]) -> str:
    if raw and not raw.strip(b"\x00"):
        repairs.append(say("reading.only_nuls"))
        return ""
    if raw.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        repairs.append(say("reading.read_as_utf_32"))
        return raw.decode("utf-32", "replace")
    if raw.count(0) > len(raw) * 2 // 3:
        encoding = "utf-32-be" if raw[:3] == b"\x00\x00\x00" else "utf-32-le"
        repairs.append(say("reading.read_as_utf_32"))
        return raw.decode(encoding, "replace")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        repairs.append(say("reading.read_as_utf_16"))
        return raw.decode("utf-16", "replace")
    if raw.count(0) > len(raw) // 4:
        encoding = "utf-16-be" if raw[:1] == b"\x00" else "utf-16-le"
        repairs.append(say("reading.read_as_utf_16"))
        return raw.decode(encoding, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("cp932")
    except UnicodeDecodeError:
        repairs.append(say("reading.replaced_bytes"))
        return raw.decode("utf-8", "replace")
    repairs.append(say("reading.read_as_shift_jis"))
    return text


def _mend(text: str, repairs: list[str]) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x1b" in text:
        text = _ESCAPE.sub("", text)
        repairs.append(say("reading.removed_escapes"))
    if "<" in text:
        without_tags = _TAG.sub("", _END_TAG.sub("\n", _CELLS.sub(" : ", text)))
        if without_tags != text:
            text = without_tags
            repairs.append(say("reading.removed_tags"))
    if "&" in text:
        unescaped = html.unescape(text)
        if unescaped != text:
            # An entity can stand for a line end; the numbering of lines must not change.
            text = "\n".join(
                html.unescape(line).replace("\n", " ").replace("\r", " ")
                for line in text.split("\n")
            )
            repairs.append(say("reading.unescaped"))
    if not text.isascii():
        folded = text.translate(_HALF_WIDTH)
        if folded != text:
            repairs.append(say("reading.read_as_half_width"))
        text = folded
        return _CONTROL.sub("", text)
    raw = text.encode("ascii")
    clean = raw.translate(None, _CONTROLS)
    return text if len(clean) == len(raw) else clean.decode("ascii")


def _of_json(lines: list[str], repairs: list[str]) -> list[str]:
    """Return the JSON of ``lscpu -J`` as lscpu's own lines, each where its value is."""
    start = next((n for n, line in enumerate(lines[:_LINES_LOOKED_AT]) if '"lscpu"' in line), None)
    if start is None or not any(_JSON_LINE.fullmatch(line) for line in lines[start:][:10]):
        return lines
    repairs.append(say("reading.read_as_json"))
    found, field = list(lines), ""
    for number, line in enumerate(lines):
        match = _JSON_LINE.fullmatch(line)
        if match and match[1] == "field":
            field, found[number] = (match[2] or "").removesuffix(":"), ""
        elif match:
            found[number] = f"{field}: {match[2] or ''}"
        elif not line.strip(" \t{}[],") or '"lscpu"' in line or '"children"' in line:
            found[number] = ""
    return found


def _without_margins(lines: list[str], repairs: list[str]) -> list[str]:
    """Remove line numbers and quotation marks before the lines, when most lines have them."""
    looked_at = [line for line in lines[:_LINES_LOOKED_AT] if line and not line.isspace()]
    for margin, repair in _MARGINS.items():
        found = [match for line in looked_at if (match := margin.match(line))]
        if len(found) < (1 if margin is _FILE_NAME else 3) or len(found) < 0.9 * len(looked_at):
            continue
        if margin is _NUMBERED and not _counts_up([int(match[1]) for match in found]):
            continue
        lines = [margin.sub("", line, count=1) if margin.match(line) else line for line in lines]
        repairs.append(say(f"reading.{repair}"))
    return lines


def _counts_up(numbers: list[int]) -> bool:
    return all(left < right for left, right in pairwise(numbers))
