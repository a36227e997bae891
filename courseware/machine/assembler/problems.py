"""What is wrong with a source text, and where."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import takewhile

# Looking for a near spelling costs time; a text with this many unknown names needs none more.
_MAX_SUGGESTIONS = 20


@dataclass(frozen=True, order=True)
class AssemblyProblem:
    """One thing to mend: 1-based line and column, and a Japanese message that says how."""

    line: int
    column: int
    message: str


class AssemblyError(Exception):
    """A source text cannot be assembled; ``problems`` lists all that was found, sorted."""

    def __init__(self, problems: Iterable[AssemblyProblem]) -> None:
        self.problems: tuple[AssemblyProblem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(f"{p.line}:{p.column}: {p.message}" for p in self.problems))


@dataclass(frozen=True)
class AssemblyLimits:
    """How long a source text and how large its image may be."""

    max_characters: int = 20_000
    max_lines: int = 2_000
    max_image_bytes: int = 65_536


DEFAULT_LIMITS = AssemblyLimits()


@dataclass(frozen=True)
class Place:
    """Where something stands in the source: 1-based line and column."""

    line: int
    column: int


class Problem(Exception):
    """Something wrong at a place; it ends the reading of one operand or statement."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place
        self.message = message


class Problems:
    """Collects what is wrong, so that one pass reports all of it."""

    def __init__(self) -> None:
        self._found: list[AssemblyProblem] = []
        self._suggestions = 0

    def add(self, place: Place, message: str) -> None:
        """Note a problem."""
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
            raise AssemblyError(self._found)

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
        return f"もしかすると「{spellings[nearest]}」ですか。"


def _common_start(left: str, right: str) -> int:
    """Return how many characters two words have in common at their beginnings."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))
    )
