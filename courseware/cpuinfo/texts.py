"""The package's own sentences, in Japanese and English, from ``data/texts`` and ``data/commands``.

``say`` speaks the language that ``speaking`` has set; ``parse`` and ``report`` set it.
"""

import string
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from courseware.cpuinfo.knowledge import DATA, load

LANGUAGES = ("ja", "en")
DEFAULT_LANGUAGE = "ja"
NAMES_LISTED = 4

_PUNCTUATION = "、。「」"
_FIRST_JAPANESE = "\u2e80"  # where Unicode's East Asian letters begin
_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Set the language of ``say`` and ``choose``. Raises ValueError for one not in LANGUAGES."""
    if language not in LANGUAGES:
        raise ValueError(f"no such language: {language}")
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


def say(key: str, /, **values: object) -> str:
    """Return the sentence ``file.key`` of ``data/texts`` with its values filled in."""
    return choose(_sentences()[key], **values)


def choose(versions: dict[str, str], /, **values: object) -> str:
    """Return the version in the language spoken, with its values filled in.

    Values are put in as they are: braces in them mean nothing.
    """
    version = versions[_language.get()]
    if _language.get() == "en":
        return version.format(**values)
    parts: list[str] = []
    for literal, name, _, _ in string.Formatter().parse(version):
        parts += [literal, str(values[name]) if name else ""]
    return _japanese(parts)


def listing(names: Sequence[str]) -> str:
    """Return the names as one list, in the way of the language."""
    return say("report.comma").join(names)


def shortened(names: Sequence[str], separator: str) -> str:
    """Return the names in one sentence's space: the first few, and how many are left."""
    shown, left = separator.join(names[:NAMES_LISTED]), len(names) - NAMES_LISTED
    return say("report.and_more", names=shown, left=left) if left > 0 else shown


def _japanese(parts: list[str]) -> str:
    """Join literals and values; a literal's space beside a value stays only where it belongs."""
    text = ""
    for part in parts:
        if not part:
            continue
        spaced = text.endswith(" ") or part.startswith(" ")
        left, right = text.rstrip(" "), part.lstrip(" ")
        if spaced and left and right:
            text = left + " " * _is_apart(left[-1], right[0]) + right
        else:
            text += part
    return text


def _is_apart(left: str, right: str) -> bool:
    is_punctuation = left in _PUNCTUATION or right in _PUNCTUATION
    return not is_punctuation and (left < _FIRST_JAPANESE or right < _FIRST_JAPANESE)


@cache
def _sentences() -> dict[str, dict[str, str]]:
    return {
        f"{path.stem}.{key}": versions
        for path in sorted((DATA / "texts").glob("*.toml"))
        for key, versions in load(f"texts/{path.name}").items()
    }
