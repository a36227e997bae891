"""Typed answers that mean the same become the same text."""

import re
import unicodedata

KANA = "ァ-ヺ"
# Hyphens, dashes, minus signs, and the long vowel mark that Japanese input gives for them.
DASHES = re.compile(rf"(?<=([{KANA}]))[-‐‑‒–—―−ー]+|[-‐‑‒–—―−ー]+")
HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in [*range(0x3041, 0x3097), 0x309D, 0x309E]}


def fold(text: str, *, keep_case: bool = False) -> str:
    """Return the form of a typed answer that is compared.

    In order: invisible format characters are dropped (zero-width space, soft hyphen: they
    come with copied text); NFKC makes full and half width one; case is folded; hiragana
    becomes katakana; a dash of any kind becomes the long vowel mark after kana and "-"
    elsewhere, because Japanese input gives 「ー」 for the hyphen of VT-x, and a plain hyphen
    is typed for 「ー」; white space, U+3000 included, is trimmed and collapsed to one space.
    The result folds to itself. With ``keep_case`` case makes a difference: -o and -O are two.
    """
    # Twice: folding case can undo NFKC, and kana can compose.
    folded = _letters(_letters(text, keep_case), keep_case)
    folded = DASHES.sub(lambda run: ("ー" if run[1] else "-") * len(run[0]), folded)
    return " ".join(folded.split())


def _letters(text: str, keep_case: bool) -> str:
    shown = "".join(c for c in text if unicodedata.category(c) != "Cf")
    wide = unicodedata.normalize("NFKC", shown)
    folded = wide if keep_case else wide.casefold()
    return unicodedata.normalize("NFKC", folded.translate(HIRAGANA_TO_KATAKANA))
