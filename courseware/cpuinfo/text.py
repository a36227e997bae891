"""From bytes or text, however damaged on the way here, to lines that can be read."""

import html
import re
from dataclasses import dataclass

from courseware.cpuinfo.model import Limits

# Each pattern starts at a rare character and stops at the next one: the time is linear.
_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[()][0-9A-Za-z]|[=>78cDEHMNOZ])"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u2028-\u202e\ufeff]")
_TAG = re.compile(
    r"</?(?:pre|code|span|br|p|div|td|tr|tbody|table|font)(?:\s[^<>]{0,200})?/?>", re.I
)
# Character for character: NFKC would write some characters as eighteen, past the limits.
_HALF_WIDTH = {0xFF00 + code: 0x20 + code for code in range(1, 0x5F)} | {0x3000: " "}


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
    lines = text.split("\n")
    if len(lines) > limits.max_lines:
        lines, cut = lines[: limits.max_lines], True
    if cut:
        warnings.append("本文が上限より長いため、上限を超えた部分は読んでいません。")
    return Source(lines, tuple(repairs), tuple(warnings), cut)


def _cut(raw: str | bytes, max_bytes: int) -> tuple[str | bytes, bool]:
    # A str is counted in characters first: encoding it only to measure would cost a copy.
    if len(raw) > max_bytes:
        return raw[:max_bytes], True
    return raw, False


def _decode(raw: bytes, repairs: list[str]) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        repairs.append("UTF-16 の文字コードとして読みました。")
        return raw.decode("utf-16", "replace")
    if raw.count(0) > len(raw) // 4:
        encoding = "utf-16-be" if raw[:1] == b"\x00" else "utf-16-le"
        repairs.append("UTF-16 の文字コードとして読みました。")
        return raw.decode(encoding, "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("cp932")
    except UnicodeDecodeError:
        repairs.append("UTF-8 として読めない文字があり、置き換えました。")
        return raw.decode("utf-8", "replace")
    repairs.append("Shift_JIS の文字コードとして読みました。")
    return text


def _mend(text: str, repairs: list[str]) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\x1b" in text:
        text = _ESCAPE.sub("", text)
        repairs.append("端末の制御文字 (エスケープシーケンス) を取り除きました。")
    if "<" in text:
        without_tags = _TAG.sub("", text)
        if without_tags != text:
            text = without_tags
            repairs.append("HTML のタグを取り除きました。")
    if "&" in text:
        unescaped = html.unescape(text)
        if unescaped != text:
            # An entity can stand for a line end; the numbering of lines must not change.
            text = "\n".join(
                html.unescape(line).replace("\n", " ").replace("\r", " ")
                for line in text.split("\n")
            )
            repairs.append("HTML の文字参照 (&amp; など) を元の文字に戻しました。")
    if not text.isascii():
        folded = text.translate(_HALF_WIDTH)
        if folded != text:
            repairs.append("全角の英数字や記号を半角として読みました。")
        text = folded
    return _CONTROL.sub("", text)
