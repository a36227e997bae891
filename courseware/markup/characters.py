"""Characters that no text may have: what a database cannot store, or an editor does not show."""

import re
from collections.abc import Iterator

from courseware.markup.errors import Problem

# The control characters (C0, DEL, C1) but tab and line feed, for a carriage return is none at
# the end of a line; the separators U+2028 and U+2029, which break lines for some readers only;
# half of a surrogate pair; and U+FFFE and U+FFFF, which are no characters.
FORBIDDEN = re.compile(
    r"\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]"
)


def character_problems(text: str, path: str = "", first_line: int = 1) -> Iterator[Problem]:
    """Yield a problem for each line's first character that no text may have.

    ``first_line`` is the file's line at which ``text`` starts.
    """
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), first_line):
        found = FORBIDDEN.search(line)
        if found:
            yield Problem(path, number, found.start() + 1, forbidden(found[0]))


def forbidden(character: str) -> str:
    """Return the message that names a forbidden character by its code point."""
    return f"制御文字 U+{ord(character):04X} は使えません。取り除いてください。"
