"""What is wrong with a source text, and where."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import takewhile

# Looking for a near spelling costs time; a text with this many unknown names needs none more.
_MAX_SUGGESTIONS = 20
_QUOTED_CHARACTERS = 40


@dataclass(frozen=True, order=True)
class AssemblyProblem:
    """One thing to mend: 1-based line and column, and a Japanese message that says how."""

    line: int
    column: int
    message: str


class AssemblyError(Exception):
    """A source text cannot be assembled; ``problems`` are in the order of the source.

    There are at most ``AssemblyLimits.max_problems``, and then one that counts the others.
    """

    def __init__(self, problems: Iterable[AssemblyProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{p.line}:{p.column}: {p.message}" for p in self.problems))


@dataclass(frozen=True)
class AssemblyLimits:
    """How long a source text and how large its image may be; how many problems are told.

    ``max_expanded_lines`` and ``max_expanded_characters`` are what macros and repetitions may come
    to in all, and ``max_nesting`` how deep these and conditions may lie in each other.
    """

    max_characters: int = 20_000
    max_lines: int = 2_000
    max_image_bytes: int = 65_536
    max_problems: int = 50
    max_expanded_lines: int = 20_000
    max_expanded_characters: int = 1_000_000
    max_nesting: int = 64


DEFAULT_LIMITS = AssemblyLimits()


@dataclass(frozen=True)
class Call:
    """Where a macro was called: the 1-based line, and the macro's name."""

    line: int
    macro: str


@dataclass(frozen=True)
class Place:
    """Where something stands in the source: 1-based line and column.

    For what stands in a macro's body, ``call`` is the call that brought it about, the outermost.
    """

    line: int
    column: int
    call: Call | None = None

    @property
    def outer_line(self) -> int:
        """Return the line as the program reads, from top to bottom: that of the call."""
        return self.call.line if self.call else self.line


class Problem(Exception):
    """Something wrong at a place; it ends the reading of one operand or statement."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


class Problems:
    """Collects what is wrong, so that one pass reports all of it."""

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._found: list[AssemblyProblem] = []
        self._suggestions = 0

    def add(self, place: Place, message: str) -> None:
        """Note a problem."""
        if place.call:
            message += (
                f"ここは {place.call.line} 行目で呼び出したマクロ"
                f"「{clip(place.call.macro)}」の中です。"
            )
        self._found.append(AssemblyProblem(place.line, place.column, message))

    def note(self, problem: Problem) -> None:
        """Note a problem that was raised."""
        self.add(problem.place, problem.message)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note a problem that is raised inside, and go on behind."""
        try:
            yield
        except Problem as problem:
            self.note(problem)

    def raise_any(self) -> None:
        """Raise AssemblyError when there are problems."""
        if self._found:
            raise AssemblyError(self._told())

    def _told(self) -> list[AssemblyProblem]:
        """Return the first problems in the source, and how many more there are."""
        found = sorted(set(self._found))
        kept, left_out = found[: self._at_most], found[self._at_most :]
        if left_out:
            message = (
                f"ほかに {len(left_out):,} 件の誤りがあります。"
                "ここまでの誤りを直すと、続きを調べます。"
            )
            kept.append(AssemblyProblem(left_out[0].line, left_out[0].column, message))
        return kept

    def suggestion(self, word: str, known: Iterable[str]) -> str:
        """Return 「もしかすると「…」ですか。」 for the nearest known spelling, or nothing."""
        if self._suggestions >= _MAX_SUGGESTIONS:
            return ""
        self._suggestions += 1
        spellings = {name.lower(): name for name in known}
        cutoff = 0.5 if len(word) <= 2 else 0.6  # one letter in two is near, too
        near = get_close_matches(word.lower(), spellings, n=3, cutoff=cutoff)
        if not near:
            return ""
        nearest = max(near, key=lambda name: _common_start(name, word.lower()))
        return f"もしかすると「{clip(spellings[nearest])}」ですか。"


def clip(text: str) -> str:
    """Return a word of the source as a message quotes it, however long it is."""
    is_short = len(text) <= _QUOTED_CHARACTERS
    return text if is_short else text[:_QUOTED_CHARACTERS] + "…"


def _common_start(left: str, right: str) -> int:
    """Return how many characters two words have in common at their beginnings."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))
    )
