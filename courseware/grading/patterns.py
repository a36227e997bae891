"""Authors' regular expressions, matched in time linear in the answer.

The engine is RE2 (https://github.com/google/re2/wiki/Syntax): it has no backtracking, so no
expression can hang the server, and no back references or look-around in turn.
"""

import functools
import unicodedata

import re2

from courseware.grading.folding import HIRAGANA_TO_KATAKANA

MAX_PATTERN_CHARACTERS = 200
MAX_PATTERNS = 10
MAX_MEMORY = 1 << 20  # bytes, for one expression


class PatternError(ValueError):
    """A regular expression cannot be used. The Japanese message says why."""


def matches(pattern: str, folded: str) -> bool:
    """Return whether the whole of a folded text matches. Raises PatternError."""
    return _compiled(pattern).fullmatch(folded) is not None


def check(pattern: str) -> None:
    """Raise PatternError for an expression that cannot be used or that matches nothing typed."""
    if len(pattern) > MAX_PATTERN_CHARACTERS:
        raise PatternError(f"正規表現は {MAX_PATTERN_CHARACTERS} 文字以内で書いてください。")
    for column, character in enumerate(pattern, 1):
        half = unicodedata.normalize("NFKC", character)
        if half != character:
            raise PatternError(
                f"{column} 文字目の「{character}」は、比べる答えでは「{half}」になっています。"
                "正規表現もその形で書いてください。"
            )
    if matches(pattern, ""):
        raise PatternError("空の答えにも合う正規表現です。一文字以上に合う形にしてください。")


def literal(text: str) -> str:
    """Return a regular expression that matches a text alone."""
    escaped: str = re2.escape(text)
    return escaped


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> "re2._Regexp":
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    options.case_sensitive = False  # the text is folded; so is the author's expression
    try:
        return re2.compile(pattern.translate(HIRAGANA_TO_KATAKANA), options)
    except re2.error as error:
        detail = error.args[0].decode(errors="replace")
        raise PatternError(
            f"正規表現として読めません ({detail})。RE2 の書き方を使ってください。"
            "後方参照 (\\1) と先読み、後読み ((?=…) など) は使えません。"
        ) from None
